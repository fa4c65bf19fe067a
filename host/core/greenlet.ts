// Long because its public face is gevent's, each member with its docstring. Owns the greenlet: its life, its outcome, its links, and how it is killed. Scheduling is the
// core's; frames are Task's.

import { requireBody, requireCallback, requireOptions } from "./check.js";
import { current, isTimedOut } from "./current.js";
import { checkMs, describe, type ErrorCode, KillValueError, RangeUsageError, UsageError } from "./errors.js";
import { type Frame, frameOf } from "./frame.js";
import { handleOf } from "./handle.js";
import { currentHub, type Hub, type Main } from "./hub.js";
import type { Ended } from "./inspect.js";
import { callBack, Link } from "./link.js";
import { Links } from "./links.js";
import { DONE, done, Operation, PARKED, type Step } from "./operation.js";
import { captureSite, type Failed, type Site } from "./report.js";
import { Task } from "./task.js";
import { expired, type Limit, type Limits, limited, limitsOf, Timeout } from "./timeout.js";

/**
 * What can run as a greenlet: a generator function, an async function (the greenlet waits for its
 * promise), or a plain function (runs to its end in one turn).
 */
export type Body<A extends unknown[], T> = (
  ...args: A
) => Generator<unknown, T, unknown> | PromiseLike<T> | T;

/**
 * What a killed greenlet is ended with. Counts as success: it becomes the greenlet's value.
 *
 * @source gevent.GreenletExit. It derives from BaseException there, so that `except Exception`
 * lets it pass; JavaScript has one kind of exception, so a `catch` must rethrow it.
 */
export class GreenletExit extends Error {
  readonly code = "WEV_ERR_GREENLET_EXIT" satisfies ErrorCode;
  constructor(message = "the greenlet was killed") {
    const limit = Error.stackTraceLimit;
    // Its own stack says nothing that the park site does not say better, and costs a microsecond.
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
    Object.defineProperty(this, "name", { value: "GreenletExit", configurable: true, writable: true });
  }
}

/** Something to end a greenlet with: an error, or a class of errors to make one from. */
export type KillError = Error | (new () => Error);

/** Options of calls that may wait. */
export interface WaitOptions extends Limits {
  /** false: do not wait. Omitted: wait. */
  readonly block?: boolean | undefined;
}

/** What a link may hand the outcome to instead of calling a function: an AsyncResult is one. */
export interface LinkTarget<T> {
  set(value: T): void;
  setError(error: unknown): void;
}

type LinkCallback<T> = ((greenlet: Greenlet<T>) => unknown) | LinkTarget<T>;

/** A body whatever it takes. */
export type AnyBody<T> = (...args: never[]) => BodyResult<T>;

/** What a body may give back. */
export type BodyResult<T> = Generator<unknown, T, unknown> | PromiseLike<T> | T;

/** Where a greenlet is in its life; each comes after the one above. */
const enum Life {
  New = 0,
  Scheduled = 1,
  Running = 2,
  Succeeded = 3,
  Failed = 4,
  /** Failed, and somebody has read the error. */
  FailureRead = 5,
}

/**
 * One green thread: a body that runs until it blocks, on the hub's order.
 *
 * `yield* greenlet` is `yield* greenlet.get()`. A greenlet is not thenable: outside greenlets,
 * `await greenlet.get()`.
 *
 * @source gevent.Greenlet
 * @since 0.1
 */
export class Greenlet<T = unknown> extends Task implements Failed {
  private readonly _body: AnyBody<T> | null;
  private _life: Life = Life.New;
  /** The body's arguments until it has ended, then its outcome. */
  private _held: unknown;
  private _extra: Extra | null = null;
  /** @internal Its place in the order in which all greenlets ended. */
  _endOrder = 0;

