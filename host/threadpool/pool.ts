// Owns ThreadPool: what a program sees of its threads. Why no library: docs/decisions/0008-threads.md.

import { call } from "../core/call.js";
import { listOf, requireOptions } from "../core/check.js";
import type { Greenlet } from "../core/greenlet.js";
import { currentHub } from "../core/hub.js";
import type { Operation } from "../core/operation.js";
import { expired, type Limits, limited } from "../core/timeout.js";
import { killAll, spawn } from "../greenlet.js";
import { joinAll } from "../wait.js";
import { requireCount, requireModule, requireName } from "./check.js";
import { InThread } from "./in-thread.js";
import { Workforce } from "./workforce.js";

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
  readonly #workforce: Workforce;

  /**
   * @param maxSize - Most threads at a time, an integer from 0. With 0 calls wait until it is raised.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when it is not
   * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED when the runtime lacks the capability "threads"
   */
  constructor(maxSize: number) {
    requireCount(maxSize, 0, Number.MAX_SAFE_INTEGER, "have at most");
    const hub = currentHub();
    hub.part("threads");
    this.#workforce = new Workforce(hub, maxSize);
  }

  /** Most threads at a time. Raised, it lets waiting calls begin; lowered, threads end once they are idle. */
  get maxSize(): number {
    return this.#workforce.maxSize;
  }

  set maxSize(maxSize: number) {
    requireCount(maxSize, 0, Number.MAX_SAFE_INTEGER, "have at most");
    this.#workforce.maxSize = maxSize;
  }

  /** Threads there are. Set, idle ones are started or ended; from 0 to `maxSize`. */
  get size(): number {
    return this.#workforce.size;
  }

  set size(size: number) {
    requireCount(size, 0, this.maxSize, "have");
    this.#workforce.size = size;
  }

  /** Calls that run or wait. */
  get taskCount(): number {
    return this.#workforce.taskCount;
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
    const request = {
      module: requireModule(module),
      name: requireName(name),
      args: listOf(args, "arguments"),
    };
    const transfer = listOf(options.transfer ?? [], "what to transfer");
    return limited(options, (ms) => new InThread<T>(this.#workforce, request, transfer, ms));
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

  /**
   * Waits until no call runs or waits, and threads that were ended are gone. Gives false if the time
   * passes first.
   *
   * @switches when there is such a call or thread
   * @source gevent.threadpool.ThreadPool.join
   */
  join(options: Limits = {}): Operation<boolean> {
    requireOptions(options);
    return limited(options, (ms) => this.#workforce.quiet.wait(ms < 0 ? null : ms));
  }

  /**
   * Ends all threads and what they do, at once; those who wait are thrown ThreadEndedError. The pool can
   * be used again. The operation waits until the threads are gone.
   *
   * @noswitch but for the operation
   * @source gevent.threadpool.ThreadPool.kill, which lets work end
   */
  kill(): Operation<void> {
    this.#workforce.kill();
    return call(untilQuiet, this.#workforce);
  }

  /** As `kill`, and waits until the threads are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

function* untilQuiet(workforce: Workforce): Generator<unknown, void, unknown> {
  yield* workforce.quiet.wait();
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
