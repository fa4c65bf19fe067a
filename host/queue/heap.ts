// Owns the store of a PriorityQueue: a binary heap that gives the smallest item first, and of equal
// ones the oldest. `compare` is a user's code and may throw: every comparison of a put or a get is
// made before anything moves, so that a failed one has changed nothing (queue-shutdown.test.ts). It may
// also put and get; what was compared then no longer stands where it stood, and the call is refused.

import { describe, UsageError } from "../core/errors.js";
import type { Store } from "./store.js";

/** Less than 0: `a` comes first; more than 0: `b` does; 0: the one that was put first. */
export type Compare<T> = (a: T, b: T) => number;

export class Heap<T> implements Store<T> {
  readonly #compare: Compare<T>;
  /** The item at `i` comes before those at `2i + 1` and `2i + 2`. */
  #items: T[] = [];
  /** When each was put, in the same places. */
  #ages: number[] = [];
  #age = 0;
  /** Puts and gets so far. */
  #changes = 0;

  constructor(compare: Compare<T>) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  put(item: T): void {
    const last = this.size;
    const changes = this.#changes;
    let place = last;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      // The newest: of equal ones it comes last.
      if (this.#order(item, this.#items[parent] as T) >= 0) break;
      place = parent;
    }
    this.#noteChange(changes);
    this.#items.push(item);
    this.#ages.push(this.#age++);
    this.#lift(last, place);
  }

  get(): T {
    const first = this.#items[0] as T;
    const last = this.size - 1;
    const changes = this.#changes;
    const hole = this.#holeFor(last);
    this.#noteChange(changes);
    // What stands between the first place and the hole moves up one step; the last fills the hole.
    this.#sink(hole, this.#items.pop() as T, this.#ages.pop() as number);
    return first;
  }

  peek(): T {
    return this.#items[0] as T;
  }

  copy(): Heap<T> {
    const copy = new Heap(this.#compare);
    copy.#items = [...this.#items];
    copy.#ages = [...this.#ages];
    copy.#age = this.#age;
    return copy;
  }

  /** Throws if another put or get has come since that number of changes. */
  #noteChange(changes: number): void {
    if (this.#changes !== changes) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        "could not order the items of a PriorityQueue because compare has put or got one meanwhile; let it only compare",
      );
    }
    this.#changes++;
  }

  /** Moves the item at `from` up to its ancestor's place `to`, and those on the way down by one step. */
  #lift(from: number, to: number): void {
    const items = this.#items;
    const ages = this.#ages;
    const item = items[from] as T;
    const age = ages[from] as number;
    let place = from;
    while (place > to) {
      const parent = (place - 1) >> 1;
      items[place] = items[parent] as T;
      ages[place] = ages[parent] as number;
      place = parent;
    }
    items[place] = item;
    ages[place] = age;
  }

  /** Puts an item into `place`; what stood there and above it moves up, out of the first place. */
  #sink(place: number, item: T, age: number): void {
    const items = this.#items;
    const ages = this.#ages;
    if (items.length === 0) return;
    let movingItem = item;
    let movingAge = age;
    for (let at = place; ; at = (at - 1) >> 1) {
      const displacedItem = items[at] as T;
      const displacedAge = ages[at] as number;
      items[at] = movingItem;
      ages[at] = movingAge;
      if (at === 0) return;
      movingItem = displacedItem;
      movingAge = displacedAge;
    }
  }

  /** Where the item at `last` belongs once the first is gone. */
  #holeFor(last: number): number {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= last) return place;
      const right = left + 1;
      const child = right < last && this.#comesBefore(right, left) ? right : left;
      if (this.#comesBefore(last, child)) return place;
      place = child;
    }
  }

  #comesBefore(a: number, b: number): boolean {
    const order = this.#order(this.#items[a] as T, this.#items[b] as T);
    return order < 0 || (order === 0 && (this.#ages[a] as number) < (this.#ages[b] as number));
  }

  #order(a: T, b: T): number {
    const order: unknown = this.#compare(a, b);
    if (typeof order === "number" && !Number.isNaN(order)) return order;
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not order ${describe(a)} and ${describe(b)} because compare gave ${describe(order)}; give a number below, above or equal to 0`,
    );
  }
}

/**
 * The order without `compare`: numbers, strings, and what has them as `valueOf`, such as a Date;
 * arrays item by item, as tuples compare in gevent, for `<` would compare them as texts.
 */
export function compareEntries(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  const left = orderedValue(a);
  const right = orderedValue(b);
  if ((typeof left === "string") !== (typeof right === "string")) throw incomparable(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = a[i] === b[i] ? 0 : compareEntries(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function orderedValue(value: unknown): number | bigint | string {
  const plain: unknown = typeof value === "object" && value !== null ? value.valueOf() : value;
  if (typeof plain === "number" ? !Number.isNaN(plain) : typeof plain === "bigint") {
    return plain as number | bigint;
  }
  if (typeof plain === "string") return plain;
  throw incomparable(value, value);
}

function incomparable(a: unknown, b: unknown): UsageError {
  return new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not order ${describe(a)} and ${describe(b)} because only numbers and strings have an order of their own; give the queue compare`,
  );
}