  /** A greenlet that has not started. With no body, a subclass's `run` is the body. */
  constructor(body?: AnyBody<T> | null, ...args: unknown[]);
  constructor(body?: AnyBody<T> | null) {
    super(currentHub());
    if (body !== undefined && body !== null) requireBody(body, "make a greenlet from");
    this._body = body ?? null;
    // Not a rest parameter: an empty one costs as much as the greenlet itself.
    // biome-ignore lint/complexity/noArguments: see above.
    this._held = arguments.length > 1 ? Array.prototype.slice.call(arguments, 1) : NO_ARGUMENTS;
  }

  /** Makes a greenlet of this class and starts it. @noswitch */
  static spawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Greenlet<T>;
  /** The same for a subclass, with what its constructor takes. */
  static spawn<C extends GreenletClass>(this: C, ...args: ConstructorParameters<C>): InstanceType<C>;
  static spawn(this: GreenletClass, ...args: unknown[]): Greenlet {
    // biome-ignore lint/complexity/noThisInStatic: the class it was called on is the point.
    const greenlet = make(this, args);
    greenlet._schedule(-1);
    return greenlet;
  }

  /** Makes a greenlet that starts in `ms`; on a timer, so behind what is ready then. @noswitch */
  static spawnLater<A extends unknown[], T>(ms: number, body: Body<A, T>, ...args: A): Greenlet<T>;
  /** The same for a subclass, with what its constructor takes. */
  static spawnLater<C extends GreenletClass>(
    this: C,
    ms: number,
    ...args: ConstructorParameters<C>
  ): InstanceType<C>;
  static spawnLater(this: GreenletClass, ms: number, ...args: unknown[]): Greenlet {
    // biome-ignore lint/complexity/noThisInStatic: the class it was called on is the point.
    const greenlet = make(this, args);
    greenlet.startLater(ms);
    return greenlet;
  }

  /**
   * Calls back for every greenlet as it is started, in the current hub. Registering the same
   * callback again does nothing. Returns what removes it. @noswitch
   */
  static onSpawn(callback: (greenlet: Greenlet) => void): () => void {
    requireCallback(callback, "call back with");
    const hub = currentHub();
    hub.spawnListeners ??= new Set();
    hub.spawnListeners.add(callback);
    return () => {
      hub.spawnListeners?.delete(callback);
      if (hub.spawnListeners?.size === 0) hub.spawnListeners = null;
    };
  }

  /** The body, where a subclass defines it. Given the constructor's further arguments. */
  run(...args: unknown[]): BodyResult<T> {
    return (this._body === null ? undefined : this._body(...(args as never[]))) as T;
  }

  /** @internal */
  _takeArguments(args: unknown[]): void {
    this._held = args;
  }

  // ---- starting

  /** Queues the first run. Calling it again does nothing. @noswitch */
  start(): void {
    this._schedule(-1);
  }

  /** Queues the first run on a timer in `ms`; less than 0 is 0. Calling it again does nothing. @noswitch */
  startLater(ms: number): void {
    checkMs(ms, "the time to start in");
    if (ms === Number.POSITIVE_INFINITY) {
      throw new RangeUsageError(`could not start ${this.name} in Infinity ms because that never comes`);
    }
    this._schedule(Math.max(ms, 0));
  }

  private _schedule(delayMs: number): void {
    if (this._life !== Life.New) return;
    const { hub } = this;
    if (hub.siteBudget > 0) {
      hub.siteBudget--;
      this._more().spawnSite = captureSite();
    }
    if (this._row === 0 && delayMs < 0) hub.spawnTask(this);
    else {
      const isNew = this._row === 0;
      if (isNew) hub.createTask(this);
      try {
        hub.startTask(this, delayMs);
      } catch (error) {
        // The memory limit is reached. Without its row, whoever drops the greenlet leaves nothing.
        if (isNew) hub.dropRow(this);
        throw error;
      }
    }
    this._life = Life.Scheduled;
    const locals = current instanceof Greenlet ? current._extra?.locals : undefined;
    if (locals !== undefined) this._more().locals = locals;
    if (hub.spawnListeners !== null) {
      for (const listener of hub.spawnListeners) hub.guard(() => listener(this as Greenlet), this);
    }
  }

