// Long because its public face is a socket's, each member with its docstring. Sockets: `wevent/socket`.
//
// Limits first. A socket holds at most 64 KiB and one chunk for a reader that does not come; then the
// other side is stopped. It holds nothing of what is sent: a send waits until the system has the bytes.

import { Opening } from "./_opening.js";
import { begin, placeName, requireInet } from "./_place.js";
import { connectInPlace } from "./_placed-net.js";
import { placesOf } from "./_places.js";
import { Arrivals, NextArrival } from "./core/arrivals.js";
import type { Sendable } from "./core/byte-stream.js";
import { call } from "./core/call.js";
import { requireOptions } from "./core/check.js";
import { Connection } from "./core/connection.js";
import type { Capability } from "./core/driver.js";
import { checkInteger, checkMs, describe, UnsupportedError, UsageError } from "./core/errors.js";
import { currentHub } from "./core/hub.js";
import { MemoryEnd } from "./core/memory-stream.js";
import type {
  Accepted,
  AcceptorHandle,
  Address,
  NetDriver,
  Place,
  StreamEvents,
  Target,
  TlsOptions,
} from "./core/net.js";
import { SocketError, socketError } from "./core/net-errors.js";
import type { Operation } from "./core/operation.js";
import type { LineOptions } from "./core/read.js";
import type { Readiness, Selectable } from "./core/selectable.js";
import { ClosedError } from "./core/stream-errors.js";
import { type Limit, type Limits, limited, limitsOf } from "./core/timeout.js";
import { wait } from "./wait.js";

export type { Sendable } from "./core/byte-stream.js";
export type { Datagram } from "./core/datagrams.js";
export type { Address, DatagramTarget, InetAddress, TlsOptions } from "./core/net.js";
export { SocketError } from "./core/net-errors.js";
export type { LineOptions } from "./core/read.js";
export { ClosedError, LineTooLongError, StreamEndedError } from "./core/stream-errors.js";
export { type DatagramOptions, DatagramSocket } from "./datagram.js";

/** Where `createConnection` connects. */
export interface ConnectOptions extends Limits {
  /** A name or an IP address. Omitted: "127.0.0.1", unless there is a `path`. */
  readonly host?: string;
  /** 1 to 65535; instead of `path`. */
  readonly port?: number;
  /** The path of a Unix socket. */
  readonly path?: string;
  /** Talk TLS: true, or the runtime's own options (node:tls `connect`). Omitted: do not. */
  readonly tls?: boolean | TlsOptions;
}

/** Where `listen` listens. */
export interface ListenOptions {
  /** Omitted: "127.0.0.1": a server that the world can reach says so, with "0.0.0.0" or "::". */
  readonly host?: string;
  /** 0 to 65535; 0: one that is free, which `address` tells. Omitted: 0. */
  readonly port?: number;
  /** The path of a Unix socket, instead. */
  readonly path?: string;
  /** Connections that the system, and then this listener, keep for an `accept` that does not come. Omitted: 128. */
  readonly backlog?: number;
  /**
   * Talk TLS: key, cert and the like (node:tls `createServer`). Omitted: do not. `handshakeTimeout`, how
   * many ms a client has until it is accepted, is 10 000 when left out.
   */
  readonly tls?: TlsOptions;
}

/**
 * One end of a connection. Any number of greenlets may read and write it: reads are served in the order
 * they came, and the bytes of two sends are never mixed.
 *
 * A greenlet that is killed or timed out while it reads has taken nothing. One that is killed while its
 * bytes are with the system cannot take them back.
 *
 * @source gevent.socket.socket
 * @since 0.1
 */
export class Socket implements Disposable, Selectable {
  readonly #connection: Connection;
  #timeoutMs: number | undefined = undefined;

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @internal */
  get _readable(): Readiness {
    const { incoming } = this.#connection.stream;
    const { isExternal } = incoming;
    return { isReady: () => incoming.isReadable, watch: (tell) => incoming.watch(tell), isExternal };
  }

  /** @internal */
  get _writable(): Readiness {
    const { outgoing } = this.#connection.stream;
    const { isExternal } = outgoing;
    return { isReady: () => outgoing.isWritable, watch: (tell) => outgoing.watch(tell), isExternal };
  }

