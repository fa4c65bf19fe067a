// Owns how a request becomes a greenlet and the greenlet's outcome a response: with which Pool, who
// waits for a place in it, and what is answered when there is no Response to give. It must not know
// what listens: the runtime's server, or nobody.

import { Latch } from "../_latch.js";
import { requireBody, requireOptions } from "../core/check.js";
import { outsideTasks } from "../core/current.js";
import { describe, UsageError } from "../core/errors.js";
import { GreenletExit } from "../core/exit.js";
import { type AnyBody, type Body, Greenlet } from "../core/greenlet.js";
import { currentHub, enterHub, type Hub } from "../core/hub.js";
import { Pool } from "../pool.js";
import { requireCount } from "./check.js";
import { disconnect, ignoreDisconnect } from "./errors.js";
import { watchExchange } from "./exchange.js";

/** What answers requests: a greenlet's body, so it may block. */
export type RequestHandler = Body<[request: Request], Response>;

/** How many requests are handled at a time. */
export interface HandlerOptions {
  /**
   * Most handlers at a time, or the Pool they run in; null: no limit. Omitted: 10 000. A Pool that is
   * given is the server's: `stop` kills whatever is in it.
   */
  readonly spawn?: number | Pool | null;
  /**
   * Most requests that wait for a place, in the order they came; from there on the answer is 503.
   * From 0. Omitted: 1000.
   */
  readonly maxWaiting?: number;
}

/** Handlers at a time, unless told otherwise: what a process can hold the state of, and no flood is. */
const MOST_HANDLERS = 10_000;
const MOST_WAITING = 1000;

export class Dispatcher {
  readonly hub: Hub = currentHub();
  readonly pool: Pool;
  readonly #handler: RequestHandler;
  readonly #maxWaiting: number;
  #waiting = 0;
  #isClosed = false;
  /** Exchanges whose end the runtime will tell of. */
  #going = 0;
  #quiet: Latch | null = null;

  constructor(handler: RequestHandler, options: HandlerOptions) {
    requireBody(handler, "handle requests with");
    requireOptions(options);
    const { spawn = MOST_HANDLERS, maxWaiting = MOST_WAITING } = options;
    this.#handler = handler;
    this.pool = spawn instanceof Pool ? spawn : new Pool(spawn);
    this.#maxWaiting = requireCount(maxWaiting, "maxWaiting", 0);
  }

  /** Whether it refuses newcomers, because it ends. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether a newcomer would not have to wait: nobody overtakes those who do. */
  get hasPlace(): boolean {
    return this.#waiting === 0 && !this.pool.full();
  }

