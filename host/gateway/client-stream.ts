// Owns one stream through a gateway: the WebSocket that carries it, and its credit both ways. It uses of the
// runtime a WebSocket and nothing else.
//
// WebSockets of browsers have no back-pressure of their own, in either direction. So nothing is sent beyond
// the gateway's credit, and the gateway is given credit only while the reader takes what has come.

import { closeWebSocket } from "../_close-websocket.js";
import type { StreamEvents, StreamHandle } from "../core/net.js";
import { GatewayError, isReason } from "./errors.js";
import {
  addressIn,
  BREACHES,
  bodyMessage,
  bodyOf,
  creditMessage,
  creditOf,
  dataMessage,
  endMessage,
  type FailedBody,
  isWindow,
  Kind,
  type OpenBody,
  type OpenedBody,
  type Received,
  receivedMessage,
} from "./protocol.js";
import { Allowance, Credit } from "./window.js";

/** What a client asks a runtime's WebSocket to be. */
export type WebSocketClass = new (url: string) => WebSocket;

/** A WebSocket that asks one thing of a gateway, and hears the answer. */
export abstract class Asking {
  protected isOver = false;
  #socket: WebSocket | null = null;

  constructor(WebSocketOf: WebSocketClass, url: string, body: OpenBody) {
    try {
      this.#socket = new WebSocketOf(url);
    } catch (error) {
      // A page that came by https may open none that is not wss, and is told so at once.
      queueMicrotask(() => this.#lose(String((error as Error | null)?.message ?? error)));
      return;
    }
    const socket = this.#socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.send(bodyMessage(Kind.Open, body)));
    socket.addEventListener("message", ({ data }) => this.#message(data));
    // A close follows, and says as little of why.
    socket.addEventListener("error", () => {});
    socket.addEventListener("close", ({ code, reason }) => this.#closed(code, reason));
  }

  /** What it is at, for error texts: "connect to db:5432". */
  protected abstract readonly action: string;

  protected send(message: Uint8Array<ArrayBuffer>): void {
    if (!this.isOver) this.#socket!.send(message);
  }

  #message(data: unknown): void {
    if (this.isOver) return;
    const received = data instanceof ArrayBuffer ? receivedMessage(new Uint8Array(data)) : null;
    if (received?.kind === Kind.Failed) this.#failed(bodyOf<FailedBody>(received) ?? {});
    else if (received === null || !this.received(received)) this.#breach();
  }

  /** False: that is not of the protocol, or not due. */
  protected abstract received(message: Received): boolean;

  /** It ends with an error. Nothing is heard after. */
  protected abstract fail(error: Error): void;

  /** The gateway closed it with nothing amiss. */
  protected closedWell(): boolean {
    return false;
  }

  #failed({ reason, errno, message }: Partial<Record<keyof FailedBody, unknown>>): void {
    const text = typeof message === "string" ? message : "";
    if (isReason(reason)) this.#abort(new GatewayError(this.action, reason, text));
    else if (typeof errno === "string") this.#abort(Object.assign(new Error(text), { code: errno }));
    else this.#abort(new Error(text));
  }

  #closed(code: number, reason: string): void {
    if (this.isOver || this.closedWell()) return;
    if (BREACHES.has(code)) this.#breach();
    else this.#lose(reason === "" ? `closed with ${code}` : `closed with ${code}: ${reason}`);
  }

  /** The other end said what is not of the protocol. */
  #breach(): void {
    this.#abort(new GatewayError(this.action, "protocol"));
  }

  #lose(detail: string): void {
    this.#abort(new GatewayError(this.action, "lost", detail));
  }

  #abort(error: Error): void {
    if (this.isOver) return;
    this.leave();
    this.fail(error);
  }

  /** Lets go of the WebSocket; what was sent still goes. */
  protected leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.#socket !== null) closeWebSocket(this.#socket, 1000);
  }
}

