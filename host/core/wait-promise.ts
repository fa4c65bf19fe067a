// Owns waiting for a promise: a completion from outside that wakes a parked task.

import { done, Operation, PARKED, type Step } from "./operation.js";
import type { Task } from "./task.js";

/** One wait for one promise: its task's inbox while it lasts. */
class Settlement {
  isSettled = false;
  isError = false;
  value: unknown = undefined;
}

class WaitForPromise<T> extends Operation<T> {
  readonly #promise: PromiseLike<T>;

  constructor(promise: PromiseLike<T>) {
    super();
    this.#promise = promise;
  }

  get label(): string {
    return "a promise";
  }

  start(task: Task): Step<T> {
    const { hub } = task;
    const ticket = hub.park(task);
    const settlement = new Settlement();
    const settle = (isError: boolean, value: unknown) => {
      // The greenlet was interrupted and has gone on: the outcome is nobody's.
      if (task._inbox !== settlement) return;
      settlement.isSettled = true;
      settlement.isError = isError;
      settlement.value = value;
      hub.completions--;
      hub.wake(task, ticket);
    };
    task._inbox = settlement;
    hub.completions++;
    this.#promise.then(
      (value) => settle(false, value),
      (error: unknown) => settle(true, error),
    );
    return PARKED;
  }

  resume(task: Task): Step<T> {
    const { isError, value } = task._takeInbox() as Settlement;
    if (isError) throw value;
    return done(value as T);
  }

  override abandon(task: Task): void {
    const settlement = task._takeInbox() as Settlement;
    if (!settlement.isSettled) task.hub.completions--;
  }
}

/** Waits for a promise; its outcome after the greenlet was interrupted is ignored. */
export function waitFor<T>(promise: PromiseLike<T>): Operation<T> {
  return new WaitForPromise(promise);
}

/** Whether it can be waited for as a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === "function"
  );
}
