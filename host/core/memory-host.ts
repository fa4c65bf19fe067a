// Owns one host of a network in memory: its address, who listens there, and which greenlets run there.

import { type Body, Greenlet } from "./greenlet.js";
import { enterHub } from "./hub.js";
import type { MemoryDatagrams } from "./memory-datagrams.js";
import type { MemoryLink } from "./memory-link.js";
import type { MemoryNetwork } from "./memory-network.js";
import { isAny, isLoopback, MemoryPorts } from "./memory-ports.js";
import type { Accepted } from "./net.js";

/** What connections to a port or a path come in by. */
export interface Gate {
  arrive(connection: Accepted): void;
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
  /** @internal */
  readonly _gates = new MemoryPorts<Gate>();
  /** @internal Of Unix sockets. */
  readonly _paths = new Map<string, Gate>();
  /** @internal */
  readonly _datagrams = new MemoryPorts<MemoryDatagrams>();
  readonly #network: MemoryNetwork;

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

  /** @internal Whether one can be bound to that address here. */
  _has(address: string): boolean {
    return isLoopback(address) || isAny(address) || address === this.address;
  }

  /** @internal The address from which it sends to another one. */
  _sourceFor(address: string): string {
    return isLoopback(address) ? address : this.address;
  }
}
