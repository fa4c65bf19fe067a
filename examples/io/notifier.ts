// Notices for whoever wants them, as soon as they are there: by long polling, which every client can, and
// over WebSockets.
//
//   npm run build && node build/examples/io/notifier.js
//   node build/examples/io/notifier.js 7000      (a server, until SIGTERM or ^C)
//   curl -d 'tea is ready' localhost:7000; curl localhost:7000/?after=0
//
// Promised:
//   ann polls, and nothing is new: 204
//   ann polls again, and has: tea is ready
//   bob was told: tea is ready
//   cid comes late, and has: tea is ready, so is cake
//   the server has stopped

import { run, sleep, spawn, wait } from "wevent";
import { connectWebSocket, fetch, type HttpServer } from "wevent/http";
import { waitSignal } from "wevent/signal";
import type { Notice } from "./lib/notices.js";
import { serveNotices } from "./lib/notifier.js";

function* poll(server: HttpServer, after: number) {
  const response = yield* fetch(new URL(`?after=${after}`, server.url));
  if (response.status === 204) return null;
  const notices = (yield* wait(response.json())) as Notice[];
  return notices.map(({ text }) => text).join(", ");
}

function* give(server: HttpServer, text: string) {
  const response = yield* fetch(server.url, { method: "POST", body: text });
  yield* wait(response.text());
}

function* demonstrate(server: HttpServer) {
  const bob = yield* connectWebSocket(server.url);
  console.log(`ann polls, and nothing is new: ${(yield* poll(server, 0)) ?? 204}`);
  const ann = spawn(poll, server, 0);
  yield* sleep(20);
  yield* give(server, "tea is ready");
  console.log(`ann polls again, and has: ${yield* ann}`);
  console.log(`bob was told: ${JSON.parse(String(yield* bob.receive())).text}`);
  yield* bob.send("so is cake");
  yield* bob.receive();
  console.log(`cid comes late, and has: ${yield* poll(server, 0)}`);
  bob.close();
}

await run(function* () {
  const [askedPort] = process.argv.slice(2);
  const pollTimeout = askedPort === undefined ? 200 : 25_000;
  const server = yield* serveNotices({ port: Number(askedPort ?? 0), pollTimeout });
  if (askedPort === undefined) {
    yield* demonstrate(server);
  } else {
    console.log(`listening at ${server.url}`);
    yield* waitSignal(["SIGINT", "SIGTERM"]);
  }
  yield* server.stop(0);
  console.log("the server has stopped");
});