  /** Never rejects. */
  respond(request: Request): Promise<Response> {
    if (this.#isClosed) return Promise.resolve(unavailable(true));
    if (!this.hasPlace && this.#waiting >= this.#maxWaiting) return Promise.resolve(unavailable(false));
    return new Promise((resolve) => {
      const isBegun = this.enter(() => {
        const greenlet = this.#start(request);
        // A response that comes when its client has gone is nobody's: the runtime drops it.
        greenlet.watch(() => resolve(this.#answer(greenlet)));
        this.#watch(request, greenlet);
      });
      if (!isBegun) resolve(failed());
      else this.hub.runReady();
    });
  }

  #watch(request: Request, greenlet: Greenlet<Response>): void {
    const isTold = watchExchange(request, (isSent) => {
      if (!isSent) disconnect(greenlet as Greenlet);
      if (isTold) this.#ended();
    });
    if (isTold) this.#going++;
  }

  /** Runs code of the server's in its hub, as no greenlet. False: it failed, which is reported. */
  enter(body: () => void): boolean {
    try {
      enterHub(this.hub, () => outsideTasks(body));
      return true;
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  report(error: unknown): void {
    this.hub.report({ error, context: this.#handler, name: this.#handler.name || "a request's handler" });
  }

  #start(request: Request): Greenlet<Response> {
    const { hub } = this;
    const { siteBudget } = hub;
    // Where it is spawned is known: here. A stack for each request would be its largest cost.
    hub.siteBudget = 0;
    try {
      const started = this.hasPlace ? this.pool.trySpawn(this.#handler, request) : null;
      return started ?? this.#startLater(request);
    } finally {
      hub.siteBudget = siteBudget;
    }
  }

  #startLater(request: Request): Greenlet<Response> {
    const greenlet = new Greenlet<Response>(this.#handler as AnyBody<Response>, request);
    this.#waiting++;
    let isWaiting = true;
    const leave = () => {
      if (isWaiting) this.#waiting--;
      isWaiting = false;
    };
    // One that ends while it waits has left before its client is told.
    greenlet.watch(leave);
    // Its signal: one whose client goes away meanwhile leaves the line.
    this.pool.start(greenlet as Greenlet, { signal: greenlet.signal }).then(leave, (error: unknown) => {
      leave();
      greenlet.throw(error as Error);
    });
    return greenlet;
  }

  #answer(greenlet: Greenlet<Response>): Response {
    const ended = greenlet._ended!;
    if ("error" in ended) return this.#answerError(greenlet, ended.error);
    const { value } = ended;
    if (value instanceof Response) return value;
    if (value instanceof GreenletExit) return unavailable(true);
    this.report(
      new UsageError(
        "WEV_ERR_HTTP_RESPONSE",
        `could not answer with ${describe(value)} because it is not a Response; let ${greenlet.name} return one`,
      ),
    );
    return failed();
  }

  #answerError(greenlet: Greenlet<Response>, error: unknown): Response {
    if (ignoreDisconnect(greenlet as Greenlet)) return unavailable(true);
    if ((error as { readonly code?: unknown } | null)?.code === "ERR_BODY_TOO_LARGE") {
      // The client's doing too: read, and so not reported.
      void greenlet.error;
      return plain(413, "Content Too Large", { connection: "close" });
    }
    return failed();
  }

  #ended(): void {
    this.#going--;
    if (this.#going === 0) this.#quiet?.set();
  }

  // ---- ending

  /** Newcomers are refused. */
  close(): void {
    this.#isClosed = true;
  }

  /** Waits until every handler has ended and every response is sent. */
  *drain(): Generator<unknown, void, unknown> {
    yield* this.pool.join();
    if (this.#going === 0) return;
    this.#quiet ??= new Latch("HttpServer.stop");
    yield* this.#quiet.wait(undefined);
  }
}

function plain(status: number, text: string, headers: Record<string, string>): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain", ...headers } });
}

function failed(): Response {
  return plain(500, "Internal Server Error", { connection: "close" });
}

/** Full, and somebody may try again; or about to end. */
function unavailable(isEnding: boolean): Response {
  return plain(503, "Service Unavailable", isEnding ? { connection: "close" } : { "retry-after": "1" });
}

/**
 * Makes an ordinary fetch handler, as edge runtimes and other servers take them, from one whose every
 * request is a greenlet: in the hub that is current when it is made.
 *
 * The promise never rejects. A handler that fails is answered with 500 and reported once. When
 * `request.signal` is aborted, the greenlet is ended with ClientDisconnected.
 *
 * @noswitch
 * @throws {@link UsageError} WEV_ERR_BODY when `handler` is not a function
 * @throws {@link RangeUsageError} WEV_ERR_RANGE when a number of `options` is outside its range
 * @example For a runtime that exports its handler
 * ```ts
 * export default { fetch: fetchHandler(function* (request) {
 *   yield* sleep(10);
 *   return new Response(`hello from ${new URL(request.url).pathname}`);
 * }) };
 * ```
 * @since 0.1
 */
export function fetchHandler(
  handler: RequestHandler,
  options: HandlerOptions = {},
): (request: Request) => Promise<Response> {
  const dispatcher = new Dispatcher(handler, options);
  return (request) => dispatcher.respond(request);
}
