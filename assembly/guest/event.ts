// Owns Event: a flag with a line of greenlets before it.

import { Role } from "../core/abi";
import { Status } from "./abi";
import { LeveledLine } from "./leveled-line";

/**
 * Releases all who wait for it when it is set.
 *
 * @source gevent.event.Event, gevent 26.5
 * @since 0.1
 */
export class Event {
  private line: LeveledLine = new LeveledLine(Role.Event, 0);

  /**
   * The event that somebody else has shared. Traps if the handle names none.
   *
   * @noswitch
   * @param handle - What `handle` answered there.
   */
  static fromHandle(handle: u64): Event {
    const made = new Event();
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

  /** @noswitch */
  isSet(): bool {
    return this.line.level != 0;
  }

  /** The same as `isSet()`, under the name that `wait` asks for. @noswitch */
  get ready(): bool {
    return this.line.level != 0;
  }

  /** Releases all who wait at this moment, in the order they came. Those who ask later do not wait. @noswitch */
  set(): void {
    this.line.level = 1;
    this.line.notify();
  }

  /** Makes those who ask from here on wait. Whoever was released already is not called back. @noswitch */
  clear(): void {
    this.line.level = 0;
  }

  /**
   * Waits until it is set.
   *
   * @switches unless it is set; and then too while those released before are being resumed, to go after them
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns whether it was set; `false` when the time passed, or this wait was cut short otherwise.
   * @source gevent.event.Event.wait, gevent 26.5
   * @since 0.1
   */
  wait(timeoutMs: f64 = -1): bool {
    if (this.isSet()) {
      const status = this.line.waitForServed();
      return status == Status.Ok || status == Status.Gone;
    }
    return this.line.wait(timeoutMs) == Status.Ok;
  }

  /** What wait() asks of its objects. @switches as {@link wait} */
  waitUntilReady(): bool {
    return this.wait();
  }
}
