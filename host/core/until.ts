// Owns waiting in a line until something holds. It must not know what.

import { Attempt } from "./attempt.js";
import { done, type Step } from "./operation.js";
import type { WaitQueue } from "./wait-queue.js";

/** Gives true once `holds` does, which is asked at first and whenever the line serves; false: the time has passed. */
export class Until extends Attempt<boolean> {
  readonly #queue: WaitQueue;
  readonly #holds: () => boolean;

  constructor(queue: WaitQueue, holds: () => boolean, timeoutMs: number) {
    super(timeoutMs);
    this.#queue = queue;
    this.#holds = holds;
  }

  protected line(): WaitQueue {
    return this.#queue;
  }

  protected attempt(): Step<boolean> | null {
    return this.#holds() ? done(true) : null;
  }

  protected giveUp(): Step<boolean> {
    return done(false);
  }
}
