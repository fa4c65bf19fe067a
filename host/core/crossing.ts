// Owns which values can cross the border between TypeScript and a guest, through a shared Channel.

import { ItemKind } from "../../assembly/guest/abi.js";
import { describe, UsageError } from "./errors.js";

const KIND_NAMES = ["objects", "numbers", "bigints", "strings", "bytes"] as const;

/** How a value crosses; Opaque: it cannot. */
export function kindOf(item: unknown): ItemKind {
  if (typeof item === "number") return ItemKind.Number;
  if (typeof item === "bigint") return ItemKind.Integer;
  if (typeof item === "string") return ItemKind.Text;
  return item instanceof Uint8Array ? ItemKind.Bytes : ItemKind.Opaque;
}

/** Throws unless an item can be put into a channel that carries `kind`; Opaque: any that can cross. */
export function requireItem(item: unknown, kind: ItemKind): void {
  const its = kindOf(item);
  if (its !== ItemKind.Opaque && (kind === ItemKind.Opaque || its === kind)) return;
  const carried = kind === ItemKind.Opaque ? "numbers, bigints, strings or bytes" : KIND_NAMES[kind];
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not pass ${describe(item)} through a shared Channel because it carries ${carried}; give one of those`,
  );
}
