// Owns the errors of guests. Codes are in host/core/errors.ts, one table for all.

import { type ErrorCode, WeventError } from "../core/errors.js";
import { framesOf, guestFramesOf } from "../core/report.js";

/** A guest greenlet ended by a trap, or by an error thrown in a function that it imports. */
export class GuestTrap extends WeventError {
  static readonly label = "GuestTrap";
  readonly code = "WEV_ERR_GUEST_TRAP" satisfies ErrorCode;
  /** The guest's functions it happened in, innermost first, as far as the module keeps names. */
  readonly frames: readonly string[];
  constructor(greenlet: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const frames = guestFramesOf(cause);
    const place = frames[0] === undefined ? "" : ` in ${frames[0]}`;
    super(
      `could not go on with ${greenlet} because its code failed${place}: ${reason}; the guest and its other greenlets go on`,
      { cause },
    );
    this.frames = frames;
    // Where its code failed: its own stack would say where this package noticed.
    const users = framesOf(cause instanceof Error ? cause : null);
    if (users.length > 0) this.stack = [`${this.name}: ${this.message}`, ...users].join("\n    at ");
  }
}

/** A guest greenlet was to be parked with more stack than the guest's limit. */
export class StackTooDeep extends WeventError {
  static readonly label = "StackTooDeep";
  readonly code = "WEV_ERR_GUEST_STACK_TOO_DEEP" satisfies ErrorCode;
  /** Bytes its stack would have taken. */
  readonly sizeBytes: number;
  /** Most bytes it may take. */
  readonly limitBytes: number;
  constructor(greenlet: string, sizeBytes: number, limitBytes: number) {
    super(
      `could not park ${greenlet} because its stack of ${sizeBytes} bytes is above the limit of ${limitBytes}; give loadGuest a larger stackBytes, or recurse less deeply`,
    );
    this.sizeBytes = sizeBytes;
    this.limitBytes = limitBytes;
  }
}

/** A module that blocks was not built so that it can be suspended. */
export class NotInstrumented extends WeventError {
  static readonly label = "NotInstrumented";
  readonly code = "WEV_ERR_GUEST_NOT_INSTRUMENTED" satisfies ErrorCode;
  /** The function that the module lacks, or still imports. */
  readonly functionName: string;
  constructor(functionName: string, why: string) {
    super(
      `could not load the guest because ${why}; build it with "wevent build", or with asc and "--transform wevent/transform"`,
    );
    this.functionName = functionName;
  }
}

/** A guest made a blocking call, or was to be resumed, with a JavaScript frame between its frames. */
export class ReentryError extends WeventError {
  static readonly label = "ReentryError";
  readonly code = "WEV_ERR_GUEST_REENTRY" satisfies ErrorCode;
  /** The function between. */
  readonly functionName: string;
  constructor(what: string, functionName: string) {
    super(
      `could not ${what} because JavaScript frames cannot be suspended and ${functionName} is on the stack; use guest.spawn() there`,
    );
    this.functionName = functionName;
  }
}

/** A guest's memory was overwritten: nothing in it can be relied on. */
export class GuestCorrupt extends WeventError {
  static readonly label = "GuestCorrupt";
  readonly code = "WEV_ERR_GUEST_CORRUPT" satisfies ErrorCode;
  constructor(cause?: unknown) {
    super(
      "could not use the guest because its memory was overwritten, by more stack than its buffer holds or by its own code; load it anew, with the engine's default stack size",
      cause === undefined ? undefined : { cause },
    );
  }
}
