// Owns a line with a level beside it: what an Event (its flag) and a Semaphore (its free permits) are
// made of. The level is the host's own until its handle is asked for; from then on it lives in the
// line's row in the core, where guests read and write it too.

import type { Role } from "../../assembly/core/abi.js";
import { RangeUsageError } from "./errors.js";
import { handleOf, notShared, sharedRow } from "./handle.js";
import { currentHub, type Hub } from "./hub.js";
import { WaitQueue } from "./wait-queue.js";

/** The core keeps a level as an i32. */
const MOST_SHARED = 0x7fffffff;

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
    return this.#isInCore() ? this.#inCore(this.hub!.core.levelOf(this.row, this.serial)) : this.#level;
  }

  set level(level: number) {
    if (this.#isInCore())
      this.#inCore(this.hub!.core.setLevel(this.row, this.serial, this.#shareable(level)));
    else this.#level = level;
  }

  /** Takes 1 off the level. False: it is 0. */
  take(): boolean {
    if (this.#isInCore()) return this.#inCore(this.hub!.core.takeLevel(this.row, this.serial)) !== 0;
    if (this.#level === 0) return false;
    this.#level--;
    return true;
  }

  /** The name under which others find it. */
  share(): bigint {
    if (!this.#isInCore()) {
      const level = this.#shareable(this.#level);
      const { core } = this.open(this.home ?? currentHub());
      core.share(this.row, this.serial, this.#role, level);
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
    const { row, serial } = sharedRow(hub, handle, this.#role);
    this.hub = hub;
    this.row = row;
    this.serial = serial;
    this.#isShared = true;
  }

  /** Whether the level is the core's. A hub that is destroyed leaves it to the host again. */
  #isInCore(): boolean {
    if (this.#isShared && this.hub!.isDestroyed) this.unshare();
    return this.#isShared;
  }

  #shareable(level: number): number {
    if (level <= MOST_SHARED) return level;
    throw new RangeUsageError(
      `could not share a ${this.label.split(".")[0]} of ${level} permits because ${MOST_SHARED} is the most; share one of fewer`,
    );
  }

  #inCore(answer: number): number {
    if (answer < 0) throw notShared(this.label);
    return answer;
  }
}
