// Owns SimpleQueue: items handed from some greenlets to others, with a line before each side. It must not
// know in which order its store gives the items.
//
// An item leaves the store only by the greenlet that is running, after it was resumed, so one that is
// killed while it waits takes nothing along. An item that comes serves one getter, a place that is freed
// serves one putter; whoever is served and uses nothing up (a peeker) serves the next.

import { Status } from "./abi";
import { Answer, nothing } from "./answer";
import { deadlineAfter } from "./limit";
import { Line } from "./line";
import { Ring } from "./ring";
import { Store } from "./store";

/**
 * Items in the order they were put.
 *
 * @source gevent.queue.SimpleQueue, gevent 26.5
 * @since 0.1
 */
export class SimpleQueue<T> {
  protected getters: Line = new Line();
  protected putters: Line = new Line();
  protected isClosed: bool = false;

  constructor(
    /** Most items at a time. Less than 1: no limit. Raising it lets those who wait in by the next get. */
    public maxSize: i32 = 0,
    items: T[] = [],
    protected store: Store<T> = new Ring<T>(),
  ) {
    for (let i = 0; i < items.length; i++) store.add(items[i]);
  }

  /** How many items it holds. @noswitch */
  qsize(): i32 {
    return this.store.size;
  }

  /** Whether it holds none: a get would wait. @noswitch */
  empty(): bool {
    return this.store.size == 0;
  }

  /** Whether it holds as many as it may: a put would wait. @noswitch */
  full(): bool {
    return this.maxSize > 0 && this.store.size >= this.maxSize;
  }

  /**
   * Puts an item in, waiting for a place if there is none.
   *
   * @switches when it is full
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns `Ok`; `Closed` after a shutdown; else what cut the wait short. Unless `Ok`, the item is not in.
   * @source gevent.queue.Queue.put, gevent 26.5
   */
  put(item: T, timeoutMs: f64 = -1): Status {
    let status = this.putNowait(item);
    if (status != Status.WouldBlock) return status;
    const deadline = deadlineAfter(timeoutMs);
    let wasServed = false;
    do {
      status = this.putters.waitTurn(deadline, wasServed);
      if (status != Status.Ok) return status;
      wasServed = true;
      status = this.putNowait(item);
    } while (status == Status.WouldBlock);
    // One get may have made room for more, if maxSize was raised meanwhile.
    if (!this.full()) this.putters.notifyOne();
    return status;
  }

  /** As {@link put}, without waiting: `WouldBlock` when it is full. @noswitch */
  putNowait(item: T): Status {
    if (this.isClosed) return Status.Closed;
    if (this.full()) return Status.WouldBlock;
    this.store.add(item);
    this.getters.notifyOne();
    return Status.Ok;
  }

  /**
   * Takes the first item, waiting for one if there is none.
   *
   * @switches when it is empty
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns the item; without one: `Closed` when it is shut down and empty, else what cut the wait short.
   * @source gevent.queue.Queue.get, gevent 26.5
   */
  get(timeoutMs: f64 = -1): Answer<T> {
    const status = this.waitForItem(timeoutMs);
    return status == Status.Ok ? new Answer<T>(Status.Ok, this.take()) : nothing<T>(status);
  }

  /** As {@link get}, without waiting: `WouldBlock` when it is empty. @noswitch */
  getNowait(): Answer<T> {
    const status = this.look();
    return status == Status.Ok ? new Answer<T>(Status.Ok, this.take()) : nothing<T>(status);
  }

  /** As {@link get}, and leaves the item where it is. @switches when it is empty */
  peek(timeoutMs: f64 = -1): Answer<T> {
    const mustWait = this.empty();
    const status = this.waitForItem(timeoutMs);
    if (status != Status.Ok) return nothing<T>(status);
    // The item it was served for is still there: for whoever stands behind it.
    if (mustWait) this.getters.notifyOne();
    return new Answer<T>(Status.Ok, this.store.first());
  }

  /** As {@link peek}, without waiting: `WouldBlock` when it is empty. @noswitch */
  peekNowait(): Answer<T> {
    const status = this.look();
    return status == Status.Ok ? new Answer<T>(Status.Ok, this.store.first()) : nothing<T>(status);
  }

  /** What can be said of a get without waiting. */
  private look(): Status {
    if (this.store.size > 0) return Status.Ok;
    return this.isClosed ? Status.Closed : Status.WouldBlock;
  }

  /** Waits until there is an item to take: Ok. @switches when there is none */
  private waitForItem(timeoutMs: f64): Status {
    let status = this.look();
    if (status != Status.WouldBlock) return status;
    const deadline = deadlineAfter(timeoutMs);
    let wasServed = false;
    do {
      status = this.getters.waitTurn(deadline, wasServed);
      if (status != Status.Ok) return status;
      wasServed = true;
      status = this.look();
    } while (status == Status.WouldBlock);
    return status;
  }

  protected take(): T {
    const item = this.store.take();
    this.putters.notifyOne();
    return item;
  }
}
