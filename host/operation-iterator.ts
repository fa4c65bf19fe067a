// Owns iterations whose steps may block: what `iwait` and `imap` give, and how they are gone through.

import { call } from "./core/call.js";
import { requireBody } from "./core/check.js";
import { describe, UsageError } from "./core/errors.js";
import type { Operation } from "./core/operation.js";

/** An iteration whose steps may block. */
export interface OperationIterator<T> extends AsyncIterable<T>, Disposable {
  /** The next item, waiting for it. @switches when there is none yet */
  next(): Operation<IteratorResult<T, undefined>>;
  /** Ends the iteration; `next` gives `done` from here on. @noswitch */
  close(): void;
}

/** What every such iteration does alike: `for await` outside greenlets, and `using`. */
export abstract class Steps<T> implements OperationIterator<T> {
  abstract next(): Operation<IteratorResult<T, undefined>>;
  abstract close(): void;

  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined, unknown> {
    try {
      for (;;) {
        const step = await this.next();
        if (step.done) return undefined;
        yield step.value;
      }
    } finally {
      this.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function requireIteration(iterator: unknown): void {
  if (typeof (iterator as Partial<OperationIterator<unknown>> | null)?.next === "function") return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not iterate ${describe(iterator)} because it has no next; give what iwait gives`,
  );
}

/**
 * Runs `body` with each item, as it comes, in the present greenlet.
 *
 * @switches as the iteration and `body` do
 * @since 0.1
 */
export function forEach<T>(
  iterator: OperationIterator<T>,
  body: (item: T) => Generator<unknown, unknown, unknown> | PromiseLike<unknown> | unknown,
): Operation<void> {
  requireIteration(iterator);
  requireBody(body, "call");
  return call(eachOf<T>, iterator, body);
}

function* eachOf<T>(
  iterator: OperationIterator<T>,
  body: (item: T) => unknown,
): Generator<unknown, void, unknown> {
  try {
    for (;;) {
      const step = yield* iterator.next();
      if (step.done) return;
      yield* call(body, step.value);
    }
  } finally {
    iterator.close();
  }
}

/**
 * All items, in the order they come.
 *
 * @switches as the iteration does
 * @since 0.1
 */
export function collect<T>(iterator: OperationIterator<T>): Operation<T[]> {
  requireIteration(iterator);
  return call(itemsOf<T>, iterator);
}

function* itemsOf<T>(iterator: OperationIterator<T>): Generator<unknown, T[], unknown> {
  const items: T[] = [];
  try {
    for (;;) {
      const step = yield* iterator.next();
      if (step.done) return items;
      items.push(step.value);
    }
  } finally {
    iterator.close();
  }
}