  // ---- state

  /** A number of its own in its hub; small, and reused after 2^30 greenlets. */
  get id(): number {
    if (this._serial === 0) {
      // One that is dead gets a number only: nothing would free its row.
      if (this.dead) this._serial = this.hub.nextSerial();
      else this.hub.createTask(this);
    }
    return this._serial;
  }

  /** Its name for guests, which join and kill it under that. One that has ended has a name that says so. @noswitch */
  get handle(): bigint {
    void this.id;
    return handleOf(this._row, this._serial);
  }

  /** The name given, or the body's. */
  override get name(): string {
    return this._extra?.name ?? this._bodyName();
  }

  set name(name: string) {
    this._more().name = name;
  }

  private _bodyName(): string {
    if (this._body === null) return this.constructor.name;
    return this._body.name || "anonymous";
  }

  /** The greenlet that spawned it, main, or null once that greenlet has ended. */
  get parent(): Greenlet | Main | null {
    return this.dead ? null : (this.hub.parentOf(this) as Greenlet | Main | null);
  }

  /** Whether it was started and has not ended. */
  get started(): boolean {
    return this._life === Life.Scheduled || this._life === Life.Running;
  }

  /** Whether it has ended. */
  get dead(): boolean {
    return this._life >= Life.Succeeded;
  }

  /** As `dead`. */
  ready(): boolean {
    return this.dead;
  }

  /** Whether it ended by returning, or by GreenletExit. */
  successful(): boolean {
    return this._life === Life.Succeeded;
  }

  /** What it returned, or undefined. */
  get value(): T | undefined {
    return this._life === Life.Succeeded ? (this._held as T) : undefined;
  }

  /** What it failed with, or undefined. Reading it counts as reading the error. */
  get error(): unknown {
    if (this._life < Life.Failed) return undefined;
    this._life = Life.FailureRead;
    return this._held;
  }

  /** @internal The failure, unless somebody has read it. */
  get _unread(): { readonly error: unknown } | null {
    return this._life === Life.Failed ? { error: this._held } : null;
  }

  /**
   * Values shared by a greenlet and all that it spawns: main's, unless it or one above it in the
   * tree was given others before it spawned.
   */
  get locals(): Record<PropertyKey, unknown> {
    return this._extra?.locals ?? this.hub.main.locals;
  }

  set locals(locals: Record<PropertyKey, unknown>) {
    this._more().locals = locals;
  }

  /** @internal Its copies of what `local` gave, by the local. */
  get _copies(): WeakMap<object, object> {
    const more = this._more();
    more.copies ??= new WeakMap();
    return more.copies;
  }

  /** Aborted when the greenlet ends: for fetch and what else takes a signal. */
  get signal(): AbortSignal {
    const more = this._more();
    more.abort ??= new AbortController();
    if (this.dead && !more.abort.signal.aborted) more.abort.abort(this._held);
    return more.abort.signal;
  }

  /** @internal How it ended, or null; looking does not count as reading. */
  get _ended(): Ended | null {
    if (!this.dead) return null;
    return this._life === Life.Succeeded ? { value: this._held } : { error: this._held };
  }

  /** @internal */
  override get _spawnSite(): Site | null {
    return this._extra?.spawnSite ?? null;
  }

  /** @internal */
  get _parkSite(): Site | null {
    return this._extra?.parkSite ?? null;
  }

  private _more(): Extra {
    this._extra ??= new Extra();
    return this._extra;
  }

  // ---- waiting for it

