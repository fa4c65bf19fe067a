// Owns the guest's half of a meeting: the two lines behind a Channel, in which those who take and those
// who give stand until they meet. The lines are the core's; their rows exist while somebody waits, or
// while the meeting is shared.

import { Role } from "../core/abi";
import { ItemKind, Status } from "./abi";
import { waitInLine } from "./blocking";
import { handleOf, rowOf, serialOf } from "./handle";
import * as core from "./imports";
import { AnyItem } from "./item";
import { runningRow } from "./switch";
import { current, Task } from "./task";

export class Meeting {
  private takers: usize = 0;
  private takersSerial: u32 = 0;
  private givers: usize = 0;
  private giversSerial: u32 = 0;
  private isShared: bool = false;

  /** Waits until somebody gives: core.giver() then says who. @switches unless exhausted */
  take(timeoutMs: f64): Status {
    // Asked first: outside of a greenlet it throws, and rows made before that would stay.
    runningRow();
    if (!this.open()) return Status.Exhausted;
    return this.wait(this.takers, this.takersSerial, timeoutMs);
  }

  /** Waits until somebody takes the item. @switches unless exhausted */
  give(item: AnyItem, timeoutMs: f64): Status {
    runningRow();
    if (!this.open()) return Status.Exhausted;
    const extra = changetype<Task>(current).more();
    extra.offer = item;
    const status = this.wait(this.givers, this.giversSerial, timeoutMs);
    extra.offer = null;
    return status;
  }

  /** Makes the first who gives ready, if somebody gives who has nobody to meet; answers his row, or 0. @noswitch */
  takeNow(): usize {
    return this.balance > 0 ? core.wakeFirst(this.givers, this.giversSerial) : 0;
  }

  /** How many more give than take. @noswitch */
  get balance(): i32 {
    return core.waitersOf(this.givers, this.giversSerial) - core.waitersOf(this.takers, this.takersSerial);
  }

  /** Names the meeting to others: serial << 32 | row. 0: the core's memory is exhausted. @noswitch */
  share(kind: ItemKind): u64 {
    if (!this.isShared) {
      if (kind == ItemKind.Opaque) {
        throw new Error("could not share a channel because its items cannot cross; numbers, strings and Uint8Arrays can");
      }
      if (!this.open()) return 0;
      core.share(this.takers, this.takersSerial, Role.Channel, kind);
      this.isShared = true;
    }
    return handleOf(this.takers, this.takersSerial);
  }

  /** Takes the name back. Who waits goes on waiting. @noswitch */
  unshare(): void {
    if (this.isShared) core.unshare(this.takers, this.takersSerial);
    this.isShared = false;
  }

  /** The meeting that a name given elsewhere stands for. Traps if there is none, or if it carries another kind. */
  static attach(handle: u64, kind: ItemKind): Meeting {
    const row = rowOf(handle);
    const serial = serialOf(handle);
    if (core.roleOf(row, serial) != Role.Channel) {
      throw new Error("could not use " + handle.toString() + " as a handle because it does not name a channel that is shared");
    }
    const carried = core.levelOf(row, serial);
    const canCarry = carried == ItemKind.Opaque ? core.canCarry(core.otherLine(row, serial), kind) : carried == kind;
    if (!canCarry) {
      throw new Error("could not take part in a channel because its items are of another type");
    }
    core.setLevel(row, serial, kind);
    const meeting = new Meeting();
    meeting.name(row, serial);
    meeting.isShared = true;
    return meeting;
  }

  private wait(line: usize, serial: u32, timeoutMs: f64): Status {
    const status = waitInLine(line, serial, timeoutMs);
    // The rows go when the last waiter leaves; the one that could not enter may have been the last.
    if (status == Status.Exhausted && !this.isShared) core.unpinQueue(this.takers, this.takersSerial);
    return status;
  }

  /** Makes the rows if there are none. A shared meeting that was taken back has none, and gets no others. */
  private open(): bool {
    if (this.isShared || (this.takers != 0 && core.serialOf(this.takers) == this.takersSerial)) return true;
    const row = core.createMeeting(0, 0);
    if (row == 0) return false;
    this.name(row, core.serialOf(row));
    return true;
  }

  private name(takers: usize, serial: u32): void {
    this.takers = takers;
    this.takersSerial = serial;
    this.givers = core.otherLine(takers, serial);
    this.giversSerial = core.serialOf(this.givers);
  }
}
