// Owns the guest's half of DatagramSocket: a number that names the host's, and calls of the host that move
// datagrams. What is held, and what is dropped, is the host's: host/datagram.ts.

import { End, Status } from "./abi";
import { Address, addressOf, parse } from "./address";
import { Answer, nothing } from "./answer";
import { bytesOf } from "./bytes";
import { complete, takeBytes } from "./host-call";
import { Selectable } from "./selectable";
import { errorOf, SocketError } from "./socket-error";
import * as host from "./socket-imports";
import { runningRow } from "./switch";
import { take } from "./text";

/** Where a DatagramSocket is bound; written as an object. */
export class DatagramOptions {
  /** "0.0.0.0" or "::" to be reached from elsewhere. */
  host: string = "127.0.0.1";
  /** 0 to 65535; 0: one that is free, which `address` tells. */
  port: i32 = 0;
  /** Whether it may send to broadcast addresses. */
  broadcast: bool = false;
  /** Longest wait, milliseconds. Less than 0: no limit. */
  timeout: f64 = -1;
}

/** A datagram that came. */
export class Datagram {
  constructor(
    readonly data: Uint8Array,
    /** Who sent it. */
    readonly address: Address,
  ) {}
}

/**
 * A socket for datagrams: they come whole or not at all, may be lost, come twice, or in another order. It
 * stays open until it is closed.
 *
 * Every limit is in milliseconds; omitted or less than 0: as `setTimeout` says.
 *
 * @source a gevent.socket.socket of SOCK_DGRAM, gevent 26.5
 * @since 0.1
 */
export class DatagramSocket extends Selectable {
  private failure: SocketError | null = null;

  /**
   * Binds a socket, and gives it.
   *
   * @switches always
   * @returns the socket; without: `Failed` with `error`, `Unsupported` where the runtime has no datagrams, or
   *   what cut the wait short.
   */
  static bind(options: DatagramOptions): Answer<DatagramSocket> {
    const status = complete(
      host.bindDatagrams(runningRow(), changetype<usize>(options.host), options.port, options.broadcast, options.timeout),
    );
    if (status != Status.Ok) return nothing<DatagramSocket>(status, errorOf(status));
    return new Answer<DatagramSocket>(status, DatagramSocket.fromHandle(host.openedHandle()));
  }

  /** The socket that TypeScript has given to this guest, as for a Socket. @noswitch */
  static fromHandle(handle: u32): DatagramSocket {
    const socket = new DatagramSocket();
    socket.handle = handle;
    return socket;
  }

  /** What the last call that failed has failed with; null: none has. @noswitch */
  get error(): SocketError | null {
    return this.failure;
  }

  /** This end: with the port that was free, if 0 was asked for. Null once it is closed. @noswitch */
  get address(): Address | null {
    return addressOf(this.handle, End.Local);
  }

  /** Whether it was closed. @noswitch */
  get closed(): bool {
    return host.isClosed(this.handle);
  }

  /** How many datagrams came when too much was waiting for a receiver: they are lost. @noswitch */
  get dropped(): i32 {
    return host.droppedDatagrams(this.handle);
  }

  /**
   * Receives the next datagram, waiting for one.
   *
   * @switches when none is there
   * @returns the datagram; without: `Closed`, `Failed` with `error`, or what cut the wait short: nothing was taken.
   * @source gevent.socket.socket.recvfrom, gevent 26.5
   */
  recvFrom(timeoutMs: f64 = -1): Answer<Datagram> {
    const status = complete(host.receiveDatagram(runningRow(), this.handle, timeoutMs));
    if (status != Status.Ok) return nothing<Datagram>(status, this.note(status));
    const data = takeBytes();
    return new Answer<Datagram>(status, new Datagram(data, parse(take(host.datagramSender()))));
  }

  /**
   * Sends one datagram, and waits until the system has it: nobody knows whether it arrives.
   *
   * @switches always
   * @param data - A Uint8Array, an ArrayBuffer, or a string, which is sent as UTF-8. Copied at once.
   * @param host - A name or an IP address.
   * @returns `Ok`; `Failed` with `error` when it is too large, say; or what cut the wait short.
   * @source gevent.socket.socket.sendto, gevent 26.5
   */
  sendTo<T>(data: T, to: string, port: i32, timeoutMs: f64 = -1): Status {
    const row = runningRow();
    const bytes = bytesOf<T>(data);
    const status = complete(
      host.sendDatagram(row, this.handle, changetype<usize>(to), port, bytes.dataStart, bytes.length, timeoutMs),
    );
    this.note(status);
    return status;
  }

  /** Limits every call that is given no limit of its own. Less than 0: no limit, which every socket begins with. @noswitch */
  setTimeout(ms: f64): Status {
    return host.limitSocket(this.handle, ms);
  }

  /** Closes it: whoever waits comes to `Closed`. Twice does nothing. @noswitch */
  close(): void {
    host.closeHandle(this.handle);
  }

  private note(status: Status): SocketError | null {
    const error = errorOf(status);
    if (error != null) this.failure = error;
    return error;
  }
}
