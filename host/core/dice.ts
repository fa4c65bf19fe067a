// Owns chance that can be had again: the same seed gives the same draws. It must not know what for.

/** mulberry32, by Tommy Ettinger (public domain). */
export class Dice {
  #state: number;

  /** @param seed - 0 to 2^32 - 1, each with draws of its own. */
  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, and not, 1. */
  draw(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** From `least` up to `most`; draws nothing when they are one. */
  between(least: number, most: number): number {
    return least === most ? least : least + this.draw() * (most - least);
  }

  /** Whether something of that chance comes to pass; draws nothing for none. */
  happens(chance: number): boolean {
    return chance > 0 && this.draw() < chance;
  }
}
