// Owns which targets a gateway connects to. What is asked for is checked as it is written, before anything
// is looked up; and where its name leads is checked again, so that nobody who can change a name reaches what
// was not allowed.

import { describe, UsageError } from "../core/errors.js";
import { lookup } from "../socket.js";
import { isLoopback, isPublic, parseAddress } from "./addresses.js";
import { Refusal } from "./refusal.js";

const NAME = /^(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const LONGEST_NAME = 253;

/** A host as it is compared: an address in one text of many, a name in small letters and without its last dot. */
function keyOf(host: string): string | null {
  const address = parseAddress(host);
  if (address !== null) return address.join(".");
  const name = host.toLowerCase().replace(/\.$/, "");
  return name.length <= LONGEST_NAME && NAME.test(name) ? name : null;
}

/** "host:port", with the address of IPv6 in brackets. */
function parsePlace(text: unknown): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(String(text)) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  const isRight =
    host !== undefined && keyOf(host) !== null && (bracketed === undefined || host.includes(":"));
  if (isRight && port >= 1 && port <= 65_535) return { host, port };
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not allow ${describe(text)} because it is not one host and one port, and there are no patterns; give "host:port"`,
  );
}

interface Allowed {
  readonly host: string;
  readonly port: number;
  /** Its name may lead to addresses that are not the world's. */
  readonly isInternal: boolean;
}

export class Targets {
  readonly #allowed = new Map<string, Allowed>();

  /** @throws UsageError when it is no "host:port" */
  allow(text: string, isInternal: boolean): void {
    const place = parsePlace(text);
    const host = keyOf(place.host)!;
    const key = `${host}:${place.port}`;
    const wasInternal = this.#allowed.get(key)?.isInternal ?? false;
    this.#allowed.set(key, { host, port: place.port, isInternal: isInternal || wasInternal });
  }

  /** The addresses to connect to, checked; the name is looked up but once, and never again on the way. */
  *find(host: string, port: number): Generator<unknown, readonly string[], unknown> {
    const key = keyOf(host);
    const allowed = key === null ? undefined : this.#allowed.get(`${key}:${port}`);
    if (allowed === undefined) throw new Refusal("target");
    if (parseAddress(host) !== null) return [host];
    const addresses = (yield* lookup(allowed.host)).map(({ address }) => address);
    const right = addresses.filter((address) => this.#mayLeadTo(allowed, address));
    if (right.length === 0)
      throw new Refusal("target", "its name leads to an address of an internal network");
    return right;
  }

  /** The addresses of a name that is allowed with any port. */
  *lookUp(host: string): Generator<unknown, readonly { address: string; family: 4 | 6 }[], unknown> {
    const key = keyOf(host);
    const ports = [...this.#allowed.values()].filter((allowed) => allowed.host === key);
    if (ports.length === 0) throw new Refusal("target");
    const found = yield* lookup(host);
    return found.filter(({ address }) => ports.some((allowed) => this.#mayLeadTo(allowed, address)));
  }

  #mayLeadTo({ host, port, isInternal }: Allowed, text: string): boolean {
    const address = parseAddress(text);
    if (address === null) return false;
    if (isInternal || isPublic(address) || this.#allowed.has(`${address.join(".")}:${port}`)) return true;
    return host === "localhost" && isLoopback(address);
  }
}
