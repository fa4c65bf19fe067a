// select and poll: waiting for several sockets at once: `wevent/select`.

import { call } from "./core/call.js";
import { listOf } from "./core/check.js";
import { isTimedOut } from "./core/current.js";
import { describe, UsageError } from "./core/errors.js";
import { IoWait } from "./core/io-wait.js";
import { done, Operation, PARKED, type Step } from "./core/operation.js";
import type { Readiness, Selectable } from "./core/selectable.js";
import type { Task } from "./core/task.js";
import { type Limit, limited, limitsOf } from "./core/timeout.js";
import { sleep } from "./sleep.js";

export type { Selectable } from "./core/selectable.js";

/** What `select` gives: those of each list that are ready. */
export type Selected<R, W, X> = [read: R[], write: W[], except: X[]];

/**
 * Waits until one of the objects is ready: to be read (something has come, or the end, or an error), or to
 * be written. Gives those that are, which may be none when the time passes. With three empty lists it
 * lets the time pass.
 *
 * @switches when none is ready
 * @param except - Taken for the sake of the form: nothing is ever exceptional here.
 * @param limit - ms or a Timeout, which throws itself, or `{ timeout, signal }`; null or omitted: no limit.
 * 0 or less: lets others run once.
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when an element is not a socket, or cannot be used like that
 * @throws {@link Timeout} WEV_ERR_TIMEOUT when a Timeout was given and passes first
 * @source gevent.select.select; milliseconds here, seconds there
 * @since 0.1
 */
export function select<R extends Selectable, W extends Selectable, X extends Selectable>(
  read: Iterable<R>,
  write: Iterable<W>,
  except: Iterable<X>,
  limit?: Limit,
): Operation<Selected<R, W, X>> {
  const reads = listOf(read, "what to read").map((object) => watched(object, "read"));
  const writes = listOf(write, "what to write").map((object) => watched(object, "write"));
  for (const object of listOf(except, "what may be exceptional")) watched(object, "read");
  const isEmpty = reads.length === 0 && writes.length === 0;
  return limited(limitsOf(limit), (ms) =>
    isEmpty ? call(sleepOut<R, W, X>, ms) : new Select<R, W, X>(reads, writes, ms),
  );
}

/** An object and the direction that is waited for. */
interface Watched<T> {
  readonly object: T;
  readonly readiness: Readiness;
}

