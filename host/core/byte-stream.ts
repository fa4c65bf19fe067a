// Owns a stream of bytes: what sockets and pipes have in common. The driver gives a source and tells
// what becomes of it; greenlets read and write. It must not know whose handle the source is.
//
// At most HIGH_WATER_BYTES and one chunk are held for a reader that does not come (or as much as one
// `recvExactly` or `readLine` asks for); then the source is paused, and so the other side stops. Nothing
// is held of what is sent: a sender waits until the source has let go of its bytes.

import { type ByteInput, ByteReader } from "./byte-reader.js";
import { type ByteOutput, ByteWriter } from "./byte-writer.js";
import { requireOptions } from "./check.js";
import { currentHub, type Hub } from "./hub.js";
import type { Operation } from "./operation.js";
import {
  type LineOptions,
  ReadLine,
  Recv,
  RecvExactly,
  RecvInto,
  requireBytes,
  requireRoom,
} from "./read.js";
import { requireData, Send } from "./send.js";
import { type Limit, limited, limitsOf, timeoutMs } from "./timeout.js";

/** A socket's or a pipe's handle, as a stream drives it. */
export interface ByteSource extends ByteInput, ByteOutput {
  /** false: what comes is sent by this hub itself, as in a pair in memory. Omitted: true. */
  readonly isExternal?: boolean | undefined;
  /** Lets go of it. Nothing is told after `closed`. */
  destroy(): void;
}

/** What can be sent; a text is sent as UTF-8. */
export type Sendable = string | ArrayBufferView | ArrayBuffer;

/** Most bytes that one `recv` gives where no number is given, and that one `send` takes. */
export const PART_BYTES = 64 * 1024;

export interface ByteStreamOptions {
  /** What listings and errors call it: "Socket". */
  readonly label: string;
}

/** Called by a source, in the runtime's own callbacks; and read and written by greenlets. */
export class ByteStream {
  readonly incoming: ByteReader;
  readonly outgoing: ByteWriter;
  readonly label: string;
  readonly #hub: Hub = currentHub();
  readonly #source: ByteSource;
  /** The last receive of the usual size: a loop asks for the same again, and an operation has no state of one call. */
  #recv: Recv | null = null;

  constructor(source: ByteSource, { label }: ByteStreamOptions) {
    const { isExternal = true } = source;
    this.label = label;
    this.#source = source;
    this.incoming = new ByteReader(label, source, isExternal);
    this.outgoing = new ByteWriter(label, source, isExternal);
  }

  // ---- the source tells

  /** A chunk came. It belongs to the stream from here on. */
  received(chunk: Uint8Array): void {
    this.incoming.received(chunk);
  }

  /** The other side sends nothing more. */
  ended(): void {
    this.incoming.ended();
  }

  /** The source has let go of what `write` refused to let go of. */
  drained(): void {
    this.outgoing.drained();
  }

  /** The source is of no more use. Whoever waits is thrown the error, and so is every later call. */
  failed(error: Error): void {
    this.outgoing.failed(error);
    this.incoming.failed(error);
  }

  /** The source is gone. Bytes that came before can still be read. */
  closed(): void {
    this.outgoing.close();
    if (!this.incoming.isOver) this.incoming.ended();
  }

  // ---- greenlets ask

  get isClosed(): boolean {
    return this.incoming.isClosed;
  }

  recv(maxBytes: number = PART_BYTES, limit?: Limit): Operation<Uint8Array> {
    if (maxBytes === PART_BYTES && (limit === undefined || typeof limit === "number")) {
      const ms = timeoutMs(limit);
      if (this.#recv?.timeoutMs !== ms) this.#recv = new Recv(this.incoming, this.#hub, PART_BYTES, ms);
      return this.#recv;
    }
    requireBytes(maxBytes, "receive at most", 1);
    return limited(limitsOf(limit), (ms) => new Recv(this.incoming, this.#hub, maxBytes, ms));
  }

  recvInto(view: ArrayBufferView, limit?: Limit): Operation<number> {
    const room = requireRoom(view);
    return limited(limitsOf(limit), (ms) => new RecvInto(this.incoming, this.#hub, room, ms));
  }

  recvExactly(countBytes: number, limit?: Limit): Operation<Uint8Array> {
    requireBytes(countBytes, "receive exactly", 0);
    return limited(limitsOf(limit), (ms) => new RecvExactly(this.incoming, this.#hub, countBytes, ms));
  }

  readLine(limit?: Limit, options: LineOptions = {}): Operation<string | null> {
    requireOptions(options);
    return limited(limitsOf(limit), (ms) => new ReadLine(this.incoming, this.#hub, options, ms));
  }

  send(data: Sendable, limit?: Limit): Operation<number> {
    const bytes = requireData(data);
    const part = bytes.length <= PART_BYTES ? bytes : bytes.subarray(0, PART_BYTES);
    return limited(limitsOf(limit), (ms) => new Send(this.outgoing, this.#hub, "send", part, ms));
  }

  sendAll(data: Sendable, limit?: Limit): Operation<number> {
    const bytes = requireData(data);
    // As the others, but without an object for limits that are but a number: it is called for every answer.
    if (limit === undefined || typeof limit === "number") {
      return new Send(this.outgoing, this.#hub, "sendAll", bytes, timeoutMs(limit));
    }
    return limited(limitsOf(limit), (ms) => new Send(this.outgoing, this.#hub, "sendAll", bytes, ms));
  }

  /** Sends nothing more, once what has begun is sent. The other side reads to its end. */
  endWriting(): void {
    this.outgoing.end();
  }

  /** Whoever waits is thrown ClosedError. Twice does nothing. */
  close(): void {
    if (this.isClosed) return;
    this.incoming.close();
    this.outgoing.close();
    this.#source.destroy();
  }
}
