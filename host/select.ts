// select: waiting for sockets: `wevent/select`. So far there are no sockets: the three lists are
// empty, and select sleeps for its timeout, as gevent's does with empty lists.

import { call } from "./core/call.js";
import { describe, UsageError } from "./core/errors.js";
import type { Operation } from "./core/operation.js";
import { type Limit, limited, limitsOf } from "./core/timeout.js";
import { sleep } from "./sleep.js";

/** What `select` gives: those of each list that are ready. */
export type Selected<R, W, X> = [read: R[], write: W[], except: X[]];

/**
 * Waits until one of the objects is ready. With three empty lists it lets `timeout` pass, and
 * gives three empty lists.
 *
 * @switches always
 * @param limit - ms or a Timeout; null or omitted: no limit. Or `{ timeout, signal }`.
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when an element is not a socket
 * @throws the signal's reason when that is aborted first
 * @source gevent.select.select; milliseconds here, seconds there
 * @since 0.1
 */
export function select<R, W, X>(
  read: Iterable<R>,
  write: Iterable<W>,
  except: Iterable<X>,
  limit?: Limit,
): Operation<Selected<R, W, X>> {
  for (const list of [read, write, except]) {
    for (const element of list) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not select ${describe(element)} because it is not a socket; give sockets, or empty lists`,
      );
    }
  }
  return limited(limitsOf(limit), (ms) => call(sleepOut<R, W, X>, ms));
}

function* sleepOut<R, W, X>(ms: number): Generator<unknown, Selected<R, W, X>, unknown> {
  yield* sleep(ms < 0 ? Number.POSITIVE_INFINITY : ms);
  return [[], [], []];
}
