// HTTP servers that answer "hello", each started in the process that asks for it: they answer the port.
// All say the length of their answer, so that none of them sends it in chunks.

import { createServer } from "node:http";
import { FastResponse, serve as serveSrvx } from "srvx";
import { serve } from "wevent/http";

const hello = () => new FastResponse("hello");

/** A greenlet for each request. */
export async function startWevent() {
  const server = await serve(function* () {
    return hello();
  });
  return server.port;
}

/** An async function on the same library. */
export async function startSrvx() {
  const options = { hostname: "127.0.0.1", port: 0, silent: true, gracefulShutdown: false };
  const server = serveSrvx({ ...options, fetch: async () => hello() });
  await server.ready();
  return Number(new URL(server.url).port);
}

/** node:http by itself. */
export function startCallback() {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/plain; charset=UTF-8", "content-length": 5 });
    response.end("hello");
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}
