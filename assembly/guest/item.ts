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
  if (!isInteger<T>() || sizeof<T>() < 8) return ItemKind.Number;
  return isSigned<T>() ? ItemKind.Integer : ItemKind.Unsigned;
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
  return numberAs<T>(host.takenNumber());
}

/** What a greenlet of this guest gives, which may call its numbers by another type. */
export function takeOwn<T>(offer: AnyItem): T {
  if (isReference<T>()) return changetype<Item<T>>(offer).value;
  if (isInteger<T>() && sizeof<T>() == 8) return <T>offer.bits;
  return numberAs<T>(reinterpret<f64>(offer.bits));
}

/** A number as a T. Traps if an integer type cannot hold it, where a conversion would change it. */
function numberAs<T>(number: f64): T {
  const value = <T>number;
  if (isInteger<T>() && <f64>value != number) {
    throw new Error("could not take " + number.toString() + " from a channel because its items here are integers, and it is none or too large");
  }
  return value;
}
