// Semaphore: `wevent/lock`.

import { isTimedOut } from "./core/current.js";
import { describe, RangeUsageError } from "./core/errors.js";
import type { WaitOptions } from "./core/greenlet.js";
import type { Hub } from "./core/hub.js";
import { done, Operation, PARKED, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { limited } from "./core/timeout.js";
import { WaitQueue } from "./core/wait-queue.js";

/**
 * A counter of permits. `acquire` takes one, waiting for it; `release` gives one back. A permit is
 * never reserved: a running greenlet may take it before the one that was woken for it, which then
 * keeps its place at the head of the line.
 *
 * @source gevent.lock.Semaphore
 * @since 0.1
 */
export class Semaphore {
  #counter: number;
  readonly #queue = new WaitQueue("Semaphore.acquire");

  /** @param value - Permits at the beginning, an integer from 0. Omitted: 1. */
  constructor(value = 1) {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeUsageError(
        `could not make a semaphore of ${describe(value)} because that is not an integer from 0`,
      );
    }
    this.#counter = value;
  }

  /** Permits that are free. */
  get counter(): number {
    return this.#counter;
  }

  /** Whether no permit is free. */
  locked(): boolean {
    return this.#counter === 0;
  }

  /**
   * Takes a permit. Gives true, or false if the timeout passes first or `block` is false and none
   * is free.
   *
   * @switches when no permit is free and `block` is not false
   */
  acquire(options: WaitOptions = {}): Operation<boolean> {
    const { block = true } = options;
    return limited(options, (ms) => new Acquire(this, this.#queue, block, ms));
  }

  /** Gives a permit back, to whoever stands first. Gives the permits that are free then. @noswitch */
  release(): number {
    this.#counter++;
    this.#queue.notifyOne();
    return this.#counter;
  }

  /** @internal Takes a permit if one is free. */
  tryAcquire(): boolean {
    if (this.#counter === 0) return false;
    this.#counter--;
    return true;
  }
}

class Acquire extends Operation<boolean> {
  readonly #semaphore: Semaphore;
  readonly #queue: WaitQueue;
  readonly #block: boolean;
  readonly #timeoutMs: number;

  constructor(semaphore: Semaphore, queue: WaitQueue, block: boolean, ms: number) {
    super();
    this.#semaphore = semaphore;
    this.#queue = queue;
    this.#block = block;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return "Semaphore.acquire";
  }

  override get home(): Hub | null {
    return this.#queue.hub;
  }

  start(task: Task): Step<boolean> {
    if (this.#semaphore.tryAcquire()) return done(true);
    if (!this.#block) return done(false);
    if (this.#timeoutMs >= 0) task._inbox = task.hub.now() + this.#timeoutMs;
    this.#queue.wait(task, this.#timeoutMs);
    return PARKED;
  }

  resume(task: Task): Step<boolean> {
    if (!isTimedOut()) {
      if (!this.#semaphore.tryAcquire()) {
        const left = this.#timeoutMs < 0 ? -1 : Math.max((task._inbox as number) - task.hub.now(), 0);
        this.#queue.waitFirst(task, left);
        return PARKED;
      }
      task._inbox = undefined;
      return done(true);
    }
    task._inbox = undefined;
    return done(false);
  }

  override abandon(task: Task): void {
    task._inbox = undefined;
  }
}
