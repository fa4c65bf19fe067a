// Long because its public face is gevent's, each member with its docstring. Owns Group and Pool:
// greenlets kept together; `wevent/pool`.

import { call } from "./core/call.js";
import { describe, RangeUsageError, UsageError } from "./core/errors.js";
import { type Body, Greenlet, type KillError, spawnGreenlet, type WaitOptions } from "./core/greenlet.js";
import type { Operation } from "./core/operation.js";
import type { TimeoutArgument } from "./core/timeout.js";
import { Event } from "./event.js";
import { killAll } from "./greenlet.js";
import { Semaphore } from "./lock.js";
import { type OperationIterator, Steps } from "./operation-iterator.js";
import { joinAll } from "./wait.js";

/** A body that takes one item. */
export type MapBody<I, T> = (item: I) => Generator<unknown, T, unknown> | PromiseLike<T> | T;

/** Options of `imap` and `imapUnordered`. */
export interface ImapOptions {
  /** Items that may be begun and not yet taken; omitted: no limit but the pool's size. */
  readonly maxSize?: number;
}

/**
 * Greenlets that are joined and killed together. A greenlet leaves its group when it has ended.
 *
 * @source gevent.pool.Group
 * @since 0.1
 */
export class Group implements Iterable<Greenlet> {
  protected readonly members = new Set<Greenlet>();
  readonly #unwatch = new Map<Greenlet, () => void>();
  readonly #empty = new Event();

  constructor(greenlets: Iterable<Greenlet> = []) {
    this.#empty.set();
    for (const greenlet of greenlets) this.add(greenlet);
  }

  /** How many of its greenlets have not ended. */
  get size(): number {
    return this.members.size;
  }

  [Symbol.iterator](): Iterator<Greenlet> {
    return this.members.values();
  }

  has(greenlet: Greenlet): boolean {
    return this.members.has(greenlet);
  }

  /** Takes a greenlet in; one that has ended leaves in a later step. @noswitch */
  add(greenlet: Greenlet): void {
    if (this.members.has(greenlet)) return;
    this.members.add(greenlet);
    this.#empty.clear();
    this.#unwatch.set(
      greenlet,
      greenlet.watch(() => this.#remove(greenlet)),
    );
  }

  /** Lets a greenlet go; one that is no member: nothing happens. @noswitch */
  discard(greenlet: Greenlet): void {
    this.#unwatch.get(greenlet)?.();
    this.#remove(greenlet);
  }

  #remove(greenlet: Greenlet): void {
    this.#unwatch.delete(greenlet);
    if (!this.members.delete(greenlet)) return;
    this.left(greenlet);
    if (this.members.size === 0) this.#empty.set();
  }

  /** A member has gone: what a pool gives its place back in. */
  protected left(_greenlet: Greenlet): void {}

  /** Takes in a greenlet that has not started, and starts it. @noswitch */
  start(greenlet: Greenlet): void {
    this.add(greenlet);
    greenlet.start();
  }

  /** Starts a greenlet as a member. A Pool may have to wait for a place first. */
  spawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Greenlet<T> | Operation<Greenlet<T>> {
    return this.spawnNow(body, args);
  }

  protected spawnNow<A extends unknown[], T>(body: Body<A, T>, args: A): Greenlet<T> {
    const greenlet = spawnGreenlet<T>(body, args);
    this.add(greenlet as Greenlet);
    return greenlet;
  }

  /**
   * Waits until the group is empty. Gives true, or false if the timeout passes first.
   *
   * @switches when the group is not empty
   * @throws the first failure in time of a member, with `raiseError`, once the group is empty
   */
  join(
    options: { readonly timeout?: TimeoutArgument; readonly raiseError?: boolean } = {},
  ): Operation<boolean> {
    return call(joinGroup, this, this.#empty, options);
  }

  /**
   * Kills every member, and those that are added while it waits, until the group is empty.
   *
   * @switches when yielded or awaited, unless the group is empty or `block` is false
   */
  kill(error?: KillError, options: WaitOptions = {}): Operation<void> {
    for (const greenlet of [...this.members]) greenlet.kill(error, { block: false });
    return call(killGroup, this, error, options);
  }

  /** Kills one member, and waits for its death. @switches when yielded or awaited */
  killOne(greenlet: Greenlet, error?: KillError, options: WaitOptions = {}): Operation<void> {
    return greenlet.kill(error, options);
  }

  /** Whether `spawn` would have to wait. */
  full(): boolean {
    return false;
  }

  /**
   * What `body` gives for each item, in the order of the items. Throws the error of the first item
   * in order that failed, once all have ended.
   *
   * @switches when there are items
   */
  map<I, T>(body: MapBody<I, T>, items: Iterable<I>): Operation<T[]> {
    return call(mapItems<I, T>, this, body, items);
  }

  /** As `map`, giving each result in the order of the items, as soon as it can. */
  imap<I, T>(body: MapBody<I, T>, items: Iterable<I>, options: ImapOptions = {}): OperationIterator<T> {
    return new MapIterator<I, T>(this, body, items, true, options.maxSize);
  }

  /** As `map`, giving the results in the order they come. An error is thrown at its item; the rest follow. */
  imapUnordered<I, T>(
    body: MapBody<I, T>,
    items: Iterable<I>,
    options: ImapOptions = {},
  ): OperationIterator<T> {
    return new MapIterator<I, T>(this, body, items, false, options.maxSize);
  }
}

