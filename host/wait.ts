// Long because its three public calls have overloads and docstrings to themselves. Owns waiting for
// several objects: joinAll, wait, iwait; `wevent` re-exports them.

import { requireSignal } from "./core/abort.js";
import { call } from "./core/call.js";
import { listOf, requireOptions } from "./core/check.js";
import { current, isTimedOut } from "./core/current.js";
import { checkInteger, describe, UsageError } from "./core/errors.js";
import { endedSoFar, Greenlet, requireGreenlet } from "./core/greenlet.js";
import { waitForGreenlet } from "./core/greenlet-waits.js";
import type { Hub } from "./core/hub.js";
import { done, Operation, PARKED, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { type Limits, limited, Timeout, type TimeoutArgument, timeoutMs } from "./core/timeout.js";
import { WaitIdle } from "./core/wait-idle.js";
import { isThenable, waitFor } from "./core/wait-promise.js";
import { collect, type OperationIterator, Steps } from "./operation-iterator.js";
import { withTimeout } from "./timeout.js";

/** What `wait` and `iwait` can wait for, beside greenlets and promises: events, results, semaphores. */
export interface Waitable {
  ready(): boolean;
  rawlink(callback: () => unknown): void;
  unlink(callback: unknown): void;
}

/** Options of `wait` and `iwait`. */
export interface WaitAllOptions extends Limits {
  /** How many to wait for; omitted, or more than there are: all. 0: none. */
  readonly count?: number;
}

/** Options of `joinAll`. */
export interface JoinAllOptions extends WaitAllOptions {
  /** Throws the first failure in time and leaves the rest running. Omitted: false. */
  readonly raiseError?: boolean;
}

/**
 * Waits until all of the greenlets have ended, or `count` of them. Gives those that have: first
 * those that had before, in the order of the list, then the others as they ended. Never throws their errors unless `raiseError` is true.
 *
 * @switches when one has not ended, and once if all have
 * @throws the signal's reason when that is aborted first
 * @source gevent.joinall
 * @since 0.1
 */
export function joinAll<G extends Greenlet>(
  greenlets: Iterable<G>,
  options: JoinAllOptions = {},
): Operation<G[]> {
  requireOptions(options);
  const all = listOf(greenlets, "what to join");
  for (const greenlet of all) requireGreenlet(greenlet, "join");
  const { timeout, raiseError = false, count } = options;
  if (!raiseError && count === undefined && !(timeout instanceof Timeout)) {
    return limited(options, (ms) => new JoinAll(all, ms));
  }
  checkOptions(options);
  return call(joinSome, all, options) as Operation<G[]>;
}

function* joinSome(greenlets: Greenlet[], options: JoinAllOptions): Generator<unknown, Greenlet[], unknown> {
  const ended: Greenlet[] = [];
  const ready = iwait(greenlets, options);
  try {
    for (;;) {
      const step = yield* ready.next();
      if (step.done) return ended;
      if (options.raiseError && !step.value.successful()) throw step.value.error;
      ended.push(step.value);
    }
  } finally {
    ready.close();
  }
}

/** How far one joinAll has come: the next greenlet to wait for, and what was before it. */
interface Joining {
  next: number;
  readonly deadlineMs: number;
  readonly endedBefore: number;
}

/**
 * All of them, without a link to each: it stands in the line of the first that lives, and moves on
 * when that one has ended. The last to end is the one that lets it go, as with links.
 */
class JoinAll<G extends Greenlet> extends Operation<G[]> {
  readonly #greenlets: readonly G[];
  readonly #timeoutMs: number;

  constructor(greenlets: readonly G[], ms: number) {
    super();
    this.#greenlets = greenlets;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return `joinAll of ${this.#greenlets.length}`;
  }

  override get home(): Hub | null {
    return this.#greenlets[0]?.hub ?? null;
  }

  start(task: Task): Step<G[]> {
    const deadlineMs = this.#timeoutMs < 0 ? -1 : task.hub.now() + this.#timeoutMs;
    const state: Joining = { next: 0, deadlineMs, endedBefore: endedSoFar() };
    if (this.#greenlets.length === 0) return done([]);
    task._inbox = state;
    return this.#advance(task, state, true);
  }

  resume(task: Task): Step<G[]> {
    if (isTimedOut()) return done(this.#finish(task));
    return this.#advance(task, task._inbox as Joining, false);
  }

  override abandon(task: Task): void {
    task._inbox = undefined;
  }

  #advance(task: Task, state: Joining, isFirst: boolean): Step<G[]> {
    const greenlets = this.#greenlets;
    let { next } = state;
    while (next < greenlets.length && greenlets[next]!.dead) next++;
    state.next = next;
    if (next === greenlets.length && !isFirst) return done(this.#finish(task));
    if (next === greenlets.length) {
      // All had ended before: let the others run once, as one who waits does.
      task.hub.sleep(task, 0, true);
      return PARKED;
    }
    const ms = state.deadlineMs < 0 ? -1 : Math.max(state.deadlineMs - task.hub.now(), 0);
    waitForGreenlet(task, greenlets[next]!, ms, this.label);
    return PARKED;
  }

  #finish(task: Task): G[] {
    const { endedBefore } = task._inbox as Joining;
    task._inbox = undefined;
    const all = this.#greenlets;
    const ended = isTimedOut() ? all.filter((greenlet) => greenlet.dead) : all.slice();
    // Those that had ended before stay as they stand in the list.
    return sortedBy(ended, (greenlet) => Math.max(greenlet._endOrder, endedBefore));
  }
}

/**
 * Sorts by an integer of each item, stably. What is sorted are numbers that hold the order and the
 * place: comparing 100 000 greenlets would take as long as running them (bench/cases/timers.js).
 */
function sortedBy<T>(items: T[], orderOf: (item: T) => number): T[] {
  const count = items.length;
  const keys = new Float64Array(count);
  let least = Number.POSITIVE_INFINITY;
  let isSorted = true;
  for (let i = 0; i < count; i++) {
    const order = orderOf(items[i]!);
    if (i > 0 && order < keys[i - 1]!) isSorted = false;
    if (order < least) least = order;
    keys[i] = order;
  }
  if (isSorted) return items;
  for (let i = 0; i < count; i++) keys[i] = (keys[i]! - least) * count + i;
  keys.sort();
  return Array.from(keys, (key) => items[key % count]!);
}

type Resolved<O> = O extends Greenlet ? O : O extends PromiseLike<infer V> ? V : O;

/**
 * Waits for a promise: gives its value or throws its error. A greenlet that is interrupted
 * meanwhile goes on at once; the promise's outcome is then ignored.
 *
 * @switches always
 * @throws {@link Timeout} WEV_ERR_TIMEOUT when the timeout passes first
 * @throws the signal's reason when that is aborted first
 * @since 0.1
 */
export function wait<T>(promise: PromiseLike<T>, options?: Limits): Operation<T>;
/**
 * Waits until nothing is left to do: no greenlet ready, no timer that counts, no completion
 * awaited. Gives false if the timeout passes first.
 *
 * @switches always
 * @throws the signal's reason when that is aborted first
 * @source gevent.wait
 */
export function wait(objects?: null | undefined, options?: Limits): Operation<boolean>;
/**
 * Waits until all of the objects are ready, or `count` of them. Gives those that are, in the order
 * they became ready; for a promise, its value.
 *
 * @switches when one is not ready
 * @throws the signal's reason when that is aborted first
 * @source gevent.wait
 */
export function wait<O extends Waitable | PromiseLike<unknown>>(
  objects: Iterable<O>,
  options?: WaitAllOptions,
): Operation<Resolved<O>[]>;
export function wait(
  objects?: PromiseLike<unknown> | Iterable<Waitable | PromiseLike<unknown>> | null,
  options: WaitAllOptions = {},
): Operation<unknown> {
  requireOptions(options);
  if (objects === undefined || objects === null) {
    return limited(options, (ms) => new WaitIdle(ms));
  }
  if (isThenable(objects)) {
    const promise = objects;
    return limited(options, (ms) => (ms < 0 ? waitFor(promise) : withTimeout(ms, () => waitFor(promise))));
  }
  checkOptions(options);
  return call(waitAll, waitablesOf(objects as Iterable<Waitable>), options);
}

function* waitAll(
  objects: Iterable<Waitable>,
  options: WaitAllOptions,
): Generator<unknown, unknown[], unknown> {
  return yield* collect(iwait(objects, options));
}

/**
 * Gives the objects one by one as they become ready; for a promise, its value. Close it when it is
 * left half way (`using`): what was not given is then forgotten.
 *
 * @noswitch until its `next` is yielded or awaited, which throws the signal's reason when that is aborted
 * @source gevent.iwait
 * @since 0.1
 */
export function iwait<O extends Waitable | PromiseLike<unknown>>(
  objects: Iterable<O>,
  options: WaitAllOptions = {},
): OperationIterator<Resolved<O>> {
  return new ReadyIterator<Resolved<O>>(objects as Iterable<Waitable | PromiseLike<unknown>>, options);
}

class ReadyIterator<T> extends Steps<T> {
  readonly #objects: readonly (Waitable | PromiseLike<unknown>)[];
  readonly #timeout: TimeoutArgument | undefined;
  readonly #signal: AbortSignal | undefined;
  #left: number;
  #watches: (() => void)[] | null = null;
  #deadlineMs = -1;
  /** Whether the Timeout was started here: then it ends with the iteration. */
  #isTimeoutOwn = false;
  /** What became ready and was not given: a value, or the error of a promise. */
  readonly #ready: { readonly value: T; readonly error?: { readonly thrown: unknown } }[] = [];
  #waiter: Task | null = null;
  #ticket = 0;

  constructor(objects: Iterable<Waitable | PromiseLike<unknown>>, options: WaitAllOptions) {
    super();
    this.#objects = waitablesOf(objects);
    checkOptions(options);
    const { count = this.#objects.length } = options;
    this.#left = Math.min(count, this.#objects.length);
    this.#timeout = options.timeout;
    this.#signal = options.signal;
  }

  next(): Operation<IteratorResult<T, undefined>> {
    const next = new NextReady(this as ReadyIterator<unknown>) as Operation<IteratorResult<T, undefined>>;
    return limited({ signal: this.#signal }, () => next);
  }

  close(): void {
    this.#left = 0;
    for (const unwatch of this.#watches ?? []) unwatch();
    this.#watches = [];
    this.#ready.length = 0;
    // Another greenlet may be waiting for the next one.
    this.#wake();
    if (this.#isTimeoutOwn) (this.#timeout as Timeout).cancel();
  }

  /** Begins at the first step: watches every object. */
  #begin(hub: Hub): void {
    this.#watchAll(hub);
    if (this.#timeout instanceof Timeout) {
      this.#isTimeoutOwn = !this.#timeout.pending;
      if (this.#isTimeoutOwn) this.#timeout.start();
    } else {
      const ms = timeoutMs(this.#timeout);
      if (ms >= 0) this.#deadlineMs = hub.now() + ms;
    }
  }

  /** All or none: one that is refused must not leave the others linked (exhausted.test.ts). */
  #watchAll(hub: Hub): void {
    const watches: (() => void)[] = [];
    try {
      for (const object of this.#objects) watches.push(this.#watch(object, hub));
    } catch (error) {
      for (const unwatch of watches) unwatch();
      throw error;
    }
    this.#watches = watches;
  }

  #watch(object: Waitable | PromiseLike<unknown>, hub: Hub): () => void {
    const add = (value: unknown, error?: { thrown: unknown }) => {
      this.#ready.push(error === undefined ? { value: value as T } : { value: value as T, error });
      this.#wake();
    };
    if (object instanceof Greenlet) return object.watch(() => add(object));
    if (isThenable(object)) {
      let isWatched = true;
      hub.completions++;
      const settle = (value: unknown, error?: { thrown: unknown }) => {
        if (!isWatched) return;
        isWatched = false;
        hub.completions--;
        add(value, error);
      };
      object.then(
        (value) => settle(value),
        (thrown: unknown) => settle(undefined, { thrown }),
      );
      return () => {
        if (isWatched) hub.completions--;
        isWatched = false;
      };
    }
    const callback = () => add(object);
    object.rawlink(callback);
    return () => object.unlink(callback);
  }

  #wake(): void {
    const task = this.#waiter;
    if (task === null) return;
    this.#waiter = null;
    if (task.hub.isInCallback && current === null) task.hub.resumeNow(task, this.#ticket);
    else task.hub.wake(task, this.#ticket);
  }

  /** @internal */
  take(task: Task): Step<IteratorResult<T, undefined>> {
    if (this.#left === 0) return done(this.#end());
    if (this.#watches === null) this.#begin(task.hub);
    const first = this.#ready.shift();
    if (first !== undefined) {
      this.#left--;
      if (this.#left === 0) this.close();
      if (first.error !== undefined) throw first.error.thrown;
      return done({ done: false, value: first.value });
    }
    if (this.#waiter !== null) {
      throw new UsageError(
        "WEV_ERR_OPERATION_BUSY",
        "could not wait for the next ready object because another greenlet waits for it; give each its own iwait",
      );
    }
    const ms = this.#deadlineMs < 0 ? -1 : Math.max(this.#deadlineMs - task.hub.now(), 0);
    this.#ticket = task.hub.park(task, ms);
    this.#waiter = task;
    return PARKED;
  }

  /** @internal */
  timedOut(): IteratorResult<T, undefined> {
    this.#waiter = null;
    return this.#end();
  }

  /** @internal */
  leave(): void {
    this.#waiter = null;
  }

  #end(): IteratorResult<T, undefined> {
    this.close();
    return { done: true, value: undefined };
  }
}

class NextReady extends Operation<IteratorResult<unknown, undefined>> {
  readonly label = "iwait";
  readonly #iterator: ReadyIterator<unknown>;

  constructor(iterator: ReadyIterator<unknown>) {
    super();
    this.#iterator = iterator;
  }

  start(task: Task): Step<IteratorResult<unknown, undefined>> {
    return this.#iterator.take(task);
  }

  resume(task: Task): Step<IteratorResult<unknown, undefined>> {
    return isTimedOut() ? done(this.#iterator.timedOut()) : this.#iterator.take(task);
  }

  override abandon(): void {
    this.#iterator.leave();
  }
}

function checkOptions(options: WaitAllOptions): void {
  requireOptions(options);
  const { timeout, signal, count = 0 } = options;
  if (!(timeout instanceof Timeout)) timeoutMs(timeout);
  if (signal !== undefined) requireSignal(signal);
  checkInteger(count, 0, "wait for a count of");
}

function waitablesOf<O>(objects: Iterable<O>): O[] {
  const all = listOf(objects, "what to wait for");
  for (const object of all) requireWaitable(object);
  return all;
}

function requireWaitable(value: unknown): void {
  if (typeof value === "object" && value !== null) {
    if (isThenable(value) || typeof (value as Partial<Waitable>).rawlink === "function") return;
  }
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not wait for ${describe(value)} because it cannot be waited for; give greenlets, events or promises`,
  );
}
