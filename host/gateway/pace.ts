// Owns rates: how much may pass in a second, and what waits for the next.

import { currentHub } from "../core/hub.js";
import { sleep } from "../sleep.js";

/** What passes at most so much a second, as much at once after a second of rest. Null: no limit. */
export class Pace {
  readonly #perSecond: number | null;
  #left: number;
  #atMs: number;

  constructor(perSecond: number | null) {
    this.#perSecond = perSecond;
    this.#left = perSecond ?? 0;
    this.#atMs = currentHub().now();
  }

  /** Passes so much, and then waits until that was no more than the rate. */
  *pass(count: number): Generator<unknown, void, unknown> {
    if (this.#perSecond === null) return;
    this.#refill(this.#perSecond);
    this.#left -= count;
    if (this.#left < 0) yield* sleep((-this.#left / this.#perSecond) * 1000);
  }

  /** Passes one, or answers false: not now. */
  try(): boolean {
    if (this.#perSecond === null) return true;
    this.#refill(this.#perSecond);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Whether it has rested long enough to be as a new one. */
  get isFull(): boolean {
    if (this.#perSecond === null) return true;
    this.#refill(this.#perSecond);
    return this.#left >= this.#perSecond;
  }

  #refill(perSecond: number): void {
    const nowMs = currentHub().now();
    this.#left = Math.min(perSecond, this.#left + ((nowMs - this.#atMs) / 1000) * perSecond);
    this.#atMs = nowMs;
  }
}
