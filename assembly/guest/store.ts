// Owns Store: what a queue keeps its items in, and so in which order it gives them.

/** Items that wait to be taken. None of its calls switches; a call on an empty one is a mistake of the caller. */
export abstract class Store<T> {
  abstract get size(): i32;
  abstract add(item: T): void;
  /** The item that take() would take. */
  abstract first(): T;
  abstract take(): T;
}
