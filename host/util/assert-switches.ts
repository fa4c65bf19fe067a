// Owns assertSwitches: proof that code gives others their turn.

import { call } from "../core/call.js";
import { requireBody, requireOptions } from "../core/check.js";
import { current } from "../core/current.js";
import { checkMs, type ErrorCode, RangeUsageError, WeventError } from "../core/errors.js";
import type { Body } from "../core/greenlet.js";
import type { Hub } from "../core/hub.js";
import type { Observer } from "../core/observe.js";
import type { Operation } from "../core/operation.js";

/** Options of `assertSwitches`. */
export interface SwitchOptions {
  /** Longest time that anything may run without a switch, ms, above 0. Omitted: one switch is enough. */
  readonly maxBlockingMs?: number;
  /** Counts only the ends of turns, where the runtime's own timers and I/O come in. Omitted: false. */
  readonly hubOnly?: boolean;
}

/** The body of `assertSwitches` did not switch, or not soon enough. */
export class FailedToSwitch extends WeventError {
  static readonly label = "FailedToSwitch";
  readonly code = "WEV_ERR_FAILED_TO_SWITCH" satisfies ErrorCode;
  /** Longest time without a switch, ms. */
  readonly blockedMs: number;
  constructor(hubOnly: boolean, blockedMs: number, maxMs: number | undefined) {
    const limit = maxMs === undefined ? "" : ` (max allowed ${maxMs} ms)`;
    super(
      `To ${hubOnly ? "the hub" : "any greenlet"} in ${blockedMs.toFixed(1)} ms${limit}: could not switch because the body held the thread; let it wait or give way with sleep(0) more often`,
    );
    this.blockedMs = blockedMs;
  }
}

/** Measures spans in which greenlets run without a switch. Time in which none runs does not count. */
class Meter implements Observer {
  readonly #hub: Hub;
  readonly #hubOnly: boolean;
  #running: number;
  #isRunning = true;
  #sinceMs: number;
  #switches = 0;
  #longestMs = 0;

  constructor(hub: Hub, row: number, hubOnly: boolean) {
    this.#hub = hub;
    this.#hubOnly = hubOnly;
    this.#running = row;
    this.#sinceMs = hub.now();
  }

  entered(row: number): void {
    this.#running = row;
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#sinceMs = this.#hub.now();
  }

  parked(row: number): void {
    // The first run of an await of main is none of the core's, so that no left() follows.
    if (row === this.#running) this.#switched(!this.#hubOnly);
  }

  left(row: number): void {
    if (row === this.#running) this.#switched(!this.#hubOnly);
  }

  turnEnded(): void {
    this.#switched(this.#hubOnly);
  }

  #switched(counts: boolean): void {
    if (!counts || !this.#isRunning) return;
    this.#switches++;
    this.#note();
    this.#isRunning = false;
  }

  #note(): void {
    this.#longestMs = Math.max(this.#longestMs, this.#hub.now() - this.#sinceMs);
  }

  /** @throws {@link FailedToSwitch} */
  check(maxMs: number | undefined): void {
    if (this.#isRunning) this.#note();
    const hasFailed = maxMs === undefined ? this.#switches === 0 : this.#longestMs > maxMs;
    if (hasFailed) throw new FailedToSwitch(this.#hubOnly, this.#longestMs, maxMs);
  }
}

/**
 * Runs `body` in the present greenlet and gives its result, unless it never switched, or, with
 * `maxBlockingMs`, something ran longer than that without a switch. An error of the body comes first. May
 * be nested.
 *
 * @switches as `body` does
 * @throws {@link FailedToSwitch} WEV_ERR_FAILED_TO_SWITCH when it did not switch, or not soon enough
 * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function; WEV_ERR_ARGUMENT for other arguments
 * @throws {@link RangeUsageError} WEV_ERR_RANGE when `maxBlockingMs` is not above 0
 * @source gevent.util.assert_switches; a context manager there, AssertionError there
 * @since 0.1
 */
export function assertSwitches<T>(body: Body<[], T>, options: SwitchOptions = {}): Operation<T> {
  requireBody(body, "watch the switches of");
  requireOptions(options);
  const { maxBlockingMs } = options;
  if (maxBlockingMs !== undefined) {
    checkMs(maxBlockingMs, "maxBlockingMs");
    if (maxBlockingMs <= 0) {
      throw new RangeUsageError(`could not use ${maxBlockingMs} as maxBlockingMs because it is not above 0`);
    }
  }
  return call(measured<T>, body, options);
}

function* measured<T>(
  body: Body<[], T>,
  { maxBlockingMs, hubOnly = false }: SwitchOptions,
): Generator<unknown, T, unknown> {
  // An operation runs in a task, be it main's.
  const { hub, _row } = current!;
  const meter = new Meter(hub, _row, hubOnly);
  const stop = hub.observe(meter);
  let result: T;
  try {
    result = yield* call(body);
  } finally {
    stop();
  }
  meter.check(maxBlockingMs);
  return result;
}
