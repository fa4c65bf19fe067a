// Owns the blocking calls everything else is made of: arrange a wake-up in the core, then park. Each
// asks runningRow() first, which throws where nothing can be suspended, before the core is told
// anything. After a resume only the park() is reached again, so nothing stands between the two.

import { Outcome, Status as CoreStatus } from "../core/abi";
import { Status } from "./abi";
import * as core from "./imports";
import { park, runningRow } from "./switch";

/**
 * Gives way for some time. Other greenlets run meanwhile.
 *
 * @switches always
 * @param ms - Milliseconds. 0 or less, or omitted: to the back of the run queue.
 * @param isRef - Whether this sleep keeps the hub alive; `false` for background work.
 * @returns `Ok` when the time has passed, `Expired` when a Timeout of this greenlet fired first, `Killed`
 *   after `catchExit(true)`, `Exhausted` at the scheduler's memory limit.
 * @source gevent.sleep, gevent 26.5; milliseconds here, seconds there
 * @since 0.1
 */
// @ts-ignore: decorator
@inline
export function sleep(ms: f64 = 0, isRef: bool = true): Status {
  return ms > 0 ? sleepFor(ms, isRef) : park(Outcome.Ready);
}

function sleepFor(ms: f64, isRef: bool): Status {
  if (core.sleep(runningRow(), ms, isRef) != CoreStatus.Ok) return Status.Exhausted;
  const status = park(Outcome.Parked);
  // Its time has passed: what is a limit to other calls is all that this one waits for.
  return status == Status.TimedOut ? Status.Ok : status;
}

/**
 * Waits until nothing else is ready.
 *
 * @switches always
 * @returns `Ok`, or as for {@link sleep}.
 * @source gevent.idle, gevent 26.5
 * @since 0.1
 */
export function idle(): Status {
  const queue = core.idleRow();
  if (queue == 0) return Status.Exhausted;
  return waitInLine(queue, core.serialOf(queue), -1);
}

/** Waits at the end of a row's line. Gone: the row is no more. Inlined: a frame less in every parked stack. @switches */
// @ts-ignore: decorator
@inline
export function waitInLine(queue: usize, serial: u32, timeoutMs: f64): Status {
  const answer = core.waitOn(runningRow(), queue, serial, timeoutMs, true);
  if (answer != CoreStatus.Ok) return answer == CoreStatus.Gone ? Status.Gone : Status.Exhausted;
  return park(Outcome.Parked);
}
