// Owns who observes a hub's scheduler. While nobody does, the core calls nothing here and a switch
// costs what it costs (core-observe.test.ts). It must not know what observers make of what they see.
//
// An observer is called in the middle of a step of the core: it may read rows and keep notes, and must
// neither throw, nor run code of a user, nor change what is ready.

import { type Entry, Observed, Outcome, type Reason } from "../../assembly/core/abi.js";
import type { Core } from "./core.js";

/** What is told of every switch of a hub, of greenlets of both kinds. A row is a task's address. */
export interface Observer {
  /** A task is about to run. */
  entered?(row: number, reason: Reason): void;
  /** The running task has arranged what it waits for; its frames are still on the stack. */
  parked?(row: number): void;
  /** A task has stopped running. */
  left?(row: number, outcome: Outcome): void;
  /** A row was put in the run queue: to be resumed, interrupted, or to have its waiters served. */
  queued?(row: number, entry: Entry): void;
  /** The hub gives the turn to its runtime. */
  turnEnded?(): void;
}

export class Observers {
  readonly #core: Core;
  #all: readonly Observer[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  get count(): number {
    return this.#all.length;
  }

  /** Adds an observer; answers what takes it back. */
  add(observer: Observer): () => void {
    this.#set([...this.#all, observer]);
    return () => this.#set(this.#all.filter((other) => other !== observer));
  }

  #set(all: readonly Observer[]): void {
    this.#all = all;
    this.#core.observe(all.length === 0 ? 0 : 1);
  }

  tell(what: Observed, row: number, detail: number): void {
    for (const observer of this.#all) {
      if (what === Observed.Entered) observer.entered?.(row, detail as Reason);
      else if (what === Observed.Left) observer.left?.(row, detail as Outcome);
      else if (what === Observed.Parked) observer.parked?.(row);
      else observer.queued?.(row, detail as Entry);
    }
  }

  /** A trap has cut the step in which the task ran: the core could not say that it stopped. */
  cut(row: number): void {
    this.tell(Observed.Left, row, Outcome.Parked);
  }

  turnEnded(): void {
    for (const observer of this.#all) observer.turnEnded?.();
  }
}
