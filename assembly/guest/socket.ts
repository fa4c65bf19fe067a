// Long because its public face is a socket's, each member with its docstring. Owns the guest's half of
// sockets: a number that names the host's, and calls of the host that move bytes. What a socket holds back,
// and when it stops the other end, is the host's: host/socket.ts.

import { Amount, End, Shutdown, Status } from "./abi";
import { Address, addressOf, parse } from "./address";
import { Answer, nothing } from "./answer";
import { bytesOf } from "./bytes";
import { complete, takeBytes } from "./host-call";
import * as host from "./socket-imports";
import { Selectable } from "./selectable";
import { errorOf, SocketError } from "./socket-error";
import { runningRow } from "./switch";
import { take } from "./text";

/** Most bytes that one `recv` gives where no number is given. */
// @ts-ignore: decorator
@inline const PART_BYTES: i32 = 64 << 10;
/** Says to the host that a path is given. */
// @ts-ignore: decorator
@inline const NO_PORT: i32 = -1;

/** Where `createConnection` connects; written as an object. */
export class ConnectOptions {
  /** A name or an IP address. */
  host: string = "127.0.0.1";
  /** 1 to 65535; instead of `path`. */
  port: i32 = 0;
  /** The path of a Unix socket. Empty: host and port. */
  path: string = "";
  /** Longest wait, milliseconds. Less than 0: no limit. */
  timeout: f64 = -1;
  /** Talk TLS, with the options that the loader was given. */
  tls: bool = false;
}

/** Where `listen` listens; written as an object. */
export class ListenOptions {
  /** "0.0.0.0" or "::" to be reached from elsewhere. */
  host: string = "127.0.0.1";
  /** 0 to 65535; 0: one that is free, which `address` tells. */
  port: i32 = 0;
  /** The path of a Unix socket, instead. Empty: host and port. */
  path: string = "";
  /** Connections kept for an `accept` that does not come. */
  backlog: i32 = 128;
  /** Talk TLS, with the key and certificate that the loader was given. */
  tls: bool = false;
}

/**
 * One end of a connection. Any number of greenlets may read and write it: reads are served in the order
 * they came, and the bytes of two sends are never mixed. It stays open until it is closed: not even the
 * end of its last greenlet closes it, only `close`, or a server when its handler has ended.
 *
 * Every limit is in milliseconds; omitted or less than 0: as `setTimeout` says.
 *
 * @source gevent.socket.socket, gevent 26.5; a Status or an Answer here, exceptions there
 * @since 0.1
 */
export class Socket extends Selectable {
  private failure: SocketError | null = null;

  /**
   * The socket that TypeScript has given to this guest. @noswitch
   *
   * @param handle - What `guest.give` answered there. One that names none is as a socket that was closed.
   */
  static fromHandle(handle: u32): Socket {
    const socket = new Socket();
    socket.handle = handle;
    return socket;
  }

  /** What the connection has failed with; null: nothing yet. @noswitch */
  get error(): SocketError | null {
    return this.failure;
  }

  /**
   * Receives what is there, waiting for some. Empty at the end of what the other end sends.
   *
   * @switches when nothing is there
   * @param max - Most bytes, from 1.
   * @returns the bytes; without: `Closed`, `Failed` with `error`, or what cut the wait short: nothing was taken.
   * @source gevent.socket.socket.recv, gevent 26.5
   */
  recv(max: i32 = PART_BYTES, timeoutMs: f64 = -1): Answer<Uint8Array> {
    return this.bytes(host.receive(runningRow(), this.handle, Amount.Some, max, timeoutMs));
  }

  /**
   * As {@link recv}, into an array of the caller's: no memory is taken.
   *
   * @switches when nothing is there
   * @param into - Filled from its beginning; empty traps.
   * @returns how many bytes; 0 at the end.
   */
  recvInto(into: Uint8Array, timeoutMs: f64 = -1): Answer<i32> {
    const status = complete(host.receive(runningRow(), this.handle, Amount.Some, into.length, timeoutMs));
    if (status != Status.Ok) return this.none<i32>(status);
    const count = host.givenLength();
    host.givenBytes(into.dataStart);
    return new Answer<i32>(Status.Ok, count);
  }

