// Owns the count of one direction's bytes: what an end may send, and what it lets the other send.

import { MOST_WINDOW_BYTES } from "./protocol.js";

/** What this end may send. */
export class Credit {
  leftBytes = 0;

  /** False: nobody may be given so much, or nothing. */
  grant(countBytes: number): boolean {
    if (countBytes < 1 || this.leftBytes + countBytes > MOST_WINDOW_BYTES) return false;
    this.leftBytes += countBytes;
    return true;
  }
}

/** What the other end may send. */
export class Allowance {
  readonly #windowBytes: number;
  #leftBytes: number;
  #takenBytes = 0;

  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
    this.#leftBytes = windowBytes;
  }

  /** Bytes have come. False: more than was allowed. */
  arrived(countBytes: number): boolean {
    if (countBytes > this.#leftBytes) return false;
    this.#leftBytes -= countBytes;
    return true;
  }

  /** As many of them are held no more. */
  taken(countBytes: number): void {
    this.#takenBytes += countBytes;
  }

  /** What to allow now: 0 until it is a quarter of the window, not a message for every few bytes. */
  renew(): number {
    if (this.#takenBytes * 4 < this.#windowBytes) return 0;
    const countBytes = this.#takenBytes;
    this.#takenBytes = 0;
    this.#leftBytes += countBytes;
    return countBytes;
  }
}
