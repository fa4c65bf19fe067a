// Owns the host's half of a task: its frames, and how a resume from the core reaches the generator
// that is to go on. The core decides who runs and why; this file makes it happen and answers with
// an Outcome. It must not know what a greenlet's outcome is for: subclasses do.
//
// `frame` is the innermost generator. `yield* call(...)` puts a generator on the explicit stack
// `outer` instead of delegating to it, so that a resume costs the same at any depth.

import { Outcome, Reason } from "../../assembly/core/abi.js";
import { setTimedOut, switchTo } from "./current.js";
import { describe, ExhaustedError, RangeUsageError, YieldError } from "./errors.js";
import { delegate, type Frame, NEXT, THROW } from "./frame.js";
import type { Hub } from "./hub.js";
import { CALLED, GAVE_WAY, Operation, PARKED } from "./operation.js";
import type { Site } from "./report.js";
import { isThenable } from "./wait-promise.js";

interface OuterFrame {
  readonly frame: Frame;
  readonly op: Operation<unknown> | null;
  readonly outer: OuterFrame | null;
  /** How many stand below it. */
  readonly depth: number;
}

/** Nested calls take no stack, so a recursion without end must be stopped before memory is gone (call.test.ts). */
const DEEPEST_CALL = 100_000;

/** Named with an underscore, so that a subclass of Greenlet cannot hit one by accident. */
export abstract class Task {
  readonly hub: Hub;
  /** @internal Its row in the core; 0 before there is one. */
  _row = 0;
  /** @internal */
  _serial = 0;
  /** @internal The operation it is in. */
  _op: Operation<unknown> | null = null;
  /** @internal */
  _isParked = false;
  /** @internal What was handed over to the operation it is in. */
  _inbox: unknown = undefined;
  /** @internal The innermost frame. */
  _frame: Frame | null = null;
  /** @internal The frames that call() left below it. */
  _outer: OuterFrame | null = null;

  constructor(hub: Hub) {
    this.hub = hub;
  }

  abstract readonly name: string;

  /** @internal Where it was spawned, if that was recorded. */
  get _spawnSite(): Site | null {
    return null;
  }

  /** @internal The first frame, made at the first run; null: it ran to its end. */
  abstract _begin(): Frame | null;
  /** @internal */
  abstract _finish(value: unknown): void;
  /** @internal */
  abstract _fail(error: unknown): void;

  /** @internal Called when an error from outside is about to be thrown at the park site. */
  _notePark(_error: unknown): void {}

  /** @internal Puts a frame on top; the operation below goes on when it ends. */
  _push(frame: Frame): typeof CALLED {
    const outer = this._outer;
    const depth = outer === null ? 0 : outer.depth + 1;
    if (depth > DEEPEST_CALL) {
      throw new RangeUsageError(
        `could not call deeper than ${DEEPEST_CALL} levels because a recursion seems to have no end; end it, or use a loop`,
      );
    }
    this._outer = { frame: this._frame!, op: this._op, outer, depth };
    this._frame = frame;
    this._op = null;
    return CALLED;
  }

  /** @internal Runs it until it parks, gives way or ends. Never throws. */
  _advance(reason: Reason, cause: number): Outcome {
    const caller = switchTo(this);
    let isThrow = false;
    let error: unknown;
    if (reason === Reason.Interrupt || reason === Reason.Timeout) {
      error = this.hub.interruption(this, reason, cause);
      isThrow = true;
    } else {
      setTimedOut(reason === Reason.TimedOut);
    }
    const result = this._frame === null && !this._open() ? Outcome.Done : this._drive(isThrow, error);
    switchTo(caller);
    return result;
  }

  /** Makes the first frame. False: the task has ended with it. */
  private _open(): boolean {
    try {
      this._frame = this._begin();
    } catch (error) {
      // The body refused its arguments, or is a plain function that failed.
      this._fail(error);
      return false;
    }
    return this._frame !== null;
  }

  /** @internal Resumes its frames. */
  _drive(isThrow: boolean, error: unknown): Outcome {
    for (;;) {
      let step: IteratorResult<unknown, unknown>;
      try {
        step = isThrow ? THROW.call(this._frame!, error) : NEXT.call(this._frame!);
      } catch (thrown) {
        if (!this._pop()) {
          this._frame = null;
          this._fail(thrown);
          return Outcome.Done;
        }
        // It comes from inside the call, not from outside: there is no park site to note.
        this._isParked = false;
        isThrow = true;
        error = thrown;
        continue;
      }
      if (step === PARKED) return Outcome.Parked;
      if (step === GAVE_WAY) return Outcome.Ready;
      isThrow = false;
      if (step.done) {
        if (!this._pop()) {
          this._frame = null;
          this._finish(step.value);
          return Outcome.Done;
        }
        this._inbox = step.value;
      } else if (step !== CALLED) {
        // Not the objects themselves, but perhaps what JavaScriptCore has made of them.
        const { value } = step;
        if (value === PARKED.value) return Outcome.Parked;
        if (value === GAVE_WAY.value) return Outcome.Ready;
        if (value === CALLED.value) continue;
        error = yieldError(value);
        isThrow = true;
      }
    }
  }

  /** Back to the frame below, whose call() is then parked. False: there is none. */
  private _pop(): boolean {
    const below = this._outer;
    if (below === null) return false;
    this._frame = below.frame;
    this._op = below.op;
    this._outer = below.outer;
    this._isParked = true;
    return true;
  }

  /** @internal */
  _takeInbox(): unknown {
    const value = this._inbox;
    this._inbox = undefined;
    return value;
  }
}

function yieldError(value: unknown): YieldError {
  const isOperation = value instanceof Operation;
  const given = isOperation ? value.label : describe(value);
  const right = !isOperation && isThenable(value) ? "yield* wait(promise)" : "yield* and an operation";
  return new YieldError(
    `could not wait for ${given} because it was given to yield without *; write ${right}`,
  );
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

  _begin(): Frame {
    return delegate(this.#op);
  }

  _finish(value: unknown): void {
    this.hub.outsideEnded(this);
    this.#resolve(value);
  }

  _fail(error: unknown): void {
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
