// Owns the bytes between one client and its target: three greenlets, of which one hears the client and the
// others each carry one direction. So a target that does not read never keeps the client's credit from being
// heard. It must not know how client and target came to be connected.

import { GreenletExit } from "../core/exit.js";
import type { Greenlet } from "../core/greenlet.js";
import { currentHub } from "../core/hub.js";
import { Timeout } from "../core/timeout.js";
import { Until } from "../core/until.js";
import { WaitQueue } from "../core/wait-queue.js";
import { getCurrent, killAll, spawn } from "../greenlet.js";
import { WebSocketClosed } from "../http/errors.js";
import type { Message, WebSocketConnection } from "../http/websocket.js";
import type { Socket } from "../socket.js";
import { Backlog } from "./backlog.js";
import { Pace } from "./pace.js";
import {
  creditMessage,
  creditOf,
  dataMessage,
  endMessage,
  Kind,
  PART_BYTES,
  receivedMessage,
} from "./protocol.js";
import { Refusal } from "./refusal.js";
import { Allowance, Credit } from "./window.js";

export interface RelayLimits {
  readonly windowBytes: number;
  /** Both directions together. */
  readonly bytesPerSecond: number | null;
  /** Of one connection, both directions together. */
  readonly maxBytes: number | null;
  readonly idleTimeout: number | null;
}

/** What a message costs beside its bytes: a rate that counts bytes alone would let empty ones pass. */
const MESSAGE_BYTES = 16;

/** Both directions have ended. */
class Over extends Error {}

export class Relay {
  /** From the client to the target. */
  sentBytes = 0;
  receivedBytes = 0;
  readonly #client: WebSocketConnection;
  readonly #target: Socket;
  readonly #limits: RelayLimits;
  readonly #hub = currentHub();
  readonly #backlog = new Backlog();
  readonly #allowance: Allowance;
  readonly #credit = new Credit();
  readonly #creditLine = new WaitQueue("a gateway's client, for credit");
  readonly #pace: Pace;
  #listener: Greenlet | null = null;
  #movedAtMs = this.#hub.now();
  #hasClientEnded = false;
  /** Directions that go on. */
  #going = 2;

  constructor(client: WebSocketConnection, target: Socket, windowBytes: number, limits: RelayLimits) {
    this.#client = client;
    this.#target = target;
    this.#limits = limits;
    this.#credit.grant(windowBytes);
    this.#allowance = new Allowance(limits.windowBytes);
    this.#pace = new Pace(limits.bytesPerSecond);
  }

  /**
   * Carries until both ends have ended, or the client has left.
   *
   * @throws Refusal when a limit or the protocol is broken; the target's error when that fails
   */
  *run(): Generator<unknown, void, unknown> {
    this.#listener = getCurrent() as Greenlet;
    const toTarget = this.#carry(() => this.#toTarget());
    const toClient = this.#carry(() => this.#toClient());
    try {
      yield* this.#listen();
    } catch (error) {
      if (error instanceof WebSocketClosed) yield* this.#finish(error, toTarget);
      else if (!(error instanceof Over)) throw error;
    } finally {
      this.#listener = null;
      yield* killAll([toTarget, toClient]);
    }
  }

  /** One direction. What it fails with is thrown at who hears the client. */
  #carry(body: () => Generator<unknown, void, unknown>): Greenlet {
    const relay = this;
    return spawn(function* () {
      try {
        yield* body();
        if (--relay.#going === 0) relay.#endWith(new Over());
      } catch (error) {
        if (error instanceof GreenletExit) throw error;
        // That the client has gone is noticed there too, once what it sent before has been heard.
        if (!(error instanceof WebSocketClosed)) relay.#endWith(error as Error);
      }
    }) as Greenlet;
  }

