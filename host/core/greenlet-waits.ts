// Owns waiting for a greenlet's end: `get`, `join`, and the wait of a `kill`.

import { isTimedOut } from "./current.js";
import { UsageError } from "./errors.js";
import type { Greenlet } from "./greenlet.js";
import type { Hub } from "./hub.js";
import { DONE, done, Operation, PARKED, type Step } from "./operation.js";
import type { Task } from "./task.js";
import { expired } from "./timeout.js";

/** Gives what a greenlet returned, or throws what it failed with. */
export class GetOutcome<T> extends Operation<T> {
  readonly #greenlet: Greenlet<T>;
  readonly #block: boolean;
  readonly #timeoutMs: number;

  constructor(greenlet: Greenlet<T>, block: boolean, ms: number) {
    super();
    this.#greenlet = greenlet;
    this.#block = block;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return "Greenlet.get";
  }

  override get home(): Hub {
    return this.#greenlet.hub;
  }

  start(task: Task): Step<T> {
    const greenlet = this.#greenlet;
    if (greenlet.dead) return this.#outcome();
    if (!this.#block) throw expired(0);
    waitForGreenlet(task, greenlet as Greenlet, this.#timeoutMs, this.label);
    return PARKED;
  }

  resume(): Step<T> {
    if (isTimedOut()) throw expired(this.#timeoutMs);
    return this.#outcome();
  }

  #outcome(): Step<T> {
    const greenlet = this.#greenlet;
    if (greenlet.successful()) return done(greenlet.value as T);
    throw greenlet.error;
  }
}

/** Waits until a greenlet has ended, however it did. */
export class WaitForDeath extends Operation<void> {
  readonly label: string;
  readonly #greenlet: Greenlet;
  readonly #timeoutMs: number;
  readonly #isDone: boolean;

  constructor(greenlet: unknown, verb: string, ms: number, isDone = false) {
    super();
    this.#greenlet = greenlet as Greenlet;
    this.label = `Greenlet.${verb}`;
    this.#timeoutMs = ms;
    this.#isDone = isDone;
  }

  override get home(): Hub {
    return this.#greenlet.hub;
  }

  start(task: Task): Step<void> {
    if (this.#isDone || this.#greenlet.dead) return DONE;
    waitForGreenlet(task, this.#greenlet as Greenlet, this.#timeoutMs, this.label);
    return PARKED;
  }

  resume(): Step<void> {
    return DONE;
  }
}

/** Parks the task in the greenlet's line. The greenlet must not have ended. */
export function waitForGreenlet(task: Task, greenlet: Greenlet, ms: number, label: string): void {
  const { hub } = greenlet;
  if (hub !== task.hub) {
    throw new UsageError(
      "WEV_ERR_FOREIGN_HUB",
      `could not use ${label} because ${greenlet.name} belongs to another hub; await it from outside greenlets`,
    );
  }
  if (greenlet._row === 0) hub.createTask(greenlet);
  hub.waitOn(task, greenlet._row, greenlet._serial, ms);
}
