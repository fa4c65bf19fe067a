// Owns what a greenlet can be ended with. It must not know how a greenlet is ended.

import { type ErrorCode, setName } from "./errors.js";

/**
 * What a killed greenlet is ended with. Counts as success: it becomes the greenlet's value.
 *
 * @source gevent.GreenletExit. It derives from BaseException there, so that `except Exception`
 * lets it pass; JavaScript has one kind of exception, so a `catch` must rethrow it.
 */
export class GreenletExit extends Error {
  readonly code = "WEV_ERR_GREENLET_EXIT" satisfies ErrorCode;
  constructor(message = "the greenlet was killed") {
    const limit = Error.stackTraceLimit;
    // Its own stack says nothing that the park site does not say better, and costs a microsecond.
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
    setName(this, "GreenletExit");
  }
}

/** Something to end a greenlet with: an error, or a class of errors to make one from. */
export type KillError = Error | (new () => Error);

/** Whether a greenlet can be ended with it. */
export function isKillError(value: unknown): value is KillError {
  if (value instanceof Error || value === Error) return true;
  return typeof value === "function" && (value as { prototype?: unknown }).prototype instanceof Error;
}

/** The error itself, of an error or of a class of errors. */
export function makeError(error: KillError): Error {
  return typeof error === "function" ? new error() : error;
}
