// Owns the network that a gateway gives a hub: which of a driver's calls it can answer, and with what.
//
// What a page needs. `new Hub({ network: new Gateway(url, { token }) })`, and programs that run in that hub
// (`hub.run`): `createConnection` and `lookup` then go through the gateway, and so do the sockets of guests.
// A page that came by https needs a wss: gateway; the page's Content-Security-Policy needs its URL in
// connect-src; and the gateway needs the page's origin, if it lists origins. Nothing of the DOM is used but
// the global WebSocket, so a worker will do as well. A page cannot listen, nor send datagrams: UnsupportedError.

import { requireCallback, requireOptions } from "../core/check.js";
import { describe, RangeUsageError, UnsupportedError, UsageError } from "../core/errors.js";
import type {
  AcceptorHandle,
  NetDriver,
  StreamEvents,
  StreamHandle,
  Target,
  TlsOptions,
} from "../core/net.js";
import { systemError } from "../core/net-errors.js";
import { Network } from "../core/network.js";
import { Asking, GatewayStream, type WebSocketClass } from "./client-stream.js";
import {
  bodyOf,
  type GatewayTls,
  isWindow,
  Kind,
  MOST_WINDOW_BYTES,
  type OpenBody,
  type OpenedBody,
  type Received,
  VERSION,
  WINDOW_BYTES,
} from "./protocol.js";

export type { WebSocketClass } from "./client-stream.js";

/** How a hub uses a gateway. */
export interface GatewayOptions {
  /** The gateway's token; null: it has none. It is sent in a message, and never in the URL. */
  readonly token: string | null;
  /** Bytes that each connection may have on their way here. 1 to 16 MiB. Omitted: 128 KiB. */
  readonly windowBytes?: number;
  /** The WebSocket to use. Omitted: the global one, which Node has from 22; before, that of crossws/websocket. */
  readonly WebSocket?: WebSocketClass;
}

type Addresses = Awaited<ReturnType<NetDriver["lookup"]>>;

const CAPABILITIES = ["tcp.connect", "tls"] as const;

/**
 * The network behind a gateway (`wevent gateway`), for a runtime that has none of its own, such as a page:
 * `new Hub({ network: new Gateway(url, { token }) })`. `createConnection` and `lookup` go through it, each
 * connection over a WebSocket of its own. With `tls` it is the gateway that talks TLS to the target, and so
 * sees what is said; of its options there are `servername`, `ca` and `rejectUnauthorized`.
 *
 * Limits first: it cannot listen, and there are no Unix sockets and no datagrams: UnsupportedError. A socket
 * holds `windowBytes` more than one of the system for a reader that does not come, and may have as much on
 * its way that the target has not read.
 *
 * @example
 * ```ts
 * const hub = new Hub({ network: new Gateway("ws://127.0.0.1:8100", { token }) });
 * await hub.run(function* () {
 *   using redis = yield* createConnection({ port: 6379 });
 * });
 * ```
 * @source gevent has none; websockify does the same for other programs, without back-pressure
 * @since 0.1
 */
export class Gateway extends Network {
  readonly label = "a gateway";
  /** Where it is. */
  readonly url: string;
  /** @internal */
  readonly _capabilities = CAPABILITIES;
  /** @internal */
  readonly _net: NetDriver;

  /**
   * @param url - "ws:" or "wss:", or "http:" or "https:" for the same.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `url` is no such URL, or no token is given
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `windowBytes` is outside its range
   * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED where there is no WebSocket
   */
  constructor(url: string | URL, options: GatewayOptions) {
    super();
    requireOptions(options);
    const { token, windowBytes = WINDOW_BYTES, WebSocket: given = globalThis.WebSocket } = options;
    if (token !== null && (typeof token !== "string" || token === "")) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        "could not use a gateway without its token; give token, or null if it has none",
      );
    }
    if (!isWindow(windowBytes)) {
      throw new RangeUsageError(
        `could not use ${describe(windowBytes)} as windowBytes because it is not an integer from 1 to ${MOST_WINDOW_BYTES}`,
      );
    }
    if (given === undefined) throw new UnsupportedError("WebSocket", "this runtime");
    requireCallback(given, "connect with");
    this.url = addressOf(url);
    this._net = new GatewayNet(given, this.url, token, windowBytes);
  }
}

