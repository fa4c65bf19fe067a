// Owns the blocking call of a ThreadPool: one call of an export, and what its end means to who waits.

import { isTimedOut } from "../core/current.js";
import type { Hub } from "../core/hub.js";
import { IoWait } from "../core/io-wait.js";
import { done, Operation, PARKED, type Step } from "../core/operation.js";
import type { Task } from "../core/task.js";
import { expired } from "../core/timeout.js";
import type { Job, JobOutcome } from "./thread.js";
import type { Workforce } from "./workforce.js";

/** One call of `apply`: the job, and who waits for it. */
interface Waiting {
  readonly job: Job;
  readonly wait: IoWait;
  outcome: JobOutcome | null;
}

/** Makes one call in a thread; given up, it ends the work. */
export class InThread<T> extends Operation<T> {
  readonly #pool: Workforce;
  readonly #request: Job["request"];
  readonly #transfer: readonly Transferable[];
  readonly #timeoutMs: number;

  constructor(pool: Workforce, request: Job["request"], transfer: readonly Transferable[], ms: number) {
    super();
    this.#pool = pool;
    this.#request = request;
    this.#transfer = transfer;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return `ThreadPool.apply of ${this.#request.name}`;
  }

  override get home(): Hub | null {
    const { hub } = this.#pool;
    return hub.isDestroyed ? null : hub;
  }

  start(task: Task): Step<T> {
    const wait = new IoWait(task, this.#timeoutMs);
    const job: Job = {
      request: this.#request,
      transfer: this.#transfer,
      settle(outcome) {
        waiting.outcome = outcome;
        wait.wake();
      },
    };
    const waiting: Waiting = { job, wait, outcome: null };
    task._inbox = waiting;
    this.#pool.submit(job);
    return PARKED;
  }

  resume(task: Task): Step<T> {
    if (isTimedOut()) {
      this.abandon(task);
      throw expired(this.#timeoutMs);
    }
    const outcome = (task._takeInbox() as Waiting).outcome!;
    if ("error" in outcome) throw outcome.error;
    return done(outcome.value as T);
  }

  override abandon(task: Task): void {
    const { job, wait, outcome } = task._takeInbox() as Waiting;
    wait.leave();
    if (outcome === null) this.#pool.cancel(job);
  }
}
