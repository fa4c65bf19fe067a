// Owns select. So far there are no sockets: the three lists are empty, and select sleeps for its
// timeout, as gevent's does with empty lists.

import { Status } from "./abi";
import { sleep } from "./blocking";

/**
 * Waits until one of the sockets is ready; with three empty lists, until the time has passed.
 *
 * @switches always
 * @param timeoutMs - Longest wait, milliseconds. Less than 0, or omitted: no limit.
 * @returns `TimedOut` when the time has passed, or as for {@link sleep}.
 * @source gevent.select.select, gevent 26.5; milliseconds here, seconds there
 * @since 0.1
 */
export function select(read: i32[], write: i32[], except: i32[], timeoutMs: f64 = -1): Status {
  assert(read.length + write.length + except.length == 0, "select takes empty lists: there are no sockets");
  const status = sleep(timeoutMs < 0 ? f64.MAX_VALUE : timeoutMs);
  return status == Status.Ok ? Status.TimedOut : status;
}
