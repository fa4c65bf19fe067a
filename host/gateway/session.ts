// Owns one client of a gateway, from its WebSocket to its end: whether it may come in, what it asks for and
// may have, and what it is told of how that ends. The bytes are the relay's.

import { SocketError, socketError, systemError } from "../core/net-errors.js";
import { Timeout } from "../core/timeout.js";
import { waitFor } from "../core/wait-promise.js";
import { WebSocketClosed } from "../http/errors.js";
import type { Message, WebSocketConnection } from "../http/websocket.js";
import { createConnection, type Socket } from "../socket.js";
import type { Admission } from "./admission.js";
import type { GatewayEvent, Settled } from "./options.js";
import {
  BREACHES,
  bodyMessage,
  bodyOf,
  type FailedBody,
  type GatewayTls,
  isWindow,
  Kind,
  type OpenBody,
  receivedMessage,
  VERSION,
} from "./protocol.js";
import { Refusal } from "./refusal.js";
import { Relay } from "./relay.js";
import type { Targets } from "./targets.js";

/** How long a client has to take its leave: to be told why, and to close. */
const CLOSE_MS = 2000;
/** Of what a client asks for, a log gets no more characters. */
const MOST_TOLD = 300;

/** What a gateway's sessions share. */
export interface Shared {
  readonly options: Settled;
  readonly targets: Targets;
  readonly admission: Admission;
  /** The digest of the token; null: there is none. */
  readonly digest: Promise<Uint8Array> | null;
  tell(event: GatewayEvent): void;
}

type Request = Partial<Record<keyof OpenBody, unknown>>;

export class Session {
  readonly #shared: Shared;
  readonly #client: WebSocketConnection;
  readonly #origin: string | null;
  #target: string | null = null;
  #relay: Relay | null = null;

  constructor(shared: Shared, client: WebSocketConnection, origin: string | null) {
    this.#shared = shared;
    this.#client = client;
    this.#origin = origin;
  }

  *run(): Generator<unknown, void, unknown> {
    const { admission } = this.#shared;
    const address = this.#client.remoteAddress;
    const refused = admission.enter(address);
    try {
      if (refused !== null) throw new Refusal(refused);
      yield* this.#serve();
      this.#tell("closed", null);
    } catch (error) {
      yield* this.#fail(error);
    } finally {
      if (refused === null) admission.leave(address);
    }
    yield* this.#leave();
  }

  *#serve(): Generator<unknown, void, unknown> {
    const { options, targets } = this.#shared;
    if (options.origins !== null && this.#origin !== null && !options.origins.has(this.#origin)) {
      throw new Refusal("origin", this.#origin.slice(0, 100));
    }
    const request = requestIn(yield* this.#first());
    const { lookup, host, port } = request;
    if (typeof lookup === "string") {
      this.#target = lookup.slice(0, MOST_TOLD);
      yield* this.#checkToken(request.token);
      const addresses = yield* this.#withinConnectTime(() => targets.lookUp(lookup));
      yield* this.#client.send(bodyMessage(Kind.Opened, { addresses }));
    } else if (typeof host === "string" && typeof port === "number") {
      this.#target = `${host.slice(0, MOST_TOLD)}:${port}`;
      yield* this.#checkToken(request.token);
      yield* this.#connect(host, port, request);
    } else throw new Refusal("protocol", "that asks for nothing");
  }

  *#first(): Generator<unknown, Message, unknown> {
    try {
      return yield* this.#client.receive(this.#shared.options.openTimeout);
    } catch (error) {
      throw error instanceof Timeout ? new Refusal("late") : error;
    }
  }

