// Owns the pattern of every call that waits in a queue: try; while it cannot be done, stand in a
// line; woken, try again, for somebody may have been faster. It must not know what is tried.
//
// Who is woken has used up a wake of the line, whatever comes of the try: so he hands it on, if
// something is left for the next one. With that, one wake is enough for any number of items.

import { isTimedOut } from "../core/current.js";
import { Operation, PARKED, type Step } from "../core/operation.js";
import type { Task } from "../core/task.js";
import type { WaitQueue } from "../core/wait-queue.js";

export abstract class Attempt<T> extends Operation<T> {
  readonly #isBlocking: boolean;
  readonly #timeoutMs: number;

  /** @param timeoutMs - below 0: no limit */
  constructor(isBlocking: boolean, timeoutMs: number) {
    super();
    this.#isBlocking = isBlocking;
    this.#timeoutMs = timeoutMs;
  }

  /** Does it, if it can be done at this moment; null: it cannot. */
  protected abstract attempt(): Step<T> | null;

  /** Where to stand until it can be done. */
  protected abstract line(): WaitQueue;

  /** Wakes the next in the line, if something is left for him. */
  protected abstract passOn(): void;

  /** The error of one who does not wait any longer. */
  protected abstract givenUp(): Error;

  start(task: Task): Step<T> {
    const step = this.attempt();
    if (step !== null) return step;
    if (!this.#isBlocking) throw this.givenUp();
    this.line().wait(task, this.#timeoutMs);
    // Being woken too late must not begin the time anew.
    if (this.#timeoutMs >= 0) task._inbox = task.hub.now() + this.#timeoutMs;
    return PARKED;
  }

  resume(task: Task): Step<T> {
    const deadlineMs = task._takeInbox() as number | undefined;
    if (isTimedOut()) throw this.givenUp();
    const step = this.#attemptAndPassOn();
    if (step !== null) return step;
    if (deadlineMs === undefined) {
      this.line().waitFirst(task, -1);
    } else {
      this.line().waitFirst(task, Math.max(deadlineMs - task.hub.now(), 0));
      task._inbox = deadlineMs;
    }
    return PARKED;
  }

  override abandon(task: Task): void {
    task._inbox = undefined;
  }

  #attemptAndPassOn(): Step<T> | null {
    try {
      return this.attempt();
    } finally {
      this.passOn();
    }
  }
}
