// Owns notices in the order they were given, and those who wait for the next one. It keeps the last so many
// of them, and nothing for anybody: whoever follows says how far he has come. So one who is slow costs
// nothing, and misses the oldest.

import { Event } from "wevent";

export interface Notice {
  /** From 1, without a gap. */
  readonly number: number;
  readonly text: string;
}

export class Notices {
  readonly #mostKept: number;
  readonly #kept: Notice[] = [];
  #lastNumber = 0;
  /** Set at the next notice, and then another one takes its place. */
  #next = new Event();

  constructor(mostKept = 100) {
    this.#mostKept = mostKept;
  }

  get lastNumber() {
    return this.#lastNumber;
  }

  add(text: string): Notice {
    const notice = { number: ++this.#lastNumber, text };
    this.#kept.push(notice);
    if (this.#kept.length > this.#mostKept) this.#kept.shift();
    const next = this.#next;
    this.#next = new Event();
    next.set();
    return notice;
  }

  /** Those after a number, waiting for one if there is none; none when the time passes. */
  *after(number: number, timeout?: number): Generator<unknown, readonly Notice[], unknown> {
    if (this.#lastNumber <= number) yield* this.#next.wait(timeout);
    return this.#kept.filter((notice) => notice.number > number);
  }
}
