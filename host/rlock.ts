// Owns RLock; `wevent/lock` re-exports it.

import { Lockable } from "./_lockable.js";
import { current } from "./core/current.js";
import { LockError } from "./core/errors.js";
import { OutsideTask, type Task } from "./core/task.js";
import { WaitQueue } from "./core/wait-queue.js";

/** All of main is one owner, though each of its awaits is a task: null is main's plain code. */
const isMain = (task: Task | null) => task === null || task instanceof OutsideTask;

/**
 * A lock that its owner may acquire again: it is free once it was released as often. Only the
 * greenlet that has it may release it.
 *
 * @source gevent.lock.RLock
 * @since 0.1
 */
export class RLock extends Lockable {
  /** @internal */ readonly _queue = new WaitQueue("RLock.acquire");
  #owner: Task | null = null;
  #count = 0;

  /** How often its owner has acquired it and not released it. */
  get count(): number {
    return this.#count;
  }

  /** Whether somebody has it. @noswitch */
  locked(): boolean {
    return this.#count > 0;
  }

  /** Whether the running greenlet has it, or main where no greenlet runs. @noswitch */
  isOwned(): boolean {
    return this.#count > 0 && this.#isOwner(current);
  }

  /**
   * Takes back one acquire of the running greenlet. After the last the lock is free for whoever
   * stands first.
   *
   * @noswitch
   * @throws {@link LockError} WEV_ERR_LOCK when the running greenlet does not have it
   * @source gevent.lock.RLock.release
   * @since 0.1
   */
  release(): void {
    if (!this.isOwned()) throw new LockError("release an RLock", this.#owner?.name ?? null);
    this.#count--;
    if (this.#count === 0) this.#free();
  }

  #isOwner(task: Task | null): boolean {
    return this.#owner === task || (isMain(this.#owner) && isMain(task));
  }

  #free(): void {
    this.#owner = null;
    this._queue.notifyOne();
  }

  /** @internal Gives all of the owner's acquires back, for a wait: how many they were. */
  _releaseAll(): number {
    const count = this.#count;
    this.#count = 0;
    this.#free();
    return count;
  }

  /** @internal After `_releaseAll` and an acquire. */
  _restore(count: number): void {
    this.#count = count;
  }

  /** @internal */
  override get _holder(): Task | null {
    return this.#owner;
  }

  /** @internal */
  override _attempt(task: Task): boolean {
    if (this.#count > 0 && !this.#isOwner(task)) return false;
    if (this.#count === 0) this.#owner = task;
    this.#count++;
    return true;
  }
}
