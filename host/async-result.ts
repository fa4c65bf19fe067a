// Owns AsyncResult: a value or an error that greenlets wait for; `wevent/event` re-exports it.

import { Attempt } from "./core/attempt.js";
import { requireOptions } from "./core/check.js";
import type { LinkTarget, WaitOptions } from "./core/greenlet.js";
import { done, type Operation, type Step } from "./core/operation.js";
import { expired, type Limit, limited, limitsOf } from "./core/timeout.js";
import { WaitQueue } from "./core/wait-queue.js";

type Outcome<T> =
  | { readonly isError: false; readonly value: T }
  | { readonly isError: true; readonly error: unknown };

/**
 * A value or an error that comes once somebody sets it, and then stays for all who ask. A greenlet
 * hands its outcome over with `greenlet.link(result)`.
 *
 * Like a greenlet it is not thenable: outside greenlets, `await result.get()`. Its error is not
 * reported when nobody reads it.
 *
 * @source gevent.event.AsyncResult; there a value beats an error, here the last one set stands
 * @since 0.1
 */
export class AsyncResult<T = unknown> implements LinkTarget<T> {
  readonly #queue = new WaitQueue("AsyncResult.get");
  #outcome: Outcome<T> | null = null;
  /** The get without a limit: one for all, for an operation has no state of one call. */
  #get: Get<T> | null = null;

  /** Whether a value or an error is set. @noswitch */
  ready(): boolean {
    return this.#outcome !== null;
  }

  /** Whether a value is set. @noswitch */
  successful(): boolean {
    return this.#outcome?.isError === false;
  }

  /** The value, or undefined. */
  get value(): T | undefined {
    return this.#outcome?.isError === false ? this.#outcome.value : undefined;
  }

  /** The error, or undefined. */
  get error(): unknown {
    return this.#outcome?.isError ? this.#outcome.error : undefined;
  }

  /**
   * Sets the value, in place of what was set before. Those who wait are resumed in a later step, in
   * the order they came.
   *
   * @noswitch
   */
  set(...value: undefined extends T ? [value?: T] : [value: T]): void;
  set(value?: T): void {
    this.#settle({ isError: false, value: value as T });
  }

  /** Sets the error that `get` throws, in place of what was set before. @noswitch */
  setError(error: unknown): void {
    this.#settle({ isError: true, error });
  }

  #settle(outcome: Outcome<T>): void {
    this.#outcome = outcome;
    this.#queue.notify();
  }

  /**
   * Gives the value, or throws the error: the same object each time.
   *
   * @switches when nothing is set and `block` is not false
   * @param options - `timeout`: longest wait, ms or a Timeout; 0: lets others run once; omitted: no
   * limit. `signal`: its abort ends the wait. `block`: false does not wait.
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first, or at once with `block: false`
   * @source gevent.event.AsyncResult.get
   * @since 0.1
   */
  get(options?: WaitOptions): Operation<T> {
    if (options === undefined) {
      this.#get ??= new Get(this, this.#queue, -1, true);
      return this.#get;
    }
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new Get(this, this.#queue, ms, block));
  }

  /**
   * Gives the value, or throws the error, at once.
   *
   * @noswitch
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when nothing is set
   * @since 0.1
   */
  getNowait(): T {
    return this._take(0);
  }

  /**
   * Waits until a value or an error is set, and throws neither. Gives the value; undefined for an
   * error, and if the timeout passes first.
   *
   * @switches when nothing is set
   * @param limit - Longest wait, ms or a Timeout. 0: lets others run once. Omitted: no limit.
   * Or `{ timeout, signal }`.
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when a Timeout was given and passes
   * @source gevent.event.AsyncResult.wait
   * @since 0.1
   */
  wait(limit?: Limit): Operation<T | undefined> {
    return limited(limitsOf(limit), (ms) => new WaitForResult(this, this.#queue, ms));
  }

  /** A promise of its outcome. @noswitch */
  promise(): Promise<T> {
    return Promise.resolve(this.get());
  }

  /** Calls `callback(result)` once, in the hub, when it is set; soon if it is. @noswitch */
  rawlink(callback: (result: this) => unknown): void {
    this.#queue.rawlink(callback as (source: unknown) => unknown, this, this.ready());
  }

  /** Takes back what `rawlink` was given; none: nothing happens. @noswitch */
  unlink(callback: unknown): void {
    this.#queue.unlink(callback);
  }

  /** How many callbacks are linked. */
  get linkCount(): number {
    return this.#queue.linkCount;
  }

  /** @internal The outcome, after a wait of so many ms. */
  _take(waitedMs: number): T {
    if (this.#outcome === null) throw expired(waitedMs);
    if (this.#outcome.isError) throw this.#outcome.error;
    return this.#outcome.value;
  }
}

/** Nobody can take a result from another: the first attempt after a set succeeds. */
class Get<T> extends Attempt<T> {
  readonly #result: AsyncResult<T>;
  readonly #queue: WaitQueue;

  constructor(result: AsyncResult<T>, queue: WaitQueue, ms: number, block: boolean) {
    super(ms, block);
    this.#result = result;
    this.#queue = queue;
  }

  protected line(): WaitQueue {
    return this.#queue;
  }

  protected attempt(): Step<T> | null {
    return this.#result.ready() ? this.giveUp() : null;
  }

  protected giveUp(): Step<T> {
    return done(this.#result._take(Math.max(this.timeoutMs, 0)));
  }
}

class WaitForResult<T> extends Attempt<T | undefined> {
  readonly #result: AsyncResult<T>;
  readonly #queue: WaitQueue;

  constructor(result: AsyncResult<T>, queue: WaitQueue, ms: number) {
    super(ms);
    this.#result = result;
    this.#queue = queue;
  }

  protected line(): WaitQueue {
    return this.#queue;
  }

  override get label(): string {
    return "AsyncResult.wait";
  }

  protected attempt(): Step<T | undefined> | null {
    return this.#result.ready() ? this.giveUp() : null;
  }

  protected giveUp(): Step<T | undefined> {
    return done(this.#result.value);
  }
}