  /**
   * Receives what is there, waiting for some. Empty at the end of what the other side sends.
   *
   * @switches when nothing is there
   * @param max - Most bytes, an integer from 1. Omitted: 65536.
   * @param limit - Longest wait, ms or a Timeout, or `{ timeout, signal }`. Omitted: as `setTimeout` says.
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED when it is closed, also meanwhile
   * @throws {@link SocketError} WEV_ERR_SOCKET_RESET and the like when the connection has failed
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first; nothing was taken
   * @source gevent.socket.socket.recv
   */
  recv(max?: number, limit?: Limit): Operation<Uint8Array> {
    return this.#connection.stream.recv(max, this.#limit(limit));
  }

  /** As `recv`, into a view of the caller's. Gives the number of bytes, 0 at the end. @switches as `recv` does */
  recvInto(view: ArrayBufferView, limit?: Limit): Operation<number> {
    return this.#connection.stream.recvInto(view, this.#limit(limit));
  }

  /**
   * Receives just so many bytes.
   *
   * @switches until they are there
   * @throws {@link StreamEndedError} WEV_ERR_STREAM_ENDED when the other side ends before; what came is still there
   * @throws as `recv` does
   */
  recvExactly(count: number, limit?: Limit): Operation<Uint8Array> {
    return this.#connection.stream.recvExactly(count, this.#limit(limit));
  }

  /**
   * Reads a line of UTF-8, without its end (LF or CR LF). Null at the end of what the other side sends.
   *
   * @switches until there is one
   * @param options - `maxBytes`: the longest line. `requireEnd`: true refuses a last line without its end.
   * @throws {@link LineTooLongError} WEV_ERR_LINE_TOO_LONG when so many bytes hold no end of a line; nothing is taken
   * @throws {@link StreamEndedError} WEV_ERR_STREAM_ENDED when its end is required and does not come; nothing is taken
   * @throws as `recv` does
   */
  readLine(limit?: Limit, options?: LineOptions): Operation<string | null> {
    return this.#connection.stream.readLine(this.#limit(limit), options);
  }

  /**
   * Sends some bytes, at most 65536, and waits until the system has them. Gives their number.
   *
   * @switches when the other side does not read fast enough, or another send is going on
   * @param data - Bytes; a string is sent as UTF-8. They must not be changed meanwhile.
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED when it is closed, or was shut down for writing
   * @throws {@link SocketError} WEV_ERR_SOCKET_RESET when the other side reads no more
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first; the bytes may be sent all the same
   * @source gevent.socket.socket.send
   */
  send(data: Sendable, limit?: Limit): Operation<number> {
    return this.#connection.stream.send(data, this.#limit(limit));
  }

  /** As `send`, all of it. @switches as `send` does */
  sendAll(data: Sendable, limit?: Limit): Operation<number> {
    return this.#connection.stream.sendAll(data, this.#limit(limit));
  }

