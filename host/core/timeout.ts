// Owns the Timeout: a deadline that throws itself into the greenlet that set it, and what the
// `timeout` argument of every blocking call means.

import { requireSignal, underSignal } from "./abort.js";
import { call } from "./call.js";
import { requireBody } from "./check.js";
import { current } from "./current.js";
import { checkMs, describe, type ErrorCode, setName, UsageError } from "./errors.js";
import type { Body } from "./greenlet.js";
import { currentHub, type Hub } from "./hub.js";
import { done, Operation, type Step } from "./operation.js";
import type { Task } from "./task.js";

/** What a Timeout raises instead of itself; false: nothing that leaves its own `run`. */
export type TimeoutError = Error | (new () => Error) | string | false;

/** A span in ms, or a Timeout that raises itself. */
export type TimeoutArgument = number | Timeout | null;

/**
 * What may cut a blocking call short. The call that is given them throws a UsageError,
 * WEV_ERR_ARGUMENT, at once for what is neither; the operation throws a Timeout that was given when
 * its time passes, and the reason of a signal that is aborted.
 */
export interface Limits {
  /** Longest wait, ms or a Timeout; omitted: no limit. */
  readonly timeout?: TimeoutArgument | undefined;
  /** Aborted: the call throws the signal's reason. An abort before the call is one at once. */
  readonly signal?: AbortSignal | undefined;
}

/** A span, or both limits by name. */
export type Limit = TimeoutArgument | Limits;

/**
 * Raises itself in the greenlet that starts it, once its time has passed: at the blocking call
 * the greenlet is in then. Always `cancel` or `close` it, or use `using` or `run`.
 *
 * @example A deadline over several calls
 * ```ts
 * using timeout = Timeout.startNew(100);
 * yield* sleep(10);
 * ```
 * @source gevent.Timeout; milliseconds here, seconds there
 * @since 0.1
 */
export class Timeout extends Error {
  readonly code = "WEV_ERR_TIMEOUT" satisfies ErrorCode;
  /** The span in ms; null: it never fires. */
  readonly ms: number | null;
  /** @internal */ _row = 0;
  /** @internal */ _serial = 0;
  #error: TimeoutError | null;
  #hub: Hub | null = null;

  /**
   * @param ms - Milliseconds; 0 or less: at the hub's next look at its timers. Null or omitted: never.
   * @param error - Raised instead: an error, or a class to make one from. A string: added to the
   * text. false: `run` swallows it.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `ms` is neither a number nor null
   */
  constructor(ms?: number | null, error?: TimeoutError | null) {
    checkTimeout(ms, error);
    const limit = Error.stackTraceLimit;
    // A timeout is made for every call it guards and seldom raised: the stack is taken when it is.
    Error.stackTraceLimit = 0;
    super(describeTimeout(ms, error));
    Error.stackTraceLimit = limit;
    setName(this, "Timeout");
    this.ms = ms ?? null;
    this.#error = error ?? null;
  }

  /** Makes a Timeout and starts it; a Timeout given is started if it is not pending. @noswitch */
  static startNew(ms?: number | Timeout | null, error?: TimeoutError | null): Timeout {
    const timeout = ms instanceof Timeout ? ms : new Timeout(ms, error);
    if (!timeout.pending) timeout.start();
    return timeout;
  }

  /** Whether it is started and has neither fired nor been cancelled. */
  get pending(): boolean {
    return this._row !== 0 && this.#hub!.hasRow(this);
  }

