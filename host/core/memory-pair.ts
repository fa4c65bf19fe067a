// Owns two ends of a stream in memory: what one writes the other receives, a part at a time, and nothing
// while the other is paused. It must not know who reads.

import { PART_BYTES } from "./byte-stream.js";
import type { Address, StreamEvents, StreamHandle } from "./net.js";
import { socketError } from "./net-errors.js";

export class MemoryEnd implements StreamHandle {
  readonly local: Address | null = null;
  readonly remote: Address | null = null;
  #events!: StreamEvents;
  #other!: MemoryEnd;
  #isPaused = false;
  #isClosed = false;
  /** Written, and not received yet. */
  #rest: Uint8Array | null = null;
  #isEnding = false;

  static pair(): [MemoryEnd, MemoryEnd] {
    const [first, second] = [new MemoryEnd(), new MemoryEnd()];
    first.#other = second;
    second.#other = first;
    return [first, second];
  }

  /** Says who is told. Before anything is written. */
  open(events: StreamEvents): this {
    this.#events = events;
    return this;
  }

  write(bytes: Uint8Array): boolean {
    this.#rest = bytes;
    return this.#pass();
  }

  /** Hands over what the other takes. False: some is left. */
  #pass(): boolean {
    const other = this.#other;
    while (this.#rest !== null) {
      if (other.#isPaused && !other.#isClosed) return false;
      const rest = this.#rest;
      this.#rest = rest.length > PART_BYTES ? rest.subarray(PART_BYTES) : null;
      // A copy: the writer may use its bytes again, and the reader keeps its own.
      if (!other.#isClosed) other.#events.received(rest.slice(0, PART_BYTES));
    }
    return true;
  }

  end(): void {
    if (this.#rest !== null) this.#isEnding = true;
    else if (!this.#other.#isClosed) this.#other.#events.ended();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const other = this.#other;
    if (other.#rest === null || !other.#pass()) return;
    other.#events.drained();
    if (other.#isEnding) this.#events.ended();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rest = null;
    const other = this.#other;
    if (!other.#isClosed) {
      other.#events.ended();
      other.#events.cannotWrite?.(socketError("send to the other end", { code: "EPIPE" }));
    }
    this.#events.closed();
  }

  setNoDelay(): void {}
}
