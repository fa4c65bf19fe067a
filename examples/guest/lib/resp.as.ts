// Owns RESP, version 2: how commands are written, and how replies are read from a socket as they come.
// https://redis.io/docs/latest/develop/reference/protocol-spec/

import { Socket, Status } from "wevent/assembly";

export enum ReplyKind {
  Text,
  Integer,
  Nil,
  List,
  /** The server has refused the command: `text` says why. */
  Refused,
  /** There is no reply: `text` says why. The connection is of no more use. */
  Broken,
}

/** What a server answers. */
export class Reply {
  constructor(
    readonly kind: ReplyKind,
    readonly text: string = "",
    readonly integer: i64 = 0,
    readonly items: Reply[] = [],
  ) {}

  toString(): string {
    if (this.kind == ReplyKind.Integer) return this.integer.toString();
    if (this.kind == ReplyKind.Nil) return "nil";
    if (this.kind == ReplyKind.List) return "[" + this.items.map<string>((item) => item.toString()).join(", ") + "]";
    return this.text;
  }
}

/** Most bytes of a string, and most items of a list: who sends more is not believed. */
const MOST_BYTES: i64 = 64 << 20;
const MOST_ITEMS: i64 = 1_000_000;
const DEEPEST: i32 = 32;

/** A command as it is sent: a list of strings, whatever they contain. */
export function encodeCommand(args: string[]): string {
  let text = "*" + args.length.toString() + "\r\n";
  for (let i = 0; i < args.length; i++) text += encodeString(args[i]);
  return text;
}

export function encodeString(content: string): string {
  return "$" + String.UTF8.byteLength(content).toString() + "\r\n" + content + "\r\n";
}

/** The next reply. `timeoutMs` limits each part of it. */
export function readReply(socket: Socket, timeoutMs: f64, depth: i32 = 0): Reply {
  const answer = socket.readLine(timeoutMs);
  if (!answer.ok) return broken(answer.status, timeoutMs);
  const line = answer.value;
  if (line == null) return new Reply(ReplyKind.Broken, "the server has closed the connection");
  const rest = line.substring(1);
  if (line.startsWith("+")) return new Reply(ReplyKind.Text, rest);
  if (line.startsWith("-")) return new Reply(ReplyKind.Refused, rest);
  if (line.startsWith(":")) return new Reply(ReplyKind.Integer, "", I64.parseInt(rest));
  if (line.startsWith("$")) return readString(socket, I64.parseInt(rest), timeoutMs);
  if (line.startsWith("*")) return readList(socket, I64.parseInt(rest), timeoutMs, depth);
  return new Reply(ReplyKind.Broken, "no reply begins with " + line.substring(0, 20));
}

function readString(socket: Socket, sizeBytes: i64, timeoutMs: f64): Reply {
  if (sizeBytes == -1) return new Reply(ReplyKind.Nil);
  if (sizeBytes < 0 || sizeBytes > MOST_BYTES) return new Reply(ReplyKind.Broken, "a string of " + sizeBytes.toString() + " bytes");
  const bytes = socket.recvExactly(<i32>sizeBytes + 2, timeoutMs);
  if (!bytes.ok) return broken(bytes.status, timeoutMs);
  return new Reply(ReplyKind.Text, String.UTF8.decodeUnsafe(bytes.value.dataStart, <i32>sizeBytes));
}

function readList(socket: Socket, length: i64, timeoutMs: f64, depth: i32): Reply {
  if (length == -1) return new Reply(ReplyKind.Nil);
  if (length < 0 || length > MOST_ITEMS || depth == DEEPEST) return new Reply(ReplyKind.Broken, "a list that is too large");
  const items: Reply[] = [];
  for (let i: i64 = 0; i < length; i++) {
    const item = readReply(socket, timeoutMs, depth + 1);
    if (item.kind == ReplyKind.Broken) return item;
    items.push(item);
  }
  return new Reply(ReplyKind.List, "", 0, items);
}

function broken(status: Status, timeoutMs: f64): Reply {
  if (status == Status.TimedOut) return new Reply(ReplyKind.Broken, "no reply in " + (<i32>timeoutMs).toString() + " ms");
  return new Reply(ReplyKind.Broken, "the connection broke before the reply");
}
