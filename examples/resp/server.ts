// A toy of a server that speaks RESP, for trying the client where there is no Redis: a few commands, all in
// memory. A list is a Queue, so BLPOP is its get.

import { forEach, Queue, spawn, Timeout } from "wevent";
import { Empty } from "wevent/queue";
import { StreamServer } from "wevent/server";
import { ClosedError, type ListenOptions, type Socket, SocketError } from "wevent/socket";
import { ConnectionLost, ProtocolError, ReplyError } from "./errors.js";
import { encodeReply, type Reply, ReplyReader } from "./protocol.js";

const MIB = 1 << 20;
/** Messages that wait for a subscriber; one with more is disconnected, as Redis does. */
const MOST_UNREAD = 1000;

type Subscriber = (channel: string, payload: string) => void;

export class RespServer extends StreamServer {
  readonly #values = new Map<string, string>();
  readonly #lists = new Map<string, Queue<string>>();
  readonly #channels = new Map<string, Set<Subscriber>>();

  constructor(place: ListenOptions) {
    super(place, (socket) => serve(this, socket));
  }

  /** Gives the reply to a command, which may take its time. */
  *answer([name = "", ...args]: readonly string[]): Generator<unknown, Reply, unknown> {
    const [key = "", value = ""] = args;
    switch (name.toUpperCase()) {
      case "PING":
        return "PONG";
      case "ECHO":
        return key;
      case "GET":
        if (this.#lists.get(key)?.size) return new ReplyError("WRONGTYPE this key holds a list");
        return this.#values.get(key) ?? null;
      case "SET":
        this.#values.set(key, value);
        return "OK";
      case "INCR": {
        const number = Number(this.#values.get(key) ?? 0) + 1;
        if (!Number.isSafeInteger(number))
          return new ReplyError("ERR value is not an integer or out of range");
        this.#values.set(key, `${number}`);
        return number;
      }
      case "DEL":
        return args.filter((each) => this.#values.delete(each) || this.#clear(each)).length;
      case "RPUSH": {
        const list = this.#list(key);
        for (const item of args.slice(1)) list.putNowait(item);
        return list.size;
      }
      case "LLEN":
        return this.#lists.get(key)?.size ?? 0;
      case "BLPOP":
        return yield* this.#pop(key, Number(value));
      case "PUBLISH": {
        const subscribers = this.#channels.get(key) ?? new Set();
        for (const tell of subscribers) tell(key, value);
        return subscribers.size;
      }
      default:
        return new ReplyError(`ERR unknown command '${name}'`);
    }
  }

  #list(key: string): Queue<string> {
    const list = this.#lists.get(key) ?? new Queue<string>();
    this.#lists.set(key, list);
    return list;
  }

  /** Empties a list, which stays: somebody may wait at it. */
  #clear(key: string) {
    const list = this.#lists.get(key);
    if (!list?.size) return false;
    while (!list.empty()) list.getNowait();
    return true;
  }

  *#pop(key: string, seconds: number): Generator<unknown, Reply, unknown> {
    try {
      return [key, yield* this.#list(key).get(seconds === 0 ? {} : { timeout: seconds * 1000 })];
    } catch (error) {
      if (error instanceof Empty) return null;
      throw error;
    }
  }

  subscribe(channel: string, tell: Subscriber) {
    const subscribers = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscribers);
    subscribers.add(tell);
  }

  unsubscribe(tell: Subscriber) {
    for (const subscribers of this.#channels.values()) subscribers.delete(tell);
  }
}

function* serve(server: RespServer, socket: Socket) {
  try {
    yield* converse(server, socket);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Whether a connection has ended as connections do. */
function isGone(error: unknown) {
  return [ConnectionLost, SocketError, ClosedError, Timeout].some((each) => error instanceof each);
}

function* converse(server: RespServer, socket: Socket) {
  const commands = new ReplyReader(socket, { maxBytes: MIB, maxDepth: 1 });
  try {
    for (;;) {
      const command = commandOf(yield* commands.read());
      if (command[0]!.toUpperCase() !== "SUBSCRIBE") {
        yield* socket.sendAll(encodeReply(yield* server.answer(command)));
      } else {
        yield* tellMessages(server, socket, commands, command.slice(1));
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    yield* socket.sendAll(encodeReply(new ReplyError(`ERR Protocol error: ${error.message}`)));
  }
}

function commandOf(reply: Reply): string[] {
  if (!Array.isArray(reply) || reply.length === 0 || !reply.every((part) => typeof part === "string"))
    throw new ProtocolError("a command is an array of strings");
  return reply;
}

/** From here on the connection hears messages, and says nothing more. */
function* tellMessages(
  server: RespServer,
  socket: Socket,
  commands: ReplyReader,
  channels: readonly string[],
): Generator<unknown, never, unknown> {
  const unread = new Queue<Reply>(MOST_UNREAD + channels.length);
  const tell: Subscriber = (channel, payload) => {
    if (unread.full()) socket.close();
    else unread.putNowait(["message", channel, payload]);
  };
  for (const [i, channel] of channels.entries()) {
    unread.putNowait(["subscribe", channel, i + 1]);
    server.subscribe(channel, tell);
  }
  const writer = spawn(deliver, unread, socket);
  try {
    yield* commands.read();
    throw new ProtocolError("a subscriber asked something");
  } finally {
    server.unsubscribe(tell);
    yield* writer.kill();
  }
}

function* deliver(unread: Queue<Reply>, socket: Socket) {
  try {
    yield* forEach(unread.iterate(), (reply) => socket.sendAll(encodeReply(reply)));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
