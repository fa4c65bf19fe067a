// Owns what comes from outside one by one (connections, datagrams) and those who wait for it: first come,
// first served. Whoever is served is woken at once, with the thing in hand; one that was interrupted has
// taken nothing. It must not know what comes.

import { isTimedOut } from "./current.js";
import type { Hub } from "./hub.js";
import { IoWait } from "./io-wait.js";
import { done, Operation, PARKED, type Step } from "./operation.js";
import type { Task } from "./task.js";
import { expired } from "./timeout.js";
import { Watchers } from "./watchers.js";

interface Waiter {
  readonly wait: IoWait;
}

export class Arrivals<T> {
  /** What a listing calls the wait: "Listener.accept". */
  readonly label: string;
  readonly hub: Hub;
  /** Whether those who wait keep the hub from being taken for stuck: see IoWait. */
  readonly isExternal: boolean;
  readonly #watchers = new Watchers();
  readonly #things: T[] = [];
  readonly #waiters: Waiter[] = [];
  /** What every wait throws from here on; null: it goes on. */
  #end: Error | null = null;

  constructor(hub: Hub, label: string, isExternal = true) {
    this.hub = hub;
    this.label = label;
    this.isExternal = isExternal;
  }

  /** How many have come that nobody has taken. */
  get count(): number {
    return this.#things.length;
  }

  /** Whether nothing is taken in any more. */
  get isEnded(): boolean {
    return this.#end !== null;
  }

  /** Whether a wait would not wait. */
  get isReady(): boolean {
    return this.#things.length > 0 || this.#end !== null;
  }

  /** Tells whenever something may be there: select. */
  watch(tell: () => void): () => void {
    return this.#watchers.add(tell);
  }

  add(thing: T): void {
    this.#things.push(thing);
    this.#serve();
    this.#watchers.tell();
  }

  /** Nothing comes any more. Answers what was not taken. */
  end(error: Error): T[] {
    if (this.#end !== null) return [];
    this.#end = error;
    for (const { wait } of this.#waiters.splice(0)) wait.wakeLater();
    this.#watchers.tell();
    return this.#things.splice(0);
  }

  #serve(): void {
    if (this.#things.length > 0) this.#waiters[0]?.wait.wake();
  }

  /** @internal Takes the oldest, if it is this one's turn. */
  attempt(): Step<T> | null {
    if (this.#end !== null) throw this.#end;
    if (this.#things.length === 0 || this.#waiters.length > 0) return null;
    return done(this.#things.shift()!);
  }

  /** @internal */
  wait(task: Task, timeoutMs: number): void {
    const waiter: Waiter = { wait: new IoWait(task, timeoutMs, this.isExternal) };
    task._inbox = waiter;
    this.#waiters.push(waiter);
  }

  /** @internal The woken one takes what it was woken for. */
  finish(task: Task): T {
    this.leave(task);
    if (this.#end !== null) throw this.#end;
    const thing = this.#things.shift()!;
    this.#serve();
    return thing;
  }

  /** @internal The task no longer waits: what it was woken for is the next one's. */
  leave(task: Task): void {
    const waiter = task._takeInbox() as Waiter;
    waiter.wait.leave();
    const at = this.#waiters.indexOf(waiter);
    if (at !== -1) this.#waiters.splice(at, 1);
  }

  /** @internal An interrupted one lets the next have what it was woken for. */
  abandon(task: Task): void {
    this.leave(task);
    this.#serve();
  }
}

/** Takes the next that comes. */
export class NextArrival<T, R> extends Operation<R> {
  readonly #arrivals: Arrivals<T>;
  readonly #take: (thing: T) => R;
  readonly #timeoutMs: number;

  constructor(arrivals: Arrivals<T>, take: (thing: T) => R, timeoutMs: number) {
    super();
    this.#arrivals = arrivals;
    this.#take = take;
    this.#timeoutMs = timeoutMs;
  }

  get label(): string {
    return this.#arrivals.label;
  }

  override get home(): Hub | null {
    return this.#arrivals.hub.isDestroyed ? null : this.#arrivals.hub;
  }

  start(task: Task): Step<R> {
    const step = this.#arrivals.attempt();
    if (step !== null) return done(this.#take(step.value as T));
    this.#arrivals.wait(task, this.#timeoutMs);
    return PARKED;
  }

  resume(task: Task): Step<R> {
    if (!isTimedOut()) return done(this.#take(this.#arrivals.finish(task)));
    this.#arrivals.abandon(task);
    throw expired(this.#timeoutMs);
  }

  override abandon(task: Task): void {
    this.#arrivals.abandon(task);
  }
}
