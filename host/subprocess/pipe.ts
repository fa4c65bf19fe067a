// Owns the near ends of a process's pipes, as greenlets see them.

import type { ByteStream, Sendable } from "../core/byte-stream.js";
import type { Operation } from "../core/operation.js";
import type { LineOptions } from "../core/read.js";
import type { Limit } from "../core/timeout.js";

/**
 * What a process writes: its stdout or stderr. About 64 KiB are held for a reader that does not come;
 * then the process has to wait.
 *
 * Every call takes a limit: ms or a Timeout, or `{ timeout, signal }`. A reader that is killed or timed
 * out takes nothing.
 *
 * @source the file objects of gevent.subprocess
 * @since 0.1
 */
export class PipeReader {
  readonly #stream: ByteStream;

  /** @internal */
  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Whether it was closed at this end. */
  get closed(): boolean {
    return this.#stream.isClosed;
  }

  /**
   * Gives what is there, at most `maxBytes`; of length 0 at the end.
   *
   * @switches when nothing is there
   * @param maxBytes - An integer from 1. Omitted: 65 536.
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED when it is or was closed
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `maxBytes` is out of range
   */
  recv(maxBytes?: number, limit?: Limit): Operation<Uint8Array> {
    return this.#stream.recv(maxBytes, limit);
  }

  /** As `recv`, copied into `view`. Gives how many bytes; 0 at the end. @switches when nothing is there */
  recvInto(view: ArrayBufferView, limit?: Limit): Operation<number> {
    return this.#stream.recvInto(view, limit);
  }

  /**
   * Gives just so many bytes.
   *
   * @switches when fewer are there
   * @throws {@link StreamEndedError} WEV_ERR_STREAM_ENDED when the process ends its output before; nothing is taken
   */
  recvExactly(countBytes: number, limit?: Limit): Operation<Uint8Array> {
    return this.#stream.recvExactly(countBytes, limit);
  }

  /**
   * Gives a line as text (UTF-8), without its end; null at the end of the output.
   *
   * @switches when no whole line is there
   * @param options - `maxBytes`: the longest line. `requireEnd`: true refuses a last line without its end.
   * @throws {@link LineTooLongError} WEV_ERR_LINE_TOO_LONG when it is longer; nothing is taken
   * @throws {@link StreamEndedError} WEV_ERR_STREAM_ENDED when its end is required and does not come; nothing is taken
   */
  readLine(limit?: Limit, options?: LineOptions): Operation<string | null> {
    return this.#stream.readLine(limit, options);
  }

  /** Lets go of it. A process that writes on gets SIGPIPE, and who reads here a ClosedError. @noswitch */
  close(): void {
    this.#stream.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * What a process reads: its stdin.
 *
 * @source the file objects of gevent.subprocess
 * @since 0.1
 */
export class PipeWriter {
  readonly #stream: ByteStream;

  /** @internal */
  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Whether it was closed at this end. */
  get closed(): boolean {
    return this.#stream.outgoing.isEnded || this.#stream.isClosed;
  }

  /**
   * Sends at most 65 536 bytes of it, and gives how many. The bytes must not change meanwhile.
   *
   * @switches when the process does not read as fast
   * @param data - Bytes, or a text to send as UTF-8.
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED when it is or was closed
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first; what was sent cannot be taken back
   * @throws the system's error, EPIPE when the process reads no more
   */
  send(data: Sendable, limit?: Limit): Operation<number> {
    return this.#stream.send(data, limit);
  }

  /** Sends all of it, as `send` does a part. @switches when the process does not read as fast */
  sendAll(data: Sendable, limit?: Limit): Operation<number> {
    return this.#stream.sendAll(data, limit);
  }

  /** The process finds the end of its input, after what has been sent. Twice does nothing. @noswitch */
  close(): void {
    this.#stream.endWriting();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