  /**
   * Receives just so many bytes.
   *
   * @switches until they are there
   * @returns the bytes; without: `Ended` when the other end ends before, else as {@link recv}. What came is
   *   still there.
   */
  recvExactly(count: i32, timeoutMs: f64 = -1): Answer<Uint8Array> {
    return this.bytes(host.receive(runningRow(), this.handle, Amount.Exactly, count, timeoutMs));
  }

  /**
   * Reads a line of UTF-8, without its end (LF or CR LF). Null at the end of what the other end sends.
   *
   * @switches until there is one
   * @param maxBytes - The longest line, with its end.
   * @returns the line; without: `TooLong` when so many bytes hold no end of a line, else as {@link recv}.
   */
  readLine(timeoutMs: f64 = -1, maxBytes: i32 = PART_BYTES): Answer<string | null> {
    const status = complete(host.readLine(runningRow(), this.handle, maxBytes, timeoutMs));
    if (status != Status.Ok) return this.none<string | null>(status);
    const text = host.givenLine();
    return new Answer<string | null>(Status.Ok, text == 0 ? null : take(text));
  }

  /**
   * Sends some bytes, at most 65536, and waits until the system has them.
   *
   * @switches when the other end does not read fast enough, or another send is going on
   * @param data - A Uint8Array, an ArrayBuffer, or a string, which is sent as UTF-8. Copied at once.
   * @returns how many; without: `Closed`, also after a shutdown, or as {@link recv}; cut short, they may be
   *   sent all the same.
   * @source gevent.socket.socket.send, gevent 26.5
   */
  send<T>(data: T, timeoutMs: f64 = -1): Answer<i32> {
    const status = this.write<T>(data, false, timeoutMs);
    return status == Status.Ok ? new Answer<i32>(status, host.givenCount()) : this.none<i32>(status);
  }

  /** As {@link send}, all of it. @switches as send does */
  sendAll<T>(data: T, timeoutMs: f64 = -1): Status {
    return this.noted(this.write<T>(data, true, timeoutMs));
  }

  /** Ends one direction, or both. @noswitch @returns `Ok`, or `Closed`. */
  shutdown(how: Shutdown): Status {
    return host.shutdown(this.handle, how);
  }

  /** Closes it: whoever waits comes to `Closed`. Twice does nothing. @noswitch */
  close(): void {
    host.closeHandle(this.handle);
  }

  /** Whether it was closed. @noswitch */
  get closed(): bool {
    return host.isClosed(this.handle);
  }

  /** This end; null when it is not known any more. @noswitch */
  get localAddress(): Address | null {
    return addressOf(this.handle, End.Local);
  }

  /** The other end; null when it is not known any more. @noswitch */
  get remoteAddress(): Address | null {
    return addressOf(this.handle, End.Remote);
  }

  /** Limits every call that is given no limit of its own. Less than 0: no limit, which every socket begins with. @noswitch */
  setTimeout(ms: f64): Status {
    return host.limitSocket(this.handle, ms);
  }

  /** Whether small sends go at once (`true`, which every socket begins with) or are gathered. @noswitch */
  setNoDelay(isOn: bool = true): Status {
    return host.setNoDelay(this.handle, isOn);
  }

  private write<T>(data: T, isAll: bool, timeoutMs: f64): Status {
    const row = runningRow();
    const bytes = bytesOf<T>(data);
    return complete(host.send(row, this.handle, isAll, bytes.dataStart, bytes.length, timeoutMs));
  }

  private bytes(state: i32): Answer<Uint8Array> {
    const status = complete(state);
    return status == Status.Ok ? new Answer<Uint8Array>(status, takeBytes()) : this.none<Uint8Array>(status);
  }

  private none<T>(status: Status): Answer<T> {
    this.noted(status);
    return nothing<T>(status, status == Status.Failed ? this.failure : null);
  }

  private noted(status: Status): Status {
    if (status == Status.Failed) this.failure = errorOf(status);
    return status;
  }
}

