// Owns what locks of every kind share: acquire, and the two ways to give back what was acquired on
// every way out. It must not know what makes a lock free.

import { Attempt } from "./core/attempt.js";
import { call } from "./core/call.js";
import { requireBody, requireOptions } from "./core/check.js";
import type { Body, WaitOptions } from "./core/greenlet.js";
import { done, type Operation, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { expired, type Limit, limited, limitsOf } from "./core/timeout.js";
import type { WaitQueue } from "./core/wait-queue.js";

export abstract class Lockable {
  /** @internal Where those stand who wait for it. */
  abstract readonly _queue: WaitQueue;
  /** The acquire without options: one for all, for an operation has no state of one call. */
  #acquire: Acquire | null = null;

  /** @internal Takes it for the task, if it is free. */
  abstract _attempt(task: Task | null): boolean;

  /** @internal The task that has it, where one alone can. */
  get _holder(): Task | null {
    return null;
  }

  /** Gives back what was acquired. @noswitch */
  abstract release(): unknown;

  /**
   * Takes it. Gives true, or false if the timeout passes first, or if `block` is false and it is
   * not free. Those who wait are served in the order they came.
   *
   * @switches when it is not free and `block` is not false
   * @param options - `timeout`: longest wait, ms or a Timeout; 0: lets others run once; omitted: no
   * limit. `signal`: its abort ends the wait. `block`: false tries without waiting.
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when a Timeout was given and passes
   * @throws {@link UsageError} WEV_ERR_FOREIGN_HUB when greenlets of another hub have waited for it
   * @since 0.1
   */
  acquire(options?: WaitOptions): Operation<boolean> {
    if (options === undefined) {
      this.#acquire ??= new Acquire(this, -1, true);
      return this.#acquire;
    }
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new Acquire(this, ms, block));
  }

  /**
   * Runs `body` with it: acquired before, released on every way out, a kill included.
   *
   * @switches when it is not free, and as `body` does
   * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
   * @source `with lock:` of gevent
   * @since 0.1
   */
  with<A extends unknown[], T>(body: Body<A, T>, ...args: A): Operation<T> {
    requireBody(body, "call");
    return call(holding<A, T>, this, body, args);
  }

  /**
   * Takes it, and gives what releases it at the end of a scope: `using held = yield* lock.hold()`.
   *
   * @switches when it is not free
   * @param limit - Longest wait, ms or a Timeout, or `{ timeout, signal }`. Omitted: no limit.
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first
   * @since 0.1
   */
  hold(limit?: Limit): Operation<Disposable> {
    return limited(limitsOf(limit), (ms) => new Hold(this, ms));
  }
}

function* holding<A extends unknown[], T>(
  lock: Lockable,
  body: Body<A, T>,
  args: A,
): Generator<unknown, T, unknown> {
  yield* lock.acquire();
  try {
    return yield* call(body, ...args);
  } finally {
    lock.release();
  }
}

abstract class Taking<T> extends Attempt<T> {
  protected readonly lock: Lockable;

  constructor(lock: Lockable, ms: number, block: boolean) {
    super(ms, block);
    this.lock = lock;
  }

  protected line(): WaitQueue {
    return this.lock._queue;
  }

  override get holder(): Task | null {
    return this.lock._holder;
  }

  protected attempt(task: Task): Step<T> | null {
    return this.lock._attempt(task) ? this.taken() : null;
  }

  protected abstract taken(): Step<T>;
}

class Acquire extends Taking<boolean> {
  protected taken(): Step<boolean> {
    return done(true);
  }

  protected giveUp(): Step<boolean> {
    return done(false);
  }
}

class Hold extends Taking<Disposable> {
  constructor(lock: Lockable, ms: number) {
    super(lock, ms, true);
  }

  protected taken(): Step<Disposable> {
    return done(new Held(this.lock));
  }

  protected giveUp(): never {
    throw expired(this.timeoutMs);
  }
}

/** Releases once, however often it is disposed of. */
class Held implements Disposable {
  #lock: Lockable | null;

  constructor(lock: Lockable) {
    this.#lock = lock;
  }

  [Symbol.dispose](): void {
    const lock = this.#lock;
    this.#lock = null;
    lock?.release();
  }
}
