// Pool, and what `wevent/pool` gives beside it.

import { Mapping } from "./_mapping.js";
import { Attempt } from "./core/attempt.js";
import { requireBody, requireOptions } from "./core/check.js";
import { current } from "./core/current.js";
import { checkInteger, PoolFull } from "./core/errors.js";
import { type Body, type Greenlet, requireGreenlet, type WaitOptions } from "./core/greenlet.js";
import { DONE, done, type Operation, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { type Limit, limited } from "./core/timeout.js";
import type { WaitQueue } from "./core/wait-queue.js";
import { DummySemaphore, Semaphore } from "./semaphore.js";

export type { BlockingItems, Items } from "./_items.js";
export type { ImapOptions, MapBody } from "./_map.js";
export type { GroupJoinOptions } from "./_members.js";
export { PoolFull } from "./core/errors.js";
export { Group } from "./group.js";

/**
 * A group of at most `size` greenlets: `spawn` waits for a place.
 *
 * @example Ten downloads at a time
 * ```ts
 * const pages = yield* new Pool(10).map(download, urls);
 * ```
 * @source gevent.pool.Pool
 * @since 0.1
 */
export class Pool extends Mapping {
  /** Most greenlets at a time; null: no limit. */
  readonly limit: number | null;
  readonly #places: Semaphore | DummySemaphore;

  /**
   * @param size - An integer from 1. Null or omitted: no limit.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when it is neither
   */
  constructor(size: number | null = null) {
    super();
    if (size !== null) checkInteger(size, 1, "make a pool of");
    this.limit = size;
    this.#places = size === null ? new DummySemaphore() : new Semaphore(size);
  }

  /** Whether `spawn` would have to wait. @noswitch */
  override full(): boolean {
    return this.#places.locked();
  }

  /** Places that are free; 1 without a limit. @noswitch */
  freeCount(): number {
    return this.#places.counter;
  }

  /**
   * Waits until there is a free place, without taking it. Gives how many there are, or 0 if the
   * timeout passes first.
   *
   * @switches when the pool is full
   * @param limit - Longest wait, ms or a Timeout, or `{ timeout, signal }`. Omitted: no limit.
   * @source gevent.pool.Pool.wait_available
   * @since 0.1
   */
  waitAvailable(limit?: Limit): Operation<number> {
    return this.#places.wait(limit);
  }

  /**
   * Starts a greenlet as soon as there is a place, and gives it. Callers get places in the order
   * they came. Nothing happens before it is yielded or awaited.
   *
   * @switches when the pool is full
   * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
   * @source gevent.pool.Pool.spawn
   * @since 0.1
   */
  spawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Operation<Greenlet<T>> {
    requireBody(body);
    return this._spawn(body, args);
  }

  /** Starts a greenlet if there is a place; null: there is none. @noswitch @throws as `spawn` does */
  trySpawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Greenlet<T> | null {
    requireBody(body);
    return this._trySpawn(body, args);
  }

  /**
   * Takes a greenlet in as soon as there is a place; a member stays one. Nothing happens before it
   * is yielded or awaited.
   *
   * @switches when the pool is full and `block` is not false
   * @param options - `timeout`: longest wait, ms or a Timeout. `signal`: its abort ends the wait.
   * `block`: false tries without waiting.
   * @throws {@link PoolFull} WEV_ERR_POOL_FULL when the time passes first, or `block` is false and
   * there is no place
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is not a greenlet
   * @source gevent.pool.Pool.add
   * @since 0.1
   */
  add(greenlet: Greenlet, options: WaitOptions = {}): Operation<void> {
    return this.#add(greenlet, options, false);
  }

  /** As `add`, and starts the greenlet. @switches as `add` does @throws as `add` does */
  start(greenlet: Greenlet, options: WaitOptions = {}): Operation<void> {
    return this.#add(greenlet, options, true);
  }

  #add(greenlet: Greenlet, options: WaitOptions, starts: boolean): Operation<void> {
    requireGreenlet(greenlet, "add");
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new AddToPool(this, this.#places, greenlet, starts, ms, block));
  }

  /** @internal With a place that was taken for it, unless it is a member. */
  _admit(greenlet: Greenlet, starts: boolean): void {
    if (!this.has(greenlet)) {
      try {
        this.enter(greenlet);
      } catch (error) {
        this.#places.release();
        throw error;
      }
    }
    if (starts) greenlet.start();
  }

  /** @internal With a place that was taken for it. */
  _spawnInPlace<A extends unknown[], T>(body: Body<A, T>, args: A): Greenlet<T> {
    try {
      return this._spawnNow(body, args);
    } catch (error) {
      this.#places.release();
      throw error;
    }
  }

  /** @internal */
  override _trySpawn<A extends unknown[], T>(body: Body<A, T>, args: A): Greenlet<T> | null {
    return this.#places._attempt(current) ? this._spawnInPlace(body, args) : null;
  }

  /** @internal */
  override _spawn<A extends unknown[], T>(body: Body<A, T>, args: A): Operation<Greenlet<T>> {
    return new SpawnInPool(this, this.#places, body, args);
  }

  protected override left(): void {
    this.#places.release();
  }
}

/** Taking a place in a pool. */
abstract class Entering<T> extends Attempt<T> {
  protected readonly pool: Pool;
  protected readonly places: Semaphore | DummySemaphore;

  constructor(pool: Pool, places: Semaphore | DummySemaphore, ms: number, block: boolean) {
    super(ms, block);
    this.pool = pool;
    this.places = places;
  }

  /** Who has the place, if there is one only. */
  override get holder(): Task | null {
    return this.pool.limit === 1 ? ([...this.pool][0] ?? null) : null;
  }

  protected line(): WaitQueue {
    return this.places._queue;
  }

  protected attempt(task: Task): Step<T> | null {
    return this.places._attempt(task) ? this.enter() : null;
  }

  protected giveUp(): never {
    throw new PoolFull(this.pool.limit!);
  }

  /** With a place that was taken for it. */
  protected abstract enter(): Step<T>;
}

class SpawnInPool<A extends unknown[], T> extends Entering<Greenlet<T>> {
  readonly #body: Body<A, T>;
  readonly #args: A;

  constructor(pool: Pool, places: Semaphore | DummySemaphore, body: Body<A, T>, args: A) {
    super(pool, places, -1, true);
    this.#body = body;
    this.#args = args;
  }

  override get label(): string {
    return "Pool.spawn";
  }

  protected enter(): Step<Greenlet<T>> {
    return done(this.pool._spawnInPlace(this.#body, this.#args));
  }
}

class AddToPool extends Entering<void> {
  readonly #greenlet: Greenlet;
  readonly #starts: boolean;

  constructor(
    pool: Pool,
    places: Semaphore | DummySemaphore,
    greenlet: Greenlet,
    starts: boolean,
    ms: number,
    block: boolean,
  ) {
    super(pool, places, ms, block);
    this.#greenlet = greenlet;
    this.#starts = starts;
  }

  override get label(): string {
    return "Pool.add";
  }

  /** A member needs no place: one that is free is for the next. */
  protected override attempt(task: Task): Step<void> | null {
    if (!this.pool.has(this.#greenlet)) return super.attempt(task);
    this.places._passOn();
    return this.enter();
  }

  protected enter(): Step<void> {
    this.pool._admit(this.#greenlet, this.#starts);
    return DONE;
  }
}
