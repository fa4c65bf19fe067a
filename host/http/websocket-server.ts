// Owns the WebSockets of a server: who may open one, a greenlet for each, and how they end with it.
// Frames are crossws's.

import { GreenletExit } from "../core/exit.js";
import type { Body, Greenlet } from "../core/greenlet.js";
import { WebSocketClosed } from "./errors.js";
import type { Dispatcher } from "./handler.js";
import type { Peer, PeerHooks } from "./packages.js";
import { type Carrier, type Message, WebSocketConnection } from "./websocket.js";

/** Handles one WebSocket, which is closed when it has ended. */
export type WebSocketHandler = Body<[socket: WebSocketConnection, request: Request], unknown>;

/** Whether a page of another site asks: it would act with its visitor's cookies. */
function isSameSite(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get("host");
}

export class WebSockets {
  readonly #dispatcher: Dispatcher;
  readonly #handler: WebSocketHandler;
  readonly #allows: (request: Request) => boolean;
  readonly #maxMessageBytes: number;
  readonly #connections = new Map<Peer, WebSocketConnection>();

  constructor(
    dispatcher: Dispatcher,
    handler: WebSocketHandler,
    allows: ((request: Request) => boolean) | undefined,
    maxMessageBytes: number,
  ) {
    this.#dispatcher = dispatcher;
    this.#handler = handler;
    this.#allows = allows ?? isSameSite;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** What crossws is to call. */
  get hooks(): PeerHooks {
    return {
      upgrade: (request) => this.#answer(request),
      open: (peer) => this.#open(peer),
      message: (peer, { rawData }) => this.#connections.get(peer)?._received(messageOf(rawData)),
      drain: (peer) => this.#connections.get(peer)?._drained(),
      close: (peer, { code, reason }) => this.#closed(peer, code ?? 1005, reason ?? ""),
      // A close follows.
      error: () => {},
      options: { node: { serverOptions: { maxPayload: this.#maxMessageBytes } } },
    };
  }

  #answer(request: Request): Response | undefined {
    // No line of those who wait here: an upgrade cannot be held back on every runtime.
    const { isClosed, hasPlace } = this.#dispatcher;
    if (isClosed || !hasPlace) return new Response(null, { status: 503 });
    let isAllowed = false;
    this.#dispatcher.enter(() => {
      isAllowed = this.#allows(request);
    });
    return isAllowed ? undefined : new Response(null, { status: 403 });
  }

  #open(peer: Peer): void {
    const connection = new WebSocketConnection(new PeerCarrier(peer));
    this.#connections.set(peer, connection);
    peer.websocket.addEventListener?.("error", ({ error }) => connection._broken(closeCodeOf(error)));
    const isDone = this.#dispatcher.enter(() => {
      const greenlet = this.#dispatcher.pool.trySpawn(this.#handler, connection, peer.request);
      // Others took the last places while this one shook hands.
      if (greenlet === null) connection._close(1013, "too many");
      else greenlet.watch(() => this.#end(greenlet as Greenlet, connection));
    });
    if (!isDone) connection._close(1011);
  }

  #end(greenlet: Greenlet, connection: WebSocketConnection): void {
    const ended = greenlet._ended!;
    if ("value" in ended) {
      connection._close(ended.value instanceof GreenletExit ? 1001 : 1000);
    } else if (ended.error instanceof WebSocketClosed && connection.closed !== null) {
      // The other side has closed, and the handler did not care how: that is no failure.
      void greenlet.error;
    } else {
      connection._close(1011);
    }
  }

  #closed(peer: Peer, code: number, reason: string): void {
    this.#connections.get(peer)?._closed(code, reason);
    this.#connections.delete(peer);
  }

  /** The server stops: their handlers receive what has come, and then no more. */
  closeAll(): void {
    for (const connection of this.#connections.values()) connection._close(1001, "the server stops");
  }

  /** Ends all that are left. */
  cutAll(): void {
    for (const connection of this.#connections.values()) connection._terminate();
  }
}

class PeerCarrier implements Carrier {
  readonly #peer: Peer;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get remoteAddress(): string | null {
    return this.#peer.remoteAddress ?? null;
  }

  get bufferedAmount(): number {
    return this.#peer.bufferedAmount;
  }

  send(message: Message): void {
    this.#peer.send(message);
  }

  close(code: number, reason: string): void {
    this.#peer.close(code, reason);
  }

  terminate(): void {
    this.#peer.terminate();
  }

  pause(): boolean {
    const { websocket } = this.#peer;
    if (websocket.pause === undefined) return false;
    websocket.pause();
    return true;
  }

  resume(): void {
    this.#peer.websocket.resume?.();
  }

  /** The drain hook tells. */
  watchDrain(): void {}
}

/** The code that ws closes with when the other side breaks the protocol, and does not tell; null: it was something else. */
function closeCodeOf(error: unknown): number | null {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (typeof code !== "string" || !code.startsWith("WS_ERR_")) return null;
  if (/UNSUPPORTED.*LENGTH$/.test(code)) return 1009;
  return code === "WS_ERR_INVALID_UTF8" ? 1007 : 1002;
}

/** A message as a string or bytes, whatever the runtime has for bytes. */
export function messageOf(data: unknown): Message {
  if (typeof data === "string") return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
