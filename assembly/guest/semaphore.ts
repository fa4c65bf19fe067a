// Owns Semaphore: a counter of permits with a line of greenlets before it.

import { Role } from "../core/abi";
import { Status } from "./abi";
import { deadlineAfter } from "./limit";
import { LeveledLine } from "./leveled-line";

/**
 * A counter of permits. A permit is never reserved: a running greenlet may take it before the one that was
 * woken for it, which then keeps its place at the head of the line.
 *
 * @source gevent.lock.Semaphore, gevent 26.5
 * @since 0.1
 */
export class Semaphore {
  protected line: LeveledLine;

  /** @param counter - Permits at the beginning, 0 or more; less than 0 traps. Omitted: 1. */
  constructor(counter: i32 = 1) {
    if (counter < 0) {
      throw new RangeError(
        "could not make a semaphore of " + counter.toString() + " because that is less than 0",
      );
    }
    this.line = new LeveledLine(Role.Semaphore, counter);
  }

  /**
   * The semaphore that somebody else has shared. Traps if the handle names none.
   *
   * @noswitch
   * @param handle - What `handle` answered there.
   */
  static fromHandle(handle: u64): Semaphore {
    const made = new Semaphore();
    made.line.attach(handle);
    return made;
  }

  /** Its name for others: serial << 32 | row. 0: the scheduler's memory is exhausted. Kept until `unshare`. @noswitch */
  get handle(): u64 {
    return this.line.share();
  }

  /** Takes the handle back: it names nothing any more. Who waits goes on waiting. @noswitch */
  unshare(): void {
    this.line.unshare();
  }

  /** Permits that are free. @noswitch */
  get counter(): i32 {
    return this.line.level;
  }

  /** Whether no permit is free. @noswitch */
  locked(): bool {
    return this.counter == 0;
  }

  /** Whether a permit is free: what wait() asks of its objects. @noswitch */
  get ready(): bool {
    return this.counter > 0;
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
    const deadline = deadlineAfter(timeoutMs);
    let wasServed = false;
    do {
      if (this.line.waitTurn(deadline, wasServed) != Status.Ok) return false;
      wasServed = true;
    } while (!this.tryAcquire());
    return true;
  }

  /** Takes a permit if one is free. @noswitch */
  tryAcquire(): bool {
    return this.line.take();
  }

  /** Gives a permit back, to whoever stands first. Answers how many are free then. @noswitch */
  release(): i32 {
    const free = this.line.level + 1;
    this.line.level = free;
    this.line.notifyOne();
    return free;
  }

  /**
   * Waits until a permit is free, without taking it.
   *
   * @switches when no permit is free
   * @param timeoutMs - as in {@link acquire}
   * @returns how many are free; 0 when the time passed, or this wait was cut short otherwise.
   */
  wait(timeoutMs: f64 = -1): i32 {
    if (this.counter > 0) return this.counter;
    const deadline = deadlineAfter(timeoutMs);
    let wasServed = false;
    do {
      if (this.line.waitTurn(deadline, wasServed) != Status.Ok) return 0;
      wasServed = true;
    } while (this.counter == 0);
    // The permit it was served for is still there: for whoever stands behind it.
    this.line.notifyOne();
    return this.counter;
  }

  /** What wait() asks of its objects. @switches as {@link wait} */
  waitUntilReady(): bool {
    return this.wait() > 0;
  }
}
