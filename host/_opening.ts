// Owns waiting for a handle to open: a connection, a listener. Interrupted or too late, nothing is left
// open. It must not know what opens.

import { isTimedOut } from "./core/current.js";
import { IoWait } from "./core/io-wait.js";
import { done, Operation, PARKED, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { expired } from "./core/timeout.js";

/** Something that is being opened. */
export interface Pending<T> {
  /** false: what opens it comes from the hub itself: see IoWait. Omitted: true. */
  readonly isExternal?: boolean | undefined;
  /** It is open: what the caller gets. */
  result(): T;
  /** Nobody wants it any more. */
  drop(): void;
}

/** One call: its task's inbox. */
interface Call<T> {
  readonly pending: Pending<T>;
  readonly wait: IoWait;
  error: Error | null;
}

export class Opening<T> extends Operation<T> {
  readonly label: string;
  readonly #timeoutMs: number;
  readonly #open: (opened: (error: Error | null) => void) => Pending<T>;

  /** @param open - Begins; tells `opened` how it went, never before it has returned. */
  constructor(timeoutMs: number, label: string, open: (opened: (error: Error | null) => void) => Pending<T>) {
    super();
    this.label = label;
    this.#timeoutMs = timeoutMs;
    this.#open = open;
  }

  start(task: Task): Step<T> {
    let begun: Call<T> | null = null;
    const pending = this.#open((error) => {
      if (begun === null || begun.wait.isOver) return;
      begun.error = error;
      begun.wait.wake();
    });
    try {
      begun = { pending, wait: new IoWait(task, this.#timeoutMs, pending.isExternal), error: null };
    } catch (error) {
      pending.drop();
      throw error;
    }
    task._inbox = begun;
    return PARKED;
  }

  resume(task: Task): Step<T> {
    const call = task._takeInbox() as Call<T>;
    if (isTimedOut()) {
      this.#leave(call);
      throw expired(this.#timeoutMs);
    }
    if (call.error === null) return done(call.pending.result());
    call.pending.drop();
    throw call.error;
  }

  override abandon(task: Task): void {
    this.#leave(task._takeInbox() as Call<T>);
  }

  #leave(call: Call<T>): void {
    call.wait.leave();
    call.pending.drop();
  }
}
