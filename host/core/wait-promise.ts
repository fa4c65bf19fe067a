// Owns waiting for a promise: a completion from outside that wakes a parked task.

import { Operation, PARKED, type Signal } from "./operation.js";
import type { Task } from "./task.js";

/** What a settled promise leaves in the task's inbox. */
class Settled {
  readonly isError: boolean;
  readonly value: unknown;
  constructor(isError: boolean, value: unknown) {
    this.isError = isError;
    this.value = value;
  }
}

class WaitForPromise<T> extends Operation<T> {
  readonly label = "a promise";
  readonly #promise: PromiseLike<T>;

  constructor(promise: PromiseLike<T>) {
    super();
    this.#promise = promise;
  }

  start(task: Task): Signal {
    const { hub } = task;
    const ticket = hub.park(task);
    hub.completions++;
    const settle = (isError: boolean, value: unknown) => {
      // A late settlement finds another ticket and is dropped: the greenlet has gone on.
      if (task.ticket !== ticket) return;
      task.inbox = new Settled(isError, value);
      this.#forget(task);
      hub.wake(task, ticket);
    };
    task.ticket = ticket;
    this.#promise.then(
      (value) => settle(false, value),
      (error: unknown) => settle(true, error),
    );
    return PARKED;
  }

  resume(task: Task): T {
    const { isError, value } = task.takeInbox() as Settled;
    if (isError) throw value;
    return value as T;
  }

  override abandon(task: Task): void {
    if (task.ticket !== 0) this.#forget(task);
    task.inbox = undefined;
  }

  #forget(task: Task): void {
    task.ticket = 0;
    task.hub.completions--;
  }
}

/** Waits for a promise; its outcome after the greenlet was interrupted is ignored. */
export function waitFor<T>(promise: PromiseLike<T>): Operation<T> {
  return new WaitForPromise(promise);
}
