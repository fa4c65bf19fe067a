// Owns main: the awaits of operations outside greenlets, main's timeouts, and the moment at which
// nothing can wake main any more.

import { Outcome, Reason } from "../../assembly/core/abi.js";
import { HubDestroyed, LoopExit } from "./errors.js";
import type { Hub } from "./hub.js";
import { listRows, waitingOf } from "./inspect.js";
import type { OutsideTask } from "./task.js";
import type { Timeout } from "./timeout.js";

export class MainWaits {
  readonly #hub: Hub;
  readonly #waiting = new Set<OutsideTask>();
  /** Timeouts that passed while main was not waiting for the hub. */
  readonly #due: Timeout[] = [];
  /** Asks the driver to say when the runtime has run out of work; null: the hub is closed. */
  readonly #watch: ((callback: () => void) => () => void) | null;
  #stopWatching: (() => void) | null = null;

  constructor(hub: Hub, watch: ((callback: () => void) => () => void) | null) {
    this.#hub = hub;
    this.#watch = watch;
  }

  get count(): number {
    return this.#waiting.size;
  }

  /** An await begins here and now, as a call of main. */
  begin(task: OutsideTask): void {
    const hub = this.#hub;
    hub.createTask(task);
    this.#waiting.add(task);
    this.#watchOrNot();
    const outcome = hub.advance(task, Reason.Wake, 0);
    if (outcome === Outcome.Done) {
      hub.core.end(task._row);
      return;
    }
    if (outcome === Outcome.Ready) hub.core.start(task._row, -1);
    // A timeout of main that passed while main was busy elsewhere is raised at its next wait.
    const due = this.#due.shift();
    if (due !== undefined) hub.interrupt(task, due.fire());
    hub.schedule();
  }

  /** The await is over. */
  end(task: OutsideTask): void {
    this.#waiting.delete(task);
    this.#watchOrNot();
  }

  /** A timeout of main has passed: it is raised in the oldest await that began under it. */
  raise(timeout: Timeout): void {
    for (const task of this.#waiting) {
      if (task._serial > timeout._serial) {
        this.#hub.interrupt(task, timeout.fire());
        return;
      }
    }
    this.#due.push(timeout);
  }

  /** Watches for the runtime running out of work while main waits, and only then. */
  #watchOrNot(): void {
    if (this.#waiting.size === 0) {
      this.#stopWatching?.();
      this.#stopWatching = null;
    } else if (this.#watch !== null) {
      this.#stopWatching ??= this.#watch(() => {
        this.#stopWatching = null;
        this.loopExit();
      });
    }
  }

  /** Nothing can wake main: every await is told who waits for what. */
  loopExit(): void {
    const hub = this.#hub;
    const waiting = waitingOf(listRows(hub.core), hub.halves);
    for (const task of this.#waiting) hub.interrupt(task, new LoopExit(waiting));
  }

  /** The hub is destroyed. */
  reject(interrupt: (task: OutsideTask, error: HubDestroyed) => void): void {
    for (const task of [...this.#waiting]) {
      const call = task._op?.label ?? "an operation";
      interrupt(task, new HubDestroyed(`could not go on with ${call} because the hub was destroyed`));
    }
  }
}
