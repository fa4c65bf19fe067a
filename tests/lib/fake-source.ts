// Owns a source of bytes that a test drives by hand, and what it was told.

import * as built from "../../build/host/core/byte-stream.js";
import type { ByteSource, ByteStream, ByteStreamOptions } from "../../host/core/byte-stream.ts";

// The compiler reads `wevent` as its sources, and what runs is the build: an object of one is the other's.
const Stream = built.ByteStream as unknown as typeof ByteStream;

export class FakeSource implements ByteSource {
  readonly stream: ByteStream;
  readonly isExternal: boolean;
  /** Bytes of each write, copied when it was made. */
  readonly written: string[] = [];
  /** Whether a write is kept until `drained`. */
  isSlow = false;
  isPaused = false;
  pauses = 0;
  isEnded = false;
  isDestroyed = false;
  #isHolding = false;

  constructor({
    label = "Fake",
    isExternal = true,
  }: Partial<ByteStreamOptions> & { isExternal?: boolean } = {}) {
    this.isExternal = isExternal;
    this.stream = new Stream(this, { label });
  }

  pause(): void {
    this.isPaused = true;
    this.pauses++;
  }

  resume(): void {
    this.isPaused = false;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isHolding) throw new Error("written to before it was drained");
    this.written.push(new TextDecoder().decode(bytes));
    this.#isHolding = this.isSlow;
    return !this.isSlow;
  }

  end(): void {
    if (this.isEnded) throw new Error("ended twice");
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  /** A chunk comes from the other side. */
  give(text: string): void {
    this.stream.received(new TextEncoder().encode(text));
  }

  /** It lets go of what it holds. */
  drain(): void {
    this.#isHolding = false;
    this.stream.drained();
  }
}
