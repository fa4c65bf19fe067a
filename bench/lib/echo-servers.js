// TCP echo servers, each started in the process that asks for it: `start()` answers the port.

import { createServer } from "node:net";
import { Hub } from "wevent";
import { StreamServer } from "wevent/server";

const listening = (server) =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });

/** Callbacks of node:net, and nothing else: the control. */
export const startRaw = () =>
  listening(
    createServer({ noDelay: true }, (socket) => {
      socket.on("data", (bytes) => socket.write(bytes));
      socket.on("error", () => {});
    }),
  );

/** An async function for each connection. */
export const startAwaiting = () =>
  listening(
    createServer({ noDelay: true }, async (socket) => {
      try {
        for await (const bytes of socket) socket.write(bytes);
      } catch {
        // A client has gone.
      }
    }),
  );

function* echo(socket) {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

/** A greenlet for each connection. `spawn`: of those that have ended some may not be gone when others come. */
export const startWevent = () =>
  new Hub().run(function* () {
    const server = new StreamServer({}, echo, { spawn: 20_000 });
    yield* server.start();
    return server.address.port;
  });

/** A greenlet of a guest for each connection. Compiled, and loaded, by who asks for it. */
export async function startGuest() {
  const { loadBench } = await import("./guest.js");
  return (await loadBench("echo")).call("serve");
}
