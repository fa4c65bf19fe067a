// DatagramServer: a greenlet for every datagram; `wevent/server` re-exports it.
//
// Limits first. A server handles 10 000 datagrams at once: `spawn` says otherwise. What a full server has
// not taken waits with its socket, and what that does not hold is dropped: see DatagramSocket.

import { BaseServer, type SpawnOptions } from "./_server.js";
import type { Sendable } from "./core/byte-stream.js";
import { requireOptions } from "./core/check.js";
import { UsageError } from "./core/errors.js";
import type { Body } from "./core/greenlet.js";
import type { DatagramTarget, InetAddress } from "./core/net.js";
import type { Operation } from "./core/operation.js";
import { ClosedError } from "./core/stream-errors.js";
import type { Limit } from "./core/timeout.js";
import { type DatagramOptions, DatagramSocket } from "./datagram.js";

/** What handles one datagram; it answers with the server's `sendTo`. */
export type DatagramHandler = Body<[data: Uint8Array, address: InetAddress], unknown>;

/**
 * Receives, and runs `handle(data, address)` in a greenlet for every datagram. An error of one is reported
 * and touches no other. Stopped, it receives nothing more; its handlers can still send, and with the last
 * of them the socket is closed.
 *
 * @source gevent.server.DatagramServer
 * @since 0.1
 */
export class DatagramServer extends BaseServer<DatagramSocket, [data: Uint8Array, address: InetAddress]> {
  protected readonly label = "DatagramServer";
  readonly #place: DatagramOptions;

  /**
   * @param place - As of `DatagramSocket.bind`.
   * @param handle - A generator function, or another body.
   * @throws {@link UsageError} WEV_ERR_BODY when `handle` is not a function
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `spawn` is a number that is no integer from 1
   */
  constructor(place: DatagramOptions, handle: DatagramHandler, options: SpawnOptions = {}) {
    requireOptions(place);
    super(handle, options);
    this.#place = place;
  }

  /** How many datagrams came when nothing more could wait: they are lost. */
  get dropped(): number {
    return this.source?.dropped ?? 0;
  }

  /**
   * Sends a datagram from where the server receives, as `sendTo` of a DatagramSocket does. @switches always
   *
   * @throws {@link UsageError} WEV_ERR_ARGUMENT before the server has started
   * @throws {@link ClosedError} WEV_ERR_SOCKET_CLOSED once it was stopped and its handlers have ended
   * @throws as `sendTo` of a DatagramSocket does
   * @source gevent.server.DatagramServer.sendto
   */
  sendTo(data: Sendable, address: DatagramTarget, limit?: Limit): Operation<number> {
    if (this.source !== null) return this.source.sendTo(data, address, limit);
    if (this.closed) throw new ClosedError("send a datagram", "the server was stopped");
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      "could not send a datagram because the server has not started; start it before",
    );
  }

  protected open(): Operation<DatagramSocket> {
    return DatagramSocket.bind(this.#place);
  }

  protected *take(socket: DatagramSocket): Generator<unknown, [Uint8Array, InetAddress], unknown> {
    const { data, address } = yield* socket.recvFrom();
    return [data, address];
  }
}