  /**
   * Gives what it returned, or throws what it failed with: the same object each time.
   *
   * @switches when it has not ended
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the timeout passes, or at once with `block: false`
   * @source gevent.Greenlet.get
   */
  get(options: WaitOptions = {}): Operation<T> {
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new GetOutcome(this, block, ms));
  }

  [Symbol.iterator](): Iterator<unknown, T, unknown> {
    return new GetOutcome<T>(this, true, -1)[Symbol.iterator]();
  }

  /**
   * Waits until it has ended, however it did. Never throws its error.
   *
   * @switches when it has not ended
   * @source gevent.Greenlet.join
   */
  join(limit?: Limit): Operation<void> {
    return limited(limitsOf(limit), (ms) => new WaitForDeath(this, "join", ms));
  }

  /** A promise of its outcome. @noswitch */
  promise(): Promise<T> {
    return Promise.resolve(this.get());
  }

  // ---- ending it

  /**
   * Ends it with GreenletExit, or `error`: thrown at the call it is blocked in, once what is ready
   * before it has run; if it has not run yet, it never will. Takes effect at once. The operation
   * returned waits for the death, and throws nothing when its timeout passes.
   *
   * @switches when yielded or awaited, unless the greenlet has ended or `block` is false
   * @source gevent.Greenlet.kill
   */
  kill(error?: KillError, options: WaitOptions = {}): Operation<void> {
    requireOptions(options);
    const { block = true } = options;
    const death = limited(options, (ms) => new WaitForDeath(this, "kill", ms, !block));
    this.throw(error ?? new GreenletExit());
    return death;
  }

  /** Throws an error into it; like kill, without the waiting. @noswitch */
  throw(error: KillError): void {
    if (this.dead) return;
    const isError = error instanceof Error || (typeof error === "function" && isErrorClass(error));
    if (this._life <= Life.Scheduled) {
      this._discard(isError ? makeError(error) : new KillValueError(error));
    } else if (isError) {
      this.hub.interrupt(this, makeError(error));
    } else {
      this.hub.report({ error: new KillValueError(error), context: this, name: this.name });
    }
  }

  private _discard(error: unknown): void {
    if (this._row !== 0) this.hub.interrupt(this, error);
    this._settle(error);
  }

  /** @internal The hub is destroyed: it runs no more. */
  drop(error: unknown): void {
    if (!this.dead) this._settle(error);
  }

  // ---- links

  /**
   * Calls `callback(greenlet)` in the hub when it has ended; in a later turn if it has already.
   * The callback must not block. @noswitch
   */
  rawlink(callback: (greenlet: this) => unknown): void {
    requireCallback(callback, "link");
    this._addLink(callback, () => callBack(callback, this));
  }

  /** Spawns `callback(greenlet)` when it has ended, or hands the outcome to an AsyncResult. @noswitch */
  link(callback: LinkCallback<T>): void {
    this._addSpawnedLink(callback, () => true);
  }

  /** As link, only if it succeeded. @noswitch */
  linkValue(callback: LinkCallback<T>): void {
    this._addSpawnedLink(callback, () => this.successful());
  }

  /** As link, only if it failed. Its callback counts as having read the error. @noswitch */
  linkError(callback: LinkCallback<T>): void {
    this._addSpawnedLink(callback, () => {
      if (this._life === Life.Failed) this._life = Life.FailureRead;
      return !this.successful();
    });
  }

  /** Takes back the oldest link made with `callback`; none: nothing happens. @noswitch */
  unlink(callback: unknown): void {
    this._extra?.links?.cancel(callback);
  }

  /** Takes back all links. @noswitch */
  unlinkAll(): void {
    this._extra?.links?.cancelAll();
  }

  /** Whether a link is waiting to be called. */
  hasLinks(): boolean {
    return (this._extra?.links?.size ?? 0) > 0;
  }

  private _addSpawnedLink(callback: LinkCallback<T>, applies: () => boolean): void {
    const isTarget = typeof callback === "object" && callback !== null && typeof callback.set === "function";
    if (!isTarget && typeof callback !== "function") throw notCallable(callback);
    this._addLink(callback, () => {
      if (!applies()) return;
      if (typeof callback === "function") {
        Greenlet.spawn(callback as (greenlet: unknown) => unknown, this);
      } else if (this.successful()) {
        callback.set(this._held as T);
      } else {
        callback.setError(this.error);
      }
    });
  }

  /** @internal Calls back in the hub when it has ended, without counting as a link of the user. */
  watch(fire: () => void): () => void {
    const link = new Link(this.hub, fire);
    this._place(link);
    return () => link.cancel();
  }

  private _addLink(callback: unknown, fire: () => void): void {
    const link: Link = new Link(
      this.hub,
      () => {
        this._extra?.links?.delete(link);
        fire();
      },
      callback,
    );
    this._place(link);
    const more = this._more();
    more.links ??= new Links();
    more.links.add(link);
  }

  /** @internal Has the link called when it has ended; soon if it has. */
  _place(link: Link): void {
    const { hub } = this;
    if (this._row === 0 && !this.dead) hub.createTask(this);
    if (this._row === 0 || !hub.link(link, this._row, this._serial)) hub.callSoon(link);
  }

  // ---- what Task asks

  /** @internal */
  override _begin(): Frame | null {
    this._life = Life.Running;
    const body = this._body;
    const args = this._held as never[];
    // A body is called here and not over run(), which would copy the arguments once more.
    const made: unknown = body === null ? this.run(...args) : args.length === 0 ? body() : body(...args);
    const frame = frameOf(made, this);
    if (frame === null) this._end(Life.Succeeded, made);
    return frame;
  }

  /** @internal */
  override _finish(value: unknown): void {
    this._end(Life.Succeeded, value);
  }

  /** @internal */
  override _fail(error: unknown): void {
    this._settle(error);
  }

  /** @internal */
  override _notePark(error: unknown): void {
    if (error instanceof GreenletExit) return;
    // A Timeout was made without a stack: where it strikes is what its stack should say.
    if (error instanceof Timeout) Error.captureStackTrace?.(error);
    else this._more().parkSite = captureSite();
  }

  private _settle(error: unknown): void {
    if (error instanceof GreenletExit) this._end(Life.Succeeded, error);
    else {
      this._end(Life.Failed, error);
      if (this._extra === null || this._extra.owners === 0) this.hub.noteFailure(this);
    }
  }

  /** @internal Somebody will read its error in time: it is not reported meanwhile. */
  _own(): void {
    this._more().owners++;
  }

  /** @internal Takes back one `_own`. After the last, nobody reads its error who has not yet. */
  _disown(): void {
    if (--this._more().owners === 0 && this._life === Life.Failed) this.hub.noteFailure(this);
  }

  private _end(life: Life, outcome: unknown): void {
    this._life = life;
    this._held = outcome;
    this._endOrder = ++ended;
    const extra = this._extra;
    if (extra !== null) {
      if (life === Life.Succeeded) extra.spawnSite = null;
      extra.copies = undefined;
      extra.abort?.abort(outcome);
    }
    if (this._row !== 0) this.hub.release(this);
  }

  /** Joins it at the end of the scope: `await using greenlet = spawn(f)`. @switches */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.join();
  }

  override toString(): string {
    const args = this.dead ? "" : (this._held as unknown[]).map((arg) => describe(arg)).join(", ");
    return `<${this.constructor.name} ${this._serial || "new"}: ${this._bodyName()}(${args})>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

let ended = 0;

/** How many greenlets have ended, in all hubs: the `_endOrder` of the last. */
export function endedSoFar(): number {
  return ended;
}

const NO_ARGUMENTS: readonly unknown[] = [];

/** What most greenlets never need; apart, so that a million of them stay small. */
class Extra {
  name: string | undefined = undefined;
  links: Links | undefined = undefined;
  owners = 0;
  locals: Record<PropertyKey, unknown> | undefined = undefined;
  copies: WeakMap<object, object> | undefined = undefined;
  abort: AbortController | undefined = undefined;
  spawnSite: Site | null = null;
  parkSite: Site | null = null;
}

function isErrorClass(value: unknown): boolean {
  return value === Error || (value as { prototype?: unknown }).prototype instanceof Error;
}

function makeError(error: KillError): Error {
  return typeof error === "function" ? new error() : error;
}

function notCallable(value: unknown): UsageError {
  return new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not link ${describe(value)} because it is not a function; give a function, or an object with set and setError`,
  );
}

