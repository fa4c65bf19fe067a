// Owns the queue itself: its items' store, its limit, its two lines, and who is woken when.
//
// No wake is lost, by two rules. Where items and getters are there at once, a wake of the getters'
// line is under way: the put that ended emptiness began it, and who was woken hands it on (Attempt).
// A line grows only while there is nothing for it, so no other put needs to wake anybody. The same
// holds of room and putters, but for room that a raised limit made: the next get wakes for that.

import { listOf, requireOptions } from "../core/check.js";
import { describe, RangeUsageError } from "../core/errors.js";
import type { WaitOptions } from "../core/greenlet.js";
import type { Hub } from "../core/hub.js";
import { DONE, type Operation, type Step } from "../core/operation.js";
import { limited } from "../core/timeout.js";
import { WaitQueue } from "../core/wait-queue.js";
import type { OperationIterator } from "../operation-iterator.js";
import { Empty, Full, ShutDown } from "./errors.js";
import { ItemIterator } from "./item-iterator.js";
import { Get, Peek, Put } from "./operations.js";
import { Fifo, type Store } from "./store.js";

/**
 * Items that some greenlets put and others get, in the order of the puts. With a limit, `put` waits
 * for room. Those who wait are served in the order they came; an item or a place is never reserved,
 * so a running greenlet may be faster than the one that was woken, which then keeps its turn. A
 * greenlet that is killed or timed out while it waits takes nothing and leaves nothing.
 *
 * @source gevent.queue.SimpleQueue
 * @since 0.1
 */
export class SimpleQueue<T = unknown> implements AsyncIterable<T> {
  /** @internal */ _isShutdown = false;
  /** Made when the first item comes. */
  #store: Store<T> | null = null;
  /** Most items; Infinity: no limit. */
  #limit = Number.POSITIVE_INFINITY;
  /** The limit was raised, and nobody has been let in for it. */
  #isWidened = false;
  /** Getters and peekers. */
  #getters: WaitQueue | null = null;
  #putters: WaitQueue | null = null;
  /** The get without options: one for all, for an operation has no state of one call. */
  #get: Get<T> | null = null;

  /**
   * @param maxSize - Most items that `put` puts, an integer from 1. Null or omitted: no limit.
   * @param items - Put at once, whatever the limit.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `maxSize` is neither null nor such an integer
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `items` is not a list
   */
  constructor(maxSize: number | null = null, items?: Iterable<T>) {
    this.maxSize = maxSize;
    if (items !== undefined) this._fill(items);
  }

  /**
   * Makes what holds the items: override it for another order. Called once, when the first item
   * comes: in the constructor if that is given items, before a subclass's own fields are set.
   */
  protected makeStore(): Store<T> {
    return new Fifo<T>();
  }

  /** How many items it holds. */
  get size(): number {
    return this.#store === null ? 0 : this.#store.size;
  }

  /** As `size`. */
  get length(): number {
    return this.size;
  }

  /** As `size`. */
  qsize(): number {
    return this.size;
  }

  /** Whether there is nothing to get. */
  empty(): boolean {
    return this.size === 0;
  }

  /** Whether there is no room to put into; never without a limit. */
  full(): boolean {
    return this.size >= this.#limit;
  }

  /**
   * Most items; null: no limit. Raising it releases nobody by itself: the next get does. Lowering it
   * below `size` drops nothing.
   *
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when set to what is neither null nor an integer from 1
   */
  get maxSize(): number | null {
    return this.#limit === Number.POSITIVE_INFINITY ? null : this.#limit;
  }

  set maxSize(maxSize: number | null) {
    if (maxSize !== null && (!Number.isInteger(maxSize) || maxSize < 1)) {
      throw new RangeUsageError(
        `could not limit a ${this.constructor.name} to ${describe(maxSize)} because that is not an integer from 1; give one, or null for no limit`,
      );
    }
    const limit = maxSize ?? Number.POSITIVE_INFINITY;
    if (limit > this.#limit) this.#isWidened = true;
    this.#limit = limit;
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
    copy.#limit = this.#limit;
    // Also an empty store is copied: it knows the order of a PriorityQueue.
    copy.#store = this.#items().copy();
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

  // ---- what the operations ask

  /** @internal Puts it if there is room; null: there is none. */
  _tryPut(item: T): Step<undefined> | null {
    if (this._isShutdown) throw new ShutDown(`put into a ${this.constructor.name}`);
    if (this.full()) return null;
    this._add(item);
    return DONE;
  }

  /** @internal Whether there is something to get. */
  _hasItem(verb: string): boolean {
    if (this.size > 0) return true;
    if (this._isShutdown) throw new ShutDown(`${verb} from a ${this.constructor.name}`);
    return false;
  }

  /** @internal Takes an item; there is one. */
  _take(): T {
    const wasFull = this.full();
    const item = this.#store!.get();
    if ((wasFull || this.#isWidened) && !this.full()) {
      this.#isWidened = false;
      this.#putters?.notifyOne();
    }
    return item;
  }

  /** @internal Gives an item; there is one. */
  _peek(): T {
    return this.#store!.peek();
  }

  /** @internal Puts an item, whatever the limit. */
  _add(item: T): void {
    const store = this.#items();
    const wasEmpty = store.size === 0;
    store.put(item);
    if (wasEmpty) this.#getters?.notifyOne();
  }

  /** @internal */
  _fill(items: Iterable<T>): void {
    for (const item of listOf(items, "the items of a queue")) this._add(item);
  }

  /** @internal Forgets all items. */
  _clear(): void {
    this.#store = null;
  }

  #items(): Store<T> {
    this.#store ??= this.makeStore();
    return this.#store;
  }

  // ---- the lines

  /** @internal The hub of those who waited, unless it is gone. */
  get _home(): Hub | null {
    const hub = (this.#getters ?? this.#putters)?.hub ?? null;
    return hub === null || hub.isDestroyed ? null : hub;
  }

  /** @internal */
  _getLine(): WaitQueue {
    this.#getters ??= this.#newLine("get");
    return this.#getters;
  }

  /** @internal */
  _putLine(): WaitQueue {
    this.#putters ??= this.#newLine("put");
    return this.#putters;
  }

  #newLine(verb: string): WaitQueue {
    const line = new WaitQueue(`${this.constructor.name}.${verb}`);
    // Both lines are in one hub.
    line.hub = this._home;
    return line;
  }

  /** @internal One who was woken has acted: there may be an item for the next. */
  _wakeGetter(): void {
    if (this.size > 0) this.#getters?.notifyOne();
  }

  /** @internal One who was woken has acted: there may be room for the next. */
  _wakePutter(): void {
    if (!this.full()) this.#putters?.notifyOne();
  }

  /** @internal Everybody looks again. */
  _wakeAll(): void {
    this.#getters?.notify();
    this.#putters?.notify();
  }
}
