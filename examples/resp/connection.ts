// Owns one connection to a server: a question at a time, or several in one go, and their answers.
//
// Whoever is interrupted between a question and its answer (killed, timed out) leaves a connection on which
// the answer is still to come. Nobody could tell it from the answer to the next question, so the connection
// is closed.

import { type Operation, spawn } from "wevent";
import { Semaphore } from "wevent/lock";
import { select } from "wevent/select";
import { ClosedError, type ConnectOptions, createConnection, type Socket, SocketError } from "wevent/socket";
import { ConnectionLost, ReplyError } from "./errors.js";
import {
  type Argument,
  concat,
  encodeCommand,
  type ReaderLimits,
  type Reply,
  ReplyReader,
  requireCommand,
} from "./protocol.js";

export interface ConnectionOptions extends Omit<ConnectOptions, "timeout" | "signal">, ReaderLimits {
  readonly username?: string;
  readonly password?: string;
  /** Number of the database. Omitted: 0. */
  readonly database?: number;
}

export class Connection implements Disposable {
  readonly #socket: Socket;
  readonly #reader: ReplyReader;
  /** Who uses a connection together takes turns. */
  readonly #turn = new Semaphore();

  private constructor(socket: Socket, limits: ReaderLimits) {
    this.#socket = socket;
    this.#reader = new ReplyReader(socket, limits);
  }

  static *open(options: ConnectionOptions): Generator<unknown, Connection, unknown> {
    const { host, port, path, tls, username, password, database } = options;
    const place = path === undefined ? { host: host ?? "127.0.0.1", port: port ?? 6379 } : { path };
    const socket = yield* createConnection(tls === undefined ? place : { ...place, tls });
    const connection = new Connection(socket, options);
    const setup: Argument[][] = [];
    if (password !== undefined)
      setup.push(username === undefined ? ["AUTH", password] : ["AUTH", username, password]);
    if (database !== undefined) setup.push(["SELECT", database]);
    try {
      const failure = (yield* connection.exchange(setup)).find((reply) => reply instanceof ReplyError);
      if (failure !== undefined) throw failure;
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get isOpen() {
    return !this.#socket.closed;
  }

  /** Sends commands in one go, and gives the reply to each; an error of the server's is such a reply. */
  exchange(commands: readonly (readonly Argument[])[]): Operation<Reply[]> {
    for (const command of commands) requireCommand(command);
    return this.#turn.with(() => this.#exchange(commands));
  }

  *#exchange(commands: readonly (readonly Argument[])[]) {
    const replies: Reply[] = [];
    // The server may stop reading before its answers are taken: so not first all of one, then of the other.
    const sending = spawn(() => this.#send(concat(commands.map(encodeCommand))));
    try {
      while (replies.length < commands.length) replies.push(yield* this.receive());
      yield* sending.join();
      return replies;
    } finally {
      if (!sending.ready() || replies.length < commands.length) this.close();
    }
  }

  *#send(bytes: Uint8Array) {
    try {
      yield* this.#socket.sendAll(bytes);
    } catch (error) {
      // Who reads the answers finds the same.
      if (!(error instanceof SocketError || error instanceof ClosedError)) throw error;
    }
  }

  /** Sends a command whose answers `receive` gives: for a conversation that is not question and answer. */
  *send(...command: Argument[]) {
    requireCommand(command);
    yield* this.#socket.sendAll(encodeCommand(command));
  }

  /** The next reply. One who is interrupted here may have taken a part of it, and has to close. */
  *receive() {
    try {
      return yield* this.#reader.read();
    } catch (error) {
      if (!(error instanceof SocketError || error instanceof ClosedError)) throw error;
      throw new ConnectionLost("the connection broke before the reply", { cause: error });
    }
  }

  /** Whether it can be used again: if something came that nobody has asked for, it is closed. */
  *isQuiet() {
    let isQuiet = false;
    try {
      const [readable] = yield* select([this.#socket], [], [], 0);
      isQuiet = readable.length === 0;
      return isQuiet;
    } finally {
      if (!isQuiet) this.close();
    }
  }

  close() {
    this.#socket.close();
  }

  [Symbol.dispose]() {
    this.close();
  }
}
