// Owns the host's half of a wait queue that belongs to no greenlet: an Event's, a Semaphore's. The
// line itself is the core's. Its row is made when the first waiter comes and freed by the core when
// the last has left, so an object that nobody waits for costs the scheduler nothing.

import { requireCallback } from "./check.js";
import { checkHome, currentHub, type Hub } from "./hub.js";
import { callBack, Link } from "./link.js";
import { Links } from "./links.js";
import { exhausted, type Task } from "./task.js";

export class WaitQueue {
  /** The hub of the first who waited; null before. */
  hub: Hub | null = null;
  /** What a listing says that its waiters wait for. */
  readonly label: string;
  protected row = 0;
  protected serial = 0;
  #links: Links | null = null;

  constructor(label: string) {
    this.label = label;
  }

  /** The hub that an await from outside runs in; null: none yet, or it is gone. */
  get home(): Hub | null {
    return this.hub?.isDestroyed ? null : this.hub;
  }

  get linkCount(): number {
    return this.#links?.size ?? 0;
  }

  /** Parks the task at the end of the line. */
  wait(task: Task, timeoutMs: number): void {
    this.#join(task.hub, task);
    if (this.row !== 0 && task.hub.waitOn(task, this.row, this.serial, timeoutMs)) return;
    this.#makeRow(task.hub);
    try {
      task.hub.waitOn(task, this.row, this.serial, timeoutMs);
    } catch (error) {
      this.#dropRow(task.hub);
      throw error;
    }
  }

  /** Parks the task at the head of the line: it was served, and another was faster. */
  waitFirst(task: Task, timeoutMs: number): void {
    if (this.row !== 0 && task.hub.waitFirst(task, this.row, this.serial, timeoutMs)) return;
    this.wait(task, timeoutMs);
  }

  /** Queues a dispatch that serves one more, whoever stands first then. */
  notifyOne(): void {
    if (this.row !== 0) this.hub!.notifyOne(this.row, this.serial);
  }

  /** Parks the task behind those being served at this moment; false: nobody is. */
  waitForDispatch(task: Task): boolean {
    if (this.row === 0 || this.hub !== task.hub) return false;
    return task.hub.waitForDispatch(task, this.row, this.serial);
  }

  /** Queues one dispatch of those in the line. */
  notify(): void {
    if (this.row !== 0) this.hub!.notify(this.row, this.serial);
  }

  /**
   * A callback in the line, or, with `isReady`, at the back of the run queue. When its turn comes
   * `mayCall` is asked first: false puts it back in the line, for another was faster.
   */
  rawlink(
    callback: (source: unknown) => unknown,
    source: unknown,
    isReady: boolean,
    mayCall?: () => boolean,
  ): void {
    requireCallback(callback, "link");
    this.#join(currentHub(), null);
    const link: Link = new Link(
      this.hub!,
      () => {
        if (mayCall?.() === false) {
          this.#place(link);
          return;
        }
        this.#links?.delete(link);
        callBack(callback, source);
      },
      callback,
    );
    if (isReady) link.hub.callSoon(link);
    else this.#place(link);
    this.#links ??= new Links();
    this.#links.add(link);
  }

  unlink(callback: unknown): void {
    this.#links?.cancel(callback);
  }

  #place(link: Link): void {
    const { hub } = link;
    if (this.row !== 0 && hub.link(link, this.row, this.serial)) return;
    this.#makeRow(hub);
    if (hub.link(link, this.row, this.serial)) return;
    this.#dropRow(hub);
    throw exhausted("link");
  }

  /** A row in that hub, also while nobody waits. */
  protected open(hub: Hub): Hub {
    this.#join(hub, null);
    if (this.row === 0 || hub.core.serialOf(this.row) !== this.serial) this.#makeRow(hub);
    return hub;
  }

  #makeRow(hub: Hub): void {
    const serial = hub.nextSerial();
    // Refused when memory ends: whoever stands in the line that there is must stay findable
    // (exhausted.test.ts, "a greenlet that got the last row").
    this.row = hub.createQueue(serial);
    this.serial = serial;
  }

  /** It goes with its last waiter; the one for whom it was made has not come in (exhausted.test.ts). */
  #dropRow(hub: Hub): void {
    hub.core.unpinQueue(this.row, this.serial);
  }

  #join(hub: Hub, task: Task | null): void {
    if (this.hub === null || this.hub.isDestroyed) {
      this.hub = hub;
      this.row = 0;
    } else if (task !== null) checkHome(this.hub, task, this.label);
  }
}
