// Owns addresses: how the host's text for one is read.

import * as host from "./socket-imports";
import { take } from "./text";

/** Where one end of a connection is. */
export class Address {
  constructor(
    /** An IP address; the path of a Unix socket. */
    readonly host: string,
    /** 0 of a path. */
    readonly port: i32,
    /** 4 or 6; 0 of a path. */
    readonly family: i32,
  ) {}

  /** As it is written: host and port, or a path. @noswitch */
  toString(): string {
    if (this.family == 0) return this.host;
    const host = this.family == 6 ? "[" + this.host + "]" : this.host;
    return host + ":" + this.port.toString();
  }
}

/** What a handle's end has; null: none, or one that is not known any more. @allocates */
export function addressOf(handle: u32, end: i32): Address | null {
  const text = host.addressOf(handle, end);
  return text == 0 ? null : parse(take(text));
}

/** "4 8080 127.0.0.1", "0 0 /a/path". @allocates */
export function parse(text: string): Address {
  const port = text.indexOf(" ") + 1;
  const rest = text.indexOf(" ", port) + 1;
  return new Address(text.substring(rest), i32.parse(text.substring(port, rest - 1)), i32.parse(text.substring(0, port - 1)));
}
