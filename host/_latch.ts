// Owns a flag that is set once: what one turn of a condition, or one round of a barrier, waits for.
// An Event would do, but a listing should name what its user waits for.

import type { Operation } from "./core/operation.js";
import { type Limit, limited, limitsOf } from "./core/timeout.js";
import { Until } from "./core/until.js";
import { WaitQueue } from "./core/wait-queue.js";

export class Latch {
  readonly #queue: WaitQueue;
  #isSet = false;

  constructor(label: string) {
    this.#queue = new WaitQueue(label);
  }

  get isSet(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
    this.#queue.notify();
  }

  /** Waits until it is set. Gives false if the timeout passes first. */
  wait(limit: Limit | undefined): Operation<boolean> {
    return limited(limitsOf(limit), (ms) => new Until(this.#queue, () => this.#isSet, ms));
  }
}
