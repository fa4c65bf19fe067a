// Owns select. So far there is nothing to select: the three lists are empty, and it sleeps for its
// timeout, as gevent's does with empty lists.

import { Status } from "./abi";
import { sleep } from "./blocking";

/** What select can wait for: sockets, once there are any. */
export abstract class Selectable {}

/**
 * Waits until one of the objects is ready. With three empty lists it lets the time pass.
 *
 * @switches always
 * @param timeoutMs - Milliseconds. Omitted or less than 0: no limit.
 * @returns as `sleep`
 * @source gevent.select.select; milliseconds here, seconds there
 * @since 0.1
 */
export function select(read: Selectable[], write: Selectable[], except: Selectable[], timeoutMs: f64 = -1): Status {
  return sleep(timeoutMs < 0 ? Infinity : timeoutMs);
}
