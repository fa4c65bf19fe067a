// Timeouts: `wevent/timeout`.

import { call } from "./core/call.js";
import { requireBody, requireOptions } from "./core/check.js";
import type { Body } from "./core/greenlet.js";
import type { Operation } from "./core/operation.js";
import { checkTimeout, type Limits, limited, Timeout, type TimeoutError } from "./core/timeout.js";

export { type Limit, type Limits, Timeout, type TimeoutArgument, type TimeoutError } from "./core/timeout.js";

/** Options of `withTimeout`. */
export interface WithTimeoutOptions<V> extends Pick<Limits, "signal"> {
  /** Given instead of the error when the time passes. Omitted: the Timeout is thrown. */
  readonly timeoutValue?: V;
  /** Thrown instead of the Timeout. */
  readonly error?: Exclude<TimeoutError, false>;
}

/**
 * Runs `body` in the present greenlet, for at most `ms` milliseconds, and until `signal` is aborted: how
 * calls that take no signal of their own get one.
 *
 * @switches as `body` does
 * @param ms - 0 or less: at the hub's next look at its timers. Null: no limit.
 * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes and there is no `timeoutValue`
 * @throws the signal's reason when that is aborted first, at the call that `body` is blocked in
 * @source gevent.with_timeout, where the timeout_value is given for its own timeout only; so here
 * @since 0.1
 */
export function withTimeout<T, V = never>(
  ms: number | null,
  body: Body<[], T>,
  options: WithTimeoutOptions<V> = {},
): Operation<T | V> {
  requireBody(body, "run under a timeout");
  requireOptions(options);
  checkTimeout(ms, options.error);
  return limited({ signal: options.signal }, () => call(bounded<T, V>, ms, body, options));
}

function* bounded<T, V>(
  ms: number | null,
  body: Body<[], T>,
  options: WithTimeoutOptions<V>,
): Generator<unknown, T | V, unknown> {
  const timeout = new Timeout(ms, options.error).start();
  try {
    return yield* call(body);
  } catch (error) {
    if (error === timeout && "timeoutValue" in options) return options.timeoutValue as V;
    throw error;
  } finally {
    timeout.close();
  }
}
