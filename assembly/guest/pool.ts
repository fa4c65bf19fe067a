// Owns the pool: greenlets of which at most so many run at a time.

import { Event } from "./event";
import { onExit, spawn } from "./greenlet";

/**
 * At most `size` greenlets at a time.
 *
 * @source gevent.pool.Pool
 * @since 0.1
 */
export class Pool {
  /** How many of its greenlets run. */
  running: i32 = 0;
  /** Set whenever one of them ends. */
  readonly freed: Event = new Event();

  constructor(
    /** Most greenlets at a time, from 1. */
    readonly size: i32,
  ) {
    assert(size > 0, "a pool has a size of 1 or more");
  }

  /**
   * Calls `fn` with each item in a greenlet of its own, as many at a time as the pool allows, and
   * answers the results in the order they come. What is killed or fails has none.
   *
   * @noswitch until `next` is called
   */
  imapUnordered<I, T>(fn: (item: I) => T, items: I[]): Results<I, T> {
    const results = new Results<I, T>(this, fn, items);
    results.feed();
    return results;
  }
}

/** The results of a mapping: `while (results.next()) use(results.value)`. */
export class Results<I, T> {
  /** The result that the last `next` has found. */
  value!: T;
  private begun: i32 = 0;
  private pending: i32 = 0;
  private found: T[] = [];

  constructor(private pool: Pool, private fn: (item: I) => T, private items: I[]) {}

  /**
   * Waits for the next result.
   *
   * @switches when none has come yet
   * @returns false when there is none left, or the wait was cut short.
   */
  next(): bool {
    while (true) {
      this.feed();
      if (this.found.length > 0) {
        this.value = this.found.shift();
        return true;
      }
      if (this.pending == 0 && this.begun == this.items.length) return false;
      this.pool.freed.clear();
      if (!this.pool.freed.wait()) return false;
    }
  }

  /** Begins as many items as there are places for. */
  feed(): void {
    while (this.begun < this.items.length && this.pool.running < this.pool.size) {
      this.pool.running++;
      this.pending++;
      spawn(runJob<I, T>, new Job<I, T>(this, this.items[this.begun++]));
    }
  }

  run(item: I): void {
    const result = this.fn(item);
    this.found.push(result);
  }

  end(): void {
    this.pending--;
    this.pool.running--;
    this.pool.freed.set();
  }
}

class Job<I, T> {
  constructor(public results: Results<I, T>, public item: I) {}
}

function runJob<I, T>(job: Job<I, T>): void {
  onExit(endJob<I, T>, job);
  job.results.run(job.item);
}

function endJob<I, T>(job: Job<I, T>): void {
  job.results.end();
}
