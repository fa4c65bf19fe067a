// StreamServer: a greenlet for every connection: `wevent/server`.
//
// Limits first. Without `spawn` a server takes any number of connections at once; give a number. What a
// full server has not taken waits with the system and then with the listener, `backlog` of them in all,
// with nothing read; what comes beyond is sent away.

import { call } from "./core/call.js";
import { requireBody, requireOptions } from "./core/check.js";
import { describe, UsageError } from "./core/errors.js";
import { GreenletExit } from "./core/exit.js";
import type { Body, Greenlet } from "./core/greenlet.js";
import { currentHub } from "./core/hub.js";
import type { Address } from "./core/net.js";
import type { Operation } from "./core/operation.js";
import { Timeout, type TimeoutArgument } from "./core/timeout.js";
import { Event } from "./event.js";
import { killAll, spawn } from "./greenlet.js";
import { Group } from "./group.js";
import { Pool } from "./pool.js";
import { Semaphore } from "./semaphore.js";
import { sleep } from "./sleep.js";
import { type Listener, type ListenOptions, listen, type Socket, SocketError } from "./socket.js";
import { joinAll } from "./wait.js";

/** How long a server that could not accept waits: until a file descriptor is free, say. */
const RETRY_MS = 100;

/** How a StreamServer runs what handles its connections. */
export interface ServerOptions {
  /** "default": any number at once. A number: at most so many. A Pool: with others in that pool. */
  readonly spawn?: "default" | number | Pool;
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
  readonly #handlers: Group | Pool;
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
   */
  constructor(place: ListenOptions, handle: Handler, options: ServerOptions = {}) {
    requireOptions(place);
    requireBody(handle, "serve with");
    requireOptions(options);
    const { spawn: how = "default" } = options;
    this.#place = place;
    this.#handle = handle;
    if (how instanceof Pool) this.#handlers = how;
    else if (how === "default") this.#handlers = new Group();
    else if (typeof how === "number") this.#handlers = new Pool(how);
    else {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not serve with ${describe(how)} as spawn because it is no way to spawn; give "default", a number or a Pool`,
      );
    }
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
      if (this.#handlers instanceof Pool) yield* this.#handlers.waitAvailable();
      const socket = yield* this.#next(listener);
      if (socket === null) continue;
      try {
        const handlers = this.#handlers;
        const greenlet: Greenlet =
          handlers instanceof Pool
            ? ((yield* handlers.spawn(this.#handle, socket, socket.remoteAddress)) as Greenlet)
            : (handlers.spawn(this.#handle, socket, socket.remoteAddress) as Greenlet);
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
