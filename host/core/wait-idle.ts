// Owns waiting for nothing to be left: wait() without objects, hub.join().

import { isTimedOut } from "./current.js";
import { QUIET_SERIAL } from "./hub.js";
import { done, Operation, PARKED, type Step } from "./operation.js";
import type { Task } from "./task.js";

export class WaitIdle extends Operation<boolean> {
  readonly label = "wait()";
  readonly #timeoutMs: number;

  constructor(ms: number) {
    super();
    this.#timeoutMs = ms;
  }

  start(task: Task): Step<boolean> {
    const { hub } = task;
    // Its own deadline must not count as something left to do.
    hub.waitOn(task, hub.quietRow(), QUIET_SERIAL, this.#timeoutMs, false);
    hub.quietWaiters++;
    return PARKED;
  }

  resume(task: Task): Step<boolean> {
    task.hub.quietWaiters--;
    return done(!isTimedOut());
  }

  override abandon(task: Task): void {
    task.hub.quietWaiters--;
  }
}
