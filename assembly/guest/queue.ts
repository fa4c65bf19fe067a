// Owns Queue: a SimpleQueue that knows how many of its items are still being worked on, and can be shut down.

import { Status } from "./abi";
import { Line } from "./line";
import { Ring } from "./ring";
import { SimpleQueue } from "./simple-queue";
import { Store } from "./store";

/**
 * Items in the order they were put, each a task that somebody reports as done.
 *
 * @source gevent.queue.Queue, gevent 26.5
 * @since 0.1
 */
export class Queue<T> extends SimpleQueue<T> {
  private joiners: Line = new Line();
  /** Items that were put, and not reported as done. */
  private unfinished: i32;

  constructor(maxSize: i32 = 0, items: T[] = [], store: Store<T> = new Ring<T>()) {
    super(maxSize, items, store);
    this.unfinished = items.length;
  }

  /** Whether it was shut down. @noswitch */
  get isShutdown(): bool {
    return this.isClosed;
  }

  putNowait(item: T): Status {
    const status = super.putNowait(item);
    if (status == Status.Ok) this.unfinished++;
    return status;
  }

  /** Reports that one item that was taken is done. Traps, and changes nothing, if none is out. @noswitch */
  taskDone(): void {
    if (this.unfinished == 0) {
      throw new Error("could not take a task as done because none is left; call taskDone once for each item");
    }
    this.unfinished--;
    if (this.unfinished == 0) this.joiners.notify();
  }

  /**
   * Waits until every item that was put is reported as done.
   *
   * @switches unless none is left
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns whether none was left; `false` when the time passed, or this wait was cut short otherwise.
   */
  join(timeoutMs: f64 = -1): bool {
    return this.unfinished == 0 || this.joiners.wait(timeoutMs) == Status.Ok;
  }

  /**
   * Lets nothing more in: from here on a put answers `Closed`, also one that waits; a get answers the items
   * that are left, then `Closed`.
   *
   * @noswitch
   * @param isImmediate - Drop the items that are left, and count each as done. Omitted: false.
   * @source gevent.queue.Queue.shutdown, gevent 26.5
   */
  shutdown(isImmediate: bool = false): void {
    this.isClosed = true;
    if (isImmediate) {
      while (this.store.size > 0) {
        this.store.take();
        this.taskDone();
      }
    }
    this.putters.notify();
    this.getters.notify();
  }
}