function* joinGroup(
  group: Group,
  empty: Event,
  options: { readonly timeout?: TimeoutArgument; readonly raiseError?: boolean },
): Generator<unknown, boolean, unknown> {
  const members = [...group];
  const isEmpty = yield* empty.wait(options.timeout);
  if (options.raiseError) {
    const ended = members.filter((greenlet) => greenlet.dead && !greenlet.successful());
    ended.sort((a, b) => a._endOrder - b._endOrder);
    if (ended[0] !== undefined) throw ended[0].error;
  }
  return isEmpty;
}

function* killGroup(
  group: Group,
  error: KillError | undefined,
  options: WaitOptions,
): Generator<unknown, void, unknown> {
  const { block = true, timeout } = options;
  if (!block) return;
  if (timeout !== undefined) {
    yield* group.join({ timeout });
    return;
  }
  while (group.size > 0) yield* killAll(group, error);
}

function* mapItems<I, T>(
  group: Group,
  body: MapBody<I, T>,
  items: Iterable<I>,
): Generator<unknown, T[], unknown> {
  const greenlets: Greenlet<T>[] = [];
  try {
    for (const item of items) greenlets.push(yield* spawnIn(group, body, item));
    yield* joinAll(greenlets as Greenlet[]);
    const results: T[] = [];
    for (const greenlet of greenlets) results.push(yield* greenlet.get());
    return results;
  } finally {
    for (const greenlet of greenlets) greenlet._disown();
  }
}

function* spawnIn<I, T>(
  group: Group,
  body: MapBody<I, T>,
  item: I,
): Generator<unknown, Greenlet<T>, unknown> {
  const spawned = group.spawn(body, item);
  const greenlet = spawned instanceof Greenlet ? spawned : yield* spawned;
  // The mapping throws its error when the turn of its item comes: until then it is not unread.
  greenlet._own();
  return greenlet;
}

/** Feeds the items to a group from a greenlet of its own, and hands the results to one reader. */
class MapIterator<I, T> extends Steps<T> {
  readonly #feeder: Greenlet<void>;
  readonly #results: Greenlet<T>[] = [];
  /** Those whose errors the reader has not seen. */
  readonly #owned = new Set<Greenlet<T>>();
  readonly #arrived = new Event();
  readonly #room: Semaphore | null;
  #pending: number;
  #isFed = false;
  #isClosed = false;
  #error: { readonly thrown: unknown } | null = null;

