// Owns the callbacks that one object is linked to, found by callback: unlinking one of 100,000 in any
// order must not look through the others (links.test.ts). It must not know when they are called.

import type { Link } from "./link.js";

export class Links {
  /** A callback's link; several, oldest first, where it is linked more than once. */
  readonly #byCallback = new Map<unknown, Link | Set<Link>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(link: Link): void {
    const { context } = link;
    const known = this.#byCallback.get(context);
    if (known instanceof Set) known.add(link);
    else this.#byCallback.set(context, known === undefined ? link : new Set([known, link]));
    this.#size++;
  }

  /** Forgets a link that is about to be called. */
  delete(link: Link): void {
    const { context } = link;
    const known = this.#byCallback.get(context);
    const wasKnown = known instanceof Set ? known.delete(link) : known === link;
    if (!wasKnown) return;
    this.#size--;
    if (known === link || (known as Set<Link>).size === 0) this.#byCallback.delete(context);
  }

  /** Takes the oldest link made with a callback back; none: nothing happens. */
  cancel(callback: unknown): void {
    const known = this.#byCallback.get(callback);
    if (known === undefined) return;
    const link = known instanceof Set ? (known.values().next().value as Link) : known;
    link.cancel();
    this.delete(link);
  }

  cancelAll(): void {
    for (const known of this.#byCallback.values()) {
      if (known instanceof Set) for (const link of known) link.cancel();
      else known.cancel();
    }
    this.#byCallback.clear();
    this.#size = 0;
  }
}
