// Owns Timeout: a deadline over everything its greenlet does until it is cancelled. It must not know
// how a greenlet is resumed; task.ts finds the Deadline that a fired Timer row stands for.

import { Status } from "./abi";
import { call } from "./call";
import * as core from "./imports";
import { runningRow } from "./switch";
import { current, Deadline, Extra, Task } from "./task";

/**
 * A deadline over a stretch of code. When it passes, the blocking call its greenlet is in answers
 * `Expired` and `fired` turns true; it fires once. Code between is not left by itself, as there are no
 * exceptions: test the statuses, or `fired`.
 *
 * @example a limit over two calls
 * const limit = Timeout.startNew(100);
 * first.join();
 * second.join();
 * limit.cancel();
 * if (limit.fired) console.log("too slow");
 *
 * @source gevent.Timeout, gevent 26.5; it is raised there
 * @since 0.1
 */
export class Timeout extends Deadline {
  private owner: Extra | null = null;

  /** @param ms - Milliseconds; less than 0: it never fires. */
  constructor(public readonly ms: f64) {
    super();
  }

  /** A Timeout that is running. @noswitch */
  static startNew(ms: f64): Timeout {
    const timeout = new Timeout(ms);
    timeout.start();
    return timeout;
  }

  /** Whether it is running. @noswitch */
  get pending(): bool {
    return this.row != 0 && !this.hasFired;
  }

  /** Whether it has interrupted a call since it was started. @noswitch */
  get fired(): bool {
    return this.hasFired;
  }

  /**
   * Sets it for the running greenlet. Nothing happens while it is pending.
   *
   * @noswitch
   * @returns `Ok`, or `Exhausted` at the scheduler's memory limit.
   */
  start(): Status {
    const greenlet = runningRow();
    if (this.pending || this.ms < 0) return Status.Ok;
    const row = core.armTimeout(0, greenlet, this.ms);
    if (row == 0) return Status.Exhausted;
    const owner = changetype<Task>(current).more();
    this.row = row;
    this.serial = core.serialOf(row);
    this.hasFired = false;
    this.owner = owner;
    this.below = owner.deadlines;
    owner.deadlines = this;
    return Status.Ok;
  }

  /** Takes it back. Calling it twice, or after it fired, does nothing. @noswitch */
  cancel(): void {
    if (!this.pending) return;
    core.cancelRow(this.row, this.serial);
    this.owner!.disarm(this);
    this.row = 0;
    this.owner = null;
  }
}

/**
 * Calls `fn` under a deadline.
 *
 * @switches as `fn` does
 * @param ms - Milliseconds; less than 0: no limit.
 * @param fn - A function of no argument or one.
 * @param arg - Given to `fn`.
 * @returns whether `fn` went through without being interrupted by this deadline.
 * @source gevent.with_timeout, gevent 26.5; it answers a value there
 * @since 0.1
 */
export function withTimeout<F, A = i32>(ms: f64, fn: F, arg: A = 0): bool {
  const timeout = Timeout.startNew(ms);
  call<F, A>(fn, arg);
  timeout.cancel();
  return !timeout.fired;
}
