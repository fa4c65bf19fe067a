// Owns the three semaphores; `wevent/lock` re-exports them.

import { Role } from "../assembly/core/abi.js";
import { Lockable } from "./_lockable.js";
import { Attempt } from "./core/attempt.js";
import { call } from "./core/call.js";
import { checkInteger, RangeUsageError } from "./core/errors.js";
import { currentHub, type Hub } from "./core/hub.js";
import { LeveledQueue } from "./core/leveled-queue.js";
import { done, type Operation, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { type Limit, limited, limitsOf } from "./core/timeout.js";
import { WaitQueue } from "./core/wait-queue.js";

/**
 * A counter of permits. `acquire` takes one, waiting for it; `release` gives one back. A permit is
 * never reserved: a running greenlet may take it before the one that was woken for it, which then
 * keeps its place at the head of the line.
 *
 * @source gevent.lock.Semaphore
 * @since 0.1
 */
export class Semaphore extends Lockable {
  /** @internal */ readonly _queue = new LeveledQueue("Semaphore.acquire", Role.Semaphore, 1);
  /** Whether one greenlet alone can have it, so that it can be told who has. */
  readonly #isExclusive: boolean;
  #holder: Task | null = null;

  /**
   * @param value - Permits at the beginning, an integer from 0. Omitted: 1.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when it is not
   */
  constructor(value = 1) {
    super();
    checkInteger(value, 0, "make a semaphore of");
    this._queue.level = value;
    this.#isExclusive = value === 1;
  }

  /**
   * The semaphore that a guest, or another part of the program, has shared.
   *
   * @noswitch
   * @param handle - What `handle` answered there.
   * @param hub - The hub it was shared in. Omitted: the current one.
   * @throws {@link UsageError} WEV_ERR_HANDLE when the handle does not name a semaphore that is shared there
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `hub` is not a hub, {@link HubDestroyed} WEV_ERR_HUB_DESTROYED when it was destroyed
   */
  static fromHandle(handle: bigint, hub: Hub = currentHub()): Semaphore {
    const semaphore = new Semaphore(0);
    semaphore._queue.attach(handle, hub);
    return semaphore;
  }

  /** Its name for guests and for `fromHandle`. Asked for, it keeps a row of the hub until `unshare`. @noswitch */
  get handle(): bigint {
    return this._queue.share();
  }

  /** Takes the handle back: it names nothing any more. Who waits goes on waiting. @noswitch */
  unshare(): void {
    this._queue.unshare();
  }

  /** Permits that are free. */
  get counter(): number {
    return this._queue.level;
  }

  /** Whether no permit is free. @noswitch */
  locked(): boolean {
    return this.counter === 0;
  }

  /** Whether a permit is free: what `wait` and `iwait` of several objects ask. @noswitch */
  ready(): boolean {
    return this.counter > 0;
  }

  /**
   * Gives a permit back, to whoever stands first. Anybody may, also one who acquired none: the
   * counter grows.
   *
   * @noswitch
   * @returns the permits that are free then
   */
  release(): number {
    const free = this._queue.level + 1;
    this._queue.level = free;
    this.#holder = null;
    this._queue.notifyOne();
    return free;
  }

  /**
   * Waits until a permit is free, without taking it. Gives how many are, or 0 if the timeout passes
   * first.
   *
   * @switches when no permit is free
   * @param limit - Longest wait, ms or a Timeout. 0: lets others run once. Omitted: no limit.
   * Or `{ timeout, signal }`.
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when a Timeout was given and passes
   * @source gevent.lock.Semaphore.wait
   * @since 0.1
   */
  wait(limit?: Limit): Operation<number> {
    return limited(limitsOf(limit), (ms) => new WaitForPermit(this, ms));
  }

  /** Calls `callback(semaphore)` once, in the hub, when a permit is free; soon if one is. @noswitch */
  rawlink(callback: (semaphore: this) => unknown): void {
    const mayCall = () => this._passOn();
    this._queue.rawlink(callback as (source: unknown) => unknown, this, this.ready(), mayCall);
  }

  /** Takes back what `rawlink` was given; none: nothing happens. @noswitch */
  unlink(callback: unknown): void {
    this._queue.unlink(callback);
  }

  /** How many callbacks are linked. */
  get linkCount(): number {
    return this._queue.linkCount;
  }

  /** @internal */
  override get _holder(): Task | null {
    return this.#holder;
  }

  /** @internal */
  override _attempt(task: Task | null): boolean {
    if (!this._queue.take()) return false;
    if (this.#isExclusive) this.#holder = task;
    return true;
  }

  /** @internal One who was served takes nothing, so the next is served too. False: nothing is free. */
  _passOn(): boolean {
    if (this.locked()) return false;
    this._queue.notifyOne();
    return true;
  }
}

class WaitForPermit extends Attempt<number> {
  readonly #semaphore: Semaphore;

  constructor(semaphore: Semaphore, ms: number) {
    super(ms);
    this.#semaphore = semaphore;
  }

  protected line(): WaitQueue {
    return this.#semaphore._queue;
  }

  override get label(): string {
    return "Semaphore.wait";
  }

  override get holder(): Task | null {
    return this.#semaphore._holder;
  }

  protected attempt(): Step<number> | null {
    return this.#semaphore._passOn() ? this.giveUp() : null;
  }

  protected giveUp(): Step<number> {
    return done(this.#semaphore.counter);
  }
}

/**
 * A semaphore that refuses more releases than acquires: a sign of a mistake in a program.
 *
 * @source gevent.lock.BoundedSemaphore
 * @since 0.1
 */
export class BoundedSemaphore extends Semaphore {
  readonly #most: number;

  /** @param value - Permits at the beginning, and at most: an integer from 0. Omitted: 1. */
  constructor(value = 1) {
    super(value);
    this.#most = value;
  }

  /**
   * Gives a permit back, to whoever stands first.
   *
   * @noswitch
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when all permits are free
   */
  override release(): number {
    if (this.counter >= this.#most) {
      throw new RangeUsageError(
        `could not release a semaphore of ${this.#most} because all its permits are free; release once for each acquire`,
      );
    }
    return super.release();
  }
}

/**
 * A semaphore that never blocks: for code that takes a lock, where none is needed.
 *
 * @source gevent.lock.DummySemaphore
 * @since 0.1
 */
export class DummySemaphore extends Lockable {
  /** @internal */ readonly _queue = new WaitQueue("DummySemaphore.acquire");

  /** Permits that are free: always 1. */
  get counter(): number {
    return 1;
  }

  /** Never. @noswitch */
  locked(): boolean {
    return false;
  }

  /** Always. @noswitch */
  ready(): boolean {
    return true;
  }

  /** Does nothing. Gives 1. @noswitch */
  release(): number {
    return 1;
  }

  /** Gives 1 at once. @noswitch */
  wait(limit?: Limit): Operation<number> {
    return limited(limitsOf(limit), () => call(() => 1));
  }

  /** Calls `callback(semaphore)` soon, in the hub. @noswitch */
  rawlink(callback: (semaphore: this) => unknown): void {
    this._queue.rawlink(callback as (source: unknown) => unknown, this, true);
  }

  /** Takes back what `rawlink` was given; none: nothing happens. @noswitch */
  unlink(callback: unknown): void {
    this._queue.unlink(callback);
  }

  /** @internal */
  override _attempt(): boolean {
    return true;
  }

  /** @internal Nobody waits. */
  _passOn(): boolean {
    return true;
  }
}
