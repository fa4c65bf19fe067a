// Owns Queue, a SimpleQueue that counts unfinished tasks and can be shut down, and its two other orders.

import { requireCallback } from "../core/check.js";
import { isTimedOut } from "../core/current.js";
import { RangeUsageError } from "../core/errors.js";
import type { Hub } from "../core/hub.js";
import { done, Operation, PARKED, type Step } from "../core/operation.js";
import type { Task } from "../core/task.js";
import { type Limit, limited, limitsOf } from "../core/timeout.js";
import { WaitQueue } from "../core/wait-queue.js";
import { type Compare, compareEntries, Heap } from "./heap.js";
import { SimpleQueue } from "./simple-queue.js";
import { Stack, type Store } from "./store.js";

/**
 * A SimpleQueue that counts tasks, so that a producer can wait until all it put is done, and that
 * can be shut down, which ends its consumers.
 *
 * @example Workers
 * ```ts
 * function* worker(queue: Queue<string>) {
 *   yield* forEach(queue.iterate(), function* (item) {
 *     yield* work(item);
 *     queue.taskDone();
 *   });
 * }
 * ```
 * @source gevent.queue.Queue (JoinableQueue is the same there)
 * @since 0.1
 */
export class Queue<T = unknown> extends SimpleQueue<T> {
  #unfinished = 0;
  #joiners: WaitQueue | null = null;

  /**
   * @param maxSize - Most items that `put` puts, an integer from 1. Null or omitted: no limit.
   * @param items - Put at once, whatever the limit; they count as unfinished.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `maxSize` is neither null nor such an integer
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `items` is not a list
   */
  constructor(maxSize: number | null = null, items?: Iterable<T>) {
    super(maxSize);
    if (items !== undefined) this._fill(items);
  }

  /** How many items were put whose `taskDone` has not been called. */
  get unfinishedTasks(): number {
    return this.#unfinished;
  }

  /** Whether it was shut down. */
  get isShutdown(): boolean {
    return this._isShutdown;
  }

  /**
   * Says that what was to be done with one item is done. @noswitch
   *
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when called more often than items were put
   */
  taskDone(): void {
    if (this.#unfinished === 0) {
      throw new RangeUsageError(
        `could not finish a task of a ${this.constructor.name} because all are done; call taskDone once for each item`,
      );
    }
    this.#unfinished--;
    this.#releaseJoiners();
  }

  /**
   * Waits until every item that was put is done. Gives true, or false if the timeout passes first.
   *
   * @switches when a task is unfinished
   * @param limit - Longest wait, ms or a Timeout. 0 or less: lets others run once. Omitted: no limit.
   * Or `{ timeout, signal }`.
   */
  join(limit?: Limit): Operation<boolean> {
    return limited(limitsOf(limit), (ms) => new Join(this, ms));
  }

  /**
   * Ends it: `put` throws ShutDown from here on, also those that wait; `get` gives what is left and
   * then throws ShutDown. Calling it again does nothing, or drops what is left. @noswitch
   *
   * @param immediate - true: drop what is left, each item counting as done
   */
  shutdown(immediate = false): void {
    this._isShutdown = true;
    if (immediate) {
      // taskDone may have been called for an item before it was got.
      this.#unfinished = Math.max(this.#unfinished - this.size, 0);
      this._clear();
      this.#releaseJoiners();
    }
    this._wakeAll();
  }

  /** As SimpleQueue.copy; what is unfinished is so in the copy too. @noswitch */
  override copy(): this {
    const copy = super.copy();
    copy.#unfinished = this.#unfinished;
    return copy;
  }

  #releaseJoiners(): void {
    if (this.#unfinished === 0) this.#joiners?.notify();
  }

  /** @internal */
  override _add(item: T): void {
    super._add(item);
    this.#unfinished++;
  }

  /** @internal */
  override get _home(): Hub | null {
    return super._home ?? this.#joiners?.hub ?? null;
  }

  /** @internal */
  _joinLine(): WaitQueue {
    if (this.#joiners === null) {
      this.#joiners = new WaitQueue(`${this.constructor.name}.join`);
      this.#joiners.hub = this._home;
    }
    return this.#joiners;
  }
}

class Join extends Operation<boolean> {
  readonly #queue: Queue;
  readonly #timeoutMs: number;

  constructor(queue: unknown, timeoutMs: number) {
    super();
    this.#queue = queue as Queue;
    this.#timeoutMs = timeoutMs;
  }

  get label(): string {
    return `${this.#queue.constructor.name}.join`;
  }

  override get home(): Hub | null {
    return this.#queue._home;
  }

  start(task: Task): Step<boolean> {
    if (this.#queue.unfinishedTasks === 0) return done(true);
    this.#queue._joinLine().wait(task, this.#timeoutMs);
    return PARKED;
  }

  resume(): Step<boolean> {
    return done(!isTimedOut());
  }
}

/**
 * A Queue that gives the newest item first.
 *
 * @source gevent.queue.LifoQueue
 * @since 0.1
 */
export class LifoQueue<T = unknown> extends Queue<T> {
  protected override makeStore(): Store<T> {
    return new Stack<T>();
  }
}

/**
 * A Queue that gives the smallest item first, and of equal ones the oldest.
 *
 * @source gevent.queue.PriorityQueue; of equal items any may come first there
 * @since 0.1
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  readonly #compare: Compare<T>;

  /**
   * @param compare - The order, as of `Array.prototype.sort`. Null or omitted: numbers, strings and
   * dates by `<`, arrays of them item by item. What it throws is thrown by the put or get that asked.
   * @param maxSize - as of Queue
   * @param items - as of Queue
   */
  constructor(compare: Compare<T> | null = null, maxSize: number | null = null, items?: Iterable<T>) {
    super(maxSize);
    if (compare !== null) requireCallback(compare, "compare with");
    this.#compare = compare ?? compareEntries;
    if (items !== undefined) this._fill(items);
  }

  protected override makeStore(): Store<T> {
    return new Heap<T>(this.#compare);
  }
}
