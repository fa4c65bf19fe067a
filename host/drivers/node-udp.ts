// Owns datagrams over node:dgram, for Node and for runtimes that have its modules.

import type { RemoteInfo, Socket } from "node:dgram";
import type { LookupOneOptions } from "node:dns";
import type {
  DatagramEvents,
  DatagramHandle,
  DatagramPlace,
  DatagramTarget,
  InetAddress,
} from "../core/net.js";
import { builtin } from "./node-builtin.js";
import { plain } from "./node-stream.js";

const dgram = builtin<typeof import("node:dgram")>("node:dgram");
const dns = builtin<typeof import("node:dns")>("node:dns");
const net = builtin<typeof import("node:net")>("node:net");

type Found = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/** As Node's own, but that a socket for IPv6 finds IPv4 addresses too, by the names they have there. */
function lookup(host: string, options: LookupOneOptions, found: Found): void {
  // Node gives the family alone.
  const family = options as unknown as 4 | 6;
  const isMapped = family === 6 && net().isIPv4(host);
  const hints = family === 6 ? dns().V4MAPPED : 0;
  dns().lookup(isMapped ? `::ffff:${host}` : host, { family, hints }, found);
}

class NodeDatagrams implements DatagramHandle {
  readonly #events: DatagramEvents;
  /** null: the family of its host is not known yet, or it was closed before. */
  #socket: Socket | null = null;
  #isClosed = false;

  constructor(place: DatagramPlace, events: DatagramEvents) {
    this.#events = events;
    dns().lookup(place.host, (error, address, family) => {
      if (this.#isClosed) return;
      if (error) events.failed(error);
      else this.#open({ ...place, host: address }, family === 6 ? "udp6" : "udp4");
    });
  }

  #open({ host, port, peer, broadcast = false }: DatagramPlace, type: "udp4" | "udp6"): void {
    const socket = dgram().createSocket({ type, lookup });
    this.#socket = socket;
    let isBound = false;
    const tell = (error: Error | null | undefined) => {
      if (this.#isClosed) return;
      if (error) return this.#events.failed(error);
      isBound = true;
      this.#events.bound(addressOf(socket.address() as RemoteInfo));
    };
    socket.on("error", tell);
    socket.on("message", (data: Buffer, from: RemoteInfo) => {
      if (this.#isClosed || !isBound) return;
      if (peer === undefined || isFromPeer(socket, from)) this.#events.received(plain(data), addressOf(from));
    });
    socket.bind({ address: host, port }, () => {
      // Node throws what the system says of an option.
      try {
        if (broadcast) socket.setBroadcast(true);
        if (peer === undefined) tell(null);
        else socket.connect(peer.port, peer.host, tell as () => void);
      } catch (error) {
        tell(error as Error);
      }
    });
  }

  send(data: Uint8Array, to: DatagramTarget | null, sent: (error: unknown) => void): void {
    const tell = (error: Error | null) => sent(error ?? null);
    if (to === null) this.#socket!.send(data, tell);
    else this.#socket!.send(data, to.port, to.host, tell);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket?.close();
  }
}

/** What came to the system between binding and connecting is from anybody: datagram.test.ts. */
function isFromPeer(socket: Socket, from: RemoteInfo): boolean {
  const { address, port } = socket.remoteAddress();
  return from.port === port && from.address === address;
}

function addressOf(node: Omit<RemoteInfo, "size">): InetAddress {
  return { host: node.address, port: node.port, family: node.family === "IPv6" ? 6 : 4 };
}

export function bindDatagrams(place: DatagramPlace, events: DatagramEvents): DatagramHandle {
  return new NodeDatagrams(place, events);
}
