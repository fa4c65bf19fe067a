// Owns a listening HTTP server and how it ends. What a request becomes is handler.ts's; the protocol
// is srvx's and the runtime's.

import { Latch } from "../_latch.js";
import { call } from "../core/call.js";
import { requireOptions } from "../core/check.js";
import { outsideTasks } from "../core/current.js";
import { type Greenlet, spawnGreenlet } from "../core/greenlet.js";
import { enterHub } from "../core/hub.js";
import type { Operation } from "../core/operation.js";
import { Timeout, timeoutMs } from "../core/timeout.js";
import { waitFor } from "../core/wait-promise.js";
import { Dispatcher, type RequestHandler } from "./handler.js";
import { type BaseOptions, baseOptions, type ServeOptions } from "./options.js";
import { type BasePlugin, type BaseServer, loadCrossws, loadSrvx } from "./packages.js";
import { WebSockets } from "./websocket-server.js";

/** How long `stop` lets handlers go on, unless told otherwise; gevent's stop_timeout. */
const STOP_MS = 1000;
/** How long it then waits for the cleanup of those it has killed; as gevent's. */
const KILL_MS = 1000;

/**
 * A server that listens, made by `serve`.
 *
 * @source gevent.baseserver.BaseServer
 * @since 0.1
 */
export class HttpServer implements AsyncDisposable {
  readonly #dispatcher: Dispatcher;
  readonly #base: BaseServer;
  readonly #sockets: WebSockets | null;
  readonly #stopped = new Latch("HttpServer.serveForever");
  #stopping: Greenlet<void> | null = null;

  /** @internal */
  constructor(dispatcher: Dispatcher, base: BaseServer, sockets: WebSockets | null) {
    this.#dispatcher = dispatcher;
    this.#base = base;
    this.#sockets = sockets;
    this.url = base.url ?? "";
    this.port = Number(new URL(this.url).port) || (this.url.startsWith("https:") ? 443 : 80);
    this.#spawn("HttpServer", () => this.#live());
  }

  /** Where it listens: "http://127.0.0.1:8000/". */
  readonly url: string;
  /** The port it listens at. */
  readonly port: number;

  /** How many handlers are going on, of requests and of WebSockets. */
  get size(): number {
    return this.#dispatcher.pool.size;
  }

  /** Whether it takes no more requests: `stop` was called. */
  get closed(): boolean {
    return this.#stopping !== null;
  }

  /**
   * Ends it: listens no more at once, closes WebSockets with 1001, lets handlers end and responses be
   * sent, and when the time is up kills the handlers, gives their cleanup a second, and cuts the
   * connections. It goes on when who waits for it is interrupted. Calling it again waits for the same end.
   *
   * @switches when yielded or awaited, until every connection is closed
   * @param timeout - How long, ms, handlers may go on. 0: not at all. Null: as long as they do. Omitted: 1000.
   * @source gevent.baseserver.BaseServer.stop
   * @since 0.1
   */
  stop(timeout: number | null = STOP_MS): Operation<void> {
    const ms = timeoutMs(timeout);
    this.#stopping ??= this.#spawn("HttpServer.stop", () => this.#stop(ms));
    return this.#stopping.get();
  }

