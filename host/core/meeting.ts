// Owns the host's half of a meeting: the two lines behind a Channel, in which those who take and those
// who give stand until they meet. The lines are the core's, their rows exist while somebody waits;
// what passes is found by hub.offerOf. It must not know what it is.

import { Role } from "../../assembly/core/abi.js";
import { ItemKind } from "../../assembly/guest/abi.js";
import { requireItem } from "./crossing.js";
import { handleOf, notShared, sharedRow } from "./handle.js";
import { checkHome, currentHub, type Hub } from "./hub.js";
import { Link } from "./link.js";
import { exhausted, type Task } from "./task.js";

/** What somebody who gives holds until it is taken: the inbox of a task, the context of a link. */
export class Offer {
  constructor(readonly item: unknown) {}
}

export class Meeting {
  /** The hub of the first who waited; null before. */
  hub: Hub | null = null;
  readonly #label: string;
  #takers = 0;
  #takersSerial = 0;
  #givers = 0;
  #giversSerial = 0;
  #isShared = false;

  constructor(label: string) {
    this.#label = label;
  }

  /** The hub that an await from outside runs in; null: none yet, or it is gone. */
  get home(): Hub | null {
    return this.hub?.isDestroyed ? null : this.hub;
  }

  /** Parks the task until it meets one who gives; `giverItem` then has what it gave. */
  take(task: Task, timeoutMs: number): void {
    this.#stand(task, false, timeoutMs);
  }

  /** Parks the task with what it gives until it meets one who takes. */
  give(task: Task, item: unknown, timeoutMs: number): void {
    this.#stand(task, true, timeoutMs);
    task._inbox = new Offer(item);
  }

  /** Gives without waiting. False: nobody takes who has nobody to meet. */
  giveNow(item: unknown): boolean {
    if (this.balance >= 0) return false;
    const hub = this.hub!;
    // It stands in line as a task would, so that a taker who leaves now takes nothing with him.
    const link = new Link(hub, () => {}, new Offer(item));
    if (!hub.link(link, this.#givers, this.#giversSerial)) return false;
    hub.schedule();
    return true;
  }

  /** What the first who gives holds, without waiting; null: nobody gives who has nobody to meet. */
  takeNow(): Offer | null {
    if (this.balance <= 0) return null;
    const hub = this.hub!;
    const giver = hub.core.wakeFirst(this.#givers, this.#giversSerial) >>> 0;
    hub.schedule();
    return new Offer(hub.offerOf(giver));
  }

  /** How many more give than take. */
  get balance(): number {
    if (this.#takers === 0 || this.home === null) return 0;
    const { core } = this.hub!;
    return (
      core.waitersOf(this.#givers, this.#giversSerial) - core.waitersOf(this.#takers, this.#takersSerial)
    );
  }

  /** Throws unless an item can be given here: what is shared carries only what can cross. */
  checkItem(item: unknown): void {
    if (!this.#isShared || this.home === null) return;
    const kind = this.hub!.core.levelOf(this.#takers, this.#takersSerial);
    if (kind < 0) throw notShared(this.#label);
    requireItem(item, kind);
  }

  /** Names the meeting to a guest, which may then give and take here. Kept until `unshare`. */
  share(): bigint {
    const hub = this.home ?? currentHub();
    this.#enter(hub, null);
    const { core } = hub;
    if (core.roleOf(this.#takers, this.#takersSerial) === Role.None) {
      if (core.serialOf(this.#takers) !== this.#takersSerial) this.#makeRows(hub);
      for (const item of hub.offersIn(this.#givers)) requireItem(item, ItemKind.Opaque);
      core.share(this.#takers, this.#takersSerial, Role.Channel, ItemKind.Opaque);
      this.#isShared = true;
    }
    return handleOf(this.#takers, this.#takersSerial);
  }

  unshare(): void {
    if (this.#isShared) this.hub!.core.unshare(this.#takers, this.#takersSerial);
    this.#isShared = false;
  }

  /** The shared meeting that a handle names. */
  static attach(label: string, handle: bigint, hub: Hub): Meeting {
    const { row, serial } = sharedRow(hub, handle, Role.Channel);
    const meeting = new Meeting(label);
    meeting.hub = hub;
    meeting.#name(row, serial);
    meeting.#isShared = true;
    return meeting;
  }

  #stand(task: Task, gives: boolean, timeoutMs: number): void {
    this.#enter(task.hub, task);
    try {
      if (this.#wait(task, gives, timeoutMs)) return;
      this.#reopen(task.hub);
      this.#wait(task, gives, timeoutMs);
    } catch (error) {
      // The rows go with the last who waits; the one for whom they were made may not have come in.
      if (!this.#isShared) task.hub.core.unpinQueue(this.#takers, this.#takersSerial);
      throw error;
    }
  }

  /** False: the rows are gone. */
  #wait(task: Task, gives: boolean, timeoutMs: number): boolean {
    const { hub } = task;
    return gives
      ? hub.waitOn(task, this.#givers, this.#giversSerial, timeoutMs)
      : hub.waitOn(task, this.#takers, this.#takersSerial, timeoutMs);
  }

  #enter(hub: Hub, task: Task | null): void {
    if (this.hub === null || this.hub.isDestroyed) {
      this.hub = hub;
      this.#takers = 0;
      this.#isShared = false;
    } else if (task !== null) checkHome(this.hub, task, this.#label);
    if (this.#takers === 0) this.#makeRows(hub);
  }

  /** The rows went with the last who waited; those of a shared meeting went with its handle. */
  #reopen(hub: Hub): void {
    if (this.#isShared) throw notShared(this.#label);
    this.#makeRows(hub);
  }

  #makeRows(hub: Hub): void {
    const serial = hub.nextSerial();
    const row = hub.core.createMeeting(serial, hub.nextSerial());
    if (row === 0) throw exhausted("wait");
    this.#name(row, serial);
  }

  #name(takers: number, serial: number): void {
    const { core } = this.hub!;
    this.#takers = takers;
    this.#takersSerial = serial;
    this.#givers = core.otherLine(takers, serial) >>> 0;
    this.#giversSerial = core.serialOf(this.#givers) >>> 0;
  }
}
