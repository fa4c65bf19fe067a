// Owns how many connections a hub may have where its runtime sets a limit to that, and who waits for one.
// It must not know what a connection is.

import type { Hub } from "./core/hub.js";
import { waitFor } from "./core/wait-promise.js";

export class Places {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Calls back once there is a place, in the order in which they came: at once, if one is free. Returns
   * what gives it back, or leaves the line; a second time it does nothing.
   */
  take(begin: () => void): () => void {
    let isMine = false;
    let isOver = false;
    const mine = () => {
      isMine = true;
      begin();
    };
    const leave = () => {
      if (isOver) return;
      isOver = true;
      if (isMine) this.#freed();
      else this.#line.splice(this.#line.indexOf(mine), 1);
    };
    if (this.#free === 0) {
      this.#line.push(mine);
      return leave;
    }
    this.#free--;
    try {
      mine();
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Waits for a place, and gives what gives it back. */
  *wait(): Generator<unknown, () => void, unknown> {
    let leave!: () => void;
    const place = new Promise<void>((resolve) => {
      leave = this.take(resolve);
    });
    try {
      yield* waitFor(place);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  #freed(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

const placesByHub = new WeakMap<Hub, Places>();

/** A hub's places; null: as many as it likes. */
export function placesOf(hub: Hub): Places | null {
  const { connectionLimit } = hub;
  if (connectionLimit === null) return null;
  const places = placesByHub.get(hub) ?? new Places(connectionLimit);
  placesByHub.set(hub, places);
  return places;
}
