// A Redis client inside WebAssembly, made of blocking calls: many greenlets over few connections, commands
// in one go, and a connection that nobody gets with another's reply on it.
//
//   npx wevent run examples/guest/redis-client.as.ts           (with a toy of a server)
//   npx wevent run examples/guest/redis-client.as.ts 6379      (with a Redis, and keys wevent:*)
//   npx wevent run examples/guest/redis-client.as.ts /run/redis.sock
//
// Promised:
//   PONG
//   100 greenlets have counted to 100
//   in one go: OK, hello, nil, 3
//   refused: ERR
//   waited in vain: no reply in 50 ms
//   and the next reply is the right one: hello

import { arguments, ConnectOptions, Pool, StreamServer } from "wevent/assembly";
import { RespClient } from "./lib/resp-client.as";
import { Reply, ReplyKind } from "./lib/resp.as";
import { serveToy } from "./lib/toy-redis.as";

let redis: RespClient | null = null;

function ask(args: string[]): Reply {
  return redis!.command(args);
}

function visit(): i64 {
  return ask(["INCR", "wevent:visits"]).integer;
}

function show(): void {
  console.log(ask(["PING"]).toString());

  const visitors = new Pool(50);
  const visits = new Array<i32>(100);
  const counts = visitors.map<i32, i64>((_: i32) => visit(), visits);
  let last: i64 = 0;
  for (let i = 0; i < counts.length; i++) last = max<i64>(last, counts[i]);
  console.log("100 greenlets have counted to " + last.toString());

  const replies = redis!.pipeline([
    ["SET", "wevent:greeting", "hello"],
    ["GET", "wevent:greeting"],
    ["GET", "wevent:nothing"],
    ["RPUSH", "wevent:list", "a", "b", "c"],
  ]);
  console.log("in one go: " + replies.map<string>((reply) => reply.toString()).join(", "));

  const refused = ask(["INCR", "wevent:greeting"]);
  if (refused.kind == ReplyKind.Refused) console.log("refused: " + refused.text.split(" ")[0]);

  // Nobody puts anything there. The connection that still owes the reply is closed.
  const late = redis!.command(["BLPOP", "wevent:nothing", "0"], 50);
  if (late.kind == ReplyKind.Broken) console.log("waited in vain: " + late.text);
  console.log("and the next reply is the right one: " + ask(["GET", "wevent:greeting"]).toString());
}

/** The port or the path that was asked for. */
function placeOf(asked: string): ConnectOptions {
  return asked.startsWith("/") ? { path: asked, timeout: 5000 } : { port: i32.parse(asked), timeout: 5000 };
}

export function main(): void {
  const asked = arguments();
  const toy: StreamServer | null = asked.length > 0 ? null : serveToy();
  redis = new RespClient(placeOf(toy == null ? asked[0] : toy.address!.port.toString()), 5);
  const keys = ["DEL", "wevent:visits", "wevent:greeting", "wevent:list"];
  ask(keys);
  show();
  ask(keys);
  redis!.close();
  if (toy != null) toy.stop();
}
