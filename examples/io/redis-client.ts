// A Redis client made of blocking calls: many greenlets over few connections, commands in one go, messages
// that are waited for, and a connection that nobody gets with another's reply on it.
//
//   npm run build && node build/examples/io/redis-client.js           (with a toy of a server)
//   node build/examples/io/redis-client.js 6379                       (with a Redis, and keys wevent:*)
//
// Promised:
//   PONG
//   100 greenlets have counted to 100, over 5 connections
//   in one go: OK, hello, null, 3
//   refused: ERR
//   waited in vain: WEV_ERR_TIMEOUT
//   and the next reply is the right one: hello
//   heard: first, second

import { forEach, joinAll, run, spawn, Timeout, withTimeout } from "wevent";
import { ReplyError, RespClient } from "../resp/client.js";
import { RespServer } from "../resp/server.js";

function* show(redis: RespClient) {
  console.log(yield* redis.command("PING"));

  const visits = Array.from({ length: 100 }, () => spawn(() => redis.command("INCR", "wevent:visits")));
  yield* joinAll(visits, { raiseError: true });
  const last = Math.max(...visits.map(({ value }) => Number(value)));
  console.log(`100 greenlets have counted to ${last}, over ${redis.connectionCount} connections`);

  const replies = yield* redis.pipeline([
    ["SET", "wevent:greeting", "hello"],
    ["GET", "wevent:greeting"],
    ["GET", "wevent:nothing"],
    ["RPUSH", "wevent:list", "a", "b", "c"],
  ]);
  console.log(`in one go: ${replies.map(String).join(", ")}`);

  try {
    yield* redis.command("INCR", "wevent:greeting");
  } catch (error) {
    if (error instanceof ReplyError) console.log(`refused: ${error.code}`);
  }

  try {
    // Nobody puts anything there. The connection that still owes the reply is closed.
    yield* withTimeout(50, () => redis.command("BLPOP", "wevent:nothing", 0));
  } catch (error) {
    if (error instanceof Timeout) console.log(`waited in vain: ${error.code}`);
  }
  console.log(`and the next reply is the right one: ${yield* redis.command("GET", "wevent:greeting")}`);

  const heard: unknown[] = [];
  const news = yield* redis.subscribe("wevent:news");
  for (const text of ["first", "second"]) yield* redis.command("PUBLISH", "wevent:news", text);
  yield* forEach(news, ({ payload }) => {
    heard.push(payload);
    if (heard.length === 2) news.close();
  });
  console.log(`heard: ${heard.join(", ")}`);
}

await run(function* () {
  const [askedPort] = process.argv.slice(2);
  const toy = new RespServer({});
  yield* toy.start();
  const port = Number(askedPort ?? (toy.address as { port: number }).port);
  using redis = new RespClient({ port, poolSize: 5 });
  const keys = ["wevent:visits", "wevent:greeting", "wevent:list"];
  yield* redis.command("DEL", ...keys);
  yield* show(redis);
  yield* redis.command("DEL", ...keys);
  yield* toy.stop();
});
