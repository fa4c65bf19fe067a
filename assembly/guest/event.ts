// Owns Event: a flag with a line of greenlets before it.

import { Status } from "./abi";
import { Line } from "./line";

/**
 * Releases all who wait for it when it is set.
 *
 * @source gevent.event.Event, gevent 26.5
 * @since 0.1
 */
export class Event {
  private flag: bool = false;
  private line: Line = new Line();

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
    this.line.notify();
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
