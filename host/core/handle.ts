// Owns handles: the name of a shared object's row as one number, which guests take as a u64. It says
// nothing of what it names: the row's role does.

import { Layout, type Role } from "../../assembly/core/abi.js";
import { describe, UsageError } from "./errors.js";
import { type Hub, requireHub } from "./hub.js";

const ROLE_NAMES = ["nothing", "an Event", "a Semaphore", "a Channel"] as const;

/** serial << 32 | row. */
export function handleOf(row: number, serial: number): bigint {
  return (BigInt(serial >>> 0) << 32n) | BigInt(row >>> 0);
}

/** The error for a call of an object whose handle was taken back elsewhere. */
export function notShared(label: string): UsageError {
  return new UsageError(
    "WEV_ERR_HANDLE",
    `could not use the ${label} because it is shared no more; ask its owner for another handle`,
  );
}

/** The row that a handle names; throws unless it is shared in that role. */
export function sharedRow(hub: Hub, handle: unknown, role: Role): { row: number; serial: number } {
  requireHub(hub, "use a handle of");
  hub.checkAlive("use a handle");
  const { core } = hub;
  if (typeof handle === "bigint") {
    const row = Number(handle & 0xffffffffn);
    const serial = Number((handle >> 32n) & 0xffffffffn);
    const isInside = row % Layout.RowBytes === 0 && row < core.memory.buffer.byteLength;
    if (isInside && core.roleOf(row, serial) === role) return { row, serial };
  }
  throw new UsageError(
    "WEV_ERR_HANDLE",
    `could not use ${describe(handle)} as a handle because it does not name ${ROLE_NAMES[role]} that is shared in this hub; give what its handle says`,
  );
}
