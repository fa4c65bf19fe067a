// Owns virtual time: a clock that stands still while anything is ready and jumps to the next deadline when
// nothing is. The jump waits for one turn of the real runtime, so that promises which have settled are
// delivered at the time they settled. It must not know what else a runtime has.

import type { Driver } from "./driver.js";

/** The time that a hub goes by. */
export type Clock = Pick<Driver, "now" | "after">;

export class VirtualClock implements Clock {
  readonly #real: Driver;
  #nowMs = 0;

  constructor(real: Driver) {
    this.#real = real;
  }

  now(): number {
    return this.#nowMs;
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

  /** Lets `ms` pass: what a turn that never went idle would have taken. */
  elapse(ms: number): void {
    this.#nowMs += ms;
  }
}
