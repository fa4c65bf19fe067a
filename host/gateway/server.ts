// Owns a gateway that listens: what its sessions share, and how it starts and stops.

import { call } from "../core/call.js";
import { UsageError } from "../core/errors.js";
import { currentHub } from "../core/hub.js";
import type { Operation } from "../core/operation.js";
import { type HttpServer, serve } from "../http/server.js";
import type { WebSocketConnection } from "../http/websocket.js";
import { Admission } from "./admission.js";
import { type GatewayEvent, type GatewayServerOptions, type Settled, settledOptions } from "./options.js";
import { digestOf, Session, type Shared } from "./session.js";
import { Targets } from "./targets.js";

/** Clients that are told that they are refused, or take their leave, beside those that are in. */
const REFUSED_AT_ONCE = 256;

/**
 * A gateway: it connects clients, which come by WebSocket, to the targets that it allows, and to no others.
 * Its clients are hubs with a Gateway for a network; `wevent gateway` starts one from the command line.
 *
 * Of what is not its client's it guarantees: without the token nobody reaches anything; nobody reaches what
 * is not allowed, whatever its name leads to at the time, for the address that was checked is the one that is
 * connected to; and no client holds more than the limits let it. Each refusal is told to the client and to
 * `onEvent`. Needs the packages srvx and crossws.
 *
 * @example
 * ```ts
 * const gateway = new GatewayServer({ allow: ["127.0.0.1:6379"], token: crypto.randomUUID(), port: 8100 });
 * yield* gateway.serveForever();
 * ```
 * @since 0.1
 */
export class GatewayServer implements AsyncDisposable {
  readonly #options: Settled;
  readonly #targets = new Targets();
  #admission: Admission | null = null;
  #http: HttpServer | null = null;
  #isStarted = false;

  /**
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when a target, an origin or the token is none
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when a number is outside its range
   */
  constructor(options: GatewayServerOptions) {
    this.#options = settledOptions(options);
    for (const place of this.#options.allow) this.#targets.allow(place, false);
    for (const place of this.#options.allowInternal) this.#targets.allow(place, true);
  }

  /** Where it listens: "ws://127.0.0.1:8100/"; null before it does. */
  get url(): string | null {
    return this.#http?.url.replace(/^http/, "ws") ?? null;
  }

  /** The port it listens at; null before it does. */
  get port(): number | null {
    return this.#http?.port ?? null;
  }

  /** How many clients it has. */
  get connectionCount(): number {
    return this.#admission?.count ?? 0;
  }

  /** @internal Of how many addresses it keeps something. */
  get _addressCount(): number {
    return this.#admission?.addressCount ?? 0;
  }

  /** @internal WebSockets that are not done, those of refused clients among them. */
  get _sessionCount(): number {
    return this.#http?.size ?? 0;
  }

  /**
   * Allows one more target, from here on. @noswitch
   *
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is not "host:port"
   */
  allow(place: string): void {
    this.#targets.allow(place, false);
  }

  /**
   * Listens. A gateway starts once.
   *
   * @switches always
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it was started before
   * @throws {@link PackageMissing} WEV_ERR_PACKAGE_MISSING when srvx or crossws is not installed
   * @throws the runtime's error when it cannot listen there: code EADDRINUSE, EACCES
   */
  start(): Operation<void> {
    return call(() => this.#start());
  }

  *#start(): Generator<unknown, void, unknown> {
    if (this.#isStarted) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        "could not start a GatewayServer because it was started before; make another one",
      );
    }
    this.#isStarted = true;
    const options = this.#options;
    const { host, port, tls, maxConnections, maxFrameBytes, openTimeout, token } = options;
    const hub = currentHub();
    const admission = new Admission(options);
    const shared: Shared = {
      options,
      targets: this.#targets,
      admission,
      digest: token === null ? null : digestOf(token),
      tell: (event) =>
        tellSafely(options, event, (error) => hub.report({ error, context: this, name: "onEvent" })),
    };
    this.#admission = admission;
    const most = maxConnections === null ? null : maxConnections + REFUSED_AT_ONCE;
    this.#http = yield* serve(() => new Response("This is a gateway for WebSockets.\n", { status: 426 }), {
      host,
      port,
      ...(tls && { tls }),
      spawn: most,
      maxWaiting: 0,
      maxConnections: most,
      headerTimeout: openTimeout,
      requestTimeout: openTimeout,
      maxBodyBytes: 1024,
      maxMessageBytes: maxFrameBytes,
      // Whom it refuses it tells so, which an answer to the upgrade would not: pages do not see that.
      allowUpgrade: () => true,
      websocket: (socket: WebSocketConnection, request: Request) =>
        new Session(shared, socket, request.headers.get("origin")).run(),
    });
  }

  /**
   * Listens no more and ends every connection: at once those that have not ended when the time is up.
   *
   * @switches until all are closed
   * @param timeout - How long, ms, connections may take to be closed. Omitted: 1000.
   */
  stop(timeout = 1000): Operation<void> {
    const http = this.#http;
    return call(function* () {
      if (http !== null) yield* http.stop(timeout);
    });
  }

  /** Starts, and waits until it has stopped. Interrupted, it stops. @switches always @throws as `start` does */
  serveForever(): Operation<void> {
    return call(() => this.#serveForever());
  }

  *#serveForever(): Generator<unknown, void, unknown> {
    if (!this.#isStarted) yield* this.start();
    yield* this.#http!.serveForever();
  }

  /** Stops it at the end of a scope. @switches */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** A log that fails is no failure of a connection. */
function tellSafely(options: Settled, event: GatewayEvent, report: (error: unknown) => void): void {
  try {
    options.onEvent?.(event);
  } catch (error) {
    report(error);
  }
}
