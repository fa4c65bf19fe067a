// StreamServer: a greenlet for every connection: `wevent/server`.
//
// Limits first. A server handles 10 000 connections at once, and waits 10 minutes for each that says and
// takes nothing: `spawn` and `timeout` say otherwise. What a full server has not taken waits with the
// system and then with the listener, `backlog` of them in all, with nothing read; what comes beyond is
// sent away.

import { call } from "./core/call.js";
import { requireBody, requireOptions } from "./core/check.js";
import { checkMs, describe, UsageError } from "./core/errors.js";
import { GreenletExit } from "./core/exit.js";
import type { Body, Greenlet } from "./core/greenlet.js";
import { currentHub } from "./core/hub.js";
import type { Address } from "./core/net.js";
import type { Operation } from "./core/operation.js";
import { Timeout, type TimeoutArgument } from "./core/timeout.js";
import { Event } from "./event.js";
import { killAll, spawn } from "./greenlet.js";
import { Pool } from "./pool.js";
import { Semaphore } from "./semaphore.js";
import { sleep } from "./sleep.js";
import { type Listener, type ListenOptions, listen, type Socket, SocketError } from "./socket.js";
import { joinAll } from "./wait.js";

/** How long a server that could not accept waits: until a file descriptor is free, say. */
const RETRY_MS = 100;
/** Connections at once, unless told otherwise: what a process can hold the state of, and no flood is. */
const MOST_CONNECTIONS = 10_000;
/** Longest wait of a call, unless told otherwise: as nginx waits between two reads of a stream. */
const LONGEST_WAIT_MS = 600_000;

/** How a StreamServer runs what handles its connections. */
export interface ServerOptions {
  /**
   * Most connections at once, or the Pool that their greenlets run in with others; null: no limit.
   * "default" or omitted: 10 000.
   */
  readonly spawn?: "default" | number | Pool | null;
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
 * that connection, is reported, and touches no other.
 *
 * @source gevent.server.StreamServer
 * @since 0.1
 */
export class StreamServer implements AsyncDisposable {
  readonly #place: ListenOptions;
  readonly #handle: Handler;
  readonly #handlers: Pool;
  readonly #timeoutMs: number | null;
  readonly #running = new Set<Greenlet>();
  readonly #stopped = new Event();
  /** Held while it begins to listen: who else starts it meanwhile waits for that. */
  readonly #starting = new Semaphore();
  #listener: Listener | null = null;
  #acceptor: Greenlet | null = null;
  #isClosed = false;

  /**
   * @param place - As of `listen`.
   * @param handle - A generator function, or another body.
   * @throws {@link UsageError} WEV_ERR_BODY when `handle` is not a function
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `spawn` is a number that is no integer from 1
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `timeout` is neither a number nor null
   */
  constructor(place: ListenOptions, handle: Handler, options: ServerOptions = {}) {
    requireOptions(place);
    requireBody(handle, "serve with");
    requireOptions(options);
    const { spawn: how = "default", timeout = LONGEST_WAIT_MS } = options;
    if (timeout !== null) checkMs(timeout, "a connection's timeout");
    this.#place = place;
    this.#handle = handle;
    this.#handlers = handlersOf(how);
    this.#timeoutMs = timeout;
  }

  /** Whether it listens. */
  get started(): boolean {
    return this.#listener !== null && !this.#isClosed;
  }

  /** Whether it was stopped. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /** Where it listens; null before it does. */
  get address(): Address | null {
    return this.#listener?.address ?? null;
  }

  /** How many connections are being handled. */
  get connectionCount(): number {
    return this.#running.size;
  }

  /**
   * Begins to listen and to accept. One that has started already goes on.
   *
   * @switches unless it has started
   * @throws {@link SocketError} WEV_ERR_SOCKET_ADDRESS when it cannot listen there
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it was stopped: a server starts once
   */
  start(): Operation<void> {
    return this.#starting.with(() => this.#start());
  }

