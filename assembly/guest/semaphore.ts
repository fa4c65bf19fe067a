// Owns Semaphore: a counter of permits with a line of greenlets before it.

import { Status } from "./abi";
import * as core from "./imports";
import { Line } from "./line";

/**
 * A counter of permits. A permit is never reserved: a running greenlet may take it before the one that was
 * woken for it, which then keeps its place at the head of the line.
 *
 * @source gevent.lock.Semaphore, gevent 26.5
 * @since 0.1
 */
export class Semaphore {
  private line: Line = new Line();

  /** @param counter - Permits at the beginning, 0 or more. Omitted: 1. */
  constructor(public counter: i32 = 1) {}

  /** Whether no permit is free. @noswitch */
  locked(): bool {
    return this.counter == 0;
  }

  /**
   * Takes a permit, waiting for one if none is free.
   *
   * @switches when no permit is free
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns whether it was taken; `false` when the time passed, or this wait was cut short otherwise.
   */
  acquire(timeoutMs: f64 = -1): bool {
    if (this.tryAcquire()) return true;
    const deadline = timeoutMs < 0 ? Infinity : core.now() + timeoutMs;
    if (this.line.wait(timeoutMs) != Status.Ok) return false;
    while (!this.tryAcquire()) {
      const left = timeoutMs < 0 ? -1 : max<f64>(deadline - core.now(), 0);
      if (this.line.waitFirst(left) != Status.Ok) return false;
    }
    return true;
  }

  /** Takes a permit if one is free. @noswitch */
  tryAcquire(): bool {
    if (this.counter == 0) return false;
    this.counter--;
    return true;
  }

  /** Gives a permit back, to whoever stands first. @noswitch */
  release(): void {
    this.counter++;
    this.line.notifyOne();
  }
}
