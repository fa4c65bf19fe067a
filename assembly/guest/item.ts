// Owns what a greenlet gives in a meeting, in a form that its own guest takes as it is and the host can
// read. Its first words are drawn in abi.ts (ItemField). It must not know who meets whom.

import { ItemKind } from "./abi";
import * as host from "./imports";
import { take } from "./text";

export class AnyItem {
  // Read by the host at the offsets of ItemField, so these come first and in this order.
  kind: i32 = ItemKind.Opaque;
  /** Number: an f64. Integer: the integer. */
  bits: u64 = 0;
  /** Text, bytes: the object. The value below keeps it alive. */
  reference: usize = 0;
}

export class Item<T> extends AnyItem {
  constructor(readonly value: T) {
    super();
    this.kind = kindOf<T>();
    if (isReference<T>()) this.reference = changetype<usize>(value);
    else if (isInteger<T>() && sizeof<T>() == 8) this.bits = <u64>value;
    else this.bits = reinterpret<u64>(<f64>value);
  }
}

/** How a T crosses the border of the guest. */
// @ts-ignore: decorator
@inline
export function kindOf<T>(): ItemKind {
  if (isString<T>()) return ItemKind.Text;
  if (isReference<T>()) return idof<T>() == idof<Uint8Array>() ? ItemKind.Bytes : ItemKind.Opaque;
  return isInteger<T>() && sizeof<T>() == 8 ? ItemKind.Integer : ItemKind.Number;
}

/** Takes what a task outside of this guest gives. @allocates */
export function takeForeign<T>(giver: usize): T {
  host.takeOffer(giver, kindOf<T>());
  if (isString<T>()) return changetype<T>(take(host.takenText()));
  if (isReference<T>()) {
    const bytes = new Uint8Array(host.takenLength());
    host.takenBytes(bytes.dataStart);
    return changetype<T>(bytes);
  }
  if (isInteger<T>() && sizeof<T>() == 8) return <T>host.takenInteger();
  return <T>host.takenNumber();
}