  /**
   * Ends one direction: "write" tells the other side that nothing more comes, once what was sent has
   * gone; "read" drops what has come and comes. @noswitch
   *
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED when it is closed
   */
  shutdown(how: "read" | "write" | "both"): void {
    if (how !== "read" && how !== "write" && how !== "both") {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not shut ${describe(how)} down because a socket has no such direction; give "read", "write" or "both"`,
      );
    }
    if (this.closed) throw new ClosedError("shut a Socket down");
    const { stream } = this.#connection;
    if (how !== "read") stream.endWriting();
    if (how !== "write") stream.incoming.drop();
  }

  /** Closes it: whoever waits is thrown ClosedError. Twice does nothing. @noswitch */
  close(): void {
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#connection.stream.isClosed;
  }

  /** This end; null when it is not known any more. */
  get localAddress(): Address | null {
    return this.#connection.handle.local;
  }

  /** The other end; null when it is not known any more. */
  get remoteAddress(): Address | null {
    return this.#connection.handle.remote;
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

  /** Whether small sends go at once (true, which every socket begins with) or are gathered. @noswitch */
  setNoDelay(isOn = true): void {
    this.#connection.handle.setNoDelay(isOn);
  }

  #limit(limit: Limit | undefined): Limit | undefined {
    return limit === undefined ? this.#timeoutMs : limit;
  }
}

/**
 * Two sockets in memory that are connected to each other: for tests, and for parts of a program that
 * talk in bytes. They are there on every runtime, and take no time but that of those who use them.
 *
 * @noswitch
 * @source gevent.socket.socketpair
 * @since 0.1
 */
export function socketPair(): [Socket, Socket] {
  const [first, second] = MemoryEnd.pair();
  const over = (end: MemoryEnd) => new Socket(Connection.over(end, "the other end"));
  return [over(first), over(second)];
}

/**
 * Connects, and gives the socket. Where the runtime allows a request only so many connections (6 at
 * Cloudflare), it waits until another one is closed.
 *
 * @switches always
 * @throws {@link SocketError} WEV_ERR_SOCKET_REFUSED, WEV_ERR_SOCKET_NAME, WEV_ERR_SOCKET_UNREACHABLE,
 * WEV_ERR_SOCKET_TLS and the like when it fails; nothing is left open
 * @throws {@link Timeout} WEV_ERR_TIMEOUT when the timeout passes first
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED where the runtime has no sockets
 * @source gevent.socket.create_connection
 * @since 0.1
 */
export function createConnection(options: ConnectOptions): Operation<Socket> {
  requireOptions(options);
  const target = targetOf(options);
  return limited(
    options,
    (ms) =>
      new Opening(ms, "createConnection", (opened) => {
        const net = netOf(target, target.tls, "tcp.connect");
        const hub = currentHub();
        const places = hub.network === null ? placesOf(hub) : null;
        const connect = (events: StreamEvents) =>
          places === null ? net.connect(target, events) : connectInPlace(net, places, target, events);
        const connection = begin(
          `connect to ${placeName(target)}`,
          () => new Connection(placeName(target), connect, opened),
        );
        const { isExternal } = net;
        return { isExternal, result: () => new Socket(connection), drop: () => connection.close() };
      }),
  );
}

/**
 * Makes a socket of one that the runtime has handed to the program: of what a Cloudflare worker's `connect`
 * handler is given, or of a Socket of node:net. From here on it is this one's alone.
 *
 * @noswitch
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is no socket of this runtime
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED where the runtime, or the hub's network, has none
 * @example A worker that takes connections
 * ```ts
 * export default { connect: (incoming) => run(function* () {
 *   using socket = adoptSocket(incoming);
 *   yield* socket.sendAll(yield* socket.recv());
 * }) };
 * ```
 * @since 0.1
 */
export function adoptSocket(socket: object): Socket {
  const hub = currentHub();
  const net = hub.netFor("tcp.connect");
  if (net.adopt === undefined) throw new UnsupportedError("adoptSocket", hub.runtime);
  const accepted = net.adopt(socket);
  if (accepted === null) {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not adopt ${describe(socket)} because it is no socket of ${hub.runtime}; give one that the runtime has made`,
    );
  }
  return new Socket(Connection.over(accepted, "a client"));
}

/** The streams of the current hub; throws unless they can do what is asked for. */
function netOf(place: Target | Place, tls: TlsOptions | undefined, capability: Capability): NetDriver {
  const hub = currentHub();
  if (tls !== undefined) hub.netFor("tls");
  return hub.netFor("path" in place ? "unix" : capability);
}

function targetOf({ host = "127.0.0.1", port, path, tls }: ConnectOptions): Target {
  const place = placeOf(host, port, path, 1);
  return tls === undefined || tls === false ? place : { ...place, tls: tls === true ? {} : tls };
}

