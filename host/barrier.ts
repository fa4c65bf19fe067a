// Owns Barrier: greenlets that go on together once all have come; `wevent/lock` re-exports it.

import { Latch } from "./_latch.js";
import { call } from "./core/call.js";
import { requireCallback, requireOptions } from "./core/check.js";
import { BrokenBarrierError, checkInteger } from "./core/errors.js";
import type { Operation } from "./core/operation.js";
import { checkLimit, type Limit } from "./core/timeout.js";

/** Options of a Barrier. */
export interface BarrierOptions {
  /** Called by the last who comes, before anybody goes on. It must not block. */
  readonly action?: () => unknown;
}

/** One filling of the barrier. */
class Round {
  readonly over = new Latch("Barrier.wait");
  arrived = 0;
  isBroken = false;

  break(): void {
    this.isBroken = true;
    this.over.set();
  }
}

/**
 * A place where `parties` greenlets wait for one another: the last who comes lets all go on, and
 * the barrier is ready for the next round.
 *
 * It breaks when one who waits runs out of time, and then for all, until it is reset. One that is
 * killed there just leaves.
 *
 * @source threading.Barrier of Python, as gevent patches it
 * @since 0.1
 */
export class Barrier {
  /** How many go on together. */
  readonly parties: number;
  readonly #action: (() => unknown) | undefined;
  #round = new Round();

  /**
   * @param parties - An integer from 1.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when it is not
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when the action is not a function
   */
  constructor(parties: number, options: BarrierOptions = {}) {
    requireOptions(options);
    checkInteger(parties, 1, "make a barrier of");
    if (options.action !== undefined) requireCallback(options.action, "call at a barrier");
    this.parties = parties;
    this.#action = options.action;
  }

  /** How many wait there. */
  get waiting(): number {
    return this.#round.isBroken ? 0 : this.#round.arrived;
  }

  /** Whether it is broken. */
  get broken(): boolean {
    return this.#round.isBroken;
  }

  /**
   * Waits until all have come. Gives the caller's place in the order of arrival, from 0.
   *
   * @switches unless the caller is the last
   * @param limit - Longest wait, ms or a Timeout, or `{ timeout, signal }`. Omitted: no limit.
   * @throws {@link BrokenBarrierError} WEV_ERR_BARRIER_BROKEN when the time passes, and when the
   * barrier is broken, before or meanwhile
   * @throws what the action throws, for the last who comes
   */
  wait(limit?: Limit): Operation<number> {
    checkLimit(limit);
    return call(() => this.#wait(limit));
  }

  *#wait(limit: Limit | undefined): Generator<unknown, number, unknown> {
    const round = this.#round;
    if (round.isBroken) throw new BrokenBarrierError(this.parties);
    const place = round.arrived++;
    if (round.arrived === this.parties) {
      this.#pass(round);
      return place;
    }
    try {
      yield* round.over.wait(limit);
      if (!round.over.isSet) round.break();
    } finally {
      if (!round.over.isSet) round.arrived--;
    }
    if (round.isBroken) throw new BrokenBarrierError(this.parties);
    return place;
  }

  #pass(round: Round): void {
    try {
      this.#action?.();
    } catch (error) {
      round.break();
      throw error;
    }
    this.#round = new Round();
    round.over.set();
  }

  /** Breaks it: all who wait there, and come before the reset, get a BrokenBarrierError. @noswitch */
  abort(): void {
    this.#round.break();
  }

  /** Makes it whole and empty: whoever waits there gets a BrokenBarrierError. @noswitch */
  reset(): void {
    const round = this.#round;
    this.#round = new Round();
    round.break();
  }
}
