// Owns one host of a network in memory: its address, who listens there, and which greenlets run there.

import { type Body, Greenlet } from "./greenlet.js";
import { enterHub } from "./hub.js";
import type { MemoryLink } from "./memory-link.js";
import type { MemoryNetwork } from "./memory-network.js";
import type { Accepted, Address } from "./net.js";

/** Ports that a host gives to who asks for none, as systems do. */
const FIRST_FREE_PORT = 49_152;
const LAST_PORT = 65_535;

/** What connections to a port or a path come in by. */
export interface Gate {
  arrive(connection: Accepted): void;
}

interface Bound {
  readonly address: string;
  readonly gate: Gate;
}

/**
 * A machine in a network in memory. What runs on it reaches its own listeners at "127.0.0.1" and
 * "localhost", and others at their names and addresses.
 *
 * @since 0.1
 */
export class MemoryHost {
  readonly name: string;
  /** Its IPv4 address. */
  readonly address: string;
  /** @internal Ways to others, and to itself, by whom they lead to. */
  readonly _links = new Map<MemoryHost, MemoryLink>();
  readonly #network: MemoryNetwork;
  readonly #ports = new Map<number, Bound[]>();
  readonly #paths = new Map<string, Bound>();
  #nextPort = FIRST_FREE_PORT;

  /** @internal */
  constructor(network: MemoryNetwork, name: string, address: string) {
    this.#network = network;
    this.name = name;
    this.address = address;
  }

  /**
   * Spawns a greenlet that runs on this host, as does all that it spawns: what it listens at is this
   * host's, and what it connects comes from here. @noswitch
   *
   * @param body - As of `spawn`.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT before a hub was made with the network
   */
  spawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Greenlet<T> {
    const greenlet = enterHub(this.#network._hub, () => new Greenlet<T>(body as never, ...args));
    this.#network._place(greenlet, this);
    greenlet.start();
    return greenlet;
  }

  // ---- listening

  /** @internal Takes a port, any free one for 0; the errno if it cannot. */
  _bind(address: string, port: number, gate: Gate): Address | "EADDRINUSE" {
    const chosen = port === 0 ? this._freePort() : port;
    const others = this.#ports.get(chosen) ?? [];
    if (chosen > LAST_PORT || others.some((other) => isSame(other.address, address))) return "EADDRINUSE";
    this.#ports.set(chosen, [...others, { address, gate }]);
    return { host: address, port: chosen, family: familyOf(address) };
  }

  /** @internal */
  _bindPath(path: string, gate: Gate): Address | "EADDRINUSE" {
    if (this.#paths.has(path)) return "EADDRINUSE";
    this.#paths.set(path, { address: path, gate });
    return { path };
  }

  /** @internal */
  _unbind(gate: Gate): void {
    for (const [path, bound] of this.#paths) if (bound.gate === gate) this.#paths.delete(path);
    for (const [port, bounds] of this.#ports) {
      const rest = bounds.filter((bound) => bound.gate !== gate);
      if (rest.length > 0) this.#ports.set(port, rest);
      else this.#ports.delete(port);
    }
  }

  /** @internal Who listens there; null: nobody. */
  _gateAt(address: string, port: number): Gate | null {
    const bound = this.#ports.get(port)?.find((bound) => covers(bound.address, address));
    return bound?.gate ?? null;
  }

  /** @internal */
  _gateAtPath(path: string): Gate | null {
    return this.#paths.get(path)?.gate ?? null;
  }

  /** @internal A port that nobody listens at, one after the other; above the last: there is none. */
  _freePort(): number {
    for (let tries = FIRST_FREE_PORT; tries <= LAST_PORT; tries++) {
      const port = this.#nextPort;
      this.#nextPort = port === LAST_PORT ? FIRST_FREE_PORT : port + 1;
      if (!this.#ports.has(port)) return port;
    }
    return LAST_PORT + 1;
  }
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

/** Whether who listens at `bound` is reached at `address`. */
function covers(bound: string, address: string): boolean {
  return bound === address || bound === "::" || (bound === "0.0.0.0" && familyOf(address) === 4);
}

/** Whether two could not both listen. */
function isSame(one: string, other: string): boolean {
  return covers(one, other) || covers(other, one);
}
