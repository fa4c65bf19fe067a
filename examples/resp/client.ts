// A client for Redis and what speaks its protocol, as a user of wevent writes one: blocking calls, a pool of
// connections, and nothing that a killed greenlet could leave behind.
//
// What it promises. A command is sent at most once: one that fails with ConnectionLost or a Timeout may
// have been done or not, and is not tried again. A connection that broke is replaced by the next command.
// A connection is never handed on with a reply still to come: it is closed.

import { type Body, call, type Operation, withTimeout } from "wevent";
import { Semaphore } from "wevent/lock";
import { Connection, type ConnectionOptions } from "./connection.js";
import { ConnectionLost, ReplyError } from "./errors.js";
import { type Argument, type Reply, requireCommand } from "./protocol.js";
import { Subscription } from "./subscription.js";

export type { ConnectionOptions } from "./connection.js";
export { Connection } from "./connection.js";
export { ConnectionLost, ProtocolError, ReplyError } from "./errors.js";
export type { Argument, Reply } from "./protocol.js";
export { type Message, Subscription } from "./subscription.js";

export interface ClientOptions extends ConnectionOptions {
  /** Most connections at once; who needs one more waits. Omitted: 10. */
  readonly poolSize?: number;
  /** Longest time for a call, all in all, in ms; then it throws a Timeout. null: no limit. Omitted: 5000. */
  readonly timeout?: number | null;
}

/** After these the replies to what follows are others: they need a connection to themselves. */
const CHANGES_CONNECTION =
  /^(?:P|S)?SUBSCRIBE$|^(?:MONITOR|MULTI|WATCH|SELECT|AUTH|HELLO|CLIENT|RESET|QUIT)$/i;

export class RespClient implements Disposable {
  readonly #options: ConnectionOptions;
  readonly #timeoutMs: number | null;
  readonly #places: Semaphore;
  readonly #connections = new Set<Connection>();
  /** Those that nobody uses; the one used last is at the end. */
  readonly #idle: Connection[] = [];
  #isClosed = false;

  constructor(options: ClientOptions = {}) {
    const { poolSize = 10, timeout = 5000, ...connection } = options;
    this.#options = connection;
    this.#timeoutMs = timeout;
    this.#places = new Semaphore(poolSize);
  }

  /** How many connections of the pool are open. */
  get connectionCount() {
    return this.#connections.size;
  }

  /** Sends one command and gives its reply. Throws a ReplyError when the server refuses it. */
  command<T extends Reply = Reply>(...args: Argument[]): Operation<T> {
    requireCommand(args);
    if (CHANGES_CONNECTION.test(String(args[0])))
      throw new TypeError(`${args[0]} changes the connection: use withConnection, pipeline or subscribe`);
    return call(() => this.#command<T>(args));
  }

  *#command<T extends Reply>(args: readonly Argument[]): Generator<unknown, T, unknown> {
    const [reply] = yield* this.pipeline([args]);
    if (reply instanceof ReplyError) throw reply;
    return reply as T;
  }

  /** Sends commands in one go, over one connection. An error of the server's is the reply to its command. */
  pipeline(commands: readonly (readonly Argument[])[]): Operation<Reply[]> {
    for (const command of commands) requireCommand(command);
    return withTimeout(this.#timeoutMs, () => this.#use((connection) => connection.exchange(commands)));
  }

  /**
   * Runs `body` with a connection to itself, for commands that belong together: WATCH, MULTI. If it
   * fails, the connection is closed, for who knows in which state it is. No time limit but the caller's.
   */
  withConnection<T>(body: (connection: Connection) => Generator<unknown, T, unknown>): Operation<T> {
    return call(() =>
      this.#use(function* (connection) {
        let isDone = false;
        try {
          const value = yield* body(connection);
          isDone = true;
          return value;
        } finally {
          if (!isDone) connection.close();
        }
      }),
    );
  }

  /** Subscribes to channels, over a connection outside the pool. Close what it gives. */
  subscribe(...channels: string[]): Operation<Subscription> {
    return this.#subscribe("SUBSCRIBE", channels);
  }

  /** The same by patterns: "news.*". */
  psubscribe(...patterns: string[]): Operation<Subscription> {
    return this.#subscribe("PSUBSCRIBE", patterns);
  }

  #subscribe(command: "SUBSCRIBE" | "PSUBSCRIBE", names: string[]) {
    requireCommand(names);
    return withTimeout(this.#timeoutMs, () => Subscription.open(this.#options, command, names));
  }

  /** Closes every connection: who waits for a reply is thrown ConnectionLost. Subscriptions go on. */
  close() {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    this.#idle.length = 0;
  }

  [Symbol.dispose]() {
    this.close();
  }

  // ---- the pool

  #use<T>(body: Body<[connection: Connection], T>) {
    return this.#places.with(() => this.#useOne(body));
  }

  *#useOne<T>(body: Body<[connection: Connection], T>) {
    const connection = yield* this.#take();
    try {
      return yield* call(body, connection);
    } finally {
      if (connection.isOpen) this.#idle.push(connection);
      else this.#connections.delete(connection);
    }
  }

  *#take() {
    this.#requireOpen();
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined) break;
      // Taken before it is asked: interrupted, it is closed, and must not be counted.
      this.#connections.delete(connection);
      if (yield* connection.isQuiet()) return this.#keep(connection);
    }
    return this.#keep(yield* Connection.open(this.#options));
  }

  #keep(connection: Connection) {
    if (this.#isClosed) connection.close();
    this.#requireOpen();
    this.#connections.add(connection);
    return connection;
  }

  #requireOpen() {
    if (this.#isClosed) throw new ConnectionLost("the client was closed");
  }
}
