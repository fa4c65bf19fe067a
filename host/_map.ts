// Owns the work of map and imap: one greenlet for each item, begun as there is place, and the
// results in order. It must not know what a place is.

import { checkItems, type Items, passOver } from "./_items.js";
import type { Mapping } from "./_mapping.js";
import { call } from "./core/call.js";
import { requireBody, requireOptions } from "./core/check.js";
import { checkInteger } from "./core/errors.js";
import { GreenletExit } from "./core/exit.js";
import { GIVE_WAY } from "./core/give-way.js";
import type { BodyResult, Greenlet } from "./core/greenlet.js";
import { Link } from "./core/link.js";
import { Operation } from "./core/operation.js";
import { Event } from "./event.js";
import { Steps } from "./operation-iterator.js";
import { Semaphore } from "./semaphore.js";
import { joinAll } from "./wait.js";

/** A body that takes one item. */
export type MapBody<I, T> = (item: I) => BodyResult<T>;

/** Options of `imap` and `imapUnordered`. */
export interface ImapOptions {
  /** Items that may be begun and not yet taken, an integer from 1; omitted: no limit but the pool's size. */
  readonly maxSize?: number;
}

/** Begins every item, and hands its greenlet over. The one who takes it owns its error. */
function* beginAll<I, T>(
  group: Mapping,
  body: MapBody<I, T>,
  items: Items<I>,
  room: Semaphore | null,
  take: (greenlet: Greenlet<T>) => void,
): Generator<unknown, void, unknown> {
  const pass = passOver(items);
  let isOver = false;
  try {
    for (;;) {
      if (room !== null) yield* room.acquire();
      const made = pass.next();
      const step = made instanceof Operation ? yield* made : made;
      if (step.done) {
        isOver = true;
        return;
      }
      const args: [I] = [step.value];
      const greenlet = group._trySpawn(body, args) ?? (yield* group._spawn(body, args));
      greenlet._own();
      take(greenlet);
    }
  } finally {
    if (!isOver) pass.leave();
  }
}

/** The results of all items, in their order. */
export function* mapItems<I, T>(
  group: Mapping,
  body: MapBody<I, T>,
  items: Items<I>,
): Generator<unknown, T[], unknown> {
  const greenlets: Greenlet<T>[] = [];
  try {
    yield* beginAll(group, body, items, null, (greenlet) => greenlets.push(greenlet));
    yield* joinAll(greenlets as Greenlet[]);
    // Several may have ended in one drain, and their places are given back behind it. Who has the
    // results finds the places free (pool.test.ts, "map of 100 000 items").
    for (const greenlet of greenlets) {
      if (group.size === 0) break;
      while (group.has(greenlet as Greenlet)) yield* GIVE_WAY;
    }
    return greenlets.map(resultOf);
  } finally {
    for (const greenlet of greenlets) greenlet._disown();
  }
}

/** What a greenlet that has ended came to. */
function resultOf<T>(greenlet: Greenlet<T>): T {
  if (!greenlet.successful()) throw greenlet.error;
  return greenlet.value as T;
}

/** Feeds the items to a group from a greenlet of its own, and hands the results to whoever asks. */
export class MapIterator<I, T> extends Steps<T> {
  readonly #feeder: Greenlet<void>;
  /** In the order in which they are handed out: that of the items, or that of their ends. */
  readonly #results = new Line<Greenlet<T>>();
  /** Those begun and not handed out. */
  readonly #pending = new Set<Greenlet<T>>();
  readonly #isOrdered: boolean;
  /** Set when a reader who waits may find something. */
  readonly #news = new Event();
  readonly #room: Semaphore | null;
  #isFed = false;
  #isClosed = false;
  #error: { readonly thrown: unknown } | null = null;
  readonly #onEnd = (_reason: unknown, link: Link) => this.#ended(link.context as Greenlet<T>);

  constructor(
    group: Mapping,
    body: MapBody<I, T>,
    items: Items<I>,
    isOrdered: boolean,
    options: ImapOptions,
  ) {
    super();
    requireBody(body, "map");
    checkItems(items);
    requireOptions(options);
    const { maxSize } = options;
    if (maxSize !== undefined) checkInteger(maxSize, 1, "map with a maxSize of");
    this.#isOrdered = isOrdered;
    this.#room = maxSize === undefined ? null : new Semaphore(maxSize);
    this.#feeder = group._feed(isOrdered ? "imap" : "imapUnordered", () => this.#feed(group, body, items));
  }

  *#feed(group: Mapping, body: MapBody<I, T>, items: Items<I>): Generator<unknown, void, unknown> {
    try {
      yield* beginAll(group, body, items, this.#room, (greenlet) => this.#begun(greenlet));
    } catch (error) {
      if (error instanceof GreenletExit) throw error;
      this.#error = { thrown: error };
    } finally {
      this.#isFed = true;
      this.#news.set();
    }
  }

  #begun(greenlet: Greenlet<T>): void {
    try {
      greenlet._place(new Link(greenlet.hub, this.#onEnd, greenlet));
    } catch (error) {
      // Nobody would be told of its end: a reader would wait for it forever.
      greenlet.kill(undefined, { block: false });
      greenlet._disown();
      throw error;
    }
    this.#pending.add(greenlet);
    if (this.#isOrdered) this.#results.push(greenlet);
  }

  #ended(greenlet: Greenlet<T>): void {
    if (this.#isClosed) return;
    if (!this.#isOrdered) this.#results.push(greenlet);
    if (this.#results.first === greenlet) this.#news.set();
  }

  /**
   * The next result, or the error of its item.
   *
   * @switches when it is not there yet
   */
  next(): Operation<IteratorResult<T, undefined>> {
    return call(() => this.#take());
  }

  *#take(): Generator<unknown, IteratorResult<T, undefined>, unknown> {
    for (;;) {
      if (this.#isClosed) return { done: true, value: undefined };
      const first = this.#results.first;
      if (first?.dead) {
        this.#results.shift();
        this.#pending.delete(first);
        this.#room?.release();
        return { done: false, value: this.#read(first) };
      }
      if (this.#isFed && this.#pending.size === 0) {
        this.close();
        if (this.#error !== null) throw this.#error.thrown;
        return { done: true, value: undefined };
      }
      this.#news.clear();
      yield* this.#news.wait();
    }
  }

  #read(greenlet: Greenlet<T>): T {
    try {
      return resultOf(greenlet);
    } finally {
      greenlet._disown();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#feeder.kill(undefined, { block: false });
    for (const greenlet of this.#pending) greenlet._disown();
    this.#pending.clear();
    this.#results.clear();
    this.#news.set();
  }
}

/** First in, first out: taking costs the same however many there are, which `shift` of an array does not. */
class Line<T> {
  #items: T[] = [];
  #taken = 0;

  get first(): T | undefined {
    return this.#items[this.#taken];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): void {
    this.#taken++;
    // What was taken is let go once it is half of all: each item is moved once on average.
    if (this.#taken * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#taken);
    this.#taken = 0;
  }

  clear(): void {
    this.#items = [];
    this.#taken = 0;
  }
}
