// Owns what a network in memory gives as a driver: who connects is brought to who listens. What becomes of
// bytes is the streams', of datagrams theirs; what the ways are like, the network's.

import { MemoryDatagrams } from "./memory-datagrams.js";
import type { Gate, MemoryHost } from "./memory-host.js";
import { callAfter } from "./memory-link.js";
import type { MemoryNetwork } from "./memory-network.js";
import { familyOf } from "./memory-ports.js";
import { MemoryEnd } from "./memory-stream.js";
import type {
  Accepted,
  AcceptorEvents,
  AcceptorHandle,
  Address,
  DatagramEvents,
  DatagramHandle,
  DatagramPlace,
  NetDriver,
  Place,
  StreamEvents,
  StreamHandle,
  Target,
  TlsOptions,
} from "./net.js";
import { systemError } from "./net-errors.js";

/**
 * One listener. It hands connections over one at a time, each behind what is ready by then, so that who
 * accepts can keep up with any number that come at once.
 */
class MemoryAcceptor implements AcceptorHandle, Gate {
  readonly #network: MemoryNetwork;
  readonly #host: MemoryHost;
  readonly #events: AcceptorEvents;
  readonly #bound: Address | string;
  readonly #waiting: Accepted[] = [];
  #isClosed = false;

  constructor(network: MemoryNetwork, place: Place, events: AcceptorEvents) {
    this.#network = network;
    this.#host = network._here();
    this.#events = events;
    const bound = this.#bind(place);
    this.#bound = bound;
    this.#soon(() => {
      if (this.#isClosed) return;
      if (typeof bound === "string") events.failed(systemError(bound));
      else events.listening(bound);
    });
  }

  /** The errno if it cannot. */
  #bind(place: Place): Address | string {
    const host = this.#host;
    if ("path" in place) {
      if (host._paths.has(place.path)) return "EADDRINUSE";
      host._paths.set(place.path, this);
      return { path: place.path };
    }
    const address = this.#network._addressOf(place.host);
    if (address === null) return "ENOTFOUND";
    return host._has(address) ? host._gates.bind(address, place.port, this) : "EADDRNOTAVAIL";
  }

  arrive(connection: Accepted): void {
    this.#waiting.push(connection);
    if (this.#waiting.length === 1) this.#soon(() => this.#offer());
  }

  #offer(): void {
    if (this.#isClosed) return;
    this.#events.accepted(this.#waiting.shift()!);
    if (this.#waiting.length > 0) this.#soon(() => this.#offer());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const bound = this.#bound;
    if (typeof bound === "object") {
      if ("path" in bound) this.#host._paths.delete(bound.path);
      else this.#host._gates.unbind(bound.port, this);
    }
    for (const connection of this.#waiting.splice(0)) connection.refuse();
    this.#soon(() => this.#events.closed());
  }

  #soon(tell: () => void): void {
    callAfter(this.#network._hub, 0, tell);
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
    const address = "path" in target ? target.path : network._addressOf(target.host);
    const reached = "path" in target ? { host: here, address: target.path } : network._reach(here, address);
    if (reached === null) {
      const error = systemError(address === null ? "ENOTFOUND" : "EHOSTUNREACH");
      const [end] = MemoryEnd.pair({ ...network._route(here, here), over() {} });
      callAfter(network._hub, 0, () => end.fail(error));
      return end.open(events);
    }
    const { host, address: at } = reached;
    const connection = { from: here, to: host, break: () => client.breakBoth() };
    const [client, server] = MemoryEnd.pair({
      ...network._route(here, host),
      over: () => network._connections.delete(connection),
    });
    network._connections.add(connection);
    client.open(events);
    if ("port" in target) {
      const local = here._sourceFor(at);
      client.local = server.remote = { host: local, port: here._gates.free(), family: familyOf(local) };
      client.remote = server.local = { host: at, port: target.port, family: familyOf(at) };
    }
    client.knock(() => {
      const gate = "port" in target ? host._gates.at(at, target.port) : host._paths.get(target.path);
      if (!gate) {
        server.refuse(systemError("port" in target ? "ECONNREFUSED" : "ENOENT"));
        return;
      }
      server.answer();
      gate.arrive(server);
    });
    return client;
  }

  listen(place: Place, _tls: TlsOptions | undefined, events: AcceptorEvents): AcceptorHandle {
    return new MemoryAcceptor(this.#network, place, events);
  }

  bindDatagrams(place: DatagramPlace, events: DatagramEvents): DatagramHandle {
    return new MemoryDatagrams(this.#network, this.#network._here(), place, events);
  }

  async lookup(host: string): Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]> {
    const address = this.#network._addressOf(host);
    if (address === null) throw systemError("ENOTFOUND");
    return [{ address, family: familyOf(address) }];
  }
}