/**
 * Connects, and gives the socket.
 *
 * @switches always
 * @returns the socket; without: `Failed` with `error`, `TimedOut`, `Unsupported` where the runtime has no
 *   sockets, or what cut the wait short: nothing is left open.
 * @source gevent.socket.create_connection, gevent 26.5
 * @since 0.1
 */
export function createConnection(options: ConnectOptions): Answer<Socket> {
  const isPath = options.path.length > 0;
  const where = isPath ? options.path : options.host;
  const port = isPath ? NO_PORT : options.port;
  return opened(complete(host.connect(runningRow(), changetype<usize>(where), port, options.timeout, options.tls)));
}

/**
 * Two sockets in memory that are connected to each other. They are there on every runtime.
 *
 * @noswitch
 * @source gevent.socket.socketpair, gevent 26.5
 * @since 0.1
 */
export function socketPair(): StaticArray<Socket> {
  host.socketPair();
  const pair = new StaticArray<Socket>(2);
  for (let i = 0; i < 2; i++) pair[i] = Socket.fromHandle(host.pairedHandle(i));
  return pair;
}

function opened(status: Status): Answer<Socket> {
  if (status != Status.Ok) return nothing<Socket>(status, errorOf(status));
  return new Answer<Socket>(status, Socket.fromHandle(host.openedHandle()));
}

/**
 * What connections come in by. Those that nobody has accepted wait, with nothing read of them.
 *
 * @source a listening gevent.socket.socket, gevent 26.5
 * @since 0.1
 */
export class Listener extends Selectable {
  /** The listener that TypeScript has given to this guest, as for a {@link Socket}. @noswitch */
  static fromHandle(handle: u32): Listener {
    const listener = new Listener();
    listener.handle = handle;
    return listener;
  }

  /** Where it listens: with the port that was free, if 0 was asked for. Null once it is closed. @noswitch */
  get address(): Address | null {
    return addressOf(this.handle, End.Local);
  }

  /** Whether it was closed. @noswitch */
  get closed(): bool {
    return host.isClosed(this.handle);
  }

  /**
   * Takes the next connection, waiting for one.
   *
   * @switches when there is none
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit.
   * @returns the socket; without: `Closed`, `Failed` when one could not be accepted (the next may be), or
   *   what cut the wait short.
   * @source gevent.socket.socket.accept, gevent 26.5
   */
  accept(timeoutMs: f64 = -1): Answer<Socket> {
    return opened(complete(host.accept(runningRow(), this.handle, timeoutMs)));
  }

  /** Stops listening: whoever waits comes to `Closed`. Twice does nothing. @noswitch */
  close(): void {
    host.closeHandle(this.handle);
  }
}

/**
 * Listens, and gives the listener once it does.
 *
 * @switches always
 * @returns the listener; without: `Failed` with `error`, or `Unsupported` where the runtime cannot listen.
 * @source gevent.socket.socket.listen, gevent 26.5
 * @since 0.1
 */
export function listen(options: ListenOptions): Answer<Listener> {
  const isPath = options.path.length > 0;
  const where = isPath ? options.path : options.host;
  const port = isPath ? NO_PORT : options.port;
  const status = complete(host.listen(runningRow(), changetype<usize>(where), port, options.backlog, options.tls));
  if (status != Status.Ok) return nothing<Listener>(status, errorOf(status));
  return new Answer<Listener>(status, Listener.fromHandle(host.openedHandle()));
}

/**
 * The addresses of a host, in the resolver's order; their port is 0.
 *
 * @switches always
 * @returns at least one; without: `Failed` with `error` when the name is not known.
 * @source gevent.socket.getaddrinfo, gevent 26.5
 * @since 0.1
 */
export function lookup(name: string): Answer<Address[]> {
  const status = complete(host.lookup(runningRow(), changetype<usize>(name)));
  if (status != Status.Ok) return nothing<Address[]>(status, errorOf(status));
  const lines = take(host.givenAddresses()).split("\n");
  const addresses: Address[] = [];
  for (let i = 0; i < lines.length; i++) addresses.push(parse(lines[i]));
  return new Answer<Address[]>(status, addresses);
}
