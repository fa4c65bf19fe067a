// Owns waiting for several at once.

import { Status } from "./abi";
import { AnyGreenlet } from "./greenlet";
import * as core from "./imports";

/**
 * Waits until all of them have ended.
 *
 * @switches unless all have ended
 * @param timeoutMs - Longest wait for all, milliseconds. Omitted or less than 0: no limit.
 * @returns those that have ended, in the order given.
 * @source gevent.joinall, gevent 26.5
 * @since 0.1
 */
export function joinAll<T extends AnyGreenlet>(greenlets: T[], timeoutMs: f64 = -1): T[] {
  const deadline = timeoutMs < 0 ? Infinity : core.now() + timeoutMs;
  for (let i = 0; i < greenlets.length; i++) {
    const left = timeoutMs < 0 ? -1 : max<f64>(deadline - core.now(), 0);
    const status = greenlets[i].join(left);
    if (status != Status.Ok) break;
  }
  const ended: T[] = [];
  for (let i = 0; i < greenlets.length; i++) {
    if (greenlets[i].dead) ended.push(greenlets[i]);
  }
  return ended;
}
