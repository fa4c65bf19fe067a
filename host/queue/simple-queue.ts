// Owns a queue's calls, those that wait and those that do not. What they come to is QueueBase's.

import { requireOptions } from "../core/check.js";
import type { WaitOptions } from "../core/greenlet.js";
import type { Operation } from "../core/operation.js";
import { limited } from "../core/timeout.js";
import type { OperationIterator } from "../operation-iterator.js";
import { QueueBase } from "./base.js";
import { Empty, Full } from "./errors.js";
import { ItemIterator } from "./item-iterator.js";
import { Get, Peek, Put } from "./operations.js";

/**
 * Items that some greenlets put and others get, in the order of the puts. With a limit, `put` waits
 * for room. Those who wait are served in the order they came; an item or a place is never reserved,
 * so a running greenlet may be faster than the one that was woken, which then keeps its turn. A
 * greenlet that is killed or timed out while it waits takes nothing and leaves nothing.
 *
 * @source gevent.queue.SimpleQueue
 * @since 0.1
 */
export class SimpleQueue<T = unknown> extends QueueBase<T> implements AsyncIterable<T> {
  /** The get without options: one for all, for an operation has no state of one call. */
  #get: Get<T> | null = null;

  /**
   * @param maxSize - Most items that `put` puts, an integer from 1. Null or omitted: no limit.
   * @param items - Put at once, whatever the limit.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `maxSize` is neither null nor such an integer
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `items` is not a list
   */
  constructor(maxSize: number | null = null, items?: Iterable<T>) {
    super(maxSize);
    if (items !== undefined) this._fill(items);
  }

  /**
   * Puts an item in, waiting for room.
   *
   * @switches when it is full and `block` is not false
   * @param options - `timeout`: longest wait, ms or a Timeout, which throws itself; 0 or less lets
   * others run once; omitted: no limit. `block: false`: do not wait. `signal`: ends the wait.
   * @throws {@link Full} WEV_ERR_QUEUE_FULL when it is full, and the time passes or `block` is false
   * @throws {@link ShutDown} WEV_ERR_QUEUE_SHUT_DOWN when it was shut down, before or while it waits
   * @source gevent.queue.SimpleQueue.put; milliseconds here, seconds there
   */
  put(item: T, options?: WaitOptions): Operation<void> {
    if (options === undefined) return new Put(this, item, true, -1);
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new Put(this, item, block, ms));
  }

  /**
   * Takes the next item, waiting for one.
   *
   * @switches when it is empty and `block` is not false
   * @param options - as of `put`
   * @throws {@link Empty} WEV_ERR_QUEUE_EMPTY when it is empty, and the time passes or `block` is false
   * @throws {@link ShutDown} WEV_ERR_QUEUE_SHUT_DOWN when it is empty and was shut down
   * @source gevent.queue.SimpleQueue.get; milliseconds here, seconds there
   */
  get(options?: WaitOptions): Operation<T> {
    if (options === undefined) {
      this.#get ??= new Get(this, true, -1);
      return this.#get;
    }
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new Get(this, block, ms));
  }

  /**
   * Gives the next item and leaves it there, waiting for one. It stands in the line of the getters.
   *
   * @switches when it is empty and `block` is not false
   * @param options - as of `put`
   * @throws {@link Empty} WEV_ERR_QUEUE_EMPTY when it is empty, and the time passes or `block` is false
   * @throws {@link ShutDown} WEV_ERR_QUEUE_SHUT_DOWN when it is empty and was shut down
   * @source gevent.queue.SimpleQueue.peek; milliseconds here, seconds there
   */
  peek(options: WaitOptions = {}): Operation<T> {
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new Peek(this, block, ms));
  }

  /**
   * Puts an item in; also where nothing can wait, such as in a callback. @noswitch
   *
   * @throws {@link Full} WEV_ERR_QUEUE_FULL when it is full
   * @throws {@link ShutDown} WEV_ERR_QUEUE_SHUT_DOWN when it was shut down
   */
  putNowait(item: T): void {
    if (this._tryPut(item) === null) throw new Full(`put into a ${this.constructor.name}`);
  }

  /**
   * Takes the next item; also where nothing can wait, such as in a callback. @noswitch
   *
   * @throws {@link Empty} WEV_ERR_QUEUE_EMPTY when it is empty
   * @throws {@link ShutDown} WEV_ERR_QUEUE_SHUT_DOWN when it is empty and was shut down
   */
  getNowait(): T {
    if (!this._hasItem("get")) throw new Empty(`get from a ${this.constructor.name}`);
    return this._take();
  }

  /**
   * Gives the next item and leaves it there. @noswitch
   *
   * @throws {@link Empty} WEV_ERR_QUEUE_EMPTY when it is empty
   * @throws {@link ShutDown} WEV_ERR_QUEUE_SHUT_DOWN when it is empty and was shut down
   */
  peekNowait(): T {
    if (!this._hasItem("peek")) throw new Empty(`peek from a ${this.constructor.name}`);
    return this._peek();
  }

  /**
   * Another queue of the same class, limit and items. It calls the class's constructor without
   * arguments: a subclass that needs some overrides it. @noswitch
   */
  copy(): this {
    const copy = new (this.constructor as new () => this)();
    copy._takeOver(this);
    return copy;
  }

  /**
   * Gets one item after another, until the queue is shut down and empty: for `forEach` and `collect`
   * in a greenlet. Ending the iteration does nothing to the queue. @noswitch
   */
  iterate(): OperationIterator<T> {
    return new ItemIterator(this.get());
  }

  /** The same for `for await`, outside greenlets. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined, unknown> {
    return this.iterate()[Symbol.asyncIterator]() as AsyncIterator<T, undefined, unknown>;
  }
}
