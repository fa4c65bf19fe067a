// Owns streams between the hosts of a network in memory, as a driver gives them: who is reached by which
// address, and who listens there. What becomes of bytes is the streams'; what the ways are like, the network's.

import type { Hub } from "./hub.js";
import { familyOf, type Gate, type MemoryHost } from "./memory-host.js";
import { callAfter } from "./memory-link.js";
import type { MemoryNetwork } from "./memory-network.js";
import { MemoryEnd } from "./memory-stream.js";
import type {
  Accepted,
  AcceptorEvents,
  AcceptorHandle,
  Address,
  NetDriver,
  Place,
  StreamEvents,
  StreamHandle,
  Target,
  TlsOptions,
} from "./net.js";
import { systemError } from "./net-errors.js";

/** Where an address leads from some host; null: nowhere. */
interface Reached {
  readonly host: MemoryHost;
  readonly address: string;
}

type Errno = "ENOTFOUND" | "EHOSTUNREACH" | "EADDRINUSE" | "EADDRNOTAVAIL";

/**
 * One listener. It hands connections over one at a time, each behind what is ready by then, so that who
 * accepts can keep up with any number that come at once.
 */
class MemoryAcceptor implements AcceptorHandle, Gate {
  readonly #hub: Hub;
  readonly #host: MemoryHost;
  readonly #events: AcceptorEvents;
  readonly #waiting: Accepted[] = [];
  #isClosed = false;

  constructor(hub: Hub, host: MemoryHost, events: AcceptorEvents) {
    this.#hub = hub;
    this.#host = host;
    this.#events = events;
  }

  begin(bound: Address | Errno): void {
    if (this.#isClosed) return;
    if (typeof bound === "string") this.#events.failed(systemError(bound));
    else this.#events.listening(bound);
  }

  arrive(connection: Accepted): void {
    this.#waiting.push(connection);
    if (this.#waiting.length === 1) callAfter(this.#hub, 0, () => this.#offer());
  }

  #offer(): void {
    if (this.#isClosed) return;
    this.#events.accepted(this.#waiting.shift()!);
    if (this.#waiting.length > 0) callAfter(this.#hub, 0, () => this.#offer());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#host._unbind(this);
    for (const connection of this.#waiting.splice(0)) connection.refuse();
    callAfter(this.#hub, 0, () => this.#events.closed());
  }
}

export class MemoryNet implements NetDriver {
  readonly isExternal = false;
  readonly #network: MemoryNetwork;

  constructor(network: MemoryNetwork) {
    this.#network = network;
  }

  connect(target: Target, events: StreamEvents): StreamHandle {
    const network = this.#network;
    const here = network._here();
    const reached = "path" in target ? { host: here, address: target.path } : this.#reach(here, target.host);
    if (typeof reached === "string") {
      const [end] = MemoryEnd.pair({ ...network._route(here, here), over() {} });
      callAfter(network._hub, 0, () => end.fail(systemError(reached)));
      return end.open(events);
    }
    const { host, address } = reached;
    const connection = { from: here, to: host, break: () => client.breakBoth() };
    const [client, server] = MemoryEnd.pair({
      ...network._route(here, host),
      over: () => network._connections.delete(connection),
    });
    network._connections.add(connection);
    client.open(events);
    if ("port" in target) {
      const local = isLoopback(address) ? address : here.address;
      client.local = server.remote = { host: local, port: here._freePort(), family: familyOf(local) };
      client.remote = server.local = { host: address, port: target.port, family: familyOf(address) };
    }
    client.knock(() => {
      const gate = "port" in target ? host._gateAt(address, target.port) : host._gateAtPath(target.path);
      if (gate === null) {
        server.refuse(systemError("port" in target ? "ECONNREFUSED" : "ENOENT"));
        return;
      }
      server.answer();
      gate.arrive(server);
    });
    return client;
  }

  listen(place: Place, _tls: TlsOptions | undefined, events: AcceptorEvents): AcceptorHandle {
    const hub = this.#network._hub;
    const here = this.#network._here();
    const acceptor = new MemoryAcceptor(hub, here, events);
    const bound = this.#bind(here, place, acceptor);
    callAfter(hub, 0, () => acceptor.begin(bound));
    return acceptor;
  }

  #bind(here: MemoryHost, place: Place, gate: Gate): Address | Errno {
    if ("path" in place) return here._bindPath(place.path, gate);
    const address = this.#addressOf(place.host);
    if (address === null) return "ENOTFOUND";
    const isOwn = isLoopback(address) || isAny(address) || address === here.address;
    return isOwn ? here._bind(address, place.port, gate) : "EADDRNOTAVAIL";
  }

  async lookup(host: string): Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]> {
    const address = this.#addressOf(host);
    if (address === null) throw systemError("ENOTFOUND");
    return [{ address, family: familyOf(address) }];
  }

  /** The address that a name stands for; null: none. */
  #addressOf(name: string): string | null {
    if (name === "localhost") return "127.0.0.1";
    const host = this.#network.hosts.find((host) => host.name === name);
    return host?.address ?? (isAddress(name) ? name : null);
  }

  #reach(here: MemoryHost, name: string): Reached | Errno {
    const address = this.#addressOf(name);
    if (address === null) return "ENOTFOUND";
    // As on other systems, who connects to any address connects to himself.
    if (isAny(address)) return { host: here, address: address === "::" ? "::1" : "127.0.0.1" };
    if (isLoopback(address)) return { host: here, address };
    const host = this.#network.hosts.find((host) => host.address === address);
    return host === undefined ? "EHOSTUNREACH" : { host, address };
  }
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
