// Owns RESP, version 2: how commands are written, and how replies are read from a socket as they come.
// https://redis.io/docs/latest/develop/reference/protocol-spec/
//
// It trusts nobody: a length is checked before anything is waited for, so a hostile server cannot make a
// client hold more than its limits. After an error nothing more can be read: where the next reply begins
// is not known.

import { LineTooLongError, type Socket, StreamEndedError } from "wevent/socket";
import { ConnectionLost, ProtocolError, ReplyError } from "./errors.js";

/** What a server answers. A number that JavaScript cannot hold exactly is a bigint. */
export type Reply = string | Uint8Array | number | bigint | null | ReplyError | Reply[];

/** One part of a command. */
export type Argument = string | number | bigint | Uint8Array;

export interface ReaderLimits {
  /** Most bytes of one reply, all in all. Omitted: 64 MiB. */
  readonly maxBytes?: number;
  /** Most elements of all the arrays in one reply. Omitted: 1 million. */
  readonly maxElements?: number;
  /** Arrays in arrays. Omitted: 32. */
  readonly maxDepth?: number;
  /** true: strings of replies are given as bytes. Omitted: as text, decoded as UTF-8. */
  readonly bytes?: boolean;
}

const MIB = 1 << 20;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A command as the bytes that are sent: an array of strings, whatever they contain. */
export function encodeCommand(args: readonly Argument[]): Uint8Array {
  const strings = args.map((arg) => encodeString(arg instanceof Uint8Array ? arg : String(arg)));
  return concat([encoder.encode(`*${args.length}\r\n`), ...strings]);
}

/** A reply as a server sends it; every text is sent as a string of known length. */
export function encodeReply(reply: Reply): Uint8Array {
  if (reply === null) return encoder.encode("$-1\r\n");
  if (typeof reply === "string" || reply instanceof Uint8Array) return encodeString(reply);
  if (reply instanceof ReplyError) return encoder.encode(`-${reply.message}\r\n`);
  if (!Array.isArray(reply)) return encoder.encode(`:${reply}\r\n`);
  return concat([encoder.encode(`*${reply.length}\r\n`), ...reply.map(encodeReply)]);
}

function encodeString(content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return concat([encoder.encode(`$${bytes.length}\r\n`), bytes, encoder.encode("\r\n")]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sizeBytes, part) => sizeBytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Throws a TypeError unless it is a command: an `undefined` must not become the text "undefined". */
export function requireCommand(args: readonly unknown[]): void {
  if (args.length === 0) throw new TypeError("a command needs a name");
  for (const arg of args) {
    const isArgument =
      typeof arg === "string" ||
      typeof arg === "number" ||
      typeof arg === "bigint" ||
      arg instanceof Uint8Array;
    if (!isArgument)
      throw new TypeError(`${String(args[0])} takes strings, numbers and bytes, and not ${String(arg)}`);
  }
}

export class ReplyReader {
  readonly #socket: Socket;
  readonly #maxBytes: number;
  readonly #maxElements: number;
  readonly #maxDepth: number;
  readonly #asBytes: boolean;
  /** What the reply that is being read may still have. */
  #bytesLeft = 0;
  #elementsLeft = 0;

  constructor(socket: Socket, limits: ReaderLimits = {}) {
    this.#socket = socket;
    this.#maxBytes = limits.maxBytes ?? 64 * MIB;
    this.#maxElements = limits.maxElements ?? 1_000_000;
    this.#maxDepth = limits.maxDepth ?? 32;
    this.#asBytes = limits.bytes ?? false;
  }

  /** The next reply; an error of the server's is given, not thrown. */
  *read(): Generator<unknown, Reply, unknown> {
    this.#bytesLeft = this.#maxBytes;
    this.#elementsLeft = this.#maxElements;
    try {
      return yield* this.#read(0);
    } catch (error) {
      if (error instanceof LineTooLongError) throw new ProtocolError("a line has no end", { cause: error });
      if (error instanceof StreamEndedError)
        throw new ConnectionLost("the server ended in the middle of a reply", { cause: error });
      throw error;
    }
  }

  *#read(depth: number): Generator<unknown, Reply, unknown> {
    const line = yield* this.#socket.readLine(undefined, { requireEnd: true });
    if (line === null) throw new ConnectionLost("the server has closed the connection");
    this.#bytesLeft -= line.length;
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new ReplyError(rest);
      case ":":
        return integerOf(rest);
      case "$":
        return yield* this.#readString(rest);
      case "*":
        return yield* this.#readArray(rest, depth);
      default:
        throw new ProtocolError(`no reply begins with ${JSON.stringify(line.slice(0, 20))}`);
    }
  }

  *#readString(length: string) {
    const sizeBytes = lengthOf(length, this.#bytesLeft, "bytes");
    if (sizeBytes === null) return null;
    this.#bytesLeft -= sizeBytes;
    const bytes = yield* this.#socket.recvExactly(sizeBytes + 2);
    if (bytes[sizeBytes] !== 13 || bytes[sizeBytes + 1] !== 10)
      throw new ProtocolError("a string is longer than it says");
    const content = bytes.subarray(0, sizeBytes);
    return this.#asBytes ? content : decoder.decode(content);
  }

  *#readArray(length: string, depth: number): Generator<unknown, Reply[] | null, unknown> {
    const count = lengthOf(length, this.#elementsLeft, "elements");
    if (count === null) return null;
    if (depth === this.#maxDepth)
      throw new ProtocolError(`arrays are nested more than ${this.#maxDepth} times`);
    this.#elementsLeft -= count;
    const replies: Reply[] = [];
    while (replies.length < count) replies.push(yield* this.#read(depth + 1));
    return replies;
  }
}

/** Null: there is no such string or array. */
function lengthOf(text: string, most: number, what: string): number | null {
  if (text === "-1") return null;
  if (!/^\d{1,15}$/.test(text)) throw new ProtocolError(`${JSON.stringify(text.slice(0, 20))} is no length`);
  const length = Number(text);
  if (length > most) throw new ProtocolError(`${length} ${what} are more than the ${most} that are left`);
  return length;
}

function integerOf(text: string): number | bigint {
  if (!/^[+-]?\d{1,19}$/.test(text))
    throw new ProtocolError(`${JSON.stringify(text.slice(0, 30))} is no integer`);
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
