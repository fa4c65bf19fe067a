// Owns how items of a Channel cross the border of a guest: numbers, strings and bytes, copied. What the
// guest gives is read in its memory at the offsets of ItemField; what it takes, it asks for part by part,
// so that the guest makes its own strings and arrays.

import { ItemField, ItemKind } from "../../assembly/guest/abi.js";
import { canCross, requireItem } from "../core/crossing.js";
import { UsageError } from "../core/errors.js";
import type { Hub } from "../core/hub.js";
import { readText } from "./memory.js";
import type { Texts } from "./texts.js";

/** Fields of AssemblyScript's typed arrays: where the elements begin, and their bytes. */
const DATA_START = 4;
const BYTE_LENGTH = 8;

/** What a guest's greenlet gives: `address` is that of an AnyItem. */
export function readItem(memory: WebAssembly.Memory, address: number): unknown {
  const view = new DataView(memory.buffer);
  const reference = view.getUint32(address + ItemField.Reference, true);
  switch (view.getUint32(address + ItemField.Kind, true) as ItemKind) {
    case ItemKind.Number:
      return view.getFloat64(address + ItemField.Bits, true);
    case ItemKind.Integer:
      return view.getBigInt64(address + ItemField.Bits, true);
    case ItemKind.Unsigned:
      return view.getBigUint64(address + ItemField.Bits, true);
    case ItemKind.Text:
      return readText(memory, reference);
    case ItemKind.Bytes: {
      const start = view.getUint32(reference + DATA_START, true);
      return new Uint8Array(
        memory.buffer.slice(start, start + view.getUint32(reference + BYTE_LENGTH, true)),
      );
    }
    default:
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        "could not take an item of a guest because it is an object of its own; numbers, strings and bytes can cross",
      );
  }
}

/** The services through which a guest takes what a task outside of it gives. */
export function itemServices(hub: Hub, memory: () => WebAssembly.Memory, texts: Texts) {
  let taken: unknown;
  return {
    canCarry(givers: number, kind: ItemKind) {
      for (const item of hub.offersIn(givers >>> 0)) if (!canCross(item, kind)) return 0;
      return 1;
    },
    takeOffer(giver: number, kind: ItemKind) {
      taken = hub.offerOf(giver >>> 0);
      requireItem(taken, kind);
    },
    takenNumber: () => taken as number,
    takenInteger: () => taken as bigint,
    takenText: () => texts.add(taken as string),
    takenLength: () => (taken as Uint8Array).byteLength,
    takenBytes(address: number) {
      new Uint8Array(memory().buffer).set(taken as Uint8Array, address >>> 0);
      taken = undefined;
    },
  };
}
