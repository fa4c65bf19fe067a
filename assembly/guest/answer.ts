// Owns Answer: what a call gives back that may have come to nothing. There are no exceptions to throw,
// and no value of every T that could stand for none, so the status and the value come together, and a
// value that is not there cannot be read by mistake.
//
// The convention of the whole library:
//   a call that only waits            a Status, or a bool where only one thing can have been waited for
//   a call that gives something over  an Answer: Queue.get, Queue.peek, AsyncResult.get
//   one result after another          next() and value: Pool.imap
//   a mistake of the program          a trap, which fails the greenlet: a release too many
// Greenlet.get answers the plain result, which stays there to be read, with how the greenlet ended beside
// it. docs/decisions/0005-answers.md has the reasons.

import { Status } from "./abi";
import { SocketError } from "./socket-error";

/**
 * What a call has come to, and the value if there is one.
 *
 * @example a worker that ends when its queue is shut down
 * for (;;) {
 *   const job = jobs.get();
 *   if (!job.ok) return;
 *   work(job.value);
 * }
 *
 * @since 0.1
 */
export class Answer<T> {
  constructor(
    /** `Ok`: there is a value. Else why there is none. */
    readonly status: Status,
    private held: T,
    /** What the network or the other end failed with, where the status is `Failed` and a socket says so. */
    readonly error: SocketError | null = null,
  ) {}

  /** Whether there is a value. @noswitch */
  get ok(): bool {
    return this.status == Status.Ok;
  }

  /** The value. Traps if there is none: gevent would have raised an error in the call. @noswitch */
  get value(): T {
    if (this.status != Status.Ok) {
      throw new Error(
        "could not read a value because the call came to Status." + nameOf(this.status) + "; ask ok first" + reasonOf(this.error),
      );
    }
    return this.held;
  }

  /** The value, or `fallback` if there is none. @noswitch */
  or(fallback: T): T {
    return this.status == Status.Ok ? this.held : fallback;
  }
}

/** A status as an error says it: enums keep no names. */
function nameOf(status: Status): string {
  switch (status) {
    case Status.Ok: return "Ok";
    case Status.TimedOut: return "TimedOut";
    case Status.Killed: return "Killed";
    case Status.Gone: return "Gone";
    case Status.Exhausted: return "Exhausted";
    case Status.Expired: return "Expired";
    case Status.WouldBlock: return "WouldBlock";
    case Status.Closed: return "Closed";
    case Status.Failed: return "Failed";
    case Status.Ended: return "Ended";
    case Status.TooLong: return "TooLong";
    case Status.Unsupported: return "Unsupported";
    default: return status.toString();
  }
}

function reasonOf(error: SocketError | null): string {
  return error == null ? "" : " (" + error.message + ")";
}

/** The answer of a call that has come to nothing. */
export function nothing<T>(status: Status, error: SocketError | null = null): Answer<T> {
  return new Answer<T>(status, zero<T>(), error);
}

/** What memory that nobody wrote to means as a T. */
// @ts-ignore: decorator
@inline
export function zero<T>(): T {
  if (isReference<T>()) return changetype<T>(<usize>0);
  return <T>0;
}
