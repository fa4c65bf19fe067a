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
import { checkedOptions, type HubOptions, isPerRequest } from "../core/hub-options.js";
import { Pool } from "../pool.js";
import { requireCount, requireLimit } from "./check.js";
import { disconnect, ignoreDisconnect } from "./errors.js";
import { watchExchange } from "./exchange.js";
import { inRequestHub } from "./request-hub.js";

/** What answers requests: a greenlet's body, so it may block. */
export type RequestHandler<A extends unknown[] = []> = Body<[request: Request, ...given: A], Response>;

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

/** What `fetchHandler` takes beside. */
export interface FetchHandlerOptions extends HandlerOptions {
  /**
   * Whether each request has a hub of its own, which ends with it: nothing is shared, and nothing can wait
   * for another request. Options: the same, and what those hubs are made with. Omitted: where the
   * runtime ties timers and sockets to requests, as Cloudflare's does. `spawn` is then a number, above
   * which requests are answered with 503 at once.
   */
  readonly hubPerRequest?: boolean | HubOptions;
}

/** Handlers at a time, unless told otherwise: what a process can hold the state of, and no flood is. */
const MOST_HANDLERS = 10_000;
const MOST_WAITING = 1000;

const NOTHING: readonly never[] = [];

export class Dispatcher {
  readonly hub: Hub = currentHub();
  readonly pool: Pool;
  readonly #handler: RequestHandler<unknown[]>;
  readonly #maxWaiting: number;
  #waiting = 0;
  #isClosed = false;
  /** Exchanges whose end the runtime will tell of. */
  #going = 0;
  #quiet: Latch | null = null;

  /** @param handler - A RequestHandler, of what `respond` is given. */
  constructor(handler: unknown, options: HandlerOptions) {
    requireBody(handler, "handle requests with");
    requireOptions(options);
    const { spawn = MOST_HANDLERS, maxWaiting = MOST_WAITING } = options;
    this.#handler = handler as RequestHandler<unknown[]>;
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
  respond(request: Request, given: readonly unknown[] = NOTHING): Promise<Response> {
    if (this.#isClosed) return Promise.resolve(unavailable(true));
    if (!this.hasPlace && this.#waiting >= this.#maxWaiting) return Promise.resolve(unavailable(false));
    return new Promise((resolve) => {
      const isBegun = this.enter(() => {
        const greenlet = this.#start(request, given);
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

  #start(request: Request, given: readonly unknown[]): Greenlet<Response> {
    const { hub } = this;
    const { siteBudget } = hub;
    // Where it is spawned is known: here. A stack for each request would be its largest cost.
    hub.siteBudget = 0;
    try {
      const started = this.hasPlace ? this.pool.trySpawn(this.#handler, request, ...given) : null;
      return started ?? this.#startLater(request, given);
    } finally {
      hub.siteBudget = siteBudget;
    }
  }

  #startLater(request: Request, given: readonly unknown[]): Greenlet<Response> {
    const greenlet = new Greenlet<Response>(this.#handler as AnyBody<Response>, request, ...given);
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
 * request is a greenlet: in the hub that is current when it is made, or each in one of its own. What the
 * runtime gives beside the request, such as a worker's `env` and `ctx`, is handed on.
 *
 * The promise never rejects. A handler that fails is answered with 500 and reported once. When
 * `request.signal` is aborted, the greenlet is ended with ClientDisconnected. A hub that is one request's
 * ends once there is the response, and with it all its greenlets, but for those of `streamOf` and `waitUntil`.
 *
 * @noswitch
 * @throws {@link UsageError} WEV_ERR_BODY when `handler` is not a function; WEV_ERR_ARGUMENT when there is a
 * hub for each request and `spawn` is a Pool
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
export function fetchHandler<A extends unknown[] = []>(
  handler: RequestHandler<A>,
  options: FetchHandlerOptions = {},
): (request: Request, ...given: A) => Promise<Response> {
  requireOptions(options);
  const { hubPerRequest = isPerRequest() } = options;
  if (hubPerRequest === false) {
    const dispatcher = new Dispatcher(handler, options);
    return (request, ...given) => dispatcher.respond(request, given);
  }
  requireBody(handler, "handle requests with");
  const { spawn = MOST_HANDLERS } = options;
  if (spawn instanceof Pool) {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      "could not use a Pool as spawn because each request has a hub of its own; give a number",
    );
  }
  const most = requireLimit(spawn, "spawn") ?? Number.POSITIVE_INFINITY;
  const hubOptions = hubPerRequest === true ? {} : hubPerRequest;
  checkedOptions(hubOptions);
  let going = 0;
  return async (request, ...given) => {
    if (going >= most) return unavailable(false);
    going++;
    try {
      return await inRequestHub(hubOptions, request, given, () =>
        new Dispatcher(handler, { spawn: null }).respond(request, given),
      );
    } finally {
      going--;
    }
  };
}
