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

/** Handles that were closed are let go of some turns of the runtime later: as many looks, 2 ms apart. */
const MOST_LOOKS = 1000;

/** Proves that no socket is open in the hub, and no handle that was not there before. */
export function* proveClosed(hub: Hub, handlesBefore: readonly string[]): Generator<unknown, void, unknown> {
  for (let i = 0; i < MOST_LOOKS; i++) {
    if (openIn(hub) === 0 && openHandles().length <= handlesBefore.length) break;
    yield* sleep(2);
  }
  expect(openIn(hub), "sockets that are open").toBe(0);
  expect(openHandles(), "handles that are open").toEqual(handlesBefore);
}
