// Owns BoundedSemaphore: a Semaphore that notices a release too many.

import { Semaphore } from "./semaphore";

/**
 * A Semaphore that never has more permits than at the beginning.
 *
 * @source gevent.lock.BoundedSemaphore, gevent 26.5; ValueError there
 * @since 0.1
 */
export class BoundedSemaphore extends Semaphore {
  private bound: i32;

  /** @param value - Permits at the beginning and at most, 0 or more. Omitted: 1. */
  constructor(value: i32 = 1) {
    super(value);
    this.bound = value;
  }

  /** As in Semaphore; traps, and changes nothing, if no permit is out. @noswitch */
  release(): i32 {
    if (this.counter >= this.bound) {
      throw new RangeError(
        "could not release because all " + this.bound.toString() + " permits are free; release once for each acquire",
      );
    }
    return super.release();
  }
}
