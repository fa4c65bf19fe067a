// Owns streams over node:net and node:tls, for Node and for runtimes that have its modules. Datagrams:
// node-udp.ts.

import type { Server, Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
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
} from "../core/net.js";
import { builtin } from "./node-builtin.js";
import { NodeStream } from "./node-stream.js";
import { bindDatagrams } from "./node-udp.js";

const net = builtin<typeof import("node:net")>("node:net");
const tls = builtin<typeof import("node:tls")>("node:tls");
const dns = builtin<typeof import("node:dns/promises")>("node:dns/promises");

class SocketStream extends NodeStream implements StreamHandle {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super(socket);
    this.#socket = socket;
  }

  get local(): Address | null {
    const { localAddress, localPort, localFamily } = this.#socket;
    return addressOf(localAddress, localPort, localFamily);
  }

  get remote(): Address | null {
    const { remoteAddress, remotePort, remoteFamily } = this.#socket;
    return addressOf(remoteAddress, remotePort, remoteFamily);
  }

  setNoDelay(isOn: boolean): void {
    this.#socket.setNoDelay(isOn);
  }
}

function addressOf(host: string | undefined, port: number | undefined, family: string | undefined) {
  if (host === undefined || port === undefined) return null;
  return { host, port, family: family === "IPv6" ? 6 : 4 } as const;
}

function connect(target: Target, events: StreamEvents): StreamHandle {
  const { tls: options, ...place } = target;
  if (options === undefined) {
    return opening(net().connect({ ...place, allowHalfOpen: true, noDelay: true }), "connect", events);
  }
  const servername = "host" in place && net().isIP(place.host) === 0 ? { servername: place.host } : {};
  const all = { ...place, ...servername, ...options, allowHalfOpen: true };
  return opening(tls().connect(all as ConnectionOptions), "secureConnect", events);
}

function opening(socket: Socket, openedBy: "connect" | "secureConnect", events: StreamEvents): StreamHandle {
  const stream = new SocketStream(socket);
  stream.start(events);
  socket.once(openedBy, () => events.opened());
  return stream;
}

class NodeAccepted implements Accepted {
  constructor(private readonly socket: Socket | TLSSocket) {
    // It may fail before anybody wants it: that is no error of the program.
    socket.on("error", ignore);
  }

  open(events: StreamEvents): StreamHandle {
    const stream = new SocketStream(this.socket);
    stream.start(events);
    this.socket.off("error", ignore);
    this.socket.setNoDelay(true);
    // A turn later: nothing is called back before this has returned.
    if (this.socket.destroyed) queueMicrotask(() => events.closed());
    else this.socket.resume();
    return stream;
  }

  refuse(): void {
    this.socket.destroy();
  }
}

function ignore(): void {}

function listen(place: Place, options: TlsOptions | undefined, events: AcceptorEvents): AcceptorHandle {
  const common = { allowHalfOpen: true, pauseOnConnect: true };
  const server: Server =
    options === undefined ? net().createServer(common) : tls().createServer({ ...options, ...common });
  server.on(options === undefined ? "connection" : "secureConnection", (socket: Socket) => {
    events.accepted(new NodeAccepted(socket));
  });
  // A handshake whose time has passed: node:tls tells of it, and leaves the connection open for ever.
  server.on("tlsClientError", (_error: Error, socket: TLSSocket) => socket.destroy());
  server.once("listening", () => events.listening(boundTo(server)));
  server.on("error", (error) => events.failed(error));
  server.once("close", () => events.closed());
  server.listen({ ...place });
  return { close: () => void server.close() };
}

/** Half of it may end before the other, as of every socket here. */
function adopt(socket: unknown): Accepted | null {
  if (!(socket instanceof net().Socket)) return null;
  socket.allowHalfOpen = true;
  return new NodeAccepted(socket);
}

function boundTo(server: Server): Address {
  const address = server.address();
  if (typeof address === "string") return { path: address };
  return addressOf(address!.address, address!.port, address!.family)!;
}

async function lookup(host: string) {
  const found = await dns().lookup(host, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }) as const);
}

export const nodeNet: NetDriver = { connect, listen, lookup, adopt, bindDatagrams };
