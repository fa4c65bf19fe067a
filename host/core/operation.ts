// Owns what a blocking call is: a small object that says how to begin, how to go on when its task
// is resumed, and how to let go. It has no state of one call (that lives in the task), so the same
// operation may be used any number of times, by any number of greenlets.
//
// `yield* op` costs no generator: the iterator is one shared cursor that acts for the running task.

import { current } from "./current.js";
import { UsageError } from "./errors.js";
import type { Hub } from "./hub.js";
import type { Task } from "./task.js";

/**
 * What beginning or resuming an operation comes to: a result, or one of the three steps below. They
 * are the very objects that the generator then gives to whoever resumed it, so the hub knows them
 * by identity, and a parked task allocates nothing. JavaScriptCore alone (Bun, Safari) makes a new
 * object of each at every `yield*`, against the standard (27.5.3.7 of ECMA-262, GeneratorYield of the
 * inner result): there the hub knows them by their values, which nobody else has.
 */
export type Step<T> = IteratorResult<unknown, T>;

/** The task is parked. */
export const PARKED = { done: false, value: Symbol("parked") } as const;
/** The task gives way: it stays ready, behind all that is. */
export const GAVE_WAY = { done: false, value: Symbol("gave way") } as const;
/** The task has a new frame on its stack; run that. */
export const CALLED = { done: false, value: Symbol("called") } as const;
/** A result of nothing. */
export const DONE: Step<undefined> = { done: true, value: undefined };

/** A result. */
export function done<T>(value: T): Step<T> {
  return { done: true, value };
}

/** Makes an operation's call as main. Set by hub.ts, which knows the hub to make it in. */
let outside: <T>(op: Operation<T>) => Promise<T>;

export function setOutside(awaitOutside: typeof outside): void {
  outside = awaitOutside;
}

/**
 * A blocking call that has not happened yet. Inside a greenlet `yield*` makes it and gives its
 * result; outside one `await` does. Nothing happens before that, and it happens anew each time.
 *
 * What every one may throw, beside what its own call says: what its greenlet is killed with, or a
 * Timeout that runs there, and
 *
 * @throws {@link UsageError} WEV_ERR_NOT_IN_GREENLET when it is iterated where no greenlet runs
 * @throws {@link UsageError} WEV_ERR_OPERATION_BUSY when another call of the same greenlet is going on
 * @throws {@link UsageError} WEV_ERR_FOREIGN_HUB when greenlets of another hub have waited for its object
 * @throws {@link ExhaustedError} WEV_ERR_EXHAUSTED when it would wait at the scheduler's memory limit
 * @since 0.1
 */
export abstract class Operation<T> implements PromiseLike<T> {
  /** @internal What a listing says that the task waits for. */
  abstract readonly label: string;

  /** @internal The task that has what is waited for, where one is known; it may have ended. */
  get holder(): Task | null {
    return null;
  }

  /** @internal Begins the call for the running task. */
  abstract start(task: Task): Step<T>;

  /** @internal Goes on after the task was resumed; may park again. */
  abstract resume(task: Task): Step<T>;

  /** @internal An error is about to be thrown into the parked task: forget it. */
  abandon(_task: Task): void {}

  /** @internal The hub an `await` from outside runs in; null: the default one. */
  get home(): Hub | null {
    return null;
  }

  [Symbol.iterator](): Iterator<unknown, T, unknown> {
    const task = current;
    if (task === null) throw notInGreenlet(this.label);
    if (task._isParked) throw busy(this.label, task._op?.label);
    task._op = this;
    return cursor as Iterator<unknown, T, unknown>;
  }

  /** Makes the call from outside a greenlet, as main. @switches */
  // biome-ignore lint/suspicious/noThenProperty: an operation can be awaited by contract.
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return outside(this).then(onFulfilled, onRejected);
  }
}

/** The error for a call that begins while another of the same greenlet is going on. */
export function busy(label: string, other = "sleep(0)"): UsageError {
  return new UsageError(
    "WEV_ERR_OPERATION_BUSY",
    `could not begin ${label} because ${other} of the same greenlet is going on; iterate operations with yield* only`,
  );
}

/** The error for a call that begins where nothing can wait. */
export function notInGreenlet(label: string): UsageError {
  return new UsageError(
    "WEV_ERR_NOT_IN_GREENLET",
    `could not begin ${label} because no greenlet is running; use await outside greenlets`,
  );
}

function runningTask(): Task {
  if (current === null) throw notInGreenlet("an operation");
  return current;
}

const cursor: Iterator<unknown, unknown, unknown> = {
  next() {
    const task = runningTask();
    const op = task._op!;
    let step: Step<unknown>;
    if (task._isParked) {
      task._isParked = false;
      step = op.resume(task);
    } else {
      step = op.start(task);
    }
    if (step === PARKED || step === GAVE_WAY) task._isParked = true;
    else if (step !== CALLED) task._op = null;
    return step;
  },
  throw(error) {
    letGo(error);
    throw error;
  },
  return(value) {
    letGo(undefined);
    return { done: true, value };
  },
};

/** The running task leaves its operation: `error` is about to be thrown at the park site. */
export function letGo(error: unknown): void {
  const task = runningTask();
  const op = task._op;
  task._op = null;
  if (!task._isParked) return;
  task._isParked = false;
  if (error !== undefined) task._notePark(error);
  op?.abandon(task);
}
