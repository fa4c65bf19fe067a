// Owns Pile: items with the newest on top.

import { Store } from "./store";

export class Pile<T> extends Store<T> {
  private items: T[] = [];

  get size(): i32 {
    return this.items.length;
  }

  add(item: T): void {
    this.items.push(item);
  }

  first(): T {
    return this.items[this.items.length - 1];
  }

  take(): T {
    return this.items.pop();
  }
}
