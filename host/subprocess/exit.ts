// Owns the end of a process: what it was, who waits for it, and who is to be called back.

import { isTimedOut } from "../core/current.js";
import type { Hub } from "../core/hub.js";
import { IoWait } from "../core/io-wait.js";
import { done, Operation, PARKED, type Step } from "../core/operation.js";
import type { Task } from "../core/task.js";
import { WaitQueue } from "../core/wait-queue.js";
import { TimeoutExpired } from "./errors.js";

export class Exit {
  readonly hub: Hub;
  /** The program, as an error names it. */
  readonly command: string;
  readonly waits = new Set<IoWait>();
  /** null: it runs. */
  code: number | null = null;
  signal: string | null = null;
  readonly #links = new WaitQueue("Popen.wait");
  #isCounted = false;

  constructor(hub: Hub, command: string) {
    this.hub = hub;
    this.command = command;
  }

  get hasHappened(): boolean {
    return this.code !== null;
  }

  happened(code: number | null, signal: string | null): void {
    this.signal = signal;
    this.code = signal === null ? code! : -(this.hub.part("signal").numbers[signal] ?? 0);
    this.#links.notify();
    this.#countLinks();
    for (const wait of [...this.waits]) wait.wake();
  }

  rawlink(callback: (source: unknown) => unknown, source: unknown): void {
    this.#links.rawlink(callback, source, this.hasHappened);
    this.#countLinks();
  }

  unlink(callback: unknown): void {
    this.#links.unlink(callback);
    this.#countLinks();
  }

  /** A hub in which somebody is to be called back by a process that runs is not stuck. */
  #countLinks(): void {
    const isLinked = !this.hasHappened && this.#links.linkCount > 0;
    if (isLinked === this.#isCounted) return;
    this.#isCounted = isLinked;
    this.hub.completions += isLinked ? 1 : -1;
  }
}

/** Waits for it; gives the code. */
export class WaitForExit extends Operation<number> {
  readonly label = "Popen.wait";
  readonly #exit: Exit;
  readonly #timeoutMs: number;

  constructor(exit: Exit, timeoutMs: number) {
    super();
    this.#exit = exit;
    this.#timeoutMs = timeoutMs;
  }

  override get home(): Hub | null {
    const { hub } = this.#exit;
    return hub.isDestroyed ? null : hub;
  }

  start(task: Task): Step<number> {
    const { code, waits } = this.#exit;
    if (code !== null) return done(code);
    const wait = new IoWait(task, this.#timeoutMs);
    waits.add(wait);
    task._inbox = wait;
    return PARKED;
  }

  resume(task: Task): Step<number> {
    this.abandon(task);
    if (isTimedOut()) throw new TimeoutExpired(this.#exit.command, this.#timeoutMs, null);
    return done(this.#exit.code!);
  }

  override abandon(task: Task): void {
    const wait = task._takeInbox() as IoWait;
    wait.leave();
    this.#exit.waits.delete(wait);
  }
}
