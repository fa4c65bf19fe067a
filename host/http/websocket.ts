// Owns a WebSocket as greenlets use it: messages that wait to be received, and the pace of both
// directions. What carries it is the runtime's, behind `Carrier`; who opened it is not known here.

import { describe, RangeUsageError, UsageError } from "../core/errors.js";
import type { Operation } from "../core/operation.js";
import { type Limit, limited, limitsOf } from "../core/timeout.js";
import { WaitQueue } from "../core/wait-queue.js";
import type { OperationIterator } from "../operation-iterator.js";
import { Fifo } from "../queue/store.js";
import { WebSocketClosed } from "./errors.js";
import { Messages, Receive, Send } from "./websocket-operations.js";

/** What is sent and received: text, or bytes. */
export type Message = string | Uint8Array;

/** The runtime's WebSocket, as a connection needs it. */
export interface Carrier {
  /** The other side's IP address; null: it is not known. */
  readonly remoteAddress: string | null;
  /** Bytes that were sent and have not left. */
  readonly bufferedAmount: number;
  send(message: Message): void;
  /** Begins to close, which the other side then confirms. */
  close(code: number, reason: string): void;
  /** Ends it at once. */
  terminate(): void;
  /** Reads nothing more from the other side, where that can be had. False: it cannot. */
  pause(): boolean;
  resume(): void;
  /** `connection._drained()` is to be called once what was sent has left. */
  watchDrain(): void;
}

/** A sender waits while more bytes than this have not left; a reader's peer while more are unread. */
const HIGH_WATER_BYTES = 64 << 10;
/** Most unread bytes where the other side cannot be held up. */
const MOST_UNREAD_BYTES = 16 << 20;
/** What a message takes beside its content. */
const MESSAGE_BYTES = 64;
/** What it is closed with then: 1008 would say it, but clients may use no code below 3000 but 1000. */
const UNREAD_CODE = 4008;
/** A frame that closes has 125 bytes, two of them for the code. */
const MOST_REASON_BYTES = 123;

/**
 * An open WebSocket. Both directions keep the pace of the slower side: `send` waits while the other side
 * does not read, and one who does not `receive` holds the other side up, where the runtime can do that;
 * elsewhere (the WebSocket of browsers, and of Node from 22) 16 MiB of unread messages close it with 4008.
 *
 * @since 0.1
 */
export class WebSocketConnection implements AsyncIterable<Message>, Disposable {
  readonly #carrier: Carrier;
  readonly #receivers = new WaitQueue("WebSocket.receive");
  readonly #senders = new WaitQueue("WebSocket.send");
  readonly #unread = new Fifo<Message>();
  #unreadBytes = 0;
  #isPaused = false;
  #isClosing = false;
  /** What this end closed it with because the other broke the protocol. */
  #brokenCode: number | null = null;
  #closed: { readonly code: number; readonly reason: string } | null = null;

  /** @internal */
  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  /** How it was closed; null: it is open, or being closed. Messages may be left to receive. */
  get closed(): { readonly code: number; readonly reason: string } | null {
    return this.#closed;
  }

  /** The IP address of a server's client; null: it is not known, as with `connectWebSocket`. */
  get remoteAddress(): string | null {
    return this.#carrier.remoteAddress;
  }

