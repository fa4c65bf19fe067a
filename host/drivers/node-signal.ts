// Owns signals on Node: one listener for each signal, however many are to be told. Node takes more than
// ten listeners for a leak, and says so.

import type { SignalDriver } from "../core/driver.js";
import { builtin } from "./node-builtin.js";

const os = builtin<typeof import("node:os")>("node:os");

/** As rarely as a timer can fire: it is there to keep the process alive, and for nothing else. */
const RARELY_MS = 0x7fffffff;

/**
 * Those who are to be told of one signal. The runtime's own listener stays until all are told: Deno tells
 * of the same signal again one that is added meanwhile.
 */
class SignalListener {
  readonly #name: string;
  readonly #callbacks = new Set<() => void>();
  #isListening = false;
  #isTelling = false;

  constructor(name: string) {
    this.#name = name;
  }

  add(callback: () => void): void {
    this.#callbacks.add(callback);
    this.#adjust();
  }

  remove(callback: () => void): void {
    this.#callbacks.delete(callback);
    this.#adjust();
  }

  /** Listens if anybody is to be told. */
  #adjust(): void {
    const isWanted = this.#callbacks.size > 0;
    if (isWanted === this.#isListening || this.#isTelling) return;
    this.#isListening = isWanted;
    if (isWanted) process.on(this.#name, this.#tell);
    else process.removeListener(this.#name, this.#tell);
  }

  readonly #tell = (): void => {
    this.#isTelling = true;
    try {
      for (const callback of [...this.#callbacks]) callback();
    } finally {
      this.#isTelling = false;
      this.#adjust();
    }
  };
}

const listeners = new Map<string, SignalListener>();

function listenerOf(name: string): SignalListener {
  const known = listeners.get(name);
  if (known !== undefined) return known;
  const listener = new SignalListener(name);
  listeners.set(name, listener);
  return listener;
}

export const nodeSignals: SignalDriver = {
  get numbers() {
    return os().constants.signals;
  },
  listen(name, callback, isRef) {
    const listener = listenerOf(name);
    // One's own, so that the same callback can be told of twice.
    const tell = () => callback();
    listener.add(tell);
    // Node's own handle for a signal does not keep the process alive, and cannot be told to.
    const hold = isRef ? setInterval(() => {}, RARELY_MS) : undefined;
    return () => {
      listener.remove(tell);
      clearInterval(hold);
    };
  },
};
