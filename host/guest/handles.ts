// Owns the numbers by which a guest names what it has opened on the host's side: sockets, listeners. It
// must not know what they can do but close.

import { ClosedError } from "../core/stream-errors.js";

/** What is closed with the guest. */
interface Closable {
  close(): void;
}

export class Handles<T extends Closable> {
  readonly #opened = new Map<number, T>();
  #last = 0;

  /** Names what was opened. Never 0. */
  add(opened: T): number {
    do this.#last = (this.#last + 1) >>> 0;
    while (this.#last === 0 || this.#opened.has(this.#last));
    this.#opened.set(this.#last, opened);
    return this.#last;
  }

  /** undefined: it was closed. */
  get(handle: number): T | undefined {
    return this.#opened.get(handle >>> 0);
  }

  /** One of a class. What was closed is none: `action` says what then cannot be done. */
  require<C extends T>(handle: number, type: abstract new (...args: never[]) => C, action: string): C {
    const opened = this.get(handle);
    if (opened instanceof type) return opened;
    throw new ClosedError(action);
  }

  /** Closes one, whose number then names nothing. Twice does nothing. */
  close(handle: number): void {
    const opened = this.get(handle);
    this.#opened.delete(handle >>> 0);
    opened?.close();
  }

  closeAll(): void {
    for (const handle of [...this.#opened.keys()]) this.close(handle);
  }
}
