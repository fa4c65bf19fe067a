// Owns virtual time: a driver whose clock stands still while anything is ready and jumps to the
// next deadline when nothing is. The jump waits for one turn of the real runtime, so that promises
// which have settled are delivered at the time they settled.

import type { Context, Driver, ProcessDriver, SignalDriver, ThreadDriver } from "./driver.js";
import type { NetDriver } from "./net.js";

export class VirtualDriver implements Driver {
  readonly runtime: string;
  readonly capabilities: Driver["capabilities"];
  readonly net?: NetDriver;
  readonly captureContext?: () => Context;
  readonly process?: ProcessDriver;
  readonly signal?: SignalDriver;
  readonly threads?: ThreadDriver;
  readonly #real: Driver;
  #nowMs = 0;

  constructor(real: Driver) {
    this.#real = real;
    this.runtime = real.runtime;
    this.capabilities = real.capabilities;
    if (real.net !== undefined) this.net = real.net;
    if (real.process !== undefined) this.process = real.process;
    if (real.signal !== undefined) this.signal = real.signal;
    if (real.threads !== undefined) this.threads = real.threads;
    if (real.captureContext !== undefined) this.captureContext = () => real.captureContext!();
  }

  now(): number {
    return this.#nowMs;
  }

  soon(callback: () => void): void {
    this.#real.soon(callback);
  }

  after(delayMs: number, callback: () => void): () => void {
    let isCancelled = false;
    const deadlineMs = this.#nowMs + delayMs;
    this.#real.soon(() => {
      if (isCancelled) return;
      this.#nowMs = Math.max(this.#nowMs, deadlineMs);
      callback();
    });
    return () => {
      isCancelled = true;
    };
  }

  whenExhausted(): () => void {
    return () => {};
  }

  /** Lets `ms` pass: what a turn that never went idle would have taken. */
  elapse(ms: number): void {
    this.#nowMs += ms;
  }
}
