// StreamServer: a greenlet for every connection; and DatagramServer: `wevent/server`.
//
// Limits first. A server handles 10 000 connections at once, and waits 10 minutes for each that says and
// takes nothing: `spawn` and `timeout` say otherwise. What a full server has not taken waits with the
// system and then with the listener, `backlog` of them in all, with nothing read; what comes beyond is
// sent away.

import { BaseServer, type SpawnOptions } from "./_server.js";
import { requireOptions } from "./core/check.js";
import { checkMs } from "./core/errors.js";
import type { Body } from "./core/greenlet.js";
import type { Address } from "./core/net.js";
import type { Operation } from "./core/operation.js";
import { type Listener, type ListenOptions, listen, type Socket } from "./socket.js";

export type { SpawnOptions } from "./_server.js";
export { type DatagramHandler, DatagramServer } from "./datagram-server.js";

/** Longest wait of a call, unless told otherwise: as nginx waits between two reads of a stream. */
const LONGEST_WAIT_MS = 600_000;

/** How a StreamServer runs what handles its connections. */
export interface ServerOptions extends SpawnOptions {
  /**
   * What every connection's `setTimeout` is set to, in ms: a call without a limit of its own throws
   * Timeout after so long, so that who says and takes nothing gives his place up. null: no limit.
   * Omitted: 600 000, which is 10 minutes.
   */
  readonly timeout?: number | null;
}

/** What handles one connection, which is closed when it ends, however it does. */
export type Handler = Body<[socket: Socket, address: Address | null], unknown>;

/**
 * Listens, and runs `handle(socket, address)` in a greenlet for every connection. An error of one closes
 * that connection, is reported, and touches no other. Stopped, it listens no more at once; connections
 * that it has go on until their handlers have ended.
 *
 * @source gevent.server.StreamServer
 * @since 0.1
 */
export class StreamServer extends BaseServer<Listener, [socket: Socket, address: Address | null]> {
  protected readonly label = "StreamServer";
  readonly #place: ListenOptions;
  readonly #timeoutMs: number | null;

  /**
   * @param place - As of `listen`.
   * @param handle - A generator function, or another body.
   * @throws {@link UsageError} WEV_ERR_BODY when `handle` is not a function
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `spawn` is a number that is no integer from 1
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `timeout` is neither a number nor null
   */
  constructor(place: ListenOptions, handle: Handler, options: ServerOptions = {}) {
    requireOptions(place);
    super(handle, options);
    const { timeout = LONGEST_WAIT_MS } = options;
    if (timeout !== null) checkMs(timeout, "a connection's timeout");
    this.#place = place;
    this.#timeoutMs = timeout;
  }

  /** How many connections are being handled. */
  get connectionCount(): number {
    return this.runningCount;
  }

  protected open(): Operation<Listener> {
    return listen(this.#place);
  }

  protected *take(listener: Listener): Generator<unknown, [Socket, Address | null], unknown> {
    const socket = yield* listener.accept();
    socket.setTimeout(this.#timeoutMs);
    return [socket, socket.remoteAddress];
  }

  protected override letGo(socket: Socket): void {
    socket.close();
  }

  protected override refuse(listener: Listener): void {
    listener.close();
  }
}
