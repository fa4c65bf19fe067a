// Owns Pool: a Group of which only so many greenlets run at a time.

import { Group } from "./group";
import { Semaphore } from "./semaphore";

/**
 * A group of at most `limit` greenlets: `spawn` waits for a place. Callers get places in the order they came.
 *
 * @source gevent.pool.Pool, gevent 26.5
 * @since 0.1
 */
export class Pool extends Group {
  private places: Semaphore | null;

  /** @param limit - Most greenlets at a time; 0 traps. Less than 0 or omitted: no limit. */
  constructor(public readonly limit: i32 = -1) {
    super();
    if (limit == 0) throw new RangeError("could not make a pool of 0 because nothing could run in it");
    this.places = limit < 0 ? null : new Semaphore(limit);
  }

  /** How many more could run; 1 without a limit. @noswitch */
  freeCount(): i32 {
    const places = this.places;
    return places == null ? 1 : places.counter;
  }

  full(): bool {
    return this.freeCount() == 0;
  }

  /**
   * Waits until a spawn would not wait.
   *
   * @switches when it is full
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns `freeCount()`; 0 when the time passed, or this wait was cut short otherwise.
   */
  waitAvailable(timeoutMs: f64 = -1): i32 {
    const places = this.places;
    return places == null ? 1 : places.wait(timeoutMs);
  }

  protected admit(timeoutMs: f64): bool {
    const places = this.places;
    return places == null || places.acquire(timeoutMs);
  }

  protected tryAdmit(): bool {
    const places = this.places;
    return places == null || places.tryAcquire();
  }

  protected dismiss(): void {
    const places = this.places;
    if (places != null) places.release();
  }
}
