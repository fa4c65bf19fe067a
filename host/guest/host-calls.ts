// Owns the calls of the host that a guest's greenlets make: an operation of TypeScript that runs on the
// row of a greenlet of the guest. When it waits, the guest parks that row; whatever wakes it, the guest
// comes back here. It must not know what the operations are for.
//
//   guest: begin(row) --waits--> park ... resumed --> resume(row) --> over: answer, or failure
//                                         interrupted --> drop(row)

import { Outcome, Reason } from "../../assembly/core/abi.js";
import { CallState, Status } from "../../assembly/guest/abi.js";
import { setTimedOut, switchTo } from "../core/current.js";
import { ExhaustedError, UnsupportedError } from "../core/errors.js";
import { GreenletExit } from "../core/exit.js";
import { enterHub, type Hub } from "../core/hub.js";
import { SocketError } from "../core/net-errors.js";
import { CALLED, GAVE_WAY, type Operation, PARKED, type Step } from "../core/operation.js";
import { ClosedError, LineTooLongError, StreamEndedError } from "../core/stream-errors.js";
import { Task } from "../core/task.js";
import { Timeout } from "../core/timeout.js";

/** One call: what an operation needs of who makes it, on the row of a greenlet of the guest. */
class HostCall extends Task {
  readonly name = "a greenlet of a guest";
  value: unknown = undefined;
  error: unknown = undefined;
  hasFailed = false;

  constructor(hub: Hub, row: number) {
    super(hub);
    this._row = row;
  }

  start<T>(make: () => Operation<T>): Outcome {
    const caller = switchTo(this);
    try {
      const op = make();
      this._op = op;
      return this.#see(op.start(this));
    } catch (error) {
      this._fail(error);
      return Outcome.Done;
    } finally {
      switchTo(caller);
    }
  }

  resume(reason: Reason): Outcome {
    if (this._frame !== null) return this._advance(reason, 0);
    const caller = switchTo(this);
    setTimedOut(reason === Reason.TimedOut);
    try {
      return this.#see(this._op!.resume(this));
    } catch (error) {
      this._fail(error);
      return Outcome.Done;
    } finally {
      switchTo(caller);
    }
  }

  /** The greenlet waits no longer: the operation lets go of what it holds. */
  cut(): void {
    const caller = switchTo(this);
    if (this._frame !== null) this._drive(true, new GreenletExit());
    else this._op!.abandon(this);
    switchTo(caller);
  }

  #see(step: Step<unknown>): Outcome {
    if (step === PARKED) return Outcome.Parked;
    if (step === GAVE_WAY) return Outcome.Ready;
    if (step === CALLED) {
      // The operation is a frame, whose result is its own: there is none below it to go back to.
      this._outer = null;
      return this._drive(false, undefined);
    }
    this._finish(step.value);
    return Outcome.Done;
  }

  _begin(): null {
    return null;
  }

  _finish(value: unknown): void {
    this.value = value;
  }

  _fail(error: unknown): void {
    this.error = error;
    this.hasFailed = true;
  }
}

export class HostCalls {
  readonly #hub: Hub;
  /** By row: a greenlet makes one call at a time. */
  readonly #waiting = new Map<number, HostCall>();
  /** What the last call that is over has given: the guest takes it before it calls anything else. */
  answer: unknown;
  /** What the last call that came to nothing has failed with. */
  failure: unknown;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Begins an operation for the running greenlet; `make` may throw. */
  begin<T>(row: number, make: () => Operation<T>): Status | CallState {
    const call = new HostCall(this.#hub, row);
    const state = this.#stateOf(call, call.start(make));
    if (state < 0) this.#waiting.set(row, call);
    return state;
  }

  /** Does what cannot wait. */
  now<T>(act: () => T): Status {
    try {
      this.answer = enterHub(this.#hub, act);
      return Status.Ok;
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Goes on with a call whose greenlet was resumed. */
  resume(row: number, status: Status): Status | CallState {
    const call = this.#waiting.get(row)!;
    const reason = status === Status.TimedOut ? Reason.TimedOut : Reason.Wake;
    const state = this.#stateOf(call, call.resume(reason));
    if (state >= 0) this.#waiting.delete(row);
    return state;
  }

  /** The greenlet was interrupted, and waits no longer. */
  drop(row: number): void {
    const call = this.#waiting.get(row);
    if (call === undefined) return;
    this.#waiting.delete(row);
    call.cut();
  }

  /** What the greenlet of a row waits for; null: for nothing of the host's. */
  waitOf(row: number): string | null {
    return this.#waiting.get(row)?._op?.label ?? null;
  }

  #stateOf(call: HostCall, outcome: Outcome): Status | CallState {
    if (outcome === Outcome.Parked) return CallState.Waits;
    if (outcome === Outcome.Ready) return CallState.GivesWay;
    if (call.hasFailed) return this.#fail(call.error);
    this.answer = call.value;
    return Status.Ok;
  }

  /** The status for an error. One that is a mistake of the program is thrown on: it traps. */
  #fail(error: unknown): Status {
    const status = statusOf(error);
    if (status === null) throw error;
    this.failure = error;
    return status;
  }
}

function statusOf(error: unknown): Status | null {
  if (error instanceof SocketError) return Status.Failed;
  if (error instanceof ClosedError) return Status.Closed;
  if (error instanceof Timeout) return Status.TimedOut;
  if (error instanceof StreamEndedError) return Status.Ended;
  if (error instanceof LineTooLongError) return Status.TooLong;
  if (error instanceof UnsupportedError) return Status.Unsupported;
  if (error instanceof ExhaustedError) return Status.Exhausted;
  return null;
}

/** A limit as a guest gives it, in ms; below 0: none of the call's own. */
export function limitOf(timeoutMs: number): number | undefined {
  return timeoutMs < 0 ? undefined : timeoutMs;
}
