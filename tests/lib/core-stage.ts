// Owns the host of a test that drives core.wasm by hand: a clock that is a number, and what each task
// or callback does as a function. Writes down who was called, in order.

import { Count, Outcome, type Reason } from "../../assembly/core/abi.ts";
import type { Core } from "../../host/core/core.ts";
import { checkStructure, instantiate } from "./core-harness.ts";

export class Stage {
  readonly core: Core;
  /** Place of the guests' trampoline. */
  readonly entry: number;
  nowMs = 0;
  /** What was called: a row, and with which reason. */
  readonly calls: { row: number; reason: Reason; cause: number }[] = [];
  onResume: (row: number, reason: Reason, cause: number) => Outcome = () => Outcome.Done;
  onCallback: (row: number, reason: Reason) => void = () => {};
  /** Off for long runs. */
  isLogging = true;
  private nextSerial = 1;

  constructor() {
    const { core, entry } = instantiate({
      now: () => this.nowMs,
      resume: (row, reason, cause) => {
        if (this.isLogging) this.calls.push({ row, reason, cause });
        return this.onResume(row, reason, cause);
      },
      callback: (row, reason) => {
        if (this.isLogging) this.calls.push({ row, reason, cause: 0 });
        this.onCallback(row, reason);
      },
      guest: (_body, reason, cause) => {
        if (this.isLogging) this.calls.push({ row: core.currentTask(), reason, cause });
        return Outcome.Done;
      },
    });
    this.core = core;
    this.entry = entry;
  }

  serial(): number {
    const serial = this.nextSerial;
    this.nextSerial += 2;
    return serial;
  }

  spawn(): number {
    return this.core.spawnTask(this.serial());
  }

  /** One turn without limits. */
  run(): number {
    return this.core.run(1e9, 1e9);
  }

  /** Who was called since the last look. */
  rows(): number[] {
    return this.calls.splice(0).map((call) => call.row);
  }

  /** With which reasons since the last look. */
  reasons(): Reason[] {
    return this.calls.splice(0).map((call) => call.reason);
  }

  get counts(): { rows: number; ready: number; timers: number; refTimers: number } {
    checkStructure(this.core);
    const { core } = this;
    return {
      rows: core.count(Count.Rows),
      ready: core.count(Count.Ready),
      timers: core.count(Count.Timers),
      refTimers: core.count(Count.RefTimers),
    };
  }

  get bytes(): number {
    return this.core.memory.buffer.byteLength;
  }
}

export const NOTHING = { rows: 0, ready: 0, timers: 0, refTimers: 0 };
