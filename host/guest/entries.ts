// Owns the places of guests in the core's table. A guest that was disposed keeps its place while rows of
// its greenlets are left, for the core resumes them through it; then the next guest gets it, and nothing
// of the old one is held any more. It must not know what a guest is.

import type { Hub } from "../core/hub.js";
import { isTask, listRows } from "../core/inspect.js";

/** A guest that was disposed. */
export interface Retired {
  readonly entry: number;
  /** Whether code of it is on the stack: it may still spawn. */
  isOnStack(): boolean;
}

interface Places {
  retired: Retired[];
  readonly free: number[];
}

const placesOf = new WeakMap<Hub, Places>();

/** Lets the place of a guest go as soon as it can be. */
export function retire(hub: Hub, guest: Retired): void {
  const places = placesOf.get(hub) ?? { retired: [], free: [] };
  placesOf.set(hub, places);
  places.retired.push(guest);
}

/** A place for a guest. */
export function takeEntry(hub: Hub): number {
  const places = placesOf.get(hub);
  if (places === undefined) return hub.core.table.grow(1);
  if (places.retired.length > 0) vacate(hub, places);
  return places.free.pop() ?? hub.core.table.grow(1);
}

/** Not before a place is wanted: nobody tells when the last of a guest's greenlets has ended. */
function vacate(hub: Hub, places: Places): void {
  const used = new Set(
    listRows(hub.core)
      .filter(isTask)
      .map((row) => row.entry),
  );
  const isNeeded = (guest: Retired) => guest.isOnStack() || used.has(guest.entry);
  for (const { entry } of places.retired.filter((guest) => !isNeeded(guest))) {
    hub.core.table.set(entry, null);
    hub.guests.delete(entry);
    places.free.push(entry);
  }
  places.retired = places.retired.filter(isNeeded);
}
