// Owns what the drivers of Node and of the runtimes that have Node's modules have in common. Uses only
// globals, so that a bundle for another runtime can hold it. What differs is an argument, given by the
// file of each runtime.

import type { Capability, Context, Driver } from "../core/driver.js";
import { nodeNet } from "./node-net.js";
import { nodeProcesses } from "./node-process.js";
import { nodeSignals } from "./node-signal.js";
import { nodeThreads } from "./node-threads.js";

/** setTimeout takes a signed 32-bit delay; a later deadline is armed again when this one passes. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** Asked for and not imported: an import would keep the file out of other runtimes. Node 20.16 and later. */
const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks");

/** A resource costs a fraction of AsyncLocalStorage.snapshot(): docs/decisions/0004-context.md. */
class ResourceContext implements Context {
  #resource = capture();

  enter<A extends unknown[], T>(body: (...args: A) => T, ...args: A): T {
    return this.#resource.runInAsyncScope(this.#run<A, T>, this, body, args);
  }

  #run<A extends unknown[], T>(body: (...args: A) => T, args: A): T {
    try {
      return body(...args);
    } finally {
      // Since Node 24 a context is a value: what the body entered is in the present one only.
      this.#resource = capture();
    }
  }
}

function capture() {
  return new hooks!.AsyncResource("wevent", { requireManualDestroy: true });
}

/** Whom to tell that the process has run out of work. One listener for all: Node warns of more than ten. */
const exhaustionCallbacks = new Set<{ readonly call: () => void }>();

function tellExhausted(): void {
  const told = [...exhaustionCallbacks];
  exhaustionCallbacks.clear();
  for (const { call } of told) call();
}

/** What comes of Node's modules. */
const BUILTIN = [
  "context",
  "tcp.connect",
  "tcp.listen",
  "unix",
  "tls",
  "udp",
  "process",
  "signal",
  "threads",
] as const;

export interface FamilyMember {
  readonly runtime: string;
  /** "Run me again soon". Omitted: setImmediate. */
  readonly soon?: (callback: () => void) => void;
  /** What of the family it does not have, or not well enough. */
  readonly lacks?: readonly Capability[];
}

const soonest = (callback: () => void) => void setImmediate(callback);

/** The driver for a runtime that has Node's modules. */
export function familyDriver({ runtime, soon = soonest, lacks = [] }: FamilyMember): Driver {
  // Without getBuiltinModule it has none of what it asks the process for.
  const all: Capability[] = ["fetch", "exhaustion", ...(hooks === undefined ? [] : BUILTIN)];
  return {
    runtime,
    capabilities: new Set(all.filter((name) => !lacks.includes(name))),
    net: nodeNet,
    process: nodeProcesses,
    signal: nodeSignals,
    threads: nodeThreads,
    now: () => performance.now(),
    soon,
    after(delayMs, callback, isRef) {
      const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), LONGEST_TIMER_MS));
      if (!isRef) timer.unref();
      return () => clearTimeout(timer);
    },
    whenExhausted(callback) {
      if (lacks.includes("exhaustion")) return () => {};
      const entry = { call: callback };
      if (exhaustionCallbacks.size === 0) process.once("beforeExit", tellExhausted);
      exhaustionCallbacks.add(entry);
      return () => {
        if (!exhaustionCallbacks.delete(entry) || exhaustionCallbacks.size > 0) return;
        process.removeListener("beforeExit", tellExhausted);
      };
    },
    ...(hooks === undefined ? {} : { captureContext: () => new ResourceContext() }),
  };
}
