// Owns opening a WebSocket: over the runtime's own, or that of crossws where there is none.

import { closeWebSocket } from "../_close-websocket.js";
import { call } from "../core/call.js";
import { requireOptions } from "../core/check.js";
import { describe, UsageError } from "../core/errors.js";
import type { Operation } from "../core/operation.js";
import { type Limits, limited, Timeout } from "../core/timeout.js";
import { waitFor } from "../core/wait-promise.js";
import { WebSocketFailed } from "./errors.js";
import { loadWebSocket } from "./packages.js";
import { type Carrier, type Message, WebSocketConnection } from "./websocket.js";
import { messageOf } from "./websocket-server.js";

/** Limits of opening, and what to ask for. */
export interface ConnectOptions extends Limits {
  /** Subprotocols, the best first. Omitted: none. */
  readonly protocols?: string | readonly string[];
}

/**
 * Opens a WebSocket. A greenlet that is interrupted meanwhile leaves none open.
 *
 * @switches always
 * @param url - "ws:" or "wss:", or "http:" or "https:" for the same.
 * @param options - `timeout`, `signal`: limits of opening it; `protocols`.
 * @throws {@link WebSocketFailed} WEV_ERR_WEBSOCKET_FAILED when it cannot be opened
 * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first
 * @throws {@link PackageMissing} WEV_ERR_PACKAGE_MISSING when neither the runtime nor crossws gives one
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when `url` is not such a URL
 * @example
 * ```ts
 * using socket = yield* connectWebSocket("ws://127.0.0.1:8000/");
 * yield* socket.send("hello");
 * console.log(yield* socket.receive());
 * ```
 * @source WebSockets Standard, section 3
 * @since 0.1
 */
export function connectWebSocket(
  url: string | URL,
  options: ConnectOptions = {},
): Operation<WebSocketConnection> {
  const address = addressOf(url);
  requireOptions(options);
  return limited(options, (ms) => call(openWithin, ms, address, options.protocols ?? []));
}

function addressOf(url: string | URL): string {
  const text = String(url);
  const address = URL.canParse(text) ? new URL(text).href.replace(/^http/, "ws") : "";
  if (/^wss?:\/\//.test(address)) return address;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not open a WebSocket to ${describe(text)} because it is not a WebSocket's URL; give "ws://host/path"`,
  );
}

function* openWithin(
  ms: number,
  url: string,
  protocols: string | readonly string[],
): Generator<unknown, WebSocketConnection, unknown> {
  const timeout = Timeout.startNew(ms < 0 ? null : ms);
  try {
    const Client = yield* waitFor(loadWebSocket());
    return yield* open(new Client(url, [protocols].flat()), url);
  } finally {
    timeout.close();
  }
}

function* open(socket: WebSocket, url: string): Generator<unknown, WebSocketConnection, unknown> {
  const carrier = new ClientCarrier(socket);
  const connection = new WebSocketConnection(carrier);
  carrier.connection = connection;
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", (event) => connection._received(messageOf(event.data)));
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", (event) => {
      reject(new WebSocketFailed(url, (event as Partial<ErrorEvent>).error));
    });
    socket.addEventListener("close", ({ code, reason }) => {
      connection._closed(code, reason);
      reject(new WebSocketFailed(url, undefined));
    });
  });
  try {
    yield* waitFor(opened);
    return connection;
  } catch (error) {
    closeWebSocket(socket);
    throw error;
  }
}

/** Node's WebSocket of crossws has more than the standard. */
type Socket = WebSocket & { pause?(): void; resume?(): void; terminate?(): void };

/** The standard has no event for it: while somebody waits to send, it is asked this often. */
const DRAIN_CHECK_MS = 10;

class ClientCarrier implements Carrier {
  readonly remoteAddress = null;
  connection!: WebSocketConnection;
  readonly #socket: Socket;
  #isWatching = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: Message): void {
    this.#socket.send(message as Uint8Array<ArrayBuffer>);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    if (this.#socket.terminate === undefined) this.#socket.close();
    else this.#socket.terminate();
  }

  pause(): boolean {
    if (this.#socket.pause === undefined) return false;
    this.#socket.pause();
    return true;
  }

  resume(): void {
    this.#socket.resume?.();
  }

  watchDrain(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const timer = setInterval(() => {
      if (!this.connection._canSend) return;
      clearInterval(timer);
      this.#isWatching = false;
      this.connection._drained();
    }, DRAIN_CHECK_MS);
  }
}
