// Owns a line of waiting greenlets that belongs to an object: an Event's, a Semaphore's. The line is a
// row of the core that exists only while somebody stands in it, so an object that is forgotten leaves
// nothing behind. It must not resume anybody: the core does, in the order they came.

import { Outcome, Status as CoreStatus } from "../core/abi";
import { Status } from "./abi";
import { waitInLine } from "./blocking";
import * as core from "./imports";
import { leftUntil } from "./limit";
import { park, runningRow } from "./switch";

export class Line {
  protected row: usize = 0;
  protected serial: u32 = 0;
  /** The row is pinned, and known to others: LeveledLine's. */
  protected isShared: bool = false;

  /** Waits at the end of the line. @switches unless exhausted */
  wait(timeoutMs: f64): Status {
    // Asked first: outside of a greenlet it throws, and a row made before that would stay.
    runningRow();
    if (!this.open()) return this.isShared ? Status.Gone : Status.Exhausted;
    const status = waitInLine(this.row, this.serial, timeoutMs);
    // The row goes when the last waiter leaves; the one that could not enter it may have been the last.
    if (status == Status.Exhausted && !this.isShared) core.unpinQueue(this.row, this.serial);
    return status;
  }

  /** As wait, at the head: for one who was served and found that another was faster. @switches unless exhausted */
  waitFirst(timeoutMs: f64): Status {
    if (core.waitFirst(runningRow(), this.row, this.serial, timeoutMs) != CoreStatus.Ok) return this.wait(timeoutMs);
    return park(Outcome.Parked);
  }

  /**
   * Waits until `deadline` at the end of the line; at its head if it was served already, for nothing.
   *
   * @switches unless exhausted
   */
  waitTurn(deadline: f64, wasServed: bool): Status {
    const timeoutMs = leftUntil(deadline);
    return wasServed ? this.waitFirst(timeoutMs) : this.wait(timeoutMs);
  }

  /** Waits until those who are being served at this moment have run. Gone: nobody is. @switches unless Gone */
  waitForServed(): Status {
    if (core.waitForDispatch(runningRow(), this.row, this.serial) != CoreStatus.Ok) return Status.Gone;
    return park(Outcome.Parked);
  }

  /** Makes the row if there is none. False: there is no memory, or its owner has taken a shared one back. */
  protected open(): bool {
    if (this.isOccupied) return true;
    if (this.isShared) return false;
    this.row = core.createQueue(0, false);
    if (this.row == 0) return false;
    this.serial = core.serialOf(this.row);
    return true;
  }

  /** Whether anybody stands here. @noswitch */
  get isOccupied(): bool {
    return this.row != 0 && core.serialOf(this.row) == this.serial;
  }

  /** Serves all who stand here at this moment. @noswitch */
  notify(): void {
    core.notifyQueue(this.row, this.serial);
  }

  /** Serves one more, whoever stands first then. @noswitch */
  notifyOne(): void {
    core.notifyOneOf(this.row, this.serial);
  }
}
