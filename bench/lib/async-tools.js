// The control of the tool cases: the least that native promises need for the same work, written by hand.
// FIFO like the tools they stand beside, and nothing else: no timeout, no cancel.

/** A bounded queue. */
export class AsyncQueue {
  #items = [];
  #head = 0;
  #getters = [];
  #putters = [];

  constructor(maxSize) {
    this.maxSize = maxSize;
  }

  get size() {
    return this.#items.length - this.#head;
  }

  async put(item) {
    while (this.size >= this.maxSize) await new Promise((resolve) => this.#putters.push(resolve));
    this.#items.push(item);
    this.#getters.shift()?.();
  }

  async get() {
    while (this.size === 0) await new Promise((resolve) => this.#getters.push(resolve));
    const item = this.#items[this.#head++];
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    }
    this.#putters.shift()?.();
    return item;
  }
}

/** A queue without room. */
export class AsyncChannel {
  #getters = [];
  #offers = [];

  put(item) {
    return new Promise((taken) => {
      const getter = this.#getters.shift();
      if (getter === undefined) {
        this.#offers.push({ item, taken });
      } else {
        getter(item);
        taken();
      }
    });
  }

  get() {
    return new Promise((resolve) => {
      const offer = this.#offers.shift();
      if (offer === undefined) {
        this.#getters.push(resolve);
      } else {
        resolve(offer.item);
        offer.taken();
      }
    });
  }
}

/** A counter of permits. */
export class AsyncSemaphore {
  #free;
  #waiters = [];

  constructor(permits) {
    this.#free = permits;
  }

  async acquire() {
    while (this.#free === 0) await new Promise((resolve) => this.#waiters.push(resolve));
    this.#free--;
  }

  release() {
    this.#free++;
    this.#waiters.shift()?.();
  }
}

/** Calls `body` for each item, at most `limit` at a time; results in the order of the items. */
export async function mapLimited(limit, body, items) {
  const results = new Array(items.length);
  let next = 0;
  async function worker() {
    while (next < items.length) {
      const i = next++;
      results[i] = await body(items[i]);
    }
  }
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
