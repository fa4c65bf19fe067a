// Owns AbortSignals as limits of waits: one listener for each signal however many wait under it, and
// none when nobody does. An abort is a deadline that is due: the core interrupts whoever still is in
// the call then, and a call that has ended has taken it back.

import { current } from "./current.js";
import { describe, ExhaustedError, UsageError } from "./errors.js";
import { notInGreenlet, type Operation } from "./operation.js";
import type { Task } from "./task.js";

/** One wait under a signal; a Deadline once that is aborted. */
class AbortableWait {
  _row = 0;
  _serial = 0;
  #isOver = false;

  constructor(
    readonly task: Task,
    readonly signal: AbortSignal,
  ) {}

  /** The signal is aborted. Throws nothing: others wait under it too. */
  abort(): void {
    const { task } = this;
    if (this.#isOver || task.hub.isDestroyed) return;
    try {
      task.hub.armDeadline(this, task, 0);
    } catch (error) {
      if (!(error instanceof ExhaustedError)) throw error;
      // No row is free for the deadline. One may be once others have run, and an abort comes but once
      // (signal.test.ts, "finds the memory limit reached").
      task.hub.afterTurn(() => this.abort());
    }
  }

  /** The call has ended: an abort that is on its way is taken back. */
  end(): void {
    this.#isOver = true;
    if (this._row !== 0) this.task.hub.cancelLink(this);
  }

  /** The core interrupts its task. */
  fire(): unknown {
    this._row = 0;
    return this.signal.reason;
  }
}

/** Those who wait under a signal, and what listens to it for them. */
class Watch {
  readonly waits = new Set<AbortableWait>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this);
  }

  handleEvent(): void {
    for (const wait of this.waits) wait.abort();
  }

  leave(wait: AbortableWait): void {
    this.waits.delete(wait);
    if (this.waits.size > 0) return;
    this.#signal.removeEventListener("abort", this);
    watches.delete(this.#signal);
  }
}

const watches = new WeakMap<AbortSignal, Watch>();

/** Makes the operation's call; throws the signal's reason when that is aborted first. */
export function* underSignal<T>(op: Operation<T>, signal: AbortSignal): Generator<unknown, T, unknown> {
  if (signal.aborted) throw signal.reason;
  const task = current;
  if (task === null) throw notInGreenlet(op.label);
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new Watch(signal);
    watches.set(signal, watch);
  }
  const wait = new AbortableWait(task, signal);
  watch.waits.add(wait);
  try {
    return yield* op;
  } finally {
    watch.leave(wait);
    wait.end();
  }
}

/** Throws unless it is an AbortSignal. */
export function requireSignal(signal: unknown): asserts signal is AbortSignal {
  const given = signal as Partial<AbortSignal> | null;
  if (
    typeof given === "object" &&
    typeof given?.aborted === "boolean" &&
    typeof given.addEventListener === "function"
  ) {
    return;
  }
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not use ${describe(signal)} as signal because it is not an AbortSignal; give the signal of an AbortController`,
  );
}
