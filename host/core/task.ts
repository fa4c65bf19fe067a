// Owns the host's half of a task: its frames, and how a resume from the core reaches the generator
// that is to go on. The core decides who runs and why; this file makes it happen and answers with
// an Outcome. It must not know what a greenlet's outcome is for: subclasses do.
//
// `frame` is the innermost generator. `yield* call(...)` puts a generator on the explicit stack
// `outer` instead of delegating to it, so that a resume costs the same at any depth.

import { Outcome, Reason } from "../../assembly/core/abi.js";
import { switchTo } from "./current.js";
import { describe, ExhaustedError, YieldError } from "./errors.js";
import type { Hub } from "./hub.js";
import { CALLED, Operation, PARKED } from "./operation.js";

/** A suspended generator, whatever it gives. */
export type Frame = Generator<unknown, unknown, unknown>;

interface OuterFrame {
  readonly frame: Frame;
  readonly op: Operation<unknown> | null;
  readonly outer: OuterFrame | null;
}

/** What the running task's turn came to, if it did not end. */
let outcome: Outcome = Outcome.Parked;

/** Makes the running task give way instead of waiting: it goes to the back of the run queue. */
export function giveWay(): typeof PARKED {
  outcome = Outcome.Ready;
  return PARKED;
}

export abstract class Task {
  readonly hub: Hub;
  /** Its row in the core; 0 before there is one. */
  row = 0;
  serial = 0;
  /** The operation it is in. */
  op: Operation<unknown> | null = null;
  isParked = false;
  /** The ticket of the completion from outside that it is parked for; 0: none. */
  ticket = 0;
  /** Whether its last resume was because the call's own time had passed. */
  isTimedOut = false;
  /** What a completion from outside handed over. */
  inbox: unknown = undefined;
  frame: Frame | null = null;
  outer: OuterFrame | null = null;

  constructor(hub: Hub) {
    this.hub = hub;
  }

  /** The first frame, made at the first run; or the result, if there is nothing to suspend. */
  protected abstract begin(): Frame | null;
  protected abstract finish(value: unknown): void;
  protected abstract fail(error: unknown): void;
  abstract readonly name: string;

  /** Called when an error from outside is about to be thrown at the park site. */
  notePark(_error: unknown): void {}

  /** Puts a frame on top; the operation below goes on when it ends. */
  push(frame: Frame): typeof CALLED {
    this.outer = { frame: this.frame!, op: this.op, outer: this.outer };
    this.frame = frame;
    this.op = null;
    return CALLED;
  }

  /** Runs it until it parks, gives way or ends. Never throws. */
  advance(reason: Reason, cause: number): Outcome {
    const caller = switchTo(this);
    outcome = Outcome.Parked;
    this.isTimedOut = reason === Reason.TimedOut;
    let isThrow = false;
    let error: unknown;
    if (reason === Reason.Interrupt || reason === Reason.Timeout) {
      error = this.hub.interruption(this, reason, cause);
      isThrow = true;
    }
    try {
      if (this.frame === null) {
        this.frame = this.begin();
        if (this.frame === null) return Outcome.Done;
      }
      for (;;) {
        const frame: Frame = this.frame!;
        let step: IteratorResult<unknown, unknown>;
        try {
          step = isThrow ? frame.throw(error) : frame.next();
        } catch (thrown) {
          if (!this.pop()) {
            this.frame = null;
            this.fail(thrown);
            return Outcome.Done;
          }
          isThrow = true;
          error = thrown;
          continue;
        }
        isThrow = false;
        if (step.done) {
          if (!this.pop()) {
            this.frame = null;
            this.finish(step.value);
            return Outcome.Done;
          }
          this.inbox = step.value;
        } else if (step.value === PARKED) {
          return outcome;
        } else if (step.value !== CALLED) {
          error = yieldError(step.value);
          isThrow = true;
        }
      }
    } catch (thrown) {
      // begin() threw: the body refused its arguments, or is a plain function that failed.
      this.fail(thrown);
      return Outcome.Done;
    } finally {
      switchTo(caller);
    }
  }

  /** Back to the frame below, whose call() is then parked. False: there is none. */
  private pop(): boolean {
    const below = this.outer;
    if (below === null) return false;
    this.frame = below.frame;
    this.op = below.op;
    this.outer = below.outer;
    this.isParked = true;
    return true;
  }

  takeInbox(): unknown {
    const value = this.inbox;
    this.inbox = undefined;
    return value;
  }
}

function yieldError(value: unknown): YieldError {
  const given = value instanceof Operation ? value.label : describe(value);
  return new YieldError(
    `could not wait for ${given} because it was given to yield without *; write yield* and an operation`,
  );
}

/** The generator, or null if `value` is not a suspended generator. */
export function asFrame(value: unknown): Frame | null {
  if (typeof value !== "object" || value === null) return null;
  const candidate = value as Partial<Frame>;
  return typeof candidate.next === "function" &&
    typeof candidate.throw === "function" &&
    typeof candidate[Symbol.iterator] === "function"
    ? (value as Frame)
    : null;
}

function* delegate<T>(op: Operation<T>): Generator<unknown, T, unknown> {
  return yield* op;
}

/**
 * Main, or rather one `await` of it: code outside the hub that waits for an operation. It begins
 * in the `await` itself; when it ends, the hub's turn ends too, so that main's next steps come
 * before anything else that is ready.
 */
export class OutsideTask extends Task {
  readonly #op: Operation<unknown>;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    hub: Hub,
    op: Operation<unknown>,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super(hub);
    this.#op = op;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get name(): string {
    return "main";
  }

  protected begin(): Frame {
    return delegate(this.#op);
  }

  protected finish(value: unknown): void {
    this.hub.outsideEnded(this);
    this.#resolve(value);
  }

  protected fail(error: unknown): void {
    this.hub.outsideEnded(this);
    this.#reject(error);
  }
}

/** Turns the core's refusal into the error for it. */
export function exhausted(what: string): ExhaustedError {
  return new ExhaustedError(
    `could not ${what} because the scheduler's memory limit is reached; end some greenlets first`,
  );
}