  constructor(group: Group, body: MapBody<I, T>, items: Iterable<I>, isOrdered: boolean, maxSize?: number) {
    super();
    if (typeof body !== "function") {
      throw new UsageError(
        "WEV_ERR_BODY",
        `could not map ${describe(body)} because it is not a function; give a function of one item`,
      );
    }
    if (maxSize !== undefined && (!Number.isInteger(maxSize) || maxSize < 1)) {
      throw new RangeUsageError(
        `could not map with maxSize ${describe(maxSize)} because it is not an integer from 1`,
      );
    }
    this.#room = maxSize === undefined ? null : new Semaphore(maxSize);
    this.#pending = 0;
    this.#feeder = Greenlet.spawn(() => this.#feed(group, body, items, isOrdered));
  }

  *#feed(
    group: Group,
    body: MapBody<I, T>,
    items: Iterable<I>,
    isOrdered: boolean,
  ): Generator<unknown, void, unknown> {
    try {
      for (const item of items) {
        if (this.#room !== null) yield* this.#room.acquire();
        const greenlet = yield* spawnIn(group, body, item);
        this.#pending++;
        this.#owned.add(greenlet);
        if (this.#isClosed) greenlet._disown();
        if (isOrdered) this.#results.push(greenlet);
        greenlet.watch(() => {
          if (!isOrdered) this.#results.push(greenlet);
          this.#arrived.set();
        });
      }
    } catch (error) {
      this.#error = { thrown: error };
    } finally {
      this.#isFed = true;
      this.#arrived.set();
    }
  }

  next(): Operation<IteratorResult<T, undefined>> {
    return call(() => this.#take());
  }

  *#take(): Generator<unknown, IteratorResult<T, undefined>, unknown> {
    for (;;) {
      const first = this.#results[0];
      if (this.#isClosed) return { done: true, value: undefined };
      if (first?.dead) {
        this.#results.shift();
        this.#owned.delete(first);
        this.#pending--;
        this.#room?.release();
        return { done: false, value: yield* first.get() };
      }
      if (this.#isFed && this.#pending === 0) {
        this.close();
        if (this.#error !== null) throw this.#error.thrown;
        return { done: true, value: undefined };
      }
      this.#arrived.clear();
      yield* this.#arrived.wait();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#feeder.kill(undefined, { block: false });
    this.#results.length = 0;
    for (const greenlet of this.#owned) greenlet._disown();
    this.#owned.clear();
  }
}

/**
 * A group of at most `size` greenlets: `spawn` waits for a place.
 *
 * @source gevent.pool.Pool
 * @since 0.1
 */
export class Pool extends Group {
  /** Most greenlets at a time; null: no limit. */
  readonly limit: number | null;
  readonly #places: Semaphore | null;

  /** @param size - An integer from 1. Null or omitted: no limit. */
  constructor(size: number | null = null) {
    super();
    if (size !== null && (!Number.isInteger(size) || size < 1)) {
      throw new RangeUsageError(
        `could not make a pool of ${describe(size)} because it is not an integer from 1`,
      );
    }
    this.limit = size;
    this.#places = size === null ? null : new Semaphore(size);
  }

  override full(): boolean {
    return this.freeCount() === 0;
  }

  /** Places that are free; 1 without a limit. */
  freeCount(): number {
    return this.#places?.counter ?? 1;
  }

  /**
   * Starts a greenlet as soon as there is a place, and gives it. Callers get places in the order
   * they came.
   *
   * @switches when the pool is full
   */
  override spawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Operation<Greenlet<T>> {
    return call(spawnInPool<T>, this.#places, () => this.spawnNow(body, args));
  }

  /** Starts a greenlet if there is a place; null: there is none. @noswitch */
  trySpawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Greenlet<T> | null {
    if (this.#places !== null && !this.#places.tryAcquire()) return null;
    return this.spawnNow(body, args);
  }

  protected override left(): void {
    this.#places?.release();
  }
}

function* spawnInPool<T>(
  places: Semaphore | null,
  spawn: () => Greenlet<T>,
): Generator<unknown, Greenlet<T>, unknown> {
  if (places !== null) yield* places.acquire();
  try {
    return spawn();
  } catch (error) {
    places?.release();
    throw error;
  }
}
