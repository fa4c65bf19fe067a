// Owns Pool: greenlets of which only so many run at a time, and mapping over them.

import { Fate, Status } from "./abi";
import { AnyGreenlet, Greenlet, Spawned, spawn } from "./greenlet";
import { Line } from "./line";
import { Semaphore } from "./semaphore";
import { launch, Owner, Task } from "./task";

/**
 * Runs greenlets, at most `size` of them at a time.
 *
 * @source gevent.pool.Pool, gevent 26.5
 * @since 0.1
 */
export class Pool extends Owner {
  private places: Semaphore;
  private line: Line = new Line();

  /** @param size - Most greenlets at a time, 1 or more. */
  constructor(public readonly size: i32) {
    super();
    this.places = new Semaphore(size);
  }

  /** How many more could run. @noswitch */
  freeCount(): i32 {
    return this.places.counter;
  }

  /** Whether a spawn would wait. @noswitch */
  full(): bool {
    return this.places.locked();
  }

  /**
   * Makes a greenlet that calls `fn` with `arg`, once there is a place, and queues its first run.
   *
   * @switches when the pool is full
   * @returns the greenlet; one that has ended and was not successful if the wait was cut short.
   */
  spawn<F, A = i32>(fn: F, arg: A = 0): Greenlet<ReturnType<F>> {
    const greenlet = new Spawned<F, A, ReturnType<F>>(fn, arg);
    if (this.places.acquire()) {
      greenlet.more().owner = this;
      if (launch(greenlet, -1) != Status.Ok) greenlet.end();
    } else {
      greenlet.fate = Fate.Exhausted;
      greenlet.end();
    }
    return greenlet;
  }

  /** A greenlet of this pool has ended. @noswitch */
  left(task: Task): void {
    this.places.release();
    if (this.freeCount() == this.size) this.line.notify();
  }

  /**
   * Waits until none of its greenlets is left.
   *
   * @switches unless there is none
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit.
   * @returns whether none is left.
   */
  join(timeoutMs: f64 = -1): bool {
    return this.freeCount() == this.size || this.line.wait(timeoutMs) == Status.Ok;
  }

  /** Calls `fn` for each item, and gives the results in the order of the items. @switches */
  map<T, R>(fn: (item: T) => R, items: T[]): R[] {
    const workers: Greenlet<R>[] = [];
    for (let i = 0; i < items.length; i++) workers.push(this.spawn(fn, items[i]));
    const results: R[] = [];
    for (let i = 0; i < workers.length; i++) results.push(workers[i].get());
    return results;
  }

  /**
   * Calls `fn` for each item, and gives each result as soon as it is there.
   *
   * @noswitch; `next()` of what it answers waits
   */
  imapUnordered<T, R>(fn: (item: T) => R, items: T[]): Results<T, R> {
    return new Results<T, R>(this, fn, items);
  }
}

class Job<T, R> {
  constructor(
    readonly results: Results<T, R>,
    readonly item: T,
  ) {}
}

/** Results as they come: `while (results.next()) use(results.value)`. */
export class Results<T, R> {
  private ready: R[] = [];
  private taken: i32 = 0;
  private isOver: bool = false;
  private line: Line = new Line();

  constructor(
    private pool: Pool,
    private fn: (item: T) => R,
    private items: T[],
  ) {
    spawn((self: Results<T, R>): void => self.feed(), this);
  }

  private feed(): void {
    const items = this.items;
    const workers: AnyGreenlet[] = [];
    for (let i = 0; i < items.length; i++) {
      workers.push(this.pool.spawn((job: Job<T, R>): void => job.results.work(job.item), new Job<T, R>(this, items[i])));
    }
    // However they end: one that was killed or failed gives no result.
    for (let i = 0; i < workers.length; i++) workers[i].join();
    this.isOver = true;
    this.line.notify();
  }

  private work(item: T): void {
    const result = this.fn(item);
    this.ready.push(result);
    this.line.notify();
  }

  /**
   * Waits for one more result, which is then in `value`.
   *
   * @switches when none is ready
   * @returns whether there is one; `false` at the end, or when this wait was cut short.
   */
  next(): bool {
    while (this.ready.length == this.taken) {
      if (this.isOver || this.line.wait(-1) != Status.Ok) return false;
    }
    this.taken++;
    return true;
  }

  /** The result that the last `next()` has found. @noswitch */
  get value(): R {
    return this.ready[this.taken - 1];
  }
}
