// Owns the pattern of every call that waits for what another may take first: an item, room, a permit,
// a place. It tries; while it cannot be done it stands in a line; served, it tries again, and goes back
// to the head of the line with the time that is left. It must not know what is tried for.
//
// Who is served has used up a wake of the line, whatever comes of the try: so where one wake is to be
// enough for any number, he passes it on.

import { isTimedOut } from "./current.js";
import type { Hub } from "./hub.js";
import { Operation, PARKED, type Step } from "./operation.js";
import type { Task } from "./task.js";
import type { WaitQueue } from "./wait-queue.js";

export abstract class Attempt<T> extends Operation<T> {
  protected readonly timeoutMs: number;
  readonly #block: boolean;

  /**
   * @param timeoutMs - Longest wait; below 0: no limit.
   * @param block - false: it is tried once, without waiting.
   */
  constructor(timeoutMs: number, block = true) {
    super();
    this.timeoutMs = timeoutMs;
    this.#block = block;
  }

  /** Does it, if it can be done at this moment; null: it cannot. */
  protected abstract attempt(task: Task): Step<T> | null;

  /** What the call comes to when it waits no longer: a result, or an error that is thrown. */
  protected abstract giveUp(): Step<T>;

  /** Where to stand until it can be done. */
  protected abstract line(): WaitQueue;

  /** Serves the next in the line, if something is left for him. */
  protected passOn(): void {}

  get label(): string {
    return this.line().label;
  }

  override get home(): Hub | null {
    return this.line().home;
  }

  start(task: Task): Step<T> {
    const step = this.attempt(task);
    if (step !== null) return step;
    if (!this.#block) return this.giveUp();
    this.line().wait(task, this.timeoutMs);
    // Being served too late must not begin the time anew.
    if (this.timeoutMs >= 0) task._inbox = task.hub.now() + this.timeoutMs;
    return PARKED;
  }

  resume(task: Task): Step<T> {
    const deadlineMs = task._takeInbox() as number | undefined;
    if (isTimedOut()) return this.giveUp();
    const step = this.#attemptAndPassOn(task);
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

  #attemptAndPassOn(task: Task): Step<T> | null {
    try {
      return this.attempt(task);
    } finally {
      this.passOn();
    }
  }
}
