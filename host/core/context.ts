// Owns which asynchronous context (AsyncLocalStorage's) code of a hub runs in, for a hub that was asked to
// follow it: every row has the context it was made in. It must not know what a context holds: the
// driver does. A hub that follows none has none of this (docs/decisions/0004-context.md).

import { Layout, type Outcome, type Reason } from "../../assembly/core/abi.js";
import type { Context } from "./driver.js";
import type { Task } from "./task.js";

function advance(task: Task, reason: Reason, cause: number): Outcome {
  return task._advance(reason, cause);
}

export class Contexts {
  readonly #capture: () => Context;
  /** Row address >>> RowShift → its context, until the row is freed. */
  readonly #contexts: (Context | undefined)[] = [];

  constructor(capture: () => Context) {
    this.#capture = capture;
  }

  /** The row goes on in the context that is current here. */
  capture(row: number): void {
    const slot = row >>> Layout.RowShift;
    // Filled up to the row, as the hub's slots are.
    while (this.#contexts.length < slot) this.#contexts.push(undefined);
    this.#contexts[slot] = this.#capture();
  }

  /** Nothing keeps what the context holds any more. */
  forget(row: number): void {
    const slot = row >>> Layout.RowShift;
    if (slot < this.#contexts.length) this.#contexts[slot] = undefined;
  }

  /** Runs a task's turn in its context. */
  advance(task: Task, reason: Reason, cause: number): Outcome {
    const context = this.#contexts[task._row >>> Layout.RowShift];
    // A row from before the hub followed contexts has none.
    return context === undefined ? advance(task, reason, cause) : context.enter(advance, task, reason, cause);
  }

  /** Runs a callback for the last time that its row is good for. */
  callBack(row: number, fire: () => void): void {
    const context = this.#contexts[row >>> Layout.RowShift];
    this.forget(row);
    if (context === undefined) fire();
    else context.enter(fire);
  }
}
