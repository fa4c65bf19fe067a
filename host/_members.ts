// Owns what groups and pools share of keeping greenlets together: who is in, waiting until nobody
// is, and killing all. It must not know of places, nor of mapping.

import { call } from "./core/call.js";
import { requireOptions } from "./core/check.js";
import type { KillError } from "./core/exit.js";
import { type Body, Greenlet, spawnGreenlet, type WaitOptions } from "./core/greenlet.js";
import { Link } from "./core/link.js";
import type { Operation } from "./core/operation.js";
import { type Limits, limited } from "./core/timeout.js";
import { Until } from "./core/until.js";
import { WaitQueue } from "./core/wait-queue.js";

/** Options of `join`. */
export interface GroupJoinOptions extends Limits {
  /** true: throws the first failure in time among those who were members meanwhile, once all have ended. */
  readonly raiseError?: boolean;
}

export abstract class Members implements Iterable<Greenlet>, AsyncDisposable {
  /** A greenlet and what tells of its end: one link, whose context it is. */
  readonly #members = new Map<Greenlet, Link>();
  /** Greenlets that will spawn members: a group with one of them is not empty. */
  readonly #errands = new Set<Greenlet>();
  /** Those who spawn members as a reader asks for them. */
  readonly #feeders = new Set<Greenlet>();
  /** Those who wait until nobody is in. */
  readonly #joiners = new WaitQueue("Group.join");
  /** Those who wait until nobody will come either, not even for a reader. */
  readonly #killers = new WaitQueue("Group.kill");
  readonly #watches = new Set<FailureWatch>();
  /** What newcomers are killed with, for each `kill` that waits. */
  readonly #kills: { readonly error: KillError | undefined }[] = [];
  readonly #onEnd = (_reason: unknown, link: Link) => this.#remove(link.context as Greenlet);

  /** How many members it has: greenlets that have not ended. */
  get size(): number {
    return this.#members.size;
  }

  /** The members, in the order they came. */
  [Symbol.iterator](): Iterator<Greenlet> {
    return this.#members.keys();
  }

  /** Whether a greenlet is a member. @noswitch */
  has(greenlet: Greenlet): boolean {
    return this.#members.has(greenlet);
  }

  /** Lets a greenlet go, which runs on; one that is no member: nothing happens. @noswitch */
  discard(greenlet: Greenlet): void {
    this.#members.get(greenlet)?.cancel();
    this.#remove(greenlet);
  }

