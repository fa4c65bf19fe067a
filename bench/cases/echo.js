// TCP echo on the loopback: 50 connections of one client process-wide, round trips of 64 bytes. The client
// is the same raw node:net one for every server, in the same process; so the ratio says what the server
// adds, and the absolute figures hold the client too.

import { connect } from "node:net";
import { startAwaiting, startGuest, startRaw, startWevent } from "../lib/echo-servers.js";

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

const rawPort = lazily(startRaw);
const awaitingPort = lazily(startAwaiting);
const port = lazily(startWevent);
const guestPort = lazily(startGuest);

export const cases = {
  echo: {
    title: "TCP echo, a round trip",
    unit: "ns",
    ops: 50_000,
    subjects: {
      wevent: async (ops) => drive(await port(), ops),
      "wevent, guest": async (ops) => drive(await guestPort(), ops),
      "raw callbacks": async (ops) => drive(await rawPort(), ops),
      await: async (ops) => drive(await awaitingPort(), ops),
    },
  },
};
