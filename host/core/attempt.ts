// Owns waiting for what another may take first: a permit, a place, a group that is empty. Whoever is
// served tries, and is not promised anything: if another was faster it goes back to the head of the
// line with the time that is left. It must not know what is tried for.

import { isTimedOut } from "./current.js";
import type { Hub } from "./hub.js";
import { done, Operation, PARKED, type Step } from "./operation.js";
import type { Task } from "./task.js";
import type { WaitQueue } from "./wait-queue.js";

export abstract class Attempt<T> extends Operation<T> {
  readonly #queue: WaitQueue;
  protected readonly timeoutMs: number;
  readonly #block: boolean;

  /**
   * @param timeoutMs - Longest wait; -1: no limit.
   * @param block - false: it is tried once, without waiting.
   */
  constructor(queue: WaitQueue, timeoutMs: number, block = true) {
    super();
    this.#queue = queue;
    this.timeoutMs = timeoutMs;
    this.#block = block;
  }

  /** Takes it, if it can be had. */
  protected abstract attempt(task: Task): boolean;

  /** The result, or the error to throw; false: it could not be had in time. */
  protected abstract outcome(succeeded: boolean): T;

  get label(): string {
    return this.#queue.label;
  }

  override get home(): Hub | null {
    return this.#queue.hub;
  }

  start(task: Task): Step<T> {
    if (this.attempt(task)) return done(this.outcome(true));
    if (!this.#block) return done(this.outcome(false));
    this.#queue.wait(task, this.timeoutMs);
    if (this.timeoutMs >= 0) task._inbox = task.hub.now() + this.timeoutMs;
    return PARKED;
  }

  resume(task: Task): Step<T> {
    const deadlineMs = task._takeInbox() as number;
    const succeeded = !isTimedOut();
    if (succeeded && !this.attempt(task)) {
      const left = this.timeoutMs < 0 ? -1 : Math.max(deadlineMs - task.hub.now(), 0);
      this.#queue.waitFirst(task, left);
      task._inbox = deadlineMs;
      return PARKED;
    }
    return done(this.outcome(succeeded));
  }

  override abandon(task: Task): void {
    task._inbox = undefined;
  }
}
