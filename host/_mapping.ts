// Owns the calls of groups and pools that run a function over arguments or items: apply, map, imap.
// How the items are fed and the results handed out is _map.ts's.

import { checkItems, type Items } from "./_items.js";
import { type ImapOptions, type MapBody, MapIterator, mapItems } from "./_map.js";
import { Members } from "./_members.js";
import { call } from "./core/call.js";
import { listOf, requireBody, requireCallback } from "./core/check.js";
import { current } from "./core/current.js";
import { type Body, Greenlet } from "./core/greenlet.js";
import type { Operation } from "./core/operation.js";
import type { OperationIterator } from "./operation-iterator.js";

export abstract class Mapping extends Members {
  /** Whether a spawn would have to wait. @noswitch */
  abstract full(): boolean;

  /** @internal A greenlet as a member, or null: there is no place. */
  abstract _trySpawn<A extends unknown[], T>(body: Body<A, T>, args: A): Greenlet<T> | null;

  /** @internal The same, waiting for a place. */
  abstract _spawn<A extends unknown[], T>(body: Body<A, T>, args: A): Operation<Greenlet<T>>;

  /**
   * Runs `body` as a member and gives its result, or throws its error. Called from a member it runs
   * in that one: waiting for a place would be waiting for itself.
   *
   * @switches always, but from a member only as `body` does
   * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
   * @source gevent.pool.Group.apply
   * @since 0.1
   */
  apply<A extends unknown[], T>(body: Body<A, T>, args: A = [] as unknown[] as A): Operation<T> {
    requireBody(body, "apply");
    const list = listOf(args, "arguments") as A;
    return call(() => this.#apply(body, list));
  }

  *#apply<A extends unknown[], T>(body: Body<A, T>, args: A): Generator<unknown, T, unknown> {
    if (current instanceof Greenlet && this.has(current)) return yield* call(body, ...args);
    const greenlet = this._trySpawn(body, args) ?? (yield* this._spawn(body, args));
    return yield* greenlet;
  }

  /**
   * As `apply`, giving a greenlet of the result at once. On a full pool that greenlet waits for the
   * place.
   *
   * @noswitch
   * @param callback - Called in a greenlet with the result; not if it failed.
   * @source gevent.pool.Group.apply_async
   * @since 0.1
   */
  applyAsync<A extends unknown[], T>(
    body: Body<A, T>,
    args: A = [] as unknown[] as A,
    callback?: (value: T) => unknown,
  ): Greenlet<T> {
    requireBody(body, "apply");
    const list = listOf(args, "arguments") as A;
    if (callback !== undefined) requireCallback(callback, "call back");
    const greenlet = this._trySpawn(body, list) ?? this._send("applyAsync", () => this.#apply(body, list));
    return withCallback(greenlet, callback);
  }

  /**
   * What `body` gives for each item, in the order of the items. Throws the error of the first item
   * in order that failed, once all have ended, or at once what the items throw.
   *
   * @switches when there are items
   * @param items - A list, anything iterable, or an iteration whose steps may block.
   * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `items` cannot be iterated
   * @source gevent.pool.Group.map
   * @since 0.1
   */
  map<I, T>(body: MapBody<I, T>, items: Items<I>): Operation<T[]> {
    requireBody(body, "map");
    checkItems(items);
    return call(mapItems<I, T>, this, body, items);
  }

  /**
   * As `map`, giving a greenlet of the results at once. Killing the group ends it.
   *
   * @noswitch
   * @param callback - Called in a greenlet with the results; not if one failed.
   * @source gevent.pool.Group.map_async
   * @since 0.1
   */
  mapAsync<I, T>(body: MapBody<I, T>, items: Items<I>, callback?: (values: T[]) => unknown): Greenlet<T[]> {
    requireBody(body, "map");
    checkItems(items);
    if (callback !== undefined) requireCallback(callback, "call back");
    return withCallback(
      this._send("mapAsync", () => mapItems(this, body, items)),
      callback,
    );
  }

  /**
   * As `map`, giving each result in the order of the items, as soon as it can. An error is thrown
   * at its item, and the rest follow; what the items throw comes after all results. Close it when it
   * is left half way (`using`): no more items are begun then.
   *
   * @noswitch until its `next` is yielded or awaited; the items are begun before
   * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `items` cannot be iterated
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `maxSize` is not an integer from 1
   * @source gevent.pool.Group.imap
   * @since 0.1
   */
  imap<I, T>(body: MapBody<I, T>, items: Items<I>, options: ImapOptions = {}): OperationIterator<T> {
    return new MapIterator<I, T>(this, body, items, true, options);
  }

  /**
   * As `imap`, giving the results in the order they come.
   *
   * @noswitch until its `next` is yielded or awaited; the items are begun before
   * @throws as `imap` does
   * @source gevent.pool.Group.imap_unordered
   * @since 0.1
   */
  imapUnordered<I, T>(body: MapBody<I, T>, items: Items<I>, options: ImapOptions = {}): OperationIterator<T> {
    return new MapIterator<I, T>(this, body, items, false, options);
  }
}

function withCallback<T>(greenlet: Greenlet<T>, callback?: (value: T) => unknown): Greenlet<T> {
  if (callback !== undefined) greenlet.linkValue((ended) => callback(ended.value as T));
  return greenlet;
}
