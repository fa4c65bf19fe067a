// Work in threads that greenlets wait for: `wevent/threadpool`. Node only. Why no library:
// docs/decisions/0007-threads.md.

import { type Job, type JobOutcome, Thread, ThreadEndedError } from "./_thread.js";
import { requireOptions } from "./core/check.js";
import { isTimedOut } from "./core/current.js";
import { describe, RangeUsageError, UsageError } from "./core/errors.js";
import type { Greenlet } from "./core/greenlet.js";
import { currentHub, type Hub } from "./core/hub.js";
import { IoWait } from "./core/io-wait.js";
import { done, Operation, PARKED, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { expired, type Limits, limited } from "./core/timeout.js";
import { call } from "./core/call.js";
import { listOf } from "./core/check.js";
import { joinAll } from "./wait.js";
import { Event } from "./event.js";
import { killAll, spawn } from "./greenlet.js";

export { ThreadEndedError } from "./_thread.js";

/** Options of the calls of a ThreadPool. */
export interface ThreadCallOptions extends Limits {
  /** Arguments, or parts of them, that are moved to the thread instead of copied: they are empty here then. */
  readonly transfer?: readonly Transferable[];
}

/**
 * Threads that call exports of modules. Arguments and results are copied between them (the structured
 * clone algorithm), errors come back with their message, name, stack and fields, and with their class if
 * it is a built-in one.
 *
 * A greenlet that is killed or timed out while it waits for a call really ends the work: the call is
 * dropped if it has not begun, and else its thread is ended, and another one started when it is needed.
 *
 * @runtimes Node
 * @example
 * ```ts
 * const pool = new ThreadPool(2);
 * const digest = yield* pool.apply<string>(new URL("./digest.js", import.meta.url), "digest", [bytes]);
 * ```
 * @source gevent.threadpool.ThreadPool; there a function is called, here an export of a module
 * @since 0.1
 */
export class ThreadPool {
  readonly #hub: Hub = currentHub();
  readonly #threads = new Set<Thread>();
  readonly #idle: Thread[] = [];
  readonly #queue: Job[] = [];
  /** Threads that were ended and are not gone. */
  #ending = 0;
  #maxSize: number;
  /** Set while there is no call, and no thread that is ending. */
  readonly #quiet = new Event();

  /**
   * @param maxSize - Most threads at a time, an integer from 0. With 0 calls wait until it is raised.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when it is not
   * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED when the runtime lacks the capability "threads"
   */
  constructor(maxSize: number) {
    requireCount(maxSize, 0, Number.MAX_SAFE_INTEGER, "have at most");
    this.#hub.part("threads");
    this.#maxSize = maxSize;
    this.#quiet.set();
  }

  /** Most threads at a time. Raised, it lets waiting calls begin; lowered, threads end once they are idle. */
  get maxSize(): number {
    return this.#maxSize;
  }

  set maxSize(maxSize: number) {
    requireCount(maxSize, 0, Number.MAX_SAFE_INTEGER, "have at most");
    this.#maxSize = maxSize;
    this.#shrink(maxSize);
    this.#assign();
  }

  /** Threads there are. Set, idle ones are started or ended; from 0 to `maxSize`. */
  get size(): number {
    return this.#threads.size;
  }

  set size(size: number) {
    requireCount(size, 0, this.#maxSize, "have");
    this.#shrink(size);
    while (this.#threads.size < size) this.#idle.push(this.#start());
  }

  /** Calls that run or wait. */
  get taskCount(): number {
    let running = 0;
    for (const thread of this.#threads) if (thread.job !== null) running++;
    return this.#queue.length + running;
  }

  /**
   * Calls an export of a module in a thread and gives its result; a promise's, if it returns one.
   *
   * @switches always
   * @param module - Its URL, or a specifier that a thread can import.
   * @param name - Of the export: a function; "default" for the default one.
   * @param args - Copied to the thread, but for what is in `transfer`.
   * @throws what it throws, copied
   * @throws {@link ThreadEndedError} WEV_ERR_THREAD_ENDED when the thread ended, or the pool was killed
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first; the work has ended then
   * @throws `DataCloneError` when an argument or the result cannot be copied
   * @source gevent.threadpool.ThreadPool.apply
   */
  apply<T = unknown>(
    module: string | URL,
    name: string,
    args: readonly unknown[] = [],
    options: ThreadCallOptions = {},
  ): Operation<T> {
    requireOptions(options);
    const request = { module: requireModule(module), name: requireName(name), args: listOf(args, "arguments") };
    const { transfer = [] } = options;
    return limited(options, (ms) => new InThread<T>(this, request, transfer, ms));
  }

  /** The same as a greenlet of its own; killed, it ends the work. @noswitch @source gevent.threadpool.ThreadPool.spawn */
  spawn<T = unknown>(
    module: string | URL,
    name: string,
    args: readonly unknown[] = [],
    options: ThreadCallOptions = {},
  ): Greenlet<T> {
    return spawn(see<T>, this.apply<T>(module, name, args, options));
  }

  /**
   * Calls the export once for each item, as many at a time as there may be threads, and gives the results
   * in the order of the items. The first failure ends the rest and is thrown.
   *
   * @switches always
   * @source gevent.threadpool.ThreadPool.map
   */
  map<T = unknown>(
    module: string | URL,
    name: string,
    items: Iterable<unknown>,
    options: Limits = {},
  ): Operation<T[]> {
    const calls = listOf(items, "items").map((item) => this.apply<T>(module, name, [item]));
    return limited(options, (ms) => call(all<T>, calls, ms));
  }

  /** Waits until no call runs or waits. Gives false if the time passes first. @switches when one does */
  join(options: Limits = {}): Operation<boolean> {
    requireOptions(options);
    return limited(options, (ms) => this.#quiet.wait(ms < 0 ? null : ms));
  }

  /**
   * Ends all threads and what they do, at once; those who wait are thrown ThreadEndedError. The pool can
   * be used again. The operation waits until the threads are gone.
   *
   * @noswitch but for the operation
   * @source gevent.threadpool.ThreadPool.kill, which lets work end
   */
  kill(): Operation<boolean> {
    const jobs = this.#queue.splice(0);
    for (const thread of [...this.#threads]) {
      if (thread.job !== null) jobs.push(thread.job);
      this.#end(thread);
    }
    for (const job of jobs) {
      job.settle({ error: new ThreadEndedError(job.request.name, "its pool was killed") });
    }
    this.#note();
    return this.join();
  }

  /** As `kill`, and waits until the threads are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  /** @internal */
  get _home(): Hub {
    return this.#hub;
  }

  /** @internal Begins a call, now or when its turn comes. */
  _submit(job: Job): void {
    this.#queue.push(job);
    this.#assign();
  }

  /** @internal Nobody waits for the call any more. */
  _cancel(job: Job): void {
    const at = this.#queue.indexOf(job);
    if (at !== -1) this.#queue.splice(at, 1);
    for (const thread of this.#threads) if (thread.job === job) this.#end(thread);
    this.#assign();
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const thread = this.#idle.pop() ?? (this.#threads.size < this.#maxSize ? this.#start() : null);
      if (thread === null) break;
      thread.call(this.#queue.shift()!);
    }
    this.#note();
  }

  #start(): Thread {
    const thread = new Thread(this.#hub, {
      idle: (idle) => this.#becameIdle(idle),
      gone: (gone) => this.#isGone(gone),
    });
    this.#threads.add(thread);
    return thread;
  }

  #becameIdle(thread: Thread): void {
    if (!this.#threads.has(thread)) return;
    if (this.#threads.size > this.#maxSize) this.#end(thread);
    else this.#idle.push(thread);
    this.#assign();
  }

  #isGone(thread: Thread): void {
    // One that was ended has left the set before.
    if (this.#threads.delete(thread)) this.#removeIdle(thread);
    else {
      this.#ending--;
      this.#hub.completions--;
    }
    this.#assign();
  }

  #end(thread: Thread): void {
    this.#threads.delete(thread);
    this.#removeIdle(thread);
    this.#ending++;
    this.#hub.completions++;
    thread.end();
  }

  #removeIdle(thread: Thread): void {
    const at = this.#idle.indexOf(thread);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  #shrink(size: number): void {
    while (this.#threads.size > size && this.#idle.length > 0) this.#end(this.#idle.at(-1)!);
  }

  #note(): void {
    if (this.taskCount > 0 || this.#ending > 0) this.#quiet.clear();
    else if (!this.#quiet.isSet()) this.#quiet.set();
  }
}

function* see<T>(operation: Operation<T>): Generator<unknown, T, unknown> {
  return yield* operation;
}

function* all<T>(calls: readonly Operation<T>[], timeoutMs: number): Generator<unknown, T[], unknown> {
  const greenlets = calls.map((each) => spawn(see<T>, each));
  try {
    const ended = yield* joinAll(greenlets, {
      timeout: timeoutMs < 0 ? null : timeoutMs,
      raiseError: true,
    });
    if (ended.length < greenlets.length) throw expired(timeoutMs);
    return greenlets.map((greenlet) => greenlet.value as T);
  } finally {
    yield* killAll(greenlets);
  }
}

/** One call of `apply`: the job, and who waits for it. */
interface Waiting {
  readonly job: Job;
  readonly wait: IoWait;
  outcome: JobOutcome | null;
}

class InThread<T> extends Operation<T> {
  readonly #pool: ThreadPool;
  readonly #request: Job["request"];
  readonly #transfer: readonly Transferable[];
  readonly #timeoutMs: number;

  constructor(pool: ThreadPool, request: Job["request"], transfer: readonly Transferable[], ms: number) {
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
    return this.#pool._home.isDestroyed ? null : this.#pool._home;
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
    this.#pool._submit(job);
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
    if (outcome === null) this.#pool._cancel(job);
  }
}

function requireModule(module: unknown): string {
  if (typeof module === "string" || module instanceof URL) return String(module);
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not import ${describe(module)} in a thread because it is no module's URL; give new URL("./file.js", import.meta.url)`,
  );
}

function requireName(name: unknown): string {
  if (typeof name === "string") return name;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not call ${describe(name)} in a thread because a function cannot be copied there; give the name of an export`,
  );
}

function requireCount(value: unknown, least: number, most: number, verb: string): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new RangeUsageError(
    `could not ${verb} ${describe(value)} threads because that is not an integer ${range}`,
  );
}
