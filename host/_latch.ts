// Owns a flag that is set once: what one turn of a condition, or one round of a barrier, waits for.
// An Event would do, but a listing should name what its user waits for.

import { Attempt } from "./core/attempt.js";
import { done, type Operation, type Step } from "./core/operation.js";
import { type Limit, limited, limitsOf } from "./core/timeout.js";
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
    return limited(limitsOf(limit), (ms) => new WaitForLatch(this, this.#queue, ms));
  }
}

class WaitForLatch extends Attempt<boolean> {
  readonly #latch: Latch;
  readonly #queue: WaitQueue;

  constructor(latch: Latch, queue: WaitQueue, ms: number) {
    super(ms);
    this.#latch = latch;
    this.#queue = queue;
  }

  protected line(): WaitQueue {
    return this.#queue;
  }

  protected attempt(): Step<boolean> | null {
    return this.#latch.isSet ? done(true) : null;
  }

  protected giveUp(): Step<boolean> {
    return done(false);
  }
}