export class GatewayStream extends Asking implements StreamHandle {
  local: StreamHandle["local"] = null;
  remote: StreamHandle["remote"] = null;
  readonly #peer: string;
  readonly #events: StreamEvents;
  readonly #credit = new Credit();
  readonly #allowance: Allowance;
  /** Most bytes in one message. */
  #partBytes = 0;
  /** What has been written and not sent. */
  #rest: Uint8Array | null = null;
  #isOpened = false;
  #isPaused = false;
  #isEndAsked = false;
  #isEndSent = false;
  #hasPeerEnded = false;

  constructor(
    WebSocketOf: WebSocketClass,
    url: string,
    body: OpenBody & { readonly windowBytes: number },
    events: StreamEvents,
  ) {
    super(WebSocketOf, url, body);
    this.#peer = `${body.host}:${body.port}`;
    this.#events = events;
    this.#allowance = new Allowance(body.windowBytes);
  }

  protected get action(): string {
    return `${this.#isOpened ? "go on with the connection" : "connect"} to ${this.#peer}`;
  }

  // ---- the stream drives

  write(bytes: Uint8Array): boolean {
    this.#rest = bytes;
    return this.#sendRest();
  }

  end(): void {
    this.#isEndAsked = true;
    if (this.#rest === null) this.#sendEnd();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#renew();
  }

  destroy(): void {
    this.#rest = null;
    this.leave();
  }

  setNoDelay(): void {}

  /** Whether all is sent. */
  #sendRest(): boolean {
    while (this.#rest !== null && !this.isOver) {
      const part = this.#rest.subarray(0, Math.min(this.#partBytes, this.#credit.leftBytes));
      if (part.length === 0 && this.#rest.length > 0) return false;
      if (part.length > 0) this.send(dataMessage(part));
      this.#credit.leftBytes -= part.length;
      this.#rest = part.length === this.#rest.length ? null : this.#rest.subarray(part.length);
    }
    return true;
  }

  #sendEnd(): void {
    this.send(endMessage());
    this.#isEndSent = true;
  }

  #renew(): void {
    if (this.#isPaused || this.isOver) return;
    const countBytes = this.#allowance.renew();
    if (countBytes > 0) this.send(creditMessage(countBytes));
  }

  // ---- the gateway tells

  protected received(message: Received): boolean {
    const { kind, payload } = message;
    if (!this.#isOpened) return kind === Kind.Opened && this.#opened(bodyOf<OpenedBody>(message) ?? {});
    if (kind === Kind.Data) return this.#take(payload);
    if (kind === Kind.Credit) return this.#goOn(creditOf(message));
    return kind === Kind.End && this.#endOfPeer();
  }

  #opened({ local, remote, windowBytes, partBytes }: Partial<Record<keyof OpenedBody, unknown>>): boolean {
    if (!isWindow(windowBytes) || !isWindow(partBytes)) return false;
    this.#credit.grant(windowBytes);
    this.#partBytes = partBytes;
    this.local = addressIn(local);
    this.remote = addressIn(remote);
    this.#isOpened = true;
    this.#events.opened();
    return true;
  }

  #take(bytes: Uint8Array): boolean {
    if (this.#hasPeerEnded || !this.#allowance.arrived(bytes.length)) return false;
    this.#allowance.taken(bytes.length);
    this.#events.received(bytes);
    this.#renew();
    return true;
  }

  #endOfPeer(): boolean {
    if (this.#hasPeerEnded) return false;
    this.#hasPeerEnded = true;
    this.#events.ended();
    return true;
  }

  #goOn(creditBytes: number): boolean {
    if (!this.#credit.grant(creditBytes)) return false;
    if (this.#rest === null || !this.#sendRest()) return true;
    if (this.#isEndAsked) this.#sendEnd();
    this.#events.drained();
    return true;
  }

  protected fail(error: Error): void {
    this.#rest = null;
    this.#events.failed(error);
    this.#events.closed();
  }

  /** Both directions have ended: the gateway lets go of it then. */
  protected override closedWell(): boolean {
    if (!this.#hasPeerEnded || !this.#isEndSent) return false;
    this.leave();
    this.#events.closed();
    return true;
  }
}
