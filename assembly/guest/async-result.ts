// Owns AsyncResult: a value that is not there yet, with a line of greenlets before it.

import { Status } from "./abi";
import { Answer, nothing } from "./answer";
import { Line } from "./line";

/**
 * A value or an error that one greenlet sets and any number wait for. Setting again replaces what was set.
 *
 * @source gevent.event.AsyncResult, gevent 26.5; there an error is an exception, here a text; there a value
 *   beats an error, here the last one set stands
 * @since 0.1
 */
export class AsyncResult<T> {
  private answer: Answer<T> | null = null;
  private line: Line = new Line();
  private failure: string | null = null;

  /** Whether a value or an error is there. @noswitch */
  get ready(): bool {
    return this.answer != null;
  }

  /** Whether a value is there. @noswitch */
  get successful(): bool {
    const answer = this.answer;
    return answer != null && answer.ok;
  }

  /** The value. Traps if there is none. @noswitch */
  get value(): T {
    return this.getNowait().value;
  }

  /** The error that was set, or null. @noswitch */
  get error(): string | null {
    return this.failure;
  }

  /** Sets the value and releases all who wait at this moment. @noswitch */
  set(value: T): void {
    this.answer = new Answer<T>(Status.Ok, value);
    this.failure = null;
    this.line.notify();
  }

  /** Sets the error and releases all who wait at this moment: `get` answers them `Failed`. @noswitch */
  setError(message: string): void {
    this.answer = nothing<T>(Status.Failed);
    this.failure = message;
    this.line.notify();
  }

  /**
   * The value, once it is there.
   *
   * @switches unless it is ready
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns the value; without one: `Failed` when an error was set, else what cut the wait short.
   * @source gevent.event.AsyncResult.get, gevent 26.5
   */
  get(timeoutMs: f64 = -1): Answer<T> {
    if (!this.ready) {
      const status = this.line.wait(timeoutMs);
      if (status != Status.Ok) return nothing<T>(status);
    }
    return this.getNowait();
  }

  /** As {@link get}, without waiting: `WouldBlock` when nothing is there. @noswitch */
  getNowait(): Answer<T> {
    const answer = this.answer;
    return answer != null ? answer : nothing<T>(Status.WouldBlock);
  }

  /**
   * Waits until it is ready.
   *
   * @switches unless it is ready
   * @param timeoutMs - as in {@link get}
   * @returns whether it is; `false` when the time passed, or this wait was cut short otherwise.
   */
  wait(timeoutMs: f64 = -1): bool {
    return this.ready || this.line.wait(timeoutMs) == Status.Ok;
  }

  /** What wait() asks of its objects. @switches as {@link wait} */
  waitUntilReady(): bool {
    return this.wait();
  }
}
