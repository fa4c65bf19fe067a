// Owns waiting for nothing to be left: wait() without objects, hub.join().

import { isTimedOut } from "./current.js";
import { QUIET_SERIAL } from "./hub.js";
import { Operation, PARKED, type Signal } from "./operation.js";
import type { Task } from "./task.js";
import { timeoutMs } from "./timeout.js";

export class WaitIdle extends Operation<boolean> {
  readonly label = "wait()";
  readonly #timeoutMs: number;

  constructor(timeout?: number | null) {
    super();
    this.#timeoutMs = timeoutMs(timeout);
  }

  start(task: Task): Signal {
    const { hub } = task;
    // Its own deadline must not count as something left to do.
    hub.waitOn(task, hub.quietRow(), QUIET_SERIAL, this.#timeoutMs, false);
    hub.quietWaiters++;
    return PARKED;
  }

  resume(task: Task): boolean {
    task.hub.quietWaiters--;
    return !isTimedOut();
  }

  override abandon(task: Task): void {
    task.hub.quietWaiters--;
  }
}
