// An HTTP server: a greenlet for each request, which may block. Slow requests do not hold up others, a
// body can be written as it comes, and `stop` lets what is going on end.
//
//   npm run build && node build/examples/io/hello-http.js
//
// Promised:
//   /quick: hello quick
//   /slow: hello slow
//   /count: 1 2 3
//   /fail: 500
//   stopped, with 0 requests left; reported: this one is broken

import { getHub, joinAll, sleep, spawn, wait } from "wevent";
import { fetch, serve, streamOf } from "wevent/http";

function* handle(request: Request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/fail") throw new Error("this one is broken");
  if (pathname === "/count") return new Response(streamOf(count));
  if (pathname === "/slow") yield* sleep(100);
  return new Response(`hello ${pathname.slice(1)}`);
}

function* count(writer: { write(text: string): Iterable<unknown> }) {
  for (const number of ["1", " 2", " 3"]) {
    yield* writer.write(number);
    yield* sleep(5);
  }
}

const reports: string[] = [];
getHub().onError(({ error }) => void reports.push((error as Error).message));
const server = await serve(handle, { port: Number(process.argv[2] ?? 0), spawn: 100 });

function* ask(path: string) {
  const response = yield* fetch(new URL(path, server.url));
  const text = yield* wait(response.text());
  console.log(`${path}: ${response.ok ? text : response.status}`);
}

await spawn(function* () {
  yield* joinAll([spawn(ask, "/slow"), spawn(ask, "/quick")]);
  yield* ask("/count");
  yield* ask("/fail");
  yield* server.stop();
}).get();
console.log(`stopped, with ${server.size} requests left; reported: ${reports.join(", ")}`);
