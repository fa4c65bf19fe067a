// Owns what a queue asks of the thing that holds its items, and two of those things: first in first
// out, and last in first out. A store knows no greenlets: who waits and who is woken is the queue's.

/**
 * What holds a queue's items, and decides which one comes next. A subclass of a queue gives one of
 * its own from `makeStore`. Each method is called once for each item put, got or peeked at.
 *
 * @since 0.1
 */
export interface Store<T> {
  /** How many items it holds. */
  readonly size: number;
  /** Takes an item in. An error leaves the store as it was, and is thrown by the queue's `put`. @noswitch */
  put(item: T): void;
  /** Gives the next item and forgets it. Called only when there is one. @noswitch */
  get(): T;
  /** Gives the next item. Called only when there is one. @noswitch */
  peek(): T;
  /** Another store with the same items, which gives them in the same order. @noswitch */
  copy(): Store<T>;
}

/**
 * Items in one block: small enough that a drained block is soon given back, large enough that
 * making one is rare. A ring that doubles would copy a million items in one put.
 */
const ITEMS_PER_BLOCK = 1024;

interface Block<T> {
  readonly items: (T | undefined)[];
  next: Block<T> | null;
}

const newBlock = <T>(): Block<T> => ({ items: [], next: null });

/** First in, first out: a chain of blocks, filled at the last and emptied at the first. */
export class Fifo<T> implements Store<T> {
  size = 0;
  #first: Block<T> = newBlock();
  #last = this.#first;
  /** Where the next item is got from in the first block. */
  #start = 0;
  /** Where the next item is put in the last block. */
  #end = 0;

  put(item: T): void {
    if (this.#end === ITEMS_PER_BLOCK) {
      this.#last.next = newBlock();
      this.#last = this.#last.next;
      this.#end = 0;
    }
    this.#last.items[this.#end++] = item;
    this.size++;
  }

  get(): T {
    const { items } = this.#first;
    const item = items[this.#start] as T;
    // Else the block would keep alive what has been handed out.
    items[this.#start++] = undefined;
    this.size--;
    if (this.size === 0) this.#rewind();
    else if (this.#start === ITEMS_PER_BLOCK) {
      this.#first = this.#first.next!;
      this.#start = 0;
    }
    return item;
  }

  /** A queue that is emptied again and again stays in the first slots of one block. */
  #rewind(): void {
    this.#first = this.#last;
    this.#start = 0;
    this.#end = 0;
  }

  peek(): T {
    return this.#first.items[this.#start] as T;
  }

  copy(): Fifo<T> {
    const copy = new Fifo<T>();
    let index = this.#start;
    let block = this.#first;
    for (let left = this.size; left > 0; left--) {
      if (index === ITEMS_PER_BLOCK) {
        block = block.next!;
        index = 0;
      }
      copy.put(block.items[index++] as T);
    }
    return copy;
  }
}

/** Last in, first out. */
export class Stack<T> implements Store<T> {
  readonly #items: T[];

  constructor(items: T[] = []) {
    this.#items = items;
  }

  get size(): number {
    return this.#items.length;
  }

  put(item: T): void {
    this.#items.push(item);
  }

  get(): T {
    return this.#items.pop() as T;
  }

  peek(): T {
    return this.#items[this.#items.length - 1] as T;
  }

  copy(): Stack<T> {
    return new Stack([...this.#items]);
  }
}
