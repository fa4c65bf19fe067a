// DatagramSocket: datagrams over UDP; `wevent/socket` re-exports it.
//
// Limits first. A socket holds at most 1024 datagrams and 256 KiB for a receiver that does not come; what
// comes then is dropped, and `dropped` counts it. What the network, or the system's own buffers, lose on
// the way nobody counts: datagrams may be lost, come twice, or in another order.

import { Opening } from "./_opening.js";
import { begin, placeName, requireInet } from "./_place.js";
import { NextArrival } from "./core/arrivals.js";
import type { Sendable } from "./core/byte-stream.js";
import { requireOptions } from "./core/check.js";
import { type Datagram, Datagrams, SendDatagram } from "./core/datagrams.js";
import { checkMs, UsageError } from "./core/errors.js";
import { currentHub } from "./core/hub.js";
import type { DatagramPlace, DatagramTarget, InetAddress } from "./core/net.js";
import type { Operation } from "./core/operation.js";
import type { Readiness, Selectable } from "./core/selectable.js";
import { requireData } from "./core/send.js";
import { type Limit, type Limits, limited, limitsOf } from "./core/timeout.js";

/** Where a DatagramSocket is bound, and whom it talks to. */
export interface DatagramOptions extends Limits {
  /**
   * A name or an IP address, which says whether it speaks IPv4 or IPv6. Omitted: "127.0.0.1": one that
   * the world can reach, or that is to reach the world, says so, with "0.0.0.0" or "::". With a `peer`,
   * which alone is heard: whatever leads there.
   */
  readonly host?: string;
  /** 0 to 65535; 0: one that is free, which `address` tells. Omitted: 0. */
  readonly port?: number;
  /** The only one that is heard, and that `send` sends to. Omitted: anybody, with `sendTo`. */
  readonly peer?: DatagramTarget;
  /** Whether it may send to broadcast addresses. Omitted: no. */
  readonly broadcast?: boolean;
}

/**
 * A socket for datagrams. Any number of greenlets may receive and send: datagrams are given to receivers
 * in the order they came, and each to one.
 *
 * A greenlet that is killed or timed out while it receives has taken nothing. One that is killed while
 * its datagram is with the system cannot take it back.
 *
 * @source gevent.socket.socket of SOCK_DGRAM
 * @since 0.1
 */
export class DatagramSocket implements Disposable, Selectable {
  readonly #datagrams: Datagrams;
  readonly #peer: DatagramTarget | undefined;
  #timeoutMs: number | undefined = undefined;

  /** @internal */
  constructor(datagrams: Datagrams, peer: DatagramTarget | undefined) {
    this.#datagrams = datagrams;
    this.#peer = peer;
  }

  /**
   * Binds, and gives the socket.
   *
   * @switches always
   * @throws {@link SocketError} WEV_ERR_SOCKET_ADDRESS when the address is taken, or not this machine's;
   * WEV_ERR_SOCKET_NAME and WEV_ERR_SOCKET_UNREACHABLE of a peer
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the timeout passes first; nothing is left open
   * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED where the runtime has no datagrams
   * @source gevent.socket.socket.bind and connect
   */
  static bind(options: DatagramOptions = {}): Operation<DatagramSocket> {
    requireOptions(options);
    const place = placeOf(options);
    const { peer } = place;
    const name = peer === undefined ? placeName(place) : `${placeName(place)} for ${placeName(peer)}`;
    return limited(
      options,
      (ms) =>
        new Opening(ms, "DatagramSocket.bind", (opened) => {
          const net = currentHub().netFor("udp");
          const datagrams = begin(
            `bind to ${name}`,
            () => new Datagrams(name, (events) => net.bindDatagrams!(place, events), opened),
          );
          const { isExternal } = net;
          return {
            isExternal,
            result: () => new DatagramSocket(datagrams, peer),
            drop: () => datagrams.close(),
          };
        }),
    );
  }

  /** @internal */
  get _readable(): Readiness {
    const { arrivals } = this.#datagrams;
    const { isExternal } = arrivals;
    return { isReady: () => arrivals.isReady, watch: (tell) => arrivals.watch(tell), isExternal };
  }

  /** @internal Always: no send waits for another. */
  get _writable(): Readiness {
    return { isReady: () => true, watch: () => () => {} };
  }

  /** This end: with the port that was free, if 0 was asked for. */
  get address(): InetAddress {
    return this.#datagrams.address!;
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#datagrams.isClosed;
  }

  /** How many datagrams came when 1024, or 256 KiB, were waiting for a receiver: they are lost. */
  get dropped(): number {
    return this.#datagrams.dropped;
  }