  /** Once: what else goes wrong is a consequence. */
  #endWith(error: Error): void {
    const listener = this.#listener;
    this.#listener = null;
    listener?.throw(error);
  }

  /** The client has closed as one does: what it sent before still arrives. */
  *#finish(error: WebSocketClosed, toTarget: Greenlet): Generator<unknown, void, unknown> {
    if (error.closeCode !== 1000) throw error;
    this.#listener = null;
    this.#backlog.end();
    yield* toTarget.join(this.#limits.idleTimeout);
  }

  // ---- the client

  *#listen(): Generator<unknown, never, unknown> {
    for (;;) {
      const message = yield* this.#next();
      yield* this.#pace.pass(message.length + MESSAGE_BYTES);
      const received = receivedMessage(message);
      if (received === null) throw new Refusal("protocol", "that is no message of it");
      const { kind, payload } = received;
      if (kind === Kind.Data) this.#put(payload);
      else if (kind === Kind.Credit) this.#grant(creditOf(received));
      else if (kind === Kind.End && !this.#hasClientEnded) this.#endFromClient();
      else throw new Refusal("protocol", "that message was not due");
    }
  }

  /** The next message, unless nothing moves for too long: credit alone is no move. */
  *#next(): Generator<unknown, Message, unknown> {
    const { idleTimeout } = this.#limits;
    if (idleTimeout === null) return yield* this.#client.receive();
    for (;;) {
      const leftMs = this.#movedAtMs + idleTimeout - this.#hub.now();
      if (leftMs <= 0) throw new Refusal("idle");
      try {
        return yield* this.#client.receive(leftMs);
      } catch (error) {
        if (!(error instanceof Timeout)) throw error;
      }
    }
  }

  #put(bytes: Uint8Array): void {
    if (this.#hasClientEnded) throw new Refusal("protocol", "bytes came after the end");
    if (!this.#allowance.arrived(bytes.length)) {
      throw new Refusal("protocol", "more bytes came than were allowed");
    }
    this.sentBytes += bytes.length;
    this.#moved();
    this.#backlog.put(bytes);
  }

  #grant(countBytes: number): void {
    if (!this.#credit.grant(countBytes)) throw new Refusal("protocol", "no end has so much credit");
    this.#creditLine.notify();
  }

  #endFromClient(): void {
    this.#hasClientEnded = true;
    this.#backlog.end();
  }

  #moved(): void {
    this.#movedAtMs = this.#hub.now();
    const { maxBytes } = this.#limits;
    if (maxBytes !== null && this.sentBytes + this.receivedBytes > maxBytes) throw new Refusal("bytes");
  }

  // ---- the two directions

  *#toTarget(): Generator<unknown, void, unknown> {
    for (;;) {
      const bytes = yield* this.#backlog.take();
      if (bytes === null) break;
      yield* this.#target.sendAll(bytes);
      this.#movedAtMs = this.#hub.now();
      this.#allowance.taken(bytes.length);
      const countBytes = this.#allowance.renew();
      if (countBytes > 0) yield* this.#tell(creditMessage(countBytes));
    }
    if (!this.#target.closed) this.#target.shutdown("write");
  }

  *#toClient(): Generator<unknown, void, unknown> {
    for (;;) {
      yield* new Until(this.#creditLine, () => this.#credit.leftBytes > 0, -1);
      const bytes = yield* this.#target.recv(Math.min(this.#credit.leftBytes, PART_BYTES));
      if (bytes.length === 0) break;
      this.#credit.leftBytes -= bytes.length;
      this.receivedBytes += bytes.length;
      this.#moved();
      yield* this.#pace.pass(bytes.length + MESSAGE_BYTES);
      yield* this.#client.send(dataMessage(bytes));
      this.#movedAtMs = this.#hub.now();
    }
    yield* this.#client.send(endMessage());
  }

  /** Credit for a client that has gone is nobody's; what it sent still goes to the target. */
  *#tell(message: Uint8Array): Generator<unknown, void, unknown> {
    try {
      yield* this.#client.send(message);
    } catch (error) {
      if (!(error instanceof WebSocketClosed)) throw error;
    }
  }
}
