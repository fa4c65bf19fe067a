// Owns a toy of a Redis server, for who has none: a few commands over keys in memory.

import { Socket, Status, StreamServer } from "wevent/assembly";
import { encodeString, readReply, Reply, ReplyKind } from "./resp.as";

const values: Map<string, string> = new Map<string, string>();
const lists: Map<string, string[]> = new Map<string, string[]>();
const NOT_A_NUMBER = "-ERR value is not an integer or out of range\r\n";

/** Listens at a port that is free. */
export function serveToy(): StreamServer {
  const server = new StreamServer({}, serve);
  if (server.start() != Status.Ok) throw new Error(server.error!.message);
  return server;
}

function serve(socket: Socket): void {
  for (;;) {
    const command = readReply(socket, -1);
    if (command.kind != ReplyKind.List) return;
    const answer = doCommand(command.items.map<string>((item) => item.text));
    // Empty: one that is answered when something comes, which here is never.
    if (answer.length > 0 && socket.sendAll(answer) != Status.Ok) return;
  }
}

function doCommand(args: string[]): string {
  const name = args[0];
  const key = args.length > 1 ? args[1] : "";
  if (name == "PING") return "+PONG\r\n";
  if (name == "SET") {
    values.set(key, args[2]);
    return "+OK\r\n";
  }
  if (name == "GET") return values.has(key) ? encodeString(values.get(key)) : "$-1\r\n";
  if (name == "INCR") return increment(key);
  if (name == "RPUSH") {
    const list = lists.has(key) ? lists.get(key) : [];
    lists.set(key, list.concat(args.slice(2)));
    return integer(lists.get(key).length);
  }
  if (name == "DEL") {
    let count = 0;
    for (let i = 1; i < args.length; i++) count += <i32>values.delete(args[i]) | <i32>lists.delete(args[i]);
    return integer(count);
  }
  if (name == "BLPOP") return "";
  return "-ERR unknown command '" + name + "'\r\n";
}

function increment(key: string): string {
  const value = values.has(key) ? F64.parseInt(values.get(key)) : 0;
  if (isNaN(value)) return NOT_A_NUMBER;
  values.set(key, (<i64>value + 1).toString());
  return integer(<i32>value + 1);
}

function integer(value: i32): string {
  return ":" + value.toString() + "\r\n";
}
