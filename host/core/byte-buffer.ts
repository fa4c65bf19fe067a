// Owns received bytes that nobody has taken yet: the chunks as they came, and a place in the first.
// A chunk is handed out as it is, or as a view of it; bytes are copied only where a caller wants more
// than one chunk holds in one piece. It must not know who waits for them.

const NEWLINE = 10;

export class ByteBuffer {
  #sizeBytes = 0;
  #chunks: Uint8Array[] = [];
  /** Chunks before this one are taken: an array that is shifted for every chunk would be copied each time. */
  #first = 0;
  /** Bytes from the front that are known to hold no newline, so that a long line is searched once. */
  #searchedBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
  }

  clear(): void {
    this.#chunks = [];
    this.#first = 0;
    this.#sizeBytes = 0;
    this.#searchedBytes = 0;
  }

  /** What the first chunk has, at most `maxBytes`; not copied. Empty when there is nothing. */
  take(maxBytes: number): Uint8Array {
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined) return new Uint8Array(0);
    const part = chunk.length <= maxBytes ? chunk : chunk.subarray(0, maxBytes);
    this.#drop(chunk, part.length);
    return part;
  }

  /** Just so many bytes in one piece; as many must be there. */
  takeExactly(countBytes: number): Uint8Array {
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined || chunk.length >= countBytes) return this.take(countBytes);
    const whole = new Uint8Array(countBytes);
    this.takeInto(whole);
    return whole;
  }

  /** Copies as much as there is and as the view holds; gives how many bytes. */
  takeInto(view: Uint8Array): number {
    let filledBytes = 0;
    while (filledBytes < view.length && this.#sizeBytes > 0) {
      const part = this.take(view.length - filledBytes);
      view.set(part, filledBytes);
      filledBytes += part.length;
    }
    return filledBytes;
  }

  /** Length of the first line with its newline; 0: none has come whole. */
  lineBytes(): number {
    let startBytes = 0;
    for (let i = this.#first; i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i]!;
      const endBytes = startBytes + chunk.length;
      if (endBytes > this.#searchedBytes) {
        const at = chunk.indexOf(NEWLINE, Math.max(this.#searchedBytes - startBytes, 0));
        if (at !== -1) {
          this.#searchedBytes = startBytes + at;
          return startBytes + at + 1;
        }
      }
      startBytes = endBytes;
    }
    this.#searchedBytes = startBytes;
    return 0;
  }

  #drop(chunk: Uint8Array, countBytes: number): void {
    this.#sizeBytes -= countBytes;
    this.#searchedBytes = Math.max(this.#searchedBytes - countBytes, 0);
    if (countBytes < chunk.length) {
      this.#chunks[this.#first] = chunk.subarray(countBytes);
      return;
    }
    this.#first++;
    if (this.#chunks.length === 1) {
      // The most frequent case, and pop keeps the room for the next one.
      this.#chunks.pop();
      this.#first = 0;
    } else if (this.#first === this.#chunks.length) {
      this.#chunks.length = 0;
      this.#first = 0;
    } else if (this.#first >= 32 && this.#first * 2 >= this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    } else {
      // The caller may hold the chunk for long; this array must not.
      this.#chunks[this.#first - 1] = NO_BYTES;
    }
  }
}

const NO_BYTES = new Uint8Array(0);
