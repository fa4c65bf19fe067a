// Owns the counts that show whether a program has let go of everything: what the hub still holds, and the
// handles that keep the process alive.

import { expect } from "vitest";
import { sleep } from "wevent";
import type { Hub } from "wevent/hub";

/** Sockets and listeners of a hub that are not closed. */
export function openIn(hub: Hub): number {
  return (hub as unknown as { readonly resources: ReadonlySet<unknown> }).resources.size;
}

const NETWORK = /^(?:TCP|Pipe|TLS)/;

/** Handles of the network that this process has open, by their kind. */
export function openHandles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => NETWORK.test(name))
    .sort();
}

/** Those of a list that are not in another: one for one. */
function beyond(kinds: readonly string[], known: readonly string[]): string[] {
  const left = [...known];
  return kinds.filter((kind) => {
    const at = left.indexOf(kind);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** Handles that were closed are let go of some turns of the runtime later: as many looks, 2 ms apart. */
const MOST_LOOKS = 1000;

/** Proves that no socket is open in the hub, and no handle that was not there before. */
export function* proveClosed(hub: Hub, handlesBefore: readonly string[]): Generator<unknown, void, unknown> {
  for (let i = 0; i < MOST_LOOKS; i++) {
    if (openIn(hub) === 0 && beyond(openHandles(), handlesBefore).length === 0) break;
    yield* sleep(2);
  }
  expect(openIn(hub), "sockets that are open").toBe(0);
  expect(beyond(openHandles(), handlesBefore), "handles that are open").toEqual([]);
}
