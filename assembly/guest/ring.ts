// Owns Ring: items in the order they came, in an array that is used in a circle. It grows by doubling, so
// adding and taking cost the same with a million items as with one.

import { zero } from "./answer";
import { Store } from "./store";

// @ts-ignore: decorator
@inline const SMALLEST: i32 = 8;
/** An empty ring that is larger than this gives its array back. */
// @ts-ignore: decorator
@inline const LARGEST_KEPT: i32 = 1024;

export class Ring<T> extends Store<T> {
  /** Its length is a power of two. A place outside of `size` holds no reference. */
  private places: StaticArray<T> = new StaticArray<T>(SMALLEST);
  private start: i32 = 0;
  private count: i32 = 0;

  get size(): i32 {
    return this.count;
  }

  add(item: T): void {
    if (this.count == this.places.length) this.grow();
    this.places[this.place(this.count)] = item;
    this.count++;
  }

  first(): T {
    return this.places[this.start];
  }

  take(): T {
    const item = this.places[this.start];
    this.places[this.start] = zero<T>();
    this.start = this.place(1);
    this.count--;
    if (this.count == 0 && this.places.length > LARGEST_KEPT) this.places = new StaticArray<T>(SMALLEST);
    // The array may be a new one, in which any place is the first.
    if (this.count == 0) this.start = 0;
    return item;
  }

  // @ts-ignore: decorator
  @inline
  private place(index: i32): i32 {
    return (this.start + index) & (this.places.length - 1);
  }

  private grow(): void {
    const grown = new StaticArray<T>(this.places.length * 2);
    for (let i = 0; i < this.count; i++) grown[i] = this.places[this.place(i)];
    this.places = grown;
    this.start = 0;
  }
}