  /** A greenlet of the server's own, which outlives whoever asked for it. */
  #spawn(name: string, body: () => Generator<unknown, void, unknown>): Greenlet<void> {
    const greenlet = enterHub(this.#dispatcher.hub, () =>
      outsideTasks(() => spawnGreenlet<void>(body, null)),
    );
    greenlet.name = name;
    return greenlet;
  }

  /** Ends with the server, or with its hub: nobody would answer after that. */
  *#live(): Generator<unknown, void, unknown> {
    try {
      yield* this.#stopped.wait(undefined);
    } finally {
      if (!this.#stopped.isSet) this.#cut();
    }
  }

  *#stop(ms: number): Generator<unknown, void, unknown> {
    this.#dispatcher.close();
    const closed = this.#base.close();
    this.#sockets?.closeAll();
    try {
      yield* new Timeout(ms < 0 ? null : ms, false).run(() => this.#dispatcher.drain());
      yield* this.#dispatcher.pool.kill(undefined, { timeout: KILL_MS });
    } finally {
      // Everybody was answered or is not to be: what is left are idle clients, and those who do not read.
      this.#cut();
    }
    yield* waitFor(closed);
    this.#stopped.set();
  }

  /** Listens no more, and ends every connection. */
  #cut(): void {
    this.#dispatcher.close();
    this.#sockets?.cutAll();
    // That it does not listen any more is no error here.
    this.#base.close(true).catch(() => {});
  }

  /**
   * Waits until it has stopped. A greenlet that is interrupted meanwhile stops it before it ends.
   *
   * @switches unless it has stopped
   * @source gevent.baseserver.BaseServer.serve_forever
   * @since 0.1
   */
  serveForever(): Operation<void> {
    return call(() => this.#serveForever());
  }

  *#serveForever(): Generator<unknown, void, unknown> {
    try {
      yield* this.#stopped.wait(undefined);
    } finally {
      yield* this.stop();
    }
  }

  /** Stops it at the end of the scope: `await using server = await serve(handler)`. @switches */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Listens for HTTP requests and runs a greenlet for each, which returns the Response. Every greenlet is
 * in the server's Pool, in the hub that is current here.
 *
 * A handler that fails before its Response is answered with 500, and reported once; a body that fails
 * cuts the connection. When the client goes away, `request.signal` is aborted and the greenlet ended with
 * ClientDisconnected. Needs the package srvx, and crossws for WebSockets. docs/guide/http.md says more.
 *
 * @switches always
 * @param handler - A greenlet's body: `(request) => Response`.
 * @param options - Where to listen, and limits, which have safe values when omitted.
 * @throws {@link PackageMissing} WEV_ERR_PACKAGE_MISSING when srvx or crossws is not installed
 * @throws {@link UsageError} WEV_ERR_BODY when `handler` is not a function
 * @throws {@link RangeUsageError} WEV_ERR_RANGE when a number of `options` is outside its range
 * @throws the runtime's error when it cannot listen there: code EADDRINUSE, EACCES
 * @example
 * ```ts
 * const server = yield* serve(function* (request) {
 *   yield* sleep(10);
 *   return new Response(`hello ${new URL(request.url).pathname}`);
 * }, { port: 8000 });
 * yield* server.serveForever();
 * ```
 * @since 0.1
 */
export function serve(handler: RequestHandler, options: ServeOptions = {}): Operation<HttpServer> {
  requireOptions(options);
  const settled = baseOptions(options);
  return call(listen, new Dispatcher(handler, options), options, settled);
}

function* listen(
  dispatcher: Dispatcher,
  { websocket, allowUpgrade }: ServeOptions,
  { base, maxConnections, maxMessageBytes }: BaseOptions,
): Generator<unknown, HttpServer, unknown> {
  const srvx = yield* waitFor(loadSrvx());
  const plugins: BasePlugin[] = [];
  let sockets: WebSockets | null = null;
  if (websocket !== undefined) {
    const crossws = yield* waitFor(loadCrossws());
    sockets = new WebSockets(dispatcher, websocket, allowUpgrade, maxMessageBytes);
    plugins.push(crossws.plugin(sockets.hooks));
  }
  const server = srvx.serve({ ...base, plugins, fetch: (request: Request) => dispatcher.respond(request) });
  const node = server.node?.server;
  if (maxConnections !== null && node !== undefined) node.maxConnections = maxConnections;
  // Once an upgrade is asked for, node:http lets the socket go, and crossws takes up only one that it
  // accepts: a client that resets another would end the process (websocket.test.ts, "reset").
  if (sockets !== null) node?.on("upgrade", (_request, socket) => socket.on("error", () => {}));
  const listening = Promise.resolve(server.serve());
  try {
    yield* waitFor(listening);
  } catch (error) {
    // Interrupted, and it may yet come to listen; one that was refused has nothing to close.
    listening.then(() => server.close(true)).catch(() => {});
    throw error;
  }
  return new HttpServer(dispatcher, server, sockets);
}
