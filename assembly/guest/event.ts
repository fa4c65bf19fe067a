// Owns Event: a flag with a line of greenlets before it. Its wait queue is a row of the core that
// exists only while somebody waits, so an Event that is forgotten leaves nothing behind. It must not
// resume anybody: the core does, in the order they came.

import { Status } from "./abi";
import { waitForServed, waitInLine } from "./blocking";
import * as core from "./imports";

/**
 * Releases all who wait for it when it is set.
 *
 * @source gevent.event.Event, gevent 26.5
 * @since 0.1
 */
export class Event {
  private flag: bool = false;
  private queue: usize = 0;
  private serial: u32 = 0;

  /** @noswitch */
  isSet(): bool {
    return this.flag;
  }

  /** The same as `isSet()`, under the name that `wait` asks for. @noswitch */
  get ready(): bool {
    return this.flag;
  }

  /** Releases all who wait at this moment, in the order they came. Those who ask later do not wait. @noswitch */
  set(): void {
    this.flag = true;
    core.notifyQueue(this.queue, this.serial);
  }

  /** Makes those who ask from here on wait. Whoever was released already is not called back. @noswitch */
  clear(): void {
    this.flag = false;
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
    if (this.flag) {
      const status = waitForServed(this.queue, this.serial);
      return status == Status.Ok || status == Status.Gone;
    }
    if (core.serialOf(this.queue) != this.serial || this.queue == 0) {
      this.queue = core.createQueue(0, false);
      if (this.queue == 0) return false;
      this.serial = core.serialOf(this.queue);
    }
    const status = waitInLine(this.queue, this.serial, timeoutMs);
    // The queue goes when the last waiter leaves; the one that could not enter it was the last.
    if (status == Status.Exhausted) core.unpinQueue(this.queue, this.serial);
    return status == Status.Ok;
  }
}