  /**
   * Sends one datagram, and waits until the system has it. Gives the number of bytes, which is all. That
   * it arrives is not said.
   *
   * @switches always
   * @param data - Bytes, which must not be changed meanwhile; a string is sent as UTF-8. May be empty.
   * @param address - A name or an IP address, and a port from 1; such as `recvFrom` gives.
   * @param limit - Longest wait, ms or a Timeout, or `{ timeout, signal }`. Omitted: as `setTimeout` says.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when the socket has a peer: use `send`
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED when it is closed, also meanwhile
   * @throws {@link SocketError} WEV_ERR_SOCKET_NAME, WEV_ERR_SOCKET_TOO_LARGE, WEV_ERR_SOCKET_UNREACHABLE
   * and the like; WEV_ERR_SOCKET_ADDRESS for a broadcast that is not allowed
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first; it may be sent all the same
   * @source gevent.socket.socket.sendto
   */
  sendTo(data: Sendable, address: DatagramTarget, limit?: Limit): Operation<number> {
    const bytes = requireData(data);
    requireOptions(address);
    const to = requireInet(address.host, address.port, 1);
    if (this.#peer !== undefined) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not send a datagram to ${placeName(to)} because the socket has the peer ${placeName(this.#peer)}; use send, or bind without a peer`,
      );
    }
    return this.#send(bytes, to, placeName(to), limit);
  }

  /**
   * Sends one datagram to the peer, as `sendTo` does. @switches always
   *
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when the socket has no peer: use `sendTo`
   * @throws {@link SocketError} WEV_ERR_SOCKET_REFUSED when nobody received an earlier one
   * @throws as `sendTo` does
   * @source gevent.socket.socket.send
   */
  send(data: Sendable, limit?: Limit): Operation<number> {
    const bytes = requireData(data);
    if (this.#peer === undefined) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        "could not send a datagram because the socket has no peer; use sendTo, or bind with a peer",
      );
    }
    return this.#send(bytes, null, placeName(this.#peer), limit);
  }

  #send(bytes: Uint8Array, to: DatagramTarget | null, toName: string, limit: Limit | undefined) {
    return limited(this.#limits(limit), (ms) => new SendDatagram(this.#datagrams, bytes, to, toName, ms));
  }

  /**
   * Receives the next datagram, whole, and where it came from.
   *
   * @switches when there is none
   * @param limit - Longest wait, ms or a Timeout, or `{ timeout, signal }`. Omitted: as `setTimeout` says.
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED when it is closed, also meanwhile
   * @throws {@link SocketError} WEV_ERR_SOCKET_REFUSED when the peer did not receive what was sent; once,
   * and the socket goes on
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first; nothing was taken
   * @source gevent.socket.socket.recvfrom
   */
  recvFrom(limit?: Limit): Operation<Datagram> {
    const { arrivals } = this.#datagrams;
    return limited(
      this.#limits(limit),
      (ms) => new NextArrival(arrivals, (arrival) => this.#datagrams.take(arrival), ms),
    );
  }

  /** As `recvFrom`, without the address. @switches as `recvFrom` does @throws as `recvFrom` does */
  recv(limit?: Limit): Operation<Uint8Array> {
    const { arrivals } = this.#datagrams;
    return limited(
      this.#limits(limit),
      (ms) => new NextArrival(arrivals, (arrival) => this.#datagrams.take(arrival).data, ms),
    );
  }

  /** Closes it: whoever waits is thrown ClosedError, and what came is let go of. Twice does nothing. @noswitch */
  close(): void {
    this.#datagrams.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Limits every call that is given no limit of its own. @noswitch
   *
   * @param ms - Milliseconds; null: no limit, which every socket begins with.
   */
  setTimeout(ms: number | null): void {
    if (ms !== null) checkMs(ms, "a socket's timeout");
    this.#timeoutMs = ms ?? undefined;
  }

  #limits(limit: Limit | undefined): Limits {
    return limitsOf(limit === undefined ? this.#timeoutMs : limit);
  }
}

function placeOf({ host, port = 0, peer, broadcast = false }: DatagramOptions): DatagramPlace {
  if (peer !== undefined) requireOptions(peer);
  const to = peer && requireInet(peer.host, peer.port, 1);
  const anywhere = to?.host.includes(":") ? "::" : "0.0.0.0";
  const own = host ?? (to === undefined ? "127.0.0.1" : anywhere);
  return { ...requireInet(own, port, 0), peer: to, broadcast };
}
