// Owns who has which port of a host of a network in memory, and which addresses are whose. It must not know
// what comes in by a port.

import type { InetAddress } from "./net.js";

/** Ports that a host gives to who asks for none, as systems do. */
const FIRST_FREE_PORT = 49_152;
const LAST_PORT = 65_535;

/** Those of one kind: for connections, or for datagrams. */
export class MemoryPorts<T> {
  readonly #taken = new Map<number, { readonly address: string; readonly owner: T }[]>();
  #next = FIRST_FREE_PORT;

  /** Takes a port for the owner, any free one for 0. */
  bind(address: string, port: number, owner: T): InetAddress | "EADDRINUSE" {
    const chosen = port === 0 ? this.free() : port;
    const others = this.#taken.get(chosen) ?? [];
    const isTaken = others.some((other) => covers(other.address, address) || covers(address, other.address));
    if (chosen > LAST_PORT || isTaken) return "EADDRINUSE";
    this.#taken.set(chosen, [...others, { address, owner }]);
    return { host: address, port: chosen, family: familyOf(address) };
  }

  unbind(port: number, owner: T): void {
    const rest = this.#taken.get(port)?.filter((bound) => bound.owner !== owner) ?? [];
    if (rest.length > 0) this.#taken.set(port, rest);
    else this.#taken.delete(port);
  }

  /** Whom one reaches there; null: nobody. */
  at(address: string, port: number): T | null {
    return this.#taken.get(port)?.find((bound) => covers(bound.address, address))?.owner ?? null;
  }

  /** A port that nobody has, one after the other; above the last: there is none. */
  free(): number {
    for (let tries = FIRST_FREE_PORT; tries <= LAST_PORT; tries++) {
      const port = this.#next;
      this.#next = port === LAST_PORT ? FIRST_FREE_PORT : port + 1;
      if (!this.#taken.has(port)) return port;
    }
    return LAST_PORT + 1;
  }
}

/** Whether who is bound to `bound` is reached at `address`. */
function covers(bound: string, address: string): boolean {
  return bound === address || bound === "::" || (bound === "0.0.0.0" && familyOf(address) === 4);
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

/** Written as numbers: nobody has to be asked what it stands for. */
export function isAddress(name: string): boolean {
  return name.includes(":") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}

/** The host's own, wherever it is. */
export function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

/** All of the host's addresses. */
export function isAny(address: string): boolean {
  return address === "::" || address === "0.0.0.0";
}

/** The addresses of all hosts, or of the host itself. */
export function isBroadcast(address: string): boolean {
  return /^(?:255|10|127)\.255\.255\.255$/.test(address);
}
