// Owns a line with a level beside it: what an Event (its flag) and a Semaphore (its free permits) are
// made of. The level is the host's own until its handle is asked for; from then on it lives in the
// line's row in the core, where guests read and write it too.

import type { Role } from "../../assembly/core/abi.js";
import { handleOf, notShared, sharedRow } from "./handle.js";
import { currentHub, type Hub } from "./hub.js";
import { WaitQueue } from "./wait-queue.js";

export class LeveledQueue extends WaitQueue {
  readonly #role: Role;
  #level: number;
  #isShared = false;

  constructor(label: string, role: Role, level: number) {
    super(label);
    this.#role = role;
    this.#level = level;
  }

  /** @throws {@link UsageError} WEV_ERR_HANDLE when its owner has taken the handle back, as all calls here do */
  get level(): number {
    return this.#isShared ? this.#inCore(this.hub!.core.levelOf(this.row, this.serial)) : this.#level;
  }

  set level(level: number) {
    if (this.#isShared) this.#inCore(this.hub!.core.setLevel(this.row, this.serial, level));
    else this.#level = level;
  }

  /** Takes 1 off the level. False: it is 0. */
  take(): boolean {
    if (this.#isShared) return this.#inCore(this.hub!.core.takeLevel(this.row, this.serial)) !== 0;
    if (this.#level === 0) return false;
    this.#level--;
    return true;
  }

  /** The name under which others find it. */
  share(): bigint {
    if (!this.#isShared) {
      const { core } = this.open(this.hub ?? currentHub());
      core.share(this.row, this.serial, this.#role, this.#level);
      this.#isShared = true;
    }
    return handleOf(this.row, this.serial);
  }

  /** Takes the name back, and the level. Who waits goes on waiting. */
  unshare(): void {
    if (!this.#isShared) return;
    const { core } = this.hub!;
    // Below 0: the one who shared it has taken it back already.
    this.#level = Math.max(core.levelOf(this.row, this.serial), 0);
    this.#isShared = false;
    core.unshare(this.row, this.serial);
  }

  /** Becomes the one that a handle names. */
  attach(handle: bigint, hub: Hub): void {
    const { row, serial } = sharedRow(hub.core, handle, this.#role);
    this.hub = hub;
    this.row = row;
    this.serial = serial;
    this.#isShared = true;
  }

  #inCore(answer: number): number {
    if (answer < 0) throw notShared(this.label);
    return answer;
  }
}
