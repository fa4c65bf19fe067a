// Owns which values can cross the border between TypeScript and a guest, through a shared Channel.

import { ItemKind } from "../../assembly/guest/abi.js";
import { describe, UsageError } from "./errors.js";

const KIND_NAMES = [
  "numbers, strings, bytes or bigints of 64 bits",
  "numbers",
  "bigints of 64 bits",
  "strings",
  "bytes",
  "bigints of 64 bits from 0",
] as const;

const INTEGER_BITS = 64;

/** Whether a value can cross in a channel that carries `kind`; Opaque: in some channel. */
export function canCross(item: unknown, kind: ItemKind): boolean {
  const isAny = kind === ItemKind.Opaque;
  switch (typeof item) {
    case "number":
      return isAny || kind === ItemKind.Number;
    case "string":
      return isAny || kind === ItemKind.Text;
    case "bigint":
      return (
        ((isAny || kind === ItemKind.Integer) && BigInt.asIntN(INTEGER_BITS, item) === item) ||
        ((isAny || kind === ItemKind.Unsigned) && BigInt.asUintN(INTEGER_BITS, item) === item)
      );
    default:
      return (isAny || kind === ItemKind.Bytes) && item instanceof Uint8Array;
  }
}

/** Throws unless an item can cross in a channel that carries `kind`. */
export function requireItem(item: unknown, kind: ItemKind): void {
  if (canCross(item, kind)) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not pass ${describe(item)} through a shared Channel because it carries ${KIND_NAMES[kind]}; give one of those`,
  );
}
