// Owns Group: greenlets that are joined and killed together; `wevent/pool` re-exports it.

import { Mapping } from "./_mapping.js";
import { call } from "./core/call.js";
import { listOf } from "./core/check.js";
import { type Body, type Greenlet, requireGreenlet } from "./core/greenlet.js";
import type { Operation } from "./core/operation.js";

/**
 * Greenlets that are joined and killed together. A greenlet leaves its group when it has ended.
 *
 * @example Three at a time, and all of them
 * ```ts
 * const group = new Group();
 * for (const url of urls) group.spawn(download, url);
 * yield* group.join();
 * ```
 * @source gevent.pool.Group
 * @since 0.1
 */
export class Group extends Mapping {
  /**
   * @param greenlets - Its first members.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is not a list of greenlets
   */
  constructor(greenlets: Iterable<Greenlet> = []) {
    super();
    const list = listOf(greenlets, "members of a group");
    for (const greenlet of list) requireGreenlet(greenlet, "add");
    for (const greenlet of list) this.enter(greenlet);
  }

  /**
   * Takes a greenlet in; one that has ended leaves in a later step.
   *
   * @noswitch
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is not a greenlet
   */
  add(greenlet: Greenlet): void {
    requireGreenlet(greenlet, "add");
    this.enter(greenlet);
  }

  /** Takes in a greenlet that has not started, and starts it. @noswitch @throws as `add` does */
  start(greenlet: Greenlet): void {
    this.add(greenlet);
    greenlet.start();
  }

  /**
   * Starts a greenlet as a member.
   *
   * @noswitch
   * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
   */
  spawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Greenlet<T> {
    return this._spawnNow(body, args);
  }

  /** Whether `spawn` would have to wait: never. @noswitch */
  override full(): boolean {
    return false;
  }

  /** @internal */
  override _trySpawn<A extends unknown[], T>(body: Body<A, T>, args: A): Greenlet<T> {
    return this._spawnNow(body, args);
  }

  /** @internal */
  override _spawn<A extends unknown[], T>(body: Body<A, T>, args: A): Operation<Greenlet<T>> {
    return call(() => this._spawnNow(body, args));
  }
}