  /** Takes a greenlet in. It leaves when it has ended, in a later step if it has before. */
  protected enter(greenlet: Greenlet): void {
    if (this.#members.has(greenlet)) return;
    const link = new Link(greenlet.hub, this.#onEnd, greenlet);
    greenlet._place(link);
    this.#members.set(greenlet, link);
    for (const watch of this.#watches) watch.own(greenlet);
    const kill = this.#kills.at(-1);
    if (kill !== undefined) greenlet.kill(kill.error, { block: false });
  }

  #remove(greenlet: Greenlet): void {
    if (!this.#members.delete(greenlet)) return;
    for (const watch of this.#watches) watch.noteEnd(greenlet);
    this.left();
    this.#serve();
  }

  /** A member has gone: what a pool gives its place back in. */
  protected left(): void {}

  /** @internal Starts a greenlet as a member. */
  _spawnNow<A extends unknown[], T>(body: Body<A, T>, args: A): Greenlet<T> {
    const greenlet = spawnGreenlet<T>(body, args);
    try {
      this.enter(greenlet as Greenlet);
    } catch (error) {
      greenlet.kill(undefined, { block: false });
      throw error;
    }
    return greenlet;
  }

  /** @internal A greenlet that will spawn members: `kill` ends it, and `join` waits for it. */
  _send<T>(name: string, body: () => Generator<unknown, T, unknown>): Greenlet<T> {
    return this.#spawnHelper(name, body, this.#errands);
  }

  /** @internal The same, but `join` does not wait for it: it may be waiting for a reader. */
  _feed<T>(name: string, body: () => Generator<unknown, T, unknown>): Greenlet<T> {
    return this.#spawnHelper(name, body, this.#feeders);
  }

  #spawnHelper<T>(
    name: string,
    body: () => Generator<unknown, T, unknown>,
    helpers: Set<Greenlet>,
  ): Greenlet<T> {
    const helper = Greenlet.spawn(body);
    helper.name = name;
    helpers.add(helper as Greenlet);
    helper.watch(() => {
      helpers.delete(helper as Greenlet);
      this.#serve();
    });
    return helper;
  }

  // ---- waiting

  /** Whether what that line waits for has come; if so, the next in it is served too: they are served one by one. */
  #passOn(line: WaitQueue): boolean {
    if (this.#members.size > 0 || this.#errands.size > 0) return false;
    if (line === this.#killers && this.#feeders.size > 0) return false;
    line.notifyOne();
    return true;
  }

  #serve(): void {
    this.#passOn(this.#joiners);
    this.#passOn(this.#killers);
  }

  /**
   * Waits until it has no members, and no `applyAsync` or `mapAsync` that will make some. Gives
   * true, or false if the timeout passes first.
   *
   * @switches when it is not empty
   * @param options - `timeout`: longest wait, ms or a Timeout; 0: lets others run once; omitted: no
   * limit. `signal`: its abort ends the wait.
   * @throws the first failure in time among the members, with `raiseError`
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when a Timeout was given and passes
   * @source gevent.pool.Group.join
   * @since 0.1
   */
  join(options: GroupJoinOptions = {}): Operation<boolean> {
    requireOptions(options);
    const empty = this.#until(this.#joiners, options);
    return options.raiseError ? call(() => this.#joinOrThrow(empty)) : empty;
  }

  #until(line: WaitQueue, limits: Limits): Operation<boolean> {
    return limited(limits, (ms) => new Until(line, () => this.#passOn(line), ms));
  }

  *#joinOrThrow(empty: Operation<boolean>): Generator<unknown, boolean, unknown> {
    const watch = new FailureWatch(this.#members.keys());
    this.#watches.add(watch);
    try {
      const isEmpty = yield* empty;
      if (watch.first !== null) throw watch.first.error;
      return isEmpty;
    } finally {
      this.#watches.delete(watch);
      watch.end();
    }
  }

  /** Waits until it is empty, at the end of the scope: `await using group = new Group()`. @switches */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.join();
  }

  // ---- killing

  /**
   * Kills every member, in the order they came, and whatever will make more; takes effect at once.
   * The operation returned waits until it is empty, kills those who come meanwhile, and throws
   * nothing when its timeout passes.
   *
   * @switches when yielded or awaited, unless it is empty or `block` is false
   * @param error - What they end with. Omitted: a GreenletExit.
   * @source gevent.pool.Group.kill
   * @since 0.1
   */
  kill(error?: KillError, options: WaitOptions = {}): Operation<void> {
    requireOptions(options);
    const { block = true } = options;
    const quiet = this.#until(this.#killers, options);
    const dying = new Set(this.#members.keys());
    for (const greenlet of [...this.#feeders, ...this.#errands, ...dying])
      greenlet.kill(error, { block: false });
    return call(() => (block ? this.#killUntil(quiet, error, dying) : undefined));
  }

  *#killUntil(
    quiet: Operation<boolean>,
    error: KillError | undefined,
    dying: ReadonlySet<Greenlet>,
  ): Generator<unknown, void, unknown> {
    // Those who came since. Killing one twice would cut the cleaning up that the first kill began.
    for (const greenlet of this.#members.keys()) {
      if (!dying.has(greenlet)) greenlet.kill(error, { block: false });
    }
    const kill = { error };
    this.#kills.push(kill);
    try {
      yield* quiet;
    } finally {
      this.#kills.splice(this.#kills.indexOf(kill), 1);
    }
  }

  /**
   * Kills one member, and waits for its death; one that is no member: nothing happens.
   *
   * @switches when yielded or awaited, unless it has ended or `block` is false
   * @source gevent.pool.Group.killone
   * @since 0.1
   */
  killOne(greenlet: Greenlet, error?: KillError, options: WaitOptions = {}): Operation<void> {
    requireOptions(options);
    if (!this.#members.has(greenlet)) return call(() => {});
    return greenlet.kill(error, options);
  }
}

/** A join that throws: until it does, its members' errors are not errors that nobody reads. */
class FailureWatch {
  first: Greenlet | null = null;
  readonly #owned = new Set<Greenlet>();

  constructor(members: Iterable<Greenlet>) {
    for (const greenlet of members) this.own(greenlet);
  }

  own(greenlet: Greenlet): void {
    greenlet._own();
    this.#owned.add(greenlet);
  }

  noteEnd(greenlet: Greenlet): void {
    if (this.first === null && greenlet.dead && !greenlet.successful()) this.first = greenlet;
  }

  end(): void {
    for (const greenlet of this.#owned) greenlet._disown();
  }
}
