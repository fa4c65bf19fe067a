// Owns what a stream of bytes throws of its own; what its source fails with is passed on as it is.

import { type ErrorCode, WeventError } from "./errors.js";

/**
 * The socket, pipe or listener was closed, by this greenlet or another one.
 *
 * @source gevent raises OSError with EBADF, or `_socketcommon.cancel_wait_ex`
 * @since 0.1
 */
export class ClosedError extends WeventError {
  static readonly label = "ClosedError";
  readonly code = "WEV_ERR_SOCKET_CLOSED" satisfies ErrorCode;
  /** @param reason - What was done to it: "it was closed". */
  constructor(call: string, reason = "it was closed") {
    super(`could not ${call} because ${reason}; open another one`);
  }
}

/**
 * The other side ended before as many bytes came as were asked for. Those that came are still there:
 * `recv` gives them.
 *
 * @source asyncio.IncompleteReadError, which takes the bytes out
 * @since 0.1
 */
export class StreamEndedError extends WeventError {
  static readonly label = "StreamEndedError";
  readonly code = "WEV_ERR_STREAM_ENDED" satisfies ErrorCode;
  /** Bytes that were asked for; null: all up to the end of a line. */
  readonly wantedBytes: number | null;
  /** Bytes that are there. */
  readonly availableBytes: number;
  constructor(call: string, wantedBytes: number | null, availableBytes: number) {
    const where = wantedBytes === null ? "bytes, in the middle of a line" : `of ${wantedBytes} bytes`;
    super(
      `could not ${call} because the other side ended after ${availableBytes} ${where}; take the rest with recv`,
    );
    this.wantedBytes = wantedBytes;
    this.availableBytes = availableBytes;
  }
}

/**
 * A line is longer than the reader allows. Nothing was taken.
 *
 * @source asyncio.LimitOverrunError
 * @since 0.1
 */
export class LineTooLongError extends WeventError {
  static readonly label = "LineTooLongError";
  readonly code = "WEV_ERR_LINE_TOO_LONG" satisfies ErrorCode;
  /** The limit, in bytes. */
  readonly limit: number;
  constructor(call: string, limit: number) {
    super(`could not ${call} because no line ends within ${limit} bytes; allow more, or use recv`);
    this.limit = limit;
  }
}
