// Owns one thread of a ThreadPool: at most one call at a time, and what becomes of that when the
// thread ends. Which call it gets is the pool's.

import type { ThreadEvents, ThreadHandle, ThreadRequest } from "../core/driver.js";
import { type ErrorCode, WeventError } from "../core/errors.js";
import type { Hub } from "../core/hub.js";

/** A call, and whom to tell of its end. */
export interface Job {
  readonly request: ThreadRequest;
  readonly transfer: readonly Transferable[];
  settle(outcome: JobOutcome): void;
}

export type JobOutcome = { readonly value: unknown } | { readonly error: unknown };

/** What a thread tells its pool. */
export interface ThreadOwner {
  /** It has nothing to do. */
  idle(thread: Thread): void;
  /** It is no more. */
  gone(thread: Thread): void;
}

export class Thread implements ThreadEvents {
  readonly #owner: ThreadOwner;
  readonly #handle: ThreadHandle;
  #job: Job | null = null;
  #isEnded = false;

  constructor(hub: Hub, owner: ThreadOwner) {
    this.#owner = owner;
    this.#handle = hub.part("threads").start(this);
    // Alone, it keeps no process alive.
    this.#handle.hold(false);
  }

  get job(): Job | null {
    return this.#job;
  }

  call(job: Job): void {
    this.#job = job;
    this.#handle.hold(true);
    try {
      this.#handle.call(job.request, job.transfer);
    } catch (error) {
      this.answered({ error });
    }
  }

  answered(outcome: JobOutcome): void {
    if (this.#isEnded) return;
    const job = this.#job;
    this.#job = null;
    this.#handle.hold(false);
    this.#owner.idle(this);
    job?.settle(outcome);
  }

  exited(code: number, error: unknown): void {
    const job = this.#job;
    this.#job = null;
    this.#owner.gone(this);
    job?.settle({ error: new ThreadEndedError(job.request.name, `it ended by itself with ${code}`, error) });
  }

  /** Ends it. The call it makes is told nothing. */
  end(): void {
    this.#isEnded = true;
    this.#job = null;
    // Until it is gone, so that what waits for that is not cut short.
    this.#handle.hold(true);
    this.#handle.end();
  }
}

/**
 * The thread that made a call ended before the call did: the call itself ended it, it ran out of
 * memory (see `cause`), or its pool was killed.
 *
 * @since 0.1
 */
export class ThreadEndedError extends WeventError {
  static readonly label = "ThreadEndedError";
  readonly code = "WEV_ERR_THREAD_ENDED" satisfies ErrorCode;
  constructor(name: string, reason: string, cause?: unknown) {
    super(
      `could not finish ${name} in a thread because ${reason}; call it again, in a pool that runs`,
      cause === undefined ? undefined : { cause },
    );
  }
}
