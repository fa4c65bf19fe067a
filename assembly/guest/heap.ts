// Owns Heap: items with the smallest first, as a binary heap: `compare(parent, child)` is never above 0.

import { Store } from "./store";

/** Less than 0: `a` comes first. Above 0: `b` does. It may not block. */
export type Compare<T> = (a: T, b: T) => i32;

/** The order of `<`, for numbers and strings; other classes trap, since `<` on those that lack it does not compile. */
export function ascending<T>(): Compare<T> {
  if (isInteger<T>() || isFloat<T>() || isString<T>()) return (a: T, b: T): i32 => i32(b < a) - i32(a < b);
  throw new Error("could not order items of a class because that has no order; give a compare function");
}

export class Heap<T> extends Store<T> {
  private items: T[] = [];

  constructor(private compare: Compare<T>) {
    super();
  }

  get size(): i32 {
    return this.items.length;
  }

  add(item: T): void {
    this.items.push(item);
    this.rise(this.items.length - 1, item);
  }

  first(): T {
    return this.items[0];
  }

  take(): T {
    const item = this.items[0];
    const last = this.items.pop();
    if (this.items.length > 0) this.sink(last);
    return item;
  }

  /** Moves the parents that come after `item` down, from `place` up, and puts it above them. */
  private rise(place: i32, item: T): void {
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.precedes(this.items[parent], item)) break;
      this.items[place] = this.items[parent];
      place = parent;
    }
    this.items[place] = item;
  }

  /** Moves the smaller children of the top up until `item` can stand there. */
  private sink(item: T): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.items.length) break;
      const right = child + 1;
      if (right < this.items.length && !this.precedes(this.items[child], this.items[right])) child = right;
      if (this.precedes(item, this.items[child])) break;
      this.items[place] = this.items[child];
      place = child;
    }
    this.items[place] = item;
  }

  private precedes(a: T, b: T): bool {
    const compare = this.compare;
    return compare(a, b) <= 0;
  }
}
