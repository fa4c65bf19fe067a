// Owns the step from a stream of Node, a pipe or a socket, to a ByteHandle. It must not know who reads.

import type { Duplex, Readable, Writable } from "node:stream";
import type { ByteEvents, ByteHandle } from "../core/driver.js";

export class NodeStream implements ByteHandle {
  /** Of a pipe only one half is called. */
  readonly #stream: Duplex;
  #events: ByteEvents | null = null;
  /** Writes whose callback has not come. */
  #pending = 0;
  /** Whether a write was refused to be let go of. */
  #isHolding = false;

  constructor(stream: Readable | Writable) {
    this.#stream = stream as Duplex;
  }

  start(events: ByteEvents): void {
    this.#events = events;
    const stream = this.#stream;
    stream.on("error", (error: Error) => events.failed(error));
    stream.on("end", () => events.ended());
    stream.on("close", () => events.closed());
    // Last: it sets the stream flowing.
    if (stream.readable) stream.on("data", (chunk: Buffer) => events.received(plain(chunk)));
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  write(bytes: Uint8Array): boolean {
    this.#pending++;
    this.#stream.write(bytes, this.#written);
    // Node tries at once; what the kernel has taken is no longer counted.
    this.#isHolding = this.#stream.writableLength !== 0;
    return !this.#isHolding;
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** Called for each write, in order, also for one that was let go of at once. An error comes as an event. */
  readonly #written = (error?: Error | null): void => {
    this.#pending--;
    if (error || !this.#isHolding || this.#pending > 0) return;
    this.#isHolding = false;
    this.#events!.drained();
  };
}

/** A Buffer without its methods, some of which mean other things than a Uint8Array's: the same on every runtime. */
export function plain(chunk: Buffer): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}