function watched<T extends Selectable>(object: T, direction: "read" | "write"): Watched<T> {
  const readiness =
    typeof object === "object" && object !== null
      ? direction === "read"
        ? object._readable
        : object._writable
      : undefined;
  if (readiness) return { object, readiness };
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not select ${describe(object)} because it is no socket that one can ${direction}; give sockets, or empty lists`,
  );
}

function* sleepOut<R, W, X>(ms: number): Generator<unknown, Selected<R, W, X>, unknown> {
  yield* sleep(ms < 0 ? Number.POSITIVE_INFINITY : ms);
  return [[], [], []];
}

/** One select that waits: its task's inbox. */
interface Watching {
  readonly wait: IoWait;
  readonly unwatch: readonly (() => void)[];
  readonly deadlineMs: number;
}

class Select<R, W, X> extends Operation<Selected<R, W, X>> {
  readonly #reads: readonly Watched<R>[];
  readonly #writes: readonly Watched<W>[];
  readonly #timeoutMs: number;

  constructor(reads: readonly Watched<R>[], writes: readonly Watched<W>[], ms: number) {
    super();
    this.#reads = reads;
    this.#writes = writes;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return `select of ${this.#reads.length + this.#writes.length}`;
  }

  start(task: Task): Step<Selected<R, W, X>> {
    const ready = this.#ready();
    return ready === null ? this.#watch(task, this.#timeoutMs) : done(ready);
  }

  resume(task: Task): Step<Selected<R, W, X>> {
    const { deadlineMs } = this.#leave(task);
    const ready = this.#ready();
    if (ready !== null) return done(ready);
    if (isTimedOut()) return done([[], [], []]);
    // Another was faster: what made it wake is taken.
    return this.#watch(task, deadlineMs < 0 ? -1 : Math.max(deadlineMs - task.hub.now(), 0));
  }

  override abandon(task: Task): void {
    this.#leave(task);
  }

  /** Parks the task, told by all objects until one is ready. */
  #watch(task: Task, ms: number): Step<never> {
    const isExternal = this.#all.some(({ readiness }) => readiness.isExternal !== false);
    const wait = new IoWait(task, ms, isExternal);
    const look = () => {
      if (this.#ready() !== null) wait.wake();
    };
    const unwatch = this.#all.map(({ readiness }) => readiness.watch(look));
    task._inbox = { wait, unwatch, deadlineMs: ms < 0 ? -1 : task.hub.now() + ms } satisfies Watching;
    return PARKED;
  }

  #leave(task: Task): Watching {
    const watching = task._takeInbox() as Watching;
    watching.wait.leave();
    for (const unwatch of watching.unwatch) unwatch();
    return watching;
  }

  get #all(): readonly Watched<unknown>[] {
    return [...this.#reads, ...this.#writes];
  }

  #ready(): Selected<R, W, X> | null {
    const read = this.#reads.filter(({ readiness }) => readiness.isReady()).map(({ object }) => object);
    const write = this.#writes.filter(({ readiness }) => readiness.isReady()).map(({ object }) => object);
    return read.length + write.length === 0 ? null : [read, write, []];
  }
}

/** What can be polled for, as in poll(2): bits to be added. */
export const POLLIN = 1;
export const POLLOUT = 4;

/**
 * Several objects that are waited for again and again.
 *
 * @source gevent.select.poll
 * @since 0.1
 */
export class Poll {
  readonly #events = new Map<Selectable, number>();

  /**
   * Watches an object, or changes what it is watched for. @noswitch
   *
   * @param events - POLLIN, POLLOUT, or both added. Omitted: both that it can.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is not a socket, or cannot be used like that
   */
  register(object: Selectable, events?: number): void {
    const all = (object?._readable ? POLLIN : 0) + (object?._writable ? POLLOUT : 0);
    const wanted = events ?? all;
    if (wanted === 0 || (wanted & ~(POLLIN | POLLOUT)) !== 0) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not poll ${describe(object)} for ${describe(events)} because that is nothing it has; give a socket, and POLLIN, POLLOUT or both`,
      );
    }
    if (wanted & POLLIN) watched(object, "read");
    if (wanted & POLLOUT) watched(object, "write");
    this.#events.set(object, wanted);
  }

  /**
   * Watches an object no longer. @noswitch
   *
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is not watched
   */
  unregister(object: Selectable): void {
    if (this.#events.delete(object)) return;
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not unregister ${describe(object)} because it is not registered; register it first`,
    );
  }

  /**
   * Waits until one of the objects is ready, and gives each that is with what it is ready for.
   *
   * @switches when none is ready
   * @param limit - as of `select`
   */
  poll(limit?: Limit): Operation<[object: Selectable, events: number][]> {
    const reads = [...this.#events].filter(([, events]) => events & POLLIN).map(([object]) => object);
    const writes = [...this.#events].filter(([, events]) => events & POLLOUT).map(([object]) => object);
    return call(pollOnce, select(reads, writes, [], limit));
  }
}

function* pollOnce(
  ready: Operation<Selected<Selectable, Selectable, never>>,
): Generator<unknown, [object: Selectable, events: number][], unknown> {
  const [reads, writes] = yield* ready;
  const events = new Map<Selectable, number>();
  for (const object of reads) events.set(object, POLLIN);
  for (const object of writes) events.set(object, (events.get(object) ?? 0) + POLLOUT);
  return [...events];
}
