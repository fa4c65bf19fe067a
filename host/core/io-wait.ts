// Owns one task's wait for something from outside: its ticket, and the count of completions that keeps
// a hub from taking it for stuck. A stream, a process and a pool of threads stand on it; what else they
// know of a wait is a subclass's.

import { current } from "./current.js";
import type { Task } from "./task.js";

export class IoWait {
  readonly task: Task;
  readonly #ticket: number;
  readonly #isExternal: boolean;
  #isOver = false;

  /**
   * Parks the task.
   *
   * @param timeoutMs - Below 0: no limit.
   * @param isExternal - false: what is waited for comes from this hub itself, so a hub in which all
   * wait like this is stuck.
   */
  constructor(task: Task, timeoutMs: number, isExternal = true) {
    this.task = task;
    this.#isExternal = isExternal;
    this.#ticket = task.hub.park(task, timeoutMs);
    if (isExternal) task.hub.completions++;
  }

  /** Whether it was woken, or has left. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * It has come. An idle hub runs the task here and now, so whoever calls has put its own state in
   * order before; but not inside another task, whose turn it would be in the middle of.
   */
  wake(): void {
    if (current === null) this.#wake();
    else this.wakeLater();
  }

  /** The same, never here and now: for who has more to do. */
  wakeLater(): void {
    this.task.hub.schedule();
    this.#wake();
  }

  #wake(): void {
    if (this.#isOver) return;
    this.leave();
    this.task.hub.wake(this.task, this.#ticket);
  }

  /** The task was interrupted, or its time has passed. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isExternal) this.task.hub.completions--;
  }
}
