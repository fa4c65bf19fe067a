// Owns a line with a level beside it: what an Event (its flag) and a Semaphore (its free permits) are made
// of. The level is the guest's own until its handle is asked for; from then on it lives in the line's row
// in the core, where TypeScript and other guests read and write it too.

import { Role } from "../core/abi";
import { handleOf, rowOf, serialOf } from "./handle";
import * as core from "./imports";
import { Line } from "./line";

export class LeveledLine extends Line {
  constructor(private role: Role, private own: i32) {
    super();
  }

  /** The level; 0 when its owner has taken a shared one back. @noswitch */
  get level(): i32 {
    return this.isShared ? max(core.levelOf(this.row, this.serial), 0) : this.own;
  }

  set level(level: i32) {
    if (this.isShared) core.setLevel(this.row, this.serial, level);
    else this.own = level;
  }

  /** Takes 1 off the level. False: it is 0. @noswitch */
  take(): bool {
    if (this.isShared) return core.takeLevel(this.row, this.serial) > 0;
    if (this.own == 0) return false;
    this.own--;
    return true;
  }

  /** The name under which others find it: serial << 32 | row. 0: the core's memory is exhausted. @noswitch */
  share(): u64 {
    if (!this.isShared) {
      if (!this.open()) return 0;
      core.share(this.row, this.serial, this.role, this.own);
      this.isShared = true;
    }
    return handleOf(this.row, this.serial);
  }

  /** Takes the name back, and the level. Who waits goes on waiting. @noswitch */
  unshare(): void {
    if (!this.isShared) return;
    this.own = this.level;
    this.isShared = false;
    core.unshare(this.row, this.serial);
  }

  /** Becomes the one that a handle names; traps if there is none. @noswitch */
  attach(handle: u64): void {
    const row = rowOf(handle);
    const serial = serialOf(handle);
    if (core.roleOf(row, serial) != this.role) {
      throw new Error(
        "could not use " + handle.toString() + " as a handle because it does not name what is shared in that role",
      );
    }
    this.row = row;
    this.serial = serial;
    this.isShared = true;
  }
}