function placeOf(host: unknown, port: unknown, path: unknown, leastPort: 0 | 1) {
  if (path !== undefined) {
    if (typeof path === "string" && path !== "" && port === undefined) return { path };
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not use ${describe(path)} as the path of a socket because ${port === undefined ? "it is not a path" : "a port is given too"}; give one of them`,
    );
  }
  return requireInet(host, port, leastPort);
}

/**
 * What connections come in by. Those that nobody has accepted wait, with nothing read of them.
 *
 * @source a listening gevent.socket.socket
 * @since 0.1
 */
export class Listener implements Disposable, Selectable {
  readonly #acceptor: AcceptorHandle;
  readonly #arrivals: Arrivals<Arrival>;
  readonly #address: Address;
  readonly #close = () => this.close();
  #isClosed = false;

  /** @internal */
  constructor(acceptor: AcceptorHandle, arrivals: Arrivals<Arrival>, address: Address) {
    this.#acceptor = acceptor;
    this.#arrivals = arrivals;
    this.#address = address;
    arrivals.hub.resources.add(this.#close);
  }

  /** @internal */
  get _readable(): Readiness {
    const arrivals = this.#arrivals;
    const { isExternal } = arrivals;
    return { isReady: () => arrivals.isReady, watch: (tell) => arrivals.watch(tell), isExternal };
  }

  /** Where it listens: with the port that was free, if 0 was asked for. */
  get address(): Address {
    return this.#address;
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Takes the next connection, waiting for one.
   *
   * @switches when there is none
   * @param limit - Longest wait, ms or a Timeout, or `{ timeout, signal }`. Omitted: no limit.
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED when it is closed, also meanwhile
   * @throws {@link SocketError} WEV_ERR_SOCKET_LIMIT and the like when one could not be accepted; the next may be
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first
   * @source gevent.socket.socket.accept
   */
  accept(limit?: Limit): Operation<Socket> {
    return limited(limitsOf(limit), (ms) => new NextArrival(this.#arrivals, socketOf, ms));
  }

  /** Stops listening: whoever waits is thrown ClosedError, and who was not accepted is sent away. Twice does nothing. @noswitch */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#arrivals.hub.resources.delete(this.#close);
    this.#acceptor.close();
    for (const arrival of this.#arrivals.end(new ClosedError("accept a connection"))) {
      if (!(arrival instanceof SocketError)) arrival.refuse();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Who has not shaken hands holds memory and a descriptor, and no place: Node alone would let him for two minutes. */
const HANDSHAKE_MS = 10_000;

/** What a listener hears of: a connection, or why there is none. */
type Arrival = Accepted | SocketError;

function socketOf(arrival: Arrival): Socket {
  if (arrival instanceof SocketError) throw arrival;
  return new Socket(Connection.over(arrival, "a client"));
}

/**
 * Listens, and gives the listener once it does.
 *
 * @switches always
 * @throws {@link SocketError} WEV_ERR_SOCKET_ADDRESS when the address is taken, or not this machine's;
 * WEV_ERR_SOCKET_TLS when key and certificate are none
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED where the runtime cannot listen
 * @source gevent.socket.socket.listen
 * @since 0.1
 */
export function listen(options: ListenOptions = {}): Operation<Listener> {
  requireOptions(options);
  const { host = "127.0.0.1", path, backlog = 128 } = options;
  const tls = options.tls && { handshakeTimeout: HANDSHAKE_MS, ...options.tls };
  const port = path === undefined ? (options.port ?? 0) : options.port;
  const place: Place = { ...placeOf(host, port, path, 0), backlog };
  checkInteger(backlog, 1, "keep as many connections as");
  return new Opening(-1, "listen", (opened) => {
    const net = netOf(place, tls, "tcp.listen");
    const { isExternal } = net;
    const arrivals = new Arrivals<Arrival>(currentHub(), "Listener.accept", isExternal);
    let address: Address | null = null;
    const acceptor = begin(`listen at ${placeName(place)}`, () =>
      net.listen(place, tls, {
        listening(at) {
          address = at;
          opened(null);
        },
        accepted(stream) {
          // Of one that is closed a TLS handshake may still come to its end.
          if (!arrivals.isEnded && arrivals.count < backlog) arrivals.add(stream);
          else stream.refuse();
        },
        failed(error) {
          if (address === null) opened(socketError(`listen at ${placeName(place)}`, error));
          // One connection is lost, or no descriptor is free: that is one accept's error, and no end.
          else if (arrivals.count < backlog)
            arrivals.add(socketError(`accept at ${placeName(place)}`, error));
        },
        closed() {},
      }),
    );
    return {
      isExternal,
      result: () => new Listener(acceptor, arrivals, address!),
      drop: () => acceptor.close(),
    };
  });
}

/**
 * The addresses of a host, in the resolver's order.
 *
 * @switches always
 * @throws {@link SocketError} WEV_ERR_SOCKET_NAME when the name is not known
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED where the runtime cannot look names up
 * @source gevent.socket.getaddrinfo
 * @since 0.1
 */
export function lookup(
  host: string,
  limits: Limits = {},
): Operation<readonly { readonly address: string; readonly family: 4 | 6 }[]> {
  requireOptions(limits);
  if (typeof host !== "string" || host === "") placeOf(host, 1, undefined, 1);
  return call(lookUp, host, limits);
}

function* lookUp(host: string, limits: Limits) {
  const net = currentHub().netFor("tcp.connect");
  const found = net.lookup(host).catch((error: unknown) => {
    throw socketError(`look ${host} up`, error);
  });
  return yield* wait(found, limits);
}
