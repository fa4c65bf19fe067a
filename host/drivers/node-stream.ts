// Owns the step from a stream of Node, a pipe or a socket, to a ByteHandle. It must not know who reads.

import type { Duplex, Readable, Writable } from "node:stream";
import type { ByteEvents, ByteHandle } from "../core/driver.js";

export class NodeStream implements ByteHandle {
  /** Of a pipe only one half is called. */
  readonly #stream: Duplex;
  /** Whether it hands a write on before `write` returns: all do but those that encrypt. */
  readonly #triesAtOnce: boolean;
  #events: ByteEvents | null = null;

  constructor(stream: Readable | Writable) {
    this.#stream = stream as Duplex;
    this.#triesAtOnce = !("encrypted" in stream);
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
    const stream = this.#stream;
    if (!this.#triesAtOnce) {
      stream.write(bytes, this.#written);
      return false;
    }
    // What the kernel has taken is no longer counted. That becomes of most writes, so none has a
    // callback, which would cost each a tick of its own. What is left has one behind it, with nothing.
    stream.write(bytes);
    if (stream.writableLength === 0) return true;
    stream.write(NOTHING, this.#written);
    return false;
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** What was left is written. An error comes as an event. */
  readonly #written = (error?: Error | null): void => {
    if (!error) this.#events!.drained();
  };
}

const NOTHING = new Uint8Array(0);

/** A Buffer without its methods, some of which mean other things than a Uint8Array's: the same on every runtime. */
export function plain(chunk: Buffer): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}
