// TCP echo on the loopback: 50 connections of one client process-wide, round trips of 64 bytes. The client
// is the same raw node:net one for every server, in the same process; so the ratio says what the server
// adds, and the absolute figures hold the client too.

import { connect, createServer } from "node:net";
import { Hub } from "wevent";
import { StreamServer } from "wevent/server";

const CONNECTIONS = 50;
const MESSAGE = Buffer.alloc(64, 7);

/** Round trips over all connections, `ops` in all. */
function drive(port, ops) {
  const each = Math.max(1, Math.round(ops / CONNECTIONS));
  const clients = Array.from(
    { length: CONNECTIONS },
    () =>
      new Promise((resolve, reject) => {
        let left = each;
        let gotBytes = 0;
        const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => socket.write(MESSAGE));
        socket.on("error", reject);
        socket.on("data", (bytes) => {
          gotBytes += bytes.length;
          if (gotBytes < MESSAGE.length) return;
          gotBytes = 0;
          if (--left > 0) socket.write(MESSAGE);
          else socket.end(() => resolve(each));
        });
      }),
  );
  return Promise.all(clients).then((done) => done.reduce((sum, count) => sum + count, 0));
}

/** A server that is started when it is first asked for; answers its port. */
function lazily(start) {
  let port;
  return () => {
    port ??= start();
    return port;
  };
}

const listening = (server) =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });

const rawPort = lazily(() =>
  listening(
    createServer({ noDelay: true }, (socket) => {
      socket.on("data", (bytes) => socket.write(bytes));
      socket.on("error", () => {});
    }),
  ),
);

const awaitingPort = lazily(() =>
  listening(
    createServer({ noDelay: true }, async (socket) => {
      try {
        for await (const bytes of socket) socket.write(bytes);
      } catch {
        // A client has gone.
      }
    }),
  ),
);

function* echo(socket) {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

const port = lazily(() =>
  new Hub().run(function* () {
    const server = new StreamServer({}, echo);
    yield* server.start();
    return server.address.port;
  }),
);

export const cases = {
  echo: {
    title: "TCP echo, a round trip",
    unit: "ns",
    ops: 50_000,
    subjects: {
      wevent: async (ops) => drive(await port(), ops),
      "raw callbacks": async (ops) => drive(await rawPort(), ops),
      await: async (ops) => drive(await awaitingPort(), ops),
    },
  },
};