/** Makes a plain greenlet of a body and its arguments, if it takes any, and starts it. */
export function spawnGreenlet<T>(body: unknown, args: unknown[] | null): Greenlet<T> {
  requireBody(body);
  const greenlet = new Greenlet<T>(body as AnyBody<T>);
  if (args !== null) greenlet._takeArguments(args);
  greenlet.start();
  return greenlet;
}

/** Throws unless it is a greenlet. */
export function requireGreenlet(value: unknown, verb: string): void {
  if (value instanceof Greenlet) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not ${verb} ${describe(value)} because it is not a greenlet; give what spawn gave`,
  );
}

/** Greenlet or a subclass of it, whatever its constructor takes. */
type GreenletClass = new (...args: never[]) => Greenlet;

function make(made: GreenletClass, args: readonly unknown[]): Greenlet {
  // A subclass may have a body of its own, and a constructor that takes none.
  if ((made as unknown) === Greenlet) requireBody(args[0]);
  return new made(...(args as never[]));
}

class GetOutcome<T> extends Operation<T> {
  readonly #greenlet: Greenlet<T>;
  readonly #block: boolean;
  readonly #timeoutMs: number;

  constructor(greenlet: Greenlet<T>, block: boolean, ms: number) {
    super();
    this.#greenlet = greenlet;
    this.#block = block;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return "Greenlet.get";
  }

  override get home(): Hub {
    return this.#greenlet.hub;
  }

  start(task: Task): Step<T> {
    const greenlet = this.#greenlet;
    if (greenlet.dead) return this.#outcome();
    if (!this.#block) throw expired(0);
    waitForGreenlet(task, greenlet as Greenlet, this.#timeoutMs, this.label);
    return PARKED;
  }

  resume(): Step<T> {
    if (isTimedOut()) throw expired(this.#timeoutMs);
    return this.#outcome();
  }

  #outcome(): Step<T> {
    const greenlet = this.#greenlet;
    if (greenlet.successful()) return done(greenlet.value as T);
    throw greenlet.error;
  }
}

class WaitForDeath extends Operation<void> {
  readonly label: string;
  readonly #greenlet: Greenlet;
  readonly #timeoutMs: number;
  readonly #isDone: boolean;

  constructor(greenlet: unknown, verb: string, ms: number, isDone = false) {
    super();
    this.#greenlet = greenlet as Greenlet;
    this.label = `Greenlet.${verb}`;
    this.#timeoutMs = ms;
    this.#isDone = isDone;
  }

  override get home(): Hub {
    return this.#greenlet.hub;
  }

  start(task: Task): Step<void> {
    if (this.#isDone || this.#greenlet.dead) return DONE;
    waitForGreenlet(task, this.#greenlet as Greenlet, this.#timeoutMs, this.label);
    return PARKED;
  }

  resume(): Step<void> {
    return DONE;
  }
}

/** Parks the task in the greenlet's line. The greenlet must not have ended. */
export function waitForGreenlet(task: Task, greenlet: Greenlet, ms: number, label: string): void {
  const { hub } = greenlet;
  if (hub !== task.hub) {
    throw new UsageError(
      "WEV_ERR_FOREIGN_HUB",
      `could not use ${label} because ${greenlet.name} belongs to another hub; await it from outside greenlets`,
    );
  }
  if (greenlet._row === 0) hub.createTask(greenlet);
  hub.waitOn(task, greenlet._row, greenlet._serial, ms);
}