function addressOf(url: string | URL): string {
  const text = String(url);
  if (URL.canParse(text)) {
    const address = new URL(text.replace(/^http/i, "ws"));
    // A fragment is nothing that is asked for, and a WebSocket refuses it.
    address.hash = "";
    if (/^wss?:$/.test(address.protocol)) return address.href;
  }
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not use ${describe(text)} as a gateway because it is not a WebSocket's URL; give "ws://host:port"`,
  );
}

class GatewayNet implements NetDriver {
  readonly #WebSocket: WebSocketClass;
  readonly #url: string;
  readonly #token: string | null;
  readonly #windowBytes: number;

  constructor(WebSocketOf: WebSocketClass, url: string, token: string | null, windowBytes: number) {
    this.#WebSocket = WebSocketOf;
    this.#url = url;
    this.#token = token;
    this.#windowBytes = windowBytes;
  }

  connect(target: Target, events: StreamEvents): StreamHandle {
    if ("path" in target) throw new UnsupportedError("unix", "a gateway");
    const { host, port, tls } = target;
    const windowBytes = this.#windowBytes;
    const body = { ...this.#body(), host, port, windowBytes, ...(tls && { tls: tlsOf(tls) }) };
    return new GatewayStream(this.#WebSocket, this.#url, body, events);
  }

  /** Never asked: a hub knows that it cannot. */
  listen(): AcceptorHandle {
    throw new UnsupportedError("tcp.listen", "a gateway");
  }

  lookup(host: string): Promise<Addresses> {
    return new Promise((resolve, reject) => {
      new Lookup(this.#WebSocket, this.#url, { ...this.#body(), lookup: host }, resolve, reject);
    });
  }

  #body(): OpenBody {
    return { version: VERSION, token: this.#token };
  }
}

const TLS_OPTIONS = { servername: "string", ca: "string", rejectUnauthorized: "boolean" } as const;

/** What the gateway does not take is said here: a key, say, is not sent to it and then not used. */
function tlsOf(options: TlsOptions): GatewayTls {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const type = Object.hasOwn(TLS_OPTIONS, name) ? TLS_OPTIONS[name as keyof GatewayTls] : undefined;
    if (type === undefined) throw new UnsupportedError(`tls.${name}`, "a gateway");
    if (typeof value !== type) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not use ${describe(value)} as tls.${name} through a gateway because it is not a ${type}; give one`,
      );
    }
  }
  return Object.fromEntries(given);
}

class Lookup extends Asking {
  protected readonly action: string;
  readonly #resolve: (addresses: Addresses) => void;
  readonly #reject: (error: Error) => void;

  constructor(
    WebSocketOf: WebSocketClass,
    url: string,
    body: OpenBody,
    resolve: (addresses: Addresses) => void,
    reject: (error: Error) => void,
  ) {
    super(WebSocketOf, url, body);
    this.action = `look ${body.lookup} up`;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  protected received(message: Received): boolean {
    const addresses = message.kind === Kind.Opened ? bodyOf<OpenedBody>(message)?.addresses : undefined;
    if (!Array.isArray(addresses) || !addresses.every(isFound)) return false;
    this.leave();
    if (addresses.length === 0) this.#reject(systemError("ENOTFOUND"));
    else this.#resolve(addresses);
    return true;
  }

  protected fail(error: Error): void {
    this.#reject(error);
  }
}

function isFound(value: unknown): value is Addresses[number] {
  const { address, family } = (value ?? {}) as Record<string, unknown>;
  return typeof address === "string" && (family === 4 || family === 6);
}
