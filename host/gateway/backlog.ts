// Owns the bytes of a client that the target has not taken yet. The window bounds them; here small parts are
// put together, so that a client that sends byte by byte cannot make them cost a hundred times their size.

import { Until } from "../core/until.js";
import { WaitQueue } from "../core/wait-queue.js";
import { Fifo } from "../queue/store.js";

const BLOCK_BYTES = 4096;

export class Backlog {
  readonly #line = new WaitQueue("a gateway's client, for bytes");
  readonly #parts = new Fifo<Uint8Array>();
  /** What was put together last, and may get more. */
  #block: Uint8Array | null = null;
  #usedBytes = 0;
  #isEnded = false;

  put(bytes: Uint8Array): void {
    if (bytes.length + this.#usedBytes > BLOCK_BYTES) this.#seal();
    if (bytes.length >= BLOCK_BYTES / 2) {
      this.#seal();
      this.#parts.put(bytes);
    } else {
      this.#block ??= new Uint8Array(BLOCK_BYTES);
      this.#block.set(bytes, this.#usedBytes);
      this.#usedBytes += bytes.length;
    }
    this.#line.notify();
  }

  /** Nothing more comes. */
  end(): void {
    this.#isEnded = true;
    this.#line.notify();
  }

  /** Waits for the next; null: there is nothing more. */
  *take(): Generator<unknown, Uint8Array | null, unknown> {
    yield* new Until(this.#line, () => this.#isEnded || this.#parts.size > 0 || this.#block !== null, -1);
    if (this.#parts.size === 0) this.#seal();
    return this.#parts.size === 0 ? null : this.#parts.get();
  }

  #seal(): void {
    if (this.#block !== null) this.#parts.put(this.#block.subarray(0, this.#usedBytes));
    this.#block = null;
    this.#usedBytes = 0;
  }
}
