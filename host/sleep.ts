// sleep and idle: giving the turn to others.

import { requireOptions } from "./core/check.js";
import { checkMs } from "./core/errors.js";
import { GIVE_WAY } from "./core/give-way.js";
import { DONE, Operation, PARKED, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { type Limits, limited } from "./core/timeout.js";

/** Options of `sleep`. */
export interface SleepOptions extends Pick<Limits, "signal"> {
  /** false: the sleep does not keep `wait()` or the process alive. Omitted: true. */
  readonly ref?: boolean;
}

class Sleep extends Operation<void> {
  readonly #ms: number;
  readonly #isRef: boolean;

  constructor(ms: number, isRef: boolean) {
    super();
    this.#ms = ms;
    this.#isRef = isRef;
  }

  get label(): string {
    return `sleep(${this.#ms})`;
  }

  start(task: Task): Step<void> {
    // A deadline that never comes would be one that virtual time jumps to.
    if (this.#ms === Number.POSITIVE_INFINITY) task.hub.park(task);
    else task.hub.sleep(task, this.#ms, this.#isRef);
    return PARKED;
  }

  resume(): Step<void> {
    return DONE;
  }
}

class Idle extends Operation<void> {
  readonly label = "idle()";

  start(task: Task): Step<void> {
    const { hub } = task;
    const row = hub.core.idleRow();
    hub.waitOn(task, row, hub.core.serialOf(row), -1);
    return PARKED;
  }

  resume(): Step<void> {
    return DONE;
  }
}

const IDLE = /* @__PURE__ */ new Idle();

/** Whole spans below this, in ms, have one operation for all who sleep as long: a sleeper keeps none of its own. */
const SHARED_SPANS = 1024;
const shared: (Sleep | undefined)[] = [];

/**
 * Lets `ms` milliseconds pass while others run. 0 or less, or omitted: goes to the back of the run
 * queue. Infinity: until it is interrupted.
 *
 * @switches always
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when `ms` is not a number
 * @throws {@link RangeUsageError} WEV_ERR_RANGE when `ms` is NaN
 * @throws the signal's reason when that is aborted first
 * @source gevent.sleep; milliseconds here, seconds there
 * @since 0.1
 */
export function sleep(ms = 0, options?: SleepOptions): Operation<void> {
  if (options === undefined) return sleepFor(ms, true);
  requireOptions(options);
  const { ref = true, signal } = options;
  return limited({ signal }, () => sleepFor(ms, ref));
}

function sleepFor(ms: number, isRef: boolean): Operation<void> {
  if (typeof ms === "number" && ms <= 0) return GIVE_WAY;
  checkMs(ms, "the time to sleep");
  if (!isRef) return new Sleep(ms, false);
  if (ms >= SHARED_SPANS || !Number.isInteger(ms)) return new Sleep(ms, true);
  shared[ms] ??= new Sleep(ms, true);
  return shared[ms];
}

/**
 * Waits until nothing else is ready: behind chains of `sleep(0)` too.
 *
 * @switches always
 * @source gevent.idle, which has priorities; here there is one
 * @since 0.1
 */
export function idle(): Operation<void> {
  return IDLE;
}
