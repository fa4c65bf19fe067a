// Owns the way from one host of a network in memory to another: how long it takes, what is lost there,
// and whether it is cut. It must not know what goes along it.

import { requireOptions } from "./check.js";
import { checkMs, describe, RangeUsageError } from "./errors.js";
import type { Hub } from "./hub.js";
import { Link } from "./link.js";
import type { MemoryNetwork } from "./memory-network.js";
import type { Carrier, MemoryWire } from "./memory-wire.js";

/** What a way between two hosts is like. */
export interface MemoryLinkOptions {
  /**
   * How long all that is sent is on its way, in ms: a number from 0, or the least and the most, between
   * which the hub's seed chooses anew each time. What one end of a connection sends stays in its order;
   * a datagram may overtake another.
   * Omitted: 0.
   */
  readonly delayMs?: number | readonly [least: number, most: number];
  /**
   * The chance, from 0 to 1, that a part of a connection's bytes (at most 65536 of them) does not arrive
   * and the connection breaks instead. Omitted: 0.
   */
  readonly resetRate?: number;
  /** The chance, from 0 to 1, that a datagram is lost. Omitted: 0. */
  readonly lossRate?: number;
  /** The chance, from 0 to 1, that a datagram comes twice. Omitted: 0. */
  readonly duplicateRate?: number;
}

export class MemoryLink implements Carrier {
  isCut = false;
  readonly held = new Set<MemoryWire>();
  readonly #network: MemoryNetwork;
  #leastMs = 0;
  #mostMs = 0;
  #resetRate = 0;
  #lossRate = 0;
  #duplicateRate = 0;

  constructor(network: MemoryNetwork, options: MemoryLinkOptions) {
    this.#network = network;
    this.set(options);
  }

  /** What is left out stays as it is. */
  set(options: MemoryLinkOptions): void {
    requireOptions(options);
    const { delayMs = [this.#leastMs, this.#mostMs] } = options;
    const {
      resetRate = this.#resetRate,
      lossRate = this.#lossRate,
      duplicateRate = this.#duplicateRate,
    } = options;
    const [leastMs, mostMs] = rangeOf(delayMs);
    requireChance(resetRate, "resetRate");
    requireChance(lossRate, "lossRate");
    requireChance(duplicateRate, "duplicateRate");
    this.#leastMs = leastMs;
    this.#mostMs = mostMs;
    this.#resetRate = resetRate;
    this.#lossRate = lossRate;
    this.#duplicateRate = duplicateRate;
  }

  get windowBytes(): number {
    return this.#network._windowBytes;
  }

  get giveUpMs(): number {
    return this.#network._giveUpMs;
  }

  now(): number {
    return this.#network._hub.now();
  }

  drawDelayMs(): number {
    return this.#network._dice.between(this.#leastMs, this.#mostMs);
  }

  drawBreak(): boolean {
    return this.#network._dice.happens(this.#resetRate);
  }

  /** How many of one datagram set out. */
  drawCopies(): number {
    const { _dice: dice } = this.#network;
    if (this.isCut || dice.happens(this.#lossRate)) return 0;
    return dice.happens(this.#duplicateRate) ? 2 : 1;
  }

  after(delayMs: number, callback: () => void): () => void {
    return callAfter(this.#network._hub, delayMs, callback);
  }

  /** Nothing passes any more. */
  cut(): void {
    this.isCut = true;
  }

  /** What is held goes on, in the order in which it was held. */
  heal(): void {
    if (!this.isCut) return;
    this.isCut = false;
    for (const wire of [...this.held]) wire.release();
  }
}

/** Calls back in the hub, in its next turn for 0 ms; never for Infinity, nor once the hub is destroyed. */
export function callAfter(hub: Hub, delayMs: number, callback: () => void): () => void {
  if (hub.isDestroyed || delayMs === Number.POSITIVE_INFINITY) return () => {};
  const link = new Link(hub, callback);
  if (delayMs > 0) hub.callLater(link, delayMs);
  else hub.callSoon(link);
  return () => link.cancel();
}

function rangeOf(delayMs: unknown): readonly [number, number] {
  const [leastMs, mostMs] = Array.isArray(delayMs) ? delayMs : [delayMs, delayMs];
  checkMs(leastMs, "delayMs");
  checkMs(mostMs, "delayMs");
  if (leastMs >= 0 && leastMs <= mostMs && mostMs < Number.POSITIVE_INFINITY) return [leastMs, mostMs];
  throw new RangeUsageError(
    `could not use ${leastMs} to ${mostMs} as delayMs because that is no time from 0; give a number of ms, or the least and the most`,
  );
}

function requireChance(chance: unknown, what: string): void {
  if (typeof chance === "number" && chance >= 0 && chance <= 1) return;
  throw new RangeUsageError(
    `could not use ${describe(chance)} as ${what} because it is no chance; give a number from 0 to 1`,
  );
}
