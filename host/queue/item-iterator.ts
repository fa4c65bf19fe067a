// Owns the iteration over a queue: a get for each step.

import { done, Operation, type Step } from "../core/operation.js";
import { Steps } from "../operation-iterator.js";
import { NextItem } from "./operations.js";

export class ItemIterator<T> extends Steps<T> {
  readonly #next: NextItem<T>;
  #isClosed = false;

  constructor(get: Operation<T>) {
    super();
    this.#next = new NextItem(get);
  }

  next(): Operation<IteratorResult<T, undefined>> {
    return this.#isClosed ? ENDED : this.#next;
  }

  close(): void {
    this.#isClosed = true;
  }
}

class Ended extends Operation<IteratorResult<never, undefined>> {
  get label(): string {
    return "the end of an iteration";
  }

  start(): Step<IteratorResult<never, undefined>> {
    return done({ done: true, value: undefined });
  }

  resume(): Step<IteratorResult<never, undefined>> {
    return this.start();
  }
}

const ENDED = /* @__PURE__ */ new Ended();
