// Owns Condition: waiting, with a lock given back meanwhile, until another says that something has
// changed; `wevent/lock` re-exports it.

import { Latch } from "./_latch.js";
import { Lockable } from "./_lockable.js";
import { call } from "./core/call.js";
import { requireCallback } from "./core/check.js";
import { current } from "./core/current.js";
import { checkInteger, describe, LockError, UsageError } from "./core/errors.js";
import { currentHub } from "./core/hub.js";
import type { Operation } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { checkLimit, type Limit, type Limits, limited, limitsOf } from "./core/timeout.js";
import type { WaitQueue } from "./core/wait-queue.js";
import { RLock } from "./rlock.js";
import { Semaphore } from "./semaphore.js";

/**
 * Greenlets that hold a lock wait here for a change of what it guards: `wait` gives the lock back,
 * and has it again when it ends.
 *
 * @source threading.Condition of Python, as gevent patches it
 * @since 0.1
 */
export class Condition extends Lockable {
  readonly #lock: RLock | Semaphore;
  /** One latch for each who waits, in the order they came. */
  readonly #waiters = new Set<Latch>();

  /** @param lock - The lock it uses; other conditions may share it. Omitted: an RLock of its own. */
  constructor(lock: RLock | Semaphore = new RLock()) {
    super();
    if (!(lock instanceof RLock || lock instanceof Semaphore)) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not make a condition of ${describe(lock)} because it is not a lock; give an RLock or a Semaphore`,
      );
    }
    this.#lock = lock;
  }

  /** Gives the lock back. @noswitch @throws as the lock's own `release` does */
  release(): void {
    this.#lock.release();
  }

  /**
   * Waits to be notified, without the lock. Gives true, or false if the timeout passes first. The
   * lock is had again on every way out.
   *
   * @switches always
   * @param limit - Longest wait for the notification, ms or a Timeout, or `{ timeout, signal }`.
   * Omitted: no limit. Getting the lock again has none.
   * @throws {@link LockError} WEV_ERR_LOCK when the caller does not hold the lock
   */
  wait(limit?: Limit): Operation<boolean> {
    checkLimit(limit);
    return call(() => this.#wait(limit));
  }

  *#wait(limit: Limit | undefined): Generator<unknown, boolean, unknown> {
    this.#requireHeld("wait for a condition");
    const turn = new Latch("Condition.wait");
    this.#waiters.add(turn);
    const lock = this.#lock;
    const count = lock instanceof RLock ? lock._releaseAll() : lock.release();
    let isServed = false;
    try {
      yield* turn.wait(limit);
      isServed = turn.isSet;
      return isServed;
    } finally {
      this.#waiters.delete(turn);
      // Killed when it was notified: the notification is for the next.
      if (turn.isSet && !isServed) this.#serve(1);
      yield* reacquire(lock, count);
    }
  }

  /**
   * Waits until `predicate()` is true, asking it whenever the condition is notified. Gives what it
   * is at the end: false if the timeout passes first.
   *
   * @switches when the predicate is false
   * @throws {@link LockError} WEV_ERR_LOCK when the caller does not hold the lock
   */
  waitFor(predicate: () => boolean, limit?: Limit): Operation<boolean> {
    requireCallback(predicate, "wait for");
    const limits: Limits = limitsOf(limit);
    return limited(limits, (ms) => call(() => this.#waitFor(predicate, ms)));
  }

  *#waitFor(predicate: () => boolean, timeoutMs: number): Generator<unknown, boolean, unknown> {
    const hub = currentHub();
    const deadlineMs = hub.now() + timeoutMs;
    while (!predicate()) {
      const leftMs = timeoutMs < 0 ? null : deadlineMs - hub.now();
      if (leftMs !== null && leftMs <= 0) return false;
      yield* this.wait(leftMs);
    }
    return true;
  }

  /**
   * Lets `count` of those who wait go on, the oldest first, once they get the lock.
   *
   * @noswitch
   * @param count - An integer from 0. Omitted: 1.
   * @throws {@link LockError} WEV_ERR_LOCK when the caller does not hold the lock
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `count` is not an integer from 0
   */
  notify(count = 1): void {
    checkInteger(count, 0, "notify");
    this.#requireHeld("notify a condition");
    this.#serve(count);
  }

  /** Lets all who wait go on. @noswitch @throws {@link LockError} WEV_ERR_LOCK as `notify` */
  notifyAll(): void {
    this.notify(this.#waiters.size);
  }

  #serve(count: number): void {
    let left = count;
    for (const turn of this.#waiters) {
      if (left-- === 0) return;
      this.#waiters.delete(turn);
      turn.set();
    }
  }

  #requireHeld(action: string): void {
    const lock = this.#lock;
    const isHeld = lock instanceof RLock ? lock.isOwned() : lock.locked();
    if (!isHeld) throw new LockError(action, lock._holder?.name ?? null);
  }

  /** @internal */
  override get _queue(): WaitQueue {
    return this.#lock._queue;
  }

  /** @internal */
  override get _holder(): Task | null {
    return this.#lock._holder;
  }

  /** @internal */
  override _attempt(task: Task): boolean {
    return this.#lock._attempt(task);
  }
}

/**
 * Takes the lock again, whatever interrupts that: who left `wait` without it would release, in the
 * cleaning up that a kill begins, what it does not have. The interruption is thrown after.
 */
function* reacquire(lock: RLock | Semaphore, count: number): Generator<unknown, void, unknown> {
  const { hub } = current!;
  let interruption: { readonly thrown: unknown } | null = null;
  for (;;) {
    try {
      yield* lock.acquire();
      break;
    } catch (thrown) {
      if (hub.isDestroyed) throw thrown;
      interruption = { thrown };
    }
  }
  if (lock instanceof RLock) lock._restore(count);
  if (interruption !== null) throw interruption.thrown;
}
