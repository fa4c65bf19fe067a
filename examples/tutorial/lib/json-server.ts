// The server that the fetch examples ask: it answers each request after a moment, with a JSON
// document that repeats the request's `pid`.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** How long an answer takes: what nine requests at once need, and one after another nine times. */
const ANSWER_MS = 20;

export async function startJsonServer(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const pid = Number(new URL(request.url ?? "/", "http://localhost").searchParams.get("pid"));
    setTimeout(() => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ datetime: new Date().toISOString(), pid }));
    }, ANSWER_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
