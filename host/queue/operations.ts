// Owns the blocking calls of a queue. What they do to it is the queue's; how they wait, Attempt's.

import { Attempt } from "../core/attempt.js";
import type { Hub } from "../core/hub.js";
import { done, Operation, type Step } from "../core/operation.js";
import type { Task } from "../core/task.js";
import type { WaitQueue } from "../core/wait-queue.js";
import type { QueueBase } from "./base.js";
import { Empty, Full, ShutDown } from "./errors.js";

export class Put<T> extends Attempt<undefined> {
  readonly #queue: QueueBase<T>;
  readonly #item: T;

  constructor(queue: QueueBase<T>, item: T, isBlocking: boolean, timeoutMs: number) {
    super(timeoutMs, isBlocking);
    this.#queue = queue;
    this.#item = item;
  }

  override get label(): string {
    return `${this.#queue.constructor.name}.put`;
  }

  override get home(): Hub | null {
    return this.#queue._home;
  }

  protected attempt(): Step<undefined> | null {
    return this.#queue._tryPut(this.#item);
  }

  protected line(): WaitQueue {
    return this.#queue._putLine();
  }

  protected override passOn(): void {
    this.#queue._wakePutter();
  }

  protected giveUp(): never {
    throw new Full(`put into a ${this.#queue.constructor.name}`);
  }
}

/** What a getter and a peeker have in common: they stand in one line. */
abstract class Read<T> extends Attempt<T> {
  protected readonly queue: QueueBase<T>;

  constructor(queue: QueueBase<T>, isBlocking: boolean, timeoutMs: number) {
    super(timeoutMs, isBlocking);
    this.queue = queue;
  }

  protected abstract readonly verb: string;

  override get label(): string {
    return `${this.queue.constructor.name}.${this.verb}`;
  }

  override get home(): Hub | null {
    return this.queue._home;
  }

  protected line(): WaitQueue {
    return this.queue._getLine();
  }

  protected override passOn(): void {
    this.queue._wakeGetter();
  }

  protected giveUp(): never {
    throw new Empty(`${this.verb} from a ${this.queue.constructor.name}`);
  }
}

export class Get<T> extends Read<T> {
  protected get verb(): string {
    return "get";
  }

  protected attempt(): Step<T> | null {
    return this.queue._hasItem(this.verb) ? done(this.queue._take()) : null;
  }
}

export class Peek<T> extends Read<T> {
  protected get verb(): string {
    return "peek";
  }

  protected attempt(): Step<T> | null {
    return this.queue._hasItem(this.verb) ? done(this.queue._peek()) : null;
  }
}

/** A get as a step of an iteration, which ends where the queue was shut down and emptied. */
export class NextItem<T> extends Operation<IteratorResult<T, undefined>> {
  readonly #get: Operation<T>;

  constructor(get: Operation<T>) {
    super();
    this.#get = get;
  }

  get label(): string {
    return this.#get.label;
  }

  override get home(): Hub | null {
    return this.#get.home;
  }

  start(task: Task): Step<IteratorResult<T, undefined>> {
    try {
      return asIteration(this.#get.start(task));
    } catch (error) {
      return endOf(error);
    }
  }

  resume(task: Task): Step<IteratorResult<T, undefined>> {
    try {
      return asIteration(this.#get.resume(task));
    } catch (error) {
      return endOf(error);
    }
  }

  override abandon(task: Task): void {
    this.#get.abandon(task);
  }
}

function asIteration<T>(step: Step<T>): Step<IteratorResult<T, undefined>> {
  return step.done ? done({ done: false, value: step.value }) : step;
}

function endOf<T>(error: unknown): Step<IteratorResult<T, undefined>> {
  if (error instanceof ShutDown) return done({ done: true, value: undefined });
  throw error;
}
