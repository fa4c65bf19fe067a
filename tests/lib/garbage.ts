// Owns the question whether something is still held by anybody.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { runtimeTurn } from "./hub.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Collections that something unreachable may survive. */
const COLLECTIONS = 10;

/** Whether nobody holds it any more. */
export async function isCollected(ref: WeakRef<object>): Promise<boolean> {
  for (let i = 0; i < COLLECTIONS && ref.deref() !== undefined; i++) {
    await runtimeTurn();
    collectGarbage();
  }
  return ref.deref() === undefined;
}