  /** In as much time whatever is wrong with it: their digests are compared, and all of them. */
  *#checkToken(token: unknown): Generator<unknown, void, unknown> {
    const { digest } = this.#shared;
    if (digest === null) return;
    const right = yield* waitFor(digest);
    const given = yield* waitFor(digestOf(typeof token === "string" ? token : ""));
    let difference = 0;
    for (let i = 0; i < right.length; i++) difference |= right[i]! ^ given[i]!;
    if (difference !== 0) throw new Refusal("token");
  }

  *#connect(host: string, port: number, { tls, windowBytes }: Request): Generator<unknown, void, unknown> {
    const { targets } = this.#shared;
    if (!isWindow(windowBytes)) throw new Refusal("protocol", "that is no window");
    const tlsOptions = tls === undefined ? null : tlsIn(tls);
    const target = yield* this.#withinConnectTime(function* () {
      const addresses = yield* targets.find(host, port);
      return yield* firstOf(addresses, host, port, tlsOptions);
    });
    try {
      yield* this.#relayTo(target, windowBytes);
    } finally {
      target.close();
    }
  }

  *#relayTo(target: Socket, windowBytes: number): Generator<unknown, void, unknown> {
    const { options } = this.#shared;
    const { localAddress: local, remoteAddress: remote } = target;
    this.#relay = new Relay(this.#client, target, windowBytes, options);
    this.#tell("opened", null);
    const { windowBytes: ownWindowBytes, partBytes } = options;
    yield* this.#client.send(
      bodyMessage(Kind.Opened, { local, remote, windowBytes: ownWindowBytes, partBytes }),
    );
    yield* this.#relay.run();
  }

  *#withinConnectTime<T>(body: () => Generator<unknown, T, unknown>): Generator<unknown, T, unknown> {
    const limit = Timeout.startNew(this.#shared.options.connectTimeout);
    try {
      return yield* body();
    } catch (error) {
      if (error !== limit) throw error;
      throw socketError("reach the target", systemError("ETIMEDOUT"));
    } finally {
      limit.close();
    }
  }

  // ---- its end

  /** Tells the client, and the log. What is nobody's doing but the gateway's goes on. */
  *#fail(error: unknown): Generator<unknown, void, unknown> {
    if (error instanceof WebSocketClosed) {
      // The client broke the protocol below ours, and has been told; or it has left, or the server stops.
      if (BREACHES.has(error.closeCode)) this.#tell("refused", "protocol");
      else this.#tell("failed", `closed with ${error.closeCode}`);
      return;
    }
    const { kind, body } = failureOf(error);
    this.#tell(kind, body.reason ?? body.errno ?? "failed");
    try {
      yield* this.#client.send(bodyMessage(Kind.Failed, body), CLOSE_MS);
    } catch (gone) {
      if (!(gone instanceof WebSocketClosed) && !(gone instanceof Timeout)) throw gone;
    }
  }

  /** Closes the WebSocket, and cuts it when the client does not: it would hold a descriptor. */
  *#leave(): Generator<unknown, void, unknown> {
    this.#client.close();
    try {
      for (;;) yield* this.#client.receive(CLOSE_MS);
    } catch (error) {
      if (error instanceof Timeout) this.#client._terminate();
      else if (!(error instanceof WebSocketClosed)) throw error;
    }
  }

  #tell(kind: GatewayEvent["kind"], reason: string | null): void {
    const { sentBytes = 0, receivedBytes = 0 } = this.#relay ?? {};
    const client = this.#client.remoteAddress;
    this.#shared.tell({ kind, client, target: this.#target, reason, sentBytes, receivedBytes });
  }
}

export async function digestOf(token: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
}

function requestIn(message: Message): Request {
  const received = receivedMessage(message);
  const request = received?.kind === Kind.Open ? bodyOf<OpenBody>(received) : null;
  if (request === null) throw new Refusal("protocol", "that is no request");
  if (request.version !== VERSION) throw new Refusal("protocol", `this gateway speaks version ${VERSION}`);
  return request;
}

/** What is not in the protocol is refused: such options could say where to connect. */
function tlsIn(value: unknown): GatewayTls {
  const { servername, ca, rejectUnauthorized, ...others } = (value ?? {}) as Record<string, unknown>;
  const isText = (option: unknown) => option === undefined || typeof option === "string";
  const isFlag = rejectUnauthorized === undefined || typeof rejectUnauthorized === "boolean";
  if (typeof value !== "object" || value === null || !isText(servername) || !isText(ca) || !isFlag) {
    throw new Refusal("protocol", "those are no TLS options");
  }
  if (Object.keys(others).length > 0) throw new Refusal("protocol", "a TLS option is not in it");
  return value as GatewayTls;
}

/** Connects to the first that answers. They are checked addresses: nothing is looked up from here on. */
function* firstOf(
  addresses: readonly string[],
  host: string,
  port: number,
  tls: GatewayTls | null,
): Generator<unknown, Socket, unknown> {
  const isName = addresses[0] !== host;
  // The certificate is the name's, and not the address's.
  const options = tls === null ? {} : { tls: { ...(isName ? { servername: host } : {}), ...tls } };
  let failure: unknown;
  for (const address of addresses) {
    try {
      return yield* createConnection({ host: address, port, ...options });
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

function failureOf(error: unknown): { readonly kind: "refused" | "failed"; readonly body: FailedBody } {
  if (error instanceof Refusal) {
    return { kind: "refused", body: { reason: error.reason, message: error.detail } };
  }
  if (error instanceof SocketError) {
    const message = (error.cause as Partial<Error> | null)?.message ?? error.message;
    return { kind: "failed", body: { ...(error.errno !== null && { errno: error.errno }), message } };
  }
  // A kill, or what nobody has thought of.
  throw error;
}
