// Owns one socket for datagrams in a network in memory: what it sends, and what the way does to that. Each
// datagram is on its way alone, so a faster one overtakes; what is lost nobody is told, but that a peer is
// not there.

import type { MemoryHost } from "./memory-host.js";
import { callAfter } from "./memory-link.js";
import type { MemoryNetwork } from "./memory-network.js";
import { familyOf, isAny, isBroadcast, isLoopback } from "./memory-ports.js";
import type { DatagramEvents, DatagramHandle, DatagramPlace, DatagramTarget, InetAddress } from "./net.js";
import { systemError } from "./net-errors.js";

/** What IPv4 has room for, in bytes. */
const LARGEST_BYTES = 65_507;

/** Where datagrams go: the address, and the hosts that have it. */
interface Destination {
  readonly address: string;
  readonly port: number;
  readonly hosts: readonly MemoryHost[];
}

type Errno =
  | "EACCES"
  | "EADDRINUSE"
  | "EADDRNOTAVAIL"
  | "EHOSTUNREACH"
  | "EINVAL"
  | "EMSGSIZE"
  | "ENETUNREACH"
  | "ENOTFOUND";

export class MemoryDatagrams implements DatagramHandle {
  readonly isExternal = false;
  readonly #network: MemoryNetwork;
  readonly #host: MemoryHost;
  readonly #events: DatagramEvents;
  readonly #isBroadcasting: boolean;
  #address: InetAddress | null = null;
  #peer: Destination | null = null;
  #isClosed = false;

  constructor(network: MemoryNetwork, host: MemoryHost, place: DatagramPlace, events: DatagramEvents) {
    this.#network = network;
    this.#host = host;
    this.#events = events;
    this.#isBroadcasting = place.broadcast ?? false;
    const bound = this.#bind(place);
    this.#soon(() => {
      if (typeof bound === "string") events.failed(systemError(bound));
      else events.bound(bound);
    });
  }

  #bind({ host, port, peer }: DatagramPlace): InetAddress | Errno {
    const address = this.#network._addressOf(host);
    if (address === null) return "ENOTFOUND";
    if (!this.#host._has(address)) return "EADDRNOTAVAIL";
    const to = peer === undefined ? null : this.#find(peer, address);
    if (typeof to === "string") return to;
    // Whoever has a peer is bound to what leads there, as on other systems.
    const own = to !== null && isAny(address) ? this.#host._sourceFor(to.address) : address;
    const bound = this.#host._datagrams.bind(own, port, this);
    if (typeof bound === "string") return bound;
    this.#network._flights.open();
    this.#peer = to;
    this.#address = bound;
    return bound;
  }

  /** Where a datagram goes from here, or why none can. */
  #find({ host, port }: DatagramTarget, from: string): Destination | Errno {
    const address = this.#network._addressOf(host);
    if (address === null) return "ENOTFOUND";
    if (familyOf(address) !== familyOf(from) && from !== "::") return "ENETUNREACH";
    if (isBroadcast(address)) {
      if (!this.#isBroadcasting) return "EACCES";
      return { address, port, hosts: isLoopback(address) ? [this.#host] : this.#network.hosts };
    }
    const reached = this.#network._reach(this.#host, address);
    if (reached === null) return "EHOSTUNREACH";
    if (isLoopback(from) && reached.host !== this.#host) return "EINVAL";
    return { address: reached.address, port, hosts: [reached.host] };
  }

  send(data: Uint8Array, to: DatagramTarget | null, sent: (error: unknown) => void): void {
    const found = to === null ? this.#peer! : this.#find(to, this.#address!.host);
    const errno = data.length > LARGEST_BYTES ? "EMSGSIZE" : typeof found === "string" ? found : null;
    this.#soon(() => sent(errno === null ? null : systemError(errno)));
    if (errno !== null || typeof found === "string") return;
    const { address, port, hosts } = found;
    const { host: own, port: ownPort } = this.#address!;
    const source = isAny(own) ? this.#host._sourceFor(address) : own;
    const from: InetAddress = { host: source, port: ownPort, family: familyOf(source) };
    // A copy: the sender may use its bytes again, and each receiver has its own.
    const copy = data.slice();
    for (const host of hosts) {
      this.#network._flights.send(this.#host, host, () => {
        const receiver = host._datagrams.at(address, port);
        if (receiver !== null) receiver.#receive(copy.slice(), from);
        else if (to === null) this.#network._flights.send(host, this.#host, () => this.#refused());
      });
    }
  }

  #receive(data: Uint8Array, from: InetAddress): void {
    const peer = this.#peer;
    if (peer === null || (peer.address === from.host && peer.port === from.port)) {
      this.#events.received(data, from);
    }
  }

  /** The peer's host says that nobody is there. */
  #refused(): void {
    if (!this.#isClosed) this.#events.failed(systemError("ECONNREFUSED"));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#address === null) return;
    this.#host._datagrams.unbind(this.#address.port, this);
    this.#network._flights.close();
  }

  #soon(tell: () => void): void {
    callAfter(this.#network._hub, 0, () => {
      if (!this.#isClosed) tell();
    });
  }
}

/** Datagrams on their way. Once nobody is left who could receive one, none is. */
export class Flights {
  readonly #network: MemoryNetwork;
  readonly #flying = new Set<() => void>();
  #sockets = 0;

  constructor(network: MemoryNetwork) {
    this.#network = network;
  }

  open(): void {
    this.#sockets++;
  }

  close(): void {
    this.#sockets--;
    if (this.#sockets > 0) return;
    for (const cancel of this.#flying) cancel();
    this.#flying.clear();
  }

  /** Calls back for each that arrives: none, one, or two. */
  send(from: MemoryHost, to: MemoryHost, arrived: () => void): void {
    const link = this.#network._link(from, to);
    for (let copies = link.drawCopies(); copies > 0; copies--) {
      const cancel = link.after(link.drawDelayMs(), () => {
        this.#flying.delete(cancel);
        if (!link.isCut) arrived();
      });
      this.#flying.add(cancel);
    }
  }
}