  /**
   * Starts it for the running greenlet, or for main. Can be started again once it is not pending. @noswitch
   *
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is pending
   */
  start(): this {
    if (this.pending) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not start a timeout of ${this.ms} ms because it is pending; cancel it first`,
      );
    }
    if (this.ms === null || this.ms === Number.POSITIVE_INFINITY) return this;
    // The greenlet it was started for may have ended before its deadline came.
    this.cancel();
    const hub = currentHub();
    this.#hub = hub;
    hub.armTimeout(this, current, Math.max(this.ms, 0));
    return this;
  }

  /** Takes it back, if it is pending. @noswitch */
  cancel(): void {
    if (this._row !== 0) this.#hub!.cancelLink(this);
  }

  /** Cancels it and lets go of the error it was to raise. @noswitch */
  close(): void {
    this.cancel();
    if (typeof this.#error === "object") this.#error = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Runs `body` under this timeout: starts it if it is not pending, and closes it after. Swallows
   * its own raise, and only that, if its error is false; the result is then undefined.
   *
   * @switches as `body` does
   * @source `with Timeout(...)` of gevent
   */
  run<A extends unknown[], T>(body: Body<A, T>, ...args: A): Operation<T | undefined> {
    requireBody(body, "run under a timeout");
    return call(underTimeout<A, T>, this, body, args);
  }

  /** @internal It fires: the error to throw. */
  fire(): unknown {
    this._row = 0;
    const error = this.#error;
    if (typeof error === "function") return new error();
    if (error instanceof Error) return error;
    return this;
  }

  /** @internal Whether `run` swallows it. */
  get isSilent(): boolean {
    return this.#error === false;
  }

  /** As a number: the span in ms, so that timeouts compare. */
  override valueOf(): number | object {
    return this.ms ?? this;
  }

  override toString(): string {
    return `Timeout: ${this.message}`;
  }
}

function* underTimeout<A extends unknown[], T>(
  timeout: Timeout,
  body: Body<A, T>,
  args: A,
): Generator<unknown, T | undefined, unknown> {
  if (!timeout.pending) timeout.start();
  try {
    return yield* call(body, ...args);
  } catch (error) {
    if (error !== timeout || !timeout.isSilent) throw error;
    return undefined;
  } finally {
    timeout.close();
  }
}

/** Throws unless a Timeout can be made of these. */
export function checkTimeout(ms: unknown, error: unknown): void {
  if (ms !== undefined && ms !== null) checkMs(ms, "a timeout");
  if (error === undefined || error === null || isRaisable(error)) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not make a timeout that raises ${describe(error)} because it is not an error; give an Error, its class, a string or false`,
  );
}

function isRaisable(error: unknown): boolean {
  return (
    error instanceof Error || typeof error === "string" || error === false || typeof error === "function"
  );
}

function describeTimeout(ms: number | null | undefined, error: TimeoutError | null | undefined): string {
  const span = ms === undefined || ms === null ? "no limit" : `${ms} ms`;
  if (error === false) return `${span} (silent)`;
  return typeof error === "string" ? `${span}: ${error}` : span;
}

/** The error for a call whose own `timeout` passed. */
export function expired(ms: number): Timeout {
  return new Timeout(ms);
}

/** A span argument as the core takes it: -1 for no limit, else 0 or more. */
export function timeoutMs(timeout: number | null | undefined): number {
  if (timeout === undefined || timeout === null) return -1;
  checkMs(timeout, "timeout");
  if (timeout === Number.POSITIVE_INFINITY) return -1;
  return timeout > 0 ? timeout : 0;
}

/** The limits of a call that takes them as one argument: a span, or an object that names at least one. */
export function limitsOf(limit: Limit | undefined): Limits {
  const isNamed =
    typeof limit === "object" &&
    limit !== null &&
    !(limit instanceof Timeout) &&
    ("timeout" in limit || "signal" in limit);
  return isNamed ? limit : { timeout: limit as TimeoutArgument | undefined };
}

/** Throws unless it can limit a call: for calls that use it only once they run. */
export function checkLimit(limit: Limit | undefined): void {
  const { timeout, signal } = limitsOf(limit);
  if (!(timeout instanceof Timeout)) timeoutMs(timeout);
  if (signal !== undefined) requireSignal(signal);
}

/**
 * An operation with its limits applied. A number of ms goes to the core with the wait itself; a
 * Timeout is started round the operation, unless its owner has started it.
 */
export function limited<T>(limits: Limits, make: (ms: number) => Operation<T>): Operation<T> {
  const op = timed(limits.timeout, make);
  const { signal } = limits;
  if (signal === undefined) return op;
  requireSignal(signal);
  return new Within(op, (inner) => underSignal(inner, signal));
}

function timed<T>(timeout: TimeoutArgument | undefined, make: (ms: number) => Operation<T>): Operation<T> {
  if (!(timeout instanceof Timeout)) return make(timeoutMs(timeout));
  return new Within(make(-1), (inner) => underTimer(inner, timeout));
}

function* underTimer<T>(op: Operation<T>, timeout: Timeout): Generator<unknown, T, unknown> {
  if (timeout.pending) return yield* op;
  timeout.start();
  try {
    return yield* op;
  } finally {
    timeout.cancel();
  }
}

/** An operation inside a frame that limits it; made in the same hub. */
class Within<T> extends Operation<T> {
  readonly #op: Operation<T>;
  readonly #frame: (op: Operation<T>) => Generator<unknown, T, unknown>;

  constructor(op: Operation<T>, frame: (op: Operation<T>) => Generator<unknown, T, unknown>) {
    super();
    this.#op = op;
    this.#frame = frame;
  }

  get label(): string {
    return this.#op.label;
  }

  override get home(): Hub | null {
    return this.#op.home;
  }

  start(task: Task): Step<T> {
    return task._push(this.#frame(this.#op));
  }

  resume(task: Task): Step<T> {
    return done(task._takeInbox() as T);
  }
}
