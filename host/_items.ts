// Owns going through what is mapped: a list, or an iteration whose steps may block.

import { describe, UsageError } from "./core/errors.js";
import { Operation } from "./core/operation.js";
import { Task } from "./core/task.js";

/** An iteration whose steps may block: an OperationIterator, or as much of one as is needed. */
export interface BlockingItems<I> {
  /** The next item. @switches when it waits for one */
  next(): Operation<IteratorResult<I, unknown>>;
  /** It is left before its end. @noswitch */
  close?(): void;
}

/** What can be mapped. */
export type Items<I> = Iterable<I> | BlockingItems<I>;

/** One pass over items: the next step, made or to be waited for. */
export interface Pass<I> {
  next(): IteratorResult<I, unknown> | Operation<IteratorResult<I, unknown>>;
  /** It is left before its end. */
  leave(): void;
}

/** A greenlet and an operation are iterable too, for yield*: they are no lists (bad-input.test.ts). */
function isIterable<I>(items: Items<I>): items is Iterable<I> {
  if (items instanceof Operation || items instanceof Task) return false;
  return typeof (items as Partial<Iterable<I>>)[Symbol.iterator] === "function";
}

/** Throws unless it is something to go through. */
export function checkItems(items: Items<unknown>): void {
  if (items !== null && items !== undefined) {
    if (isIterable(items)) return;
    const isTask = items instanceof Operation || items instanceof Task;
    if (!isTask && typeof items.next === "function") return;
  }
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not map over ${describe(items)} because it is not a list; give something iterable`,
  );
}

/** Begins a pass over items. */
export function passOver<I>(items: Items<I>): Pass<I> {
  if (!isIterable(items)) {
    return { next: () => items.next(), leave: () => items.close?.() };
  }
  const iterator = items[Symbol.iterator]();
  return { next: () => iterator.next(), leave: () => void iterator.return?.() };
}
