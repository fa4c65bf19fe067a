// Owns the greenlet that runs an export of a guest: a row of the host whose frames are in the guest.
// The same steps as the guest's trampoline, with the export's call between the two halves.

import { Outcome, Reason } from "../../assembly/core/abi.js";
import { Fate } from "../../assembly/guest/abi.js";
import { outsideTasks } from "../core/current.js";
import { GreenletExit } from "../core/exit.js";
import { type Body, Greenlet } from "../core/greenlet.js";
import { type GuestCorrupt, GuestTrap } from "./errors.js";
import type { Guest, GuestFunction, GuestValue } from "./guest.js";

export class ExportGreenlet extends Greenlet<GuestValue | undefined> {
  readonly guest: Guest;
  readonly #call: GuestFunction;
  readonly #args: GuestValue[];
  /** The guest's record of it; 0 until the first run. */
  #guestBody = 0;
  #result: GuestValue | undefined;
  /** What it was killed with. */
  #killError: unknown = null;
  #failure: GuestTrap | GuestCorrupt | null = null;

  constructor(guest: Guest, name: string, body: Body<[], undefined>, args: GuestValue[]) {
    super(body);
    this.guest = guest;
    this.#call = guest.functionOf(name);
    this.#args = args;
  }

  /** @internal */
  override _advance(reason: Reason, cause: number): Outcome {
    // Code of the guest is no place for operations of TypeScript: there is no generator to park.
    return outsideTasks(() => this.#resume(reason, cause));
  }

  #resume(reason: Reason, cause: number): Outcome {
    try {
      return this.#step(reason, cause);
    } catch (error) {
      if (this.#guestBody === 0) {
        // The guest could not even make its record of it.
        this._fail(new GuestTrap(this.name, error));
        return Outcome.Done;
      }
      const failure = this.guest.recover(this.name, error);
      this.#failure ??= failure;
      // The guest has made the row ready once more, to run its onExit handlers.
      if (failure instanceof GuestTrap) return Outcome.Parked;
      this._fail(failure);
      return Outcome.Done;
    }
  }

  #step(reason: Reason, cause: number): Outcome {
    const { controls } = this.guest;
    if (this.#guestBody === 0) {
      // Makes a frame that nobody runs: it is what marks a greenlet as running.
      this._begin();
      this.#guestBody = controls.__wevent_adopt(this._row);
    }
    if (reason === Reason.Interrupt) this.#killError = this.hub.interruption(this, reason, cause);
    if (controls.__wevent_enter(this.#guestBody, reason, cause) !== 0)
      this.#result = this.#call(...this.#args);
    const outcome: Outcome = controls.__wevent_leave();
    if (outcome === Outcome.Done) this.#conclude(controls.__wevent_fate(this.#guestBody));
    return outcome;
  }

  #conclude(fate: Fate): void {
    const { tooDeep } = this.guest;
    const depth = tooDeep.get(this._row);
    tooDeep.delete(this._row);
    if (fate === Fate.Returned) this._finish(this.#result);
    else if (fate === Fate.Killed) this._fail(this.#killError ?? new GreenletExit());
    else if (fate === Fate.TooDeep) this._fail(depth);
    else this._fail(this.#failure);
  }
}