  /**
   * Gives the next message, waiting for it. A greenlet that is interrupted meanwhile has taken none.
   *
   * @switches when no message is there
   * @param limit - Longest wait, ms or a Timeout, or `{ timeout, signal }`. Omitted: no limit.
   * @throws {@link WebSocketClosed} WEV_ERR_WEBSOCKET_CLOSED when it is closed and all was received
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first
   * @since 0.1
   */
  receive(limit?: Limit): Operation<Message> {
    return limited(limitsOf(limit), (ms) => new Receive(this, this.#receivers, ms));
  }

  /**
   * Sends a message. When it returns the message is on its way, which does not mean that it was read.
   *
   * @switches when the other side is behind: more than 64 KiB have not left
   * @param limit - As for `receive`; a message whose time passes is not sent.
   * @throws {@link WebSocketClosed} WEV_ERR_WEBSOCKET_CLOSED when it is closed, or being closed
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is neither a string nor bytes
   * @since 0.1
   */
  send(message: Message, limit?: Limit): Operation<void> {
    if (typeof message !== "string" && !(message instanceof Uint8Array)) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not send ${describe(message)} because it is neither a string nor bytes; encode it`,
      );
    }
    return limited(limitsOf(limit), (ms) => new Send(this, this.#senders, message, ms));
  }

  /** Goes through the messages, until it is closed, by whom and why ever: `closed` tells. @noswitch */
  iterate(): OperationIterator<Message> {
    return new Messages(this);
  }

  /** As `iterate`, outside greenlets. */
  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return this.iterate()[Symbol.asyncIterator]();
  }

  /**
   * Begins to close it; what was sent before still arrives. Calling it again does nothing.
   *
   * @noswitch
   * @param code - 1000, or one of your own from 3000 to 4999. Omitted: 1000.
   * @param reason - At most 123 bytes as UTF-8.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when either is not
   * @source RFC 6455, sections 5.5.1 and 7.4
   */
  close(code = 1000, reason = ""): void {
    checkClose(code, reason);
    this._close(code, reason);
  }

  /** @internal With any code that a server may use. */
  _close(code: number, reason = ""): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#carrier.close(code, reason);
    // The other side's answer is to be read.
    this.#unpause();
    this.#senders.notifyOne();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  // ---- what the carrier tells

  /** @internal */
  _received(message: Message): void {
    if (this.#isClosing) return;
    this.#unread.put(message);
    this.#unreadBytes += sizeBytesOf(message);
    if (!this.#isPaused && this.#unreadBytes > HIGH_WATER_BYTES) this.#isPaused = this.#carrier.pause();
    if (!this.#isPaused && this.#unreadBytes > MOST_UNREAD_BYTES)
      this._close(UNREAD_CODE, "too much is unread");
    this.#receivers.notifyOne();
  }

  /** @internal */
  _drained(): void {
    this.#senders.notifyOne();
  }

  /** @internal A close follows, of which the carrier says nothing. */
  _broken(code: number | null): void {
    this.#brokenCode = code;
  }

  /** @internal */
  _closed(code: number, reason: string): void {
    this.#isClosing = true;
    this.#closed ??= { code: this.#brokenCode ?? code, reason };
    this.#receivers.notifyOne();
    this.#senders.notifyOne();
  }

  /** @internal Ends it without a word. */
  _terminate(): void {
    this.#isClosing = true;
    this.#carrier.terminate();
  }

  // ---- what the operations ask

  /** @internal */
  get _canReceive(): boolean {
    return this.#unread.size > 0 || this.#closed !== null;
  }

  /** @internal The oldest message; undefined: none is there. */
  _take(): Message | undefined {
    if (this.#unread.size === 0) {
      if (this.#closed !== null) throw this.#error("receive");
      return undefined;
    }
    const message = this.#unread.get();
    this.#unreadBytes -= sizeBytesOf(message);
    if (this.#unreadBytes <= HIGH_WATER_BYTES) this.#unpause();
    return message;
  }

  /** @internal */
  get _canSend(): boolean {
    return this.#isClosing || this.#carrier.bufferedAmount <= HIGH_WATER_BYTES;
  }

  /** @internal False: the other side is behind. */
  _give(message: Message): boolean {
    if (this.#isClosing) throw this.#error("send");
    if (!this._canSend) {
      this.#carrier.watchDrain();
      return false;
    }
    this.#carrier.send(message);
    return true;
  }

  #unpause(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#carrier.resume();
  }

  /** One that is being closed from here has no code yet: it is what 1005 means. */
  #error(action: string): WebSocketClosed {
    return new WebSocketClosed(action, this.#closed?.code ?? 1005, this.#closed?.reason ?? "");
  }
}

/** What it takes here, roughly: a flood of empty messages must count too (websocket.test.ts, "empty"). */
function sizeBytesOf(message: Message): number {
  return message.length + MESSAGE_BYTES;
}

function checkClose(code: number, reason: string): void {
  if (code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999)) {
    throw new RangeUsageError(
      `could not close a WebSocket with ${describe(code)} because that code is not for programs; give 1000, or 3000 to 4999`,
    );
  }
  if (new TextEncoder().encode(reason).length > MOST_REASON_BYTES) {
    throw new RangeUsageError(
      `could not close a WebSocket with the reason ${describe(reason)} because it has more than ${MOST_REASON_BYTES} bytes; shorten it`,
    );
  }
}
