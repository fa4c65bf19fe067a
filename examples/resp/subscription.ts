// Owns what a subscriber hears. A greenlet reads the connection, and puts the messages where `receive` and
// the iteration find them: so a receiver that is interrupted has taken nothing, and loses nothing.

import { call, type Operation, type OperationIterator, Queue, spawn } from "wevent";
import { ShutDown } from "wevent/queue";
import { Connection, type ConnectionOptions } from "./connection.js";
import { ConnectionLost, ProtocolError, ReplyError } from "./errors.js";
import type { Reply } from "./protocol.js";

/** Messages held for a receiver that does not come; then the server is not read any more. */
const MOST_UNREAD = 1000;

export interface Message {
  readonly channel: string;
  readonly payload: Reply;
  /** What the channel matched; null: it was subscribed to by its name. */
  readonly pattern: string | null;
}

const decoder = new TextDecoder();

function textOf(reply: Reply | undefined): string {
  if (typeof reply === "string") return reply;
  if (reply instanceof Uint8Array) return decoder.decode(reply);
  throw new ProtocolError("a message has no channel");
}

function messageOf(reply: Reply): Message {
  if (!Array.isArray(reply)) throw new ProtocolError("a subscriber was told something that is no message");
  const kind = textOf(reply[0]);
  if (kind === "message") return { channel: textOf(reply[1]), payload: reply[2]!, pattern: null };
  if (kind === "pmessage")
    return { channel: textOf(reply[2]), payload: reply[3]!, pattern: textOf(reply[1]) };
  throw new ProtocolError(`a subscriber was told ${JSON.stringify(kind)}`);
}

/** An iteration over messages, which ends when it is closed and throws ConnectionLost when it breaks. */
export class Subscription implements OperationIterator<Message> {
  readonly #connection: Connection;
  readonly #messages = new Queue<Message>(MOST_UNREAD);
  #isClosed = false;
  #failure: unknown = null;

  private constructor(connection: Connection) {
    this.#connection = connection;
    spawn(() => this.#read());
  }

  static *open(options: ConnectionOptions, command: "SUBSCRIBE" | "PSUBSCRIBE", names: readonly string[]) {
    const connection = yield* Connection.open(options);
    try {
      yield* connection.send(command, ...names);
      // One confirmation for each name.
      for (const _ of names) {
        const reply = yield* connection.receive();
        if (reply instanceof ReplyError) throw reply;
      }
      return new Subscription(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  *#read() {
    try {
      for (;;) yield* this.#messages.put(messageOf(yield* this.#connection.receive()));
    } catch (error) {
      // Also that it was closed while it waited for room.
      this.#failure = error;
    } finally {
      this.#connection.close();
      this.#messages.shutdown();
    }
  }

  /** The next message, waiting for it. Throws ConnectionLost when there will be none. */
  receive(): Operation<Message> {
    return call(() => this.#receive());
  }

  *#receive() {
    try {
      return yield* this.#messages.get();
    } catch (error) {
      if (!(error instanceof ShutDown)) throw error;
      if (!this.#isClosed) throw this.#failure;
      throw new ConnectionLost("the subscription was closed");
    }
  }

  next(): Operation<IteratorResult<Message, undefined>> {
    return call(() => this.#next());
  }

  *#next(): Generator<unknown, IteratorResult<Message, undefined>, unknown> {
    try {
      return { done: false, value: yield* this.receive() };
    } catch (error) {
      if (this.#isClosed && error instanceof ConnectionLost) return { done: true, value: undefined };
      throw error;
    }
  }

  /** Messages that were not received are dropped. */
  close() {
    this.#isClosed = true;
    this.#connection.close();
    this.#messages.shutdown(true);
  }

  [Symbol.dispose]() {
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message, undefined, unknown> {
    try {
      for (;;) {
        const step = await this.next();
        if (step.done) return undefined;
        yield step.value;
      }
    } finally {
      this.close();
    }
  }
}
