// Owns what a queue is: its items' store, its limit, its two lines, and who is woken when. It must not
// know how anybody waits: operations do.
//
// No wake is lost, by two rules. Where items and getters are there at once, a wake of the getters'
// line is under way: the put that ended emptiness began it, and who was woken hands it on (Attempt).
// A line grows only while there is nothing for it, so no other put needs to wake anybody. The same
// holds of room and putters, but for room that a raised limit made: the next get wakes for that.

import { listOf } from "../core/check.js";
import { describe, RangeUsageError } from "../core/errors.js";
import type { Hub } from "../core/hub.js";
import { DONE, type Step } from "../core/operation.js";
import { WaitQueue } from "../core/wait-queue.js";
import { ShutDown } from "./errors.js";
import { Fifo, type Store } from "./store.js";

/** What every queue has, whatever calls it offers. */
export abstract class QueueBase<T> {
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

  constructor(maxSize: number | null) {
    this.maxSize = maxSize;
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

  /** As `size`. @noswitch */
  qsize(): number {
    return this.size;
  }

  /** Whether there is nothing to get. @noswitch */
  empty(): boolean {
    return this.size === 0;
  }

  /** Whether there is no room to put into; never without a limit. @noswitch */
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
    // A compare may shut the queue down: the item went with the others.
    if (this.#store !== store) throw new ShutDown(`put into a ${this.constructor.name}`);
    if (wasEmpty) this.#getters?.notifyOne();
  }

  /** @internal */
  _fill(items: Iterable<T>): void {
    for (const item of listOf(items, "the items of a queue")) this._add(item);
  }

  /** @internal Copies another's limit and items. */
  _takeOver(other: QueueBase<T>): void {
    this.#limit = other.#limit;
    // Also an empty store is copied: it knows the order of a PriorityQueue.
    this.#store = other.#items().copy();
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