  *#start(): Generator<unknown, void, unknown> {
    if (this.#isClosed) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        "could not start a StreamServer because it was stopped; make another one",
      );
    }
    if (this.#listener !== null) return;
    const listener = yield* listen(this.#place);
    if (this.#isClosed) {
      listener.close();
      return;
    }
    this.#listener = listener;
    this.startAccepting();
  }

  /** Accepts again after `stopAccepting`. One that accepts goes on. @noswitch */
  startAccepting(): void {
    if (!this.started || this.#acceptor !== null) return;
    this.#acceptor = spawn(() => this.#accept(this.#listener!)) as Greenlet;
    this.#acceptor.name = "StreamServer";
  }

  /** Accepts nobody until `startAccepting`: who connects waits. @noswitch */
  stopAccepting(): void {
    this.#acceptor?.kill(undefined, { block: false });
    this.#acceptor = null;
  }

  *#accept(listener: Listener): Generator<unknown, void, unknown> {
    for (;;) {
      // A place first: a full server takes nobody, so who connects waits with the system.
      yield* this.#handlers.waitAvailable();
      const socket = yield* this.#next(listener);
      // Killed by `stop`, which closes the listener too: in a shuffled order that may be noticed first.
      if (this.#isClosed) return socket?.close();
      if (socket === null) continue;
      try {
        socket.setTimeout(this.#timeoutMs);
        const greenlet: Greenlet = yield* this.#handlers.spawn(this.#handle, socket, socket.remoteAddress);
        this.#running.add(greenlet);
        // And not in a frame around the handler: one that is killed before it begins has none.
        greenlet.rawlink(() => {
          this.#running.delete(greenlet);
          socket.close();
        });
      } catch (error) {
        socket.close();
        if (error instanceof GreenletExit) throw error;
        currentHub().report({ error, context: this, name: "StreamServer" });
      }
    }
  }

  /** The next connection; null: one could not be accepted, which is reported, and after some time others may. */
  *#next(listener: Listener): Generator<unknown, Socket | null, unknown> {
    try {
      return yield* listener.accept();
    } catch (error) {
      if (this.#isClosed) return null;
      if (!(error instanceof SocketError)) throw error;
      currentHub().report({ error, context: this, name: "StreamServer" });
      yield* sleep(RETRY_MS);
      return null;
    }
  }

  /**
   * Stops listening at once. Waits up to `timeout` for the connections that are being handled, and then
   * kills their greenlets.
   *
   * @switches when connections are being handled
   * @param timeout - Milliseconds, or a Timeout. Omitted or 0: kills at once. null: waits as long as it takes.
   * @source gevent.baseserver.BaseServer.stop, where a server without a pool lets them run
   */
  stop(timeout: TimeoutArgument = 0): Operation<void> {
    this.#close();
    return call(() => this.#end(timeout));
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#acceptor?.kill(undefined, { block: false });
    this.#listener?.close();
    this.#stopped.set();
  }

  *#end(timeout: TimeoutArgument): Generator<unknown, void, unknown> {
    if (this.#running.size === 0) return;
    const limit = timeout instanceof Timeout ? timeout : new Timeout(timeout, false);
    yield* limit.run(joinAll, [...this.#running]);
    if (this.#running.size > 0) yield* killAll(this.#running);
  }

  /** Starts if need be, and waits until it is stopped. @switches always @throws as `start` does */
  serveForever(): Operation<void> {
    return call(() => this.#serveForever());
  }

  *#serveForever(): Generator<unknown, void, unknown> {
    yield* this.start();
    try {
      yield* this.#stopped.wait();
    } finally {
      // One that is killed here serves nobody any more.
      this.#close();
    }
  }

  /** Stops it at the end of a scope. @switches as `stop` does */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function handlersOf(how: ServerOptions["spawn"] | undefined): Pool {
  if (how instanceof Pool) return how;
  if (how === "default") return new Pool(MOST_CONNECTIONS);
  if (typeof how === "number" || how === null) return new Pool(how);
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not serve with ${describe(how)} as spawn because it is no way to spawn; give a number, a Pool or null`,
  );
}
