// Owns when the core runs: asks the driver for turns, so that the runtime's timers, I/O and promises
// come between them, and for the one timer. Only a completion that arrives while nothing is scheduled
// runs a turn in its own callback. It must not know what a turn does.

import { Turn } from "../../assembly/core/abi.js";
import type { Core } from "./core.js";
import type { Driver } from "./driver.js";
import type { Clock, VirtualClock } from "./virtual.js";

/** Entries a turn takes under the virtual clock, which does not pass while anything is ready. */
const VIRTUAL_TURN_ENTRIES = 10_000;
const NO_LIMIT = 0x7fffffff;

/** What the hub does between turns. */
export interface PumpOwner {
  /** A guest trapped and cut the turn: ends its greenlet, or throws the error on. */
  recover(error: unknown): void;
  /** The turn has ended: the earliest deadline in ms, or a Turn. */
  turnEnded(when: number): void;
}

export class Pump {
  /** The present turn, or the last one. */
  turn = 0;
  isRunning = false;
  isScheduled = false;
  readonly #core: Core;
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #virtual: VirtualClock | null;
  readonly #turnMs: number;
  readonly #owner: PumpOwner;
  #isStopped = false;
  #isEnded = false;
  #armedMs = -1;
  #isArmedRef = false;
  #disarm: (() => void) | null = null;

  constructor(core: Core, driver: Driver, virtual: VirtualClock | null, turnMs: number, owner: PumpOwner) {
    this.#core = core;
    this.#driver = driver;
    this.#clock = virtual ?? driver;
    this.#virtual = virtual;
    this.#turnMs = turnMs;
    this.#owner = owner;
  }

  /** Asks the driver for a turn, unless one is coming or going on. */
  schedule(): void {
    if (this.isScheduled || this.isRunning || this.#isEnded) return;
    this.isScheduled = true;
    this.#driver.soon(() => {
      this.isScheduled = false;
      this.runTurn();
    });
  }

  /** Ends the turn that is going on after its present step. */
  stop(): void {
    if (!this.isRunning) return;
    this.#isStopped = true;
    this.#core.stop();
  }

  /** No turn comes any more. */
  end(): void {
    this.#isEnded = true;
    this.#disarm?.();
    this.#disarm = null;
  }

  runTurn(): void {
    if (this.isRunning || this.#isEnded) return;
    this.isRunning = true;
    this.#isStopped = false;
    this.turn++;
    const maxEntries = this.#virtual === null ? (this.#driver.turnSteps ?? NO_LIMIT) : VIRTUAL_TURN_ENTRIES;
    let when: number = Turn.Again;
    try {
      for (let isCut = true; isCut; ) {
        try {
          when = this.#core.run(this.#turnMs, maxEntries);
          isCut = false;
        } catch (error) {
          // The guest's frames, and the core's, are gone. The next run picks up the turn.
          this.#owner.recover(error);
        }
      }
    } finally {
      this.isRunning = false;
    }
    if (when === Turn.Again && !this.#isStopped) this.#virtual?.elapse(this.#turnMs);
    this.#owner.turnEnded(when);
  }

  /** Sets the one timer to a deadline, or takes it back for a Turn. */
  arm(when: number, isRef: boolean): void {
    // In real time an earlier timer may stay: it finds nothing due, and the timer is set anew.
    const isEarlyEnough = this.#armedMs === when || (this.#virtual === null && this.#armedMs < when);
    if (this.#disarm !== null && this.#isArmedRef === isRef && when >= 0 && isEarlyEnough) return;
    this.#disarm?.();
    this.#disarm = null;
    if (when < 0) return;
    this.#armedMs = when;
    this.#isArmedRef = isRef;
    this.#disarm = this.#clock.after(
      Math.max(when - this.#clock.now(), 0),
      () => {
        this.#disarm = null;
        this.runTurn();
      },
      isRef,
    );
  }
}
