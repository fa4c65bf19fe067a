// A server under a flood of half-open and slow connections: its limits end them, and others are served.
// Real time: order and lower bounds only. Where honest clients are served under a limit it is a second or
// so, for a machine that is busy may take long over what takes no time.
import { connect, type Socket as NodeSocket } from "node:net";
import { expect, it } from "vitest";
import { type Greenlet, joinAll, spawn, Timeout, wait } from "wevent";
import { StreamServer } from "wevent/server";
import { createConnection, type Socket } from "wevent/socket";
import { CERT, KEY } from "../lib/certificate.ts";
import { RawClient, serving } from "../lib/http.ts";
import { inHub } from "../lib/hub.ts";

const REAL = { clock: "real" } as const;
const IDENTITY = { key: KEY, cert: CERT };
const portOf = (server: StreamServer) => (server.address as { readonly port: number }).port;

/** Clients of a flood, each of which begins as `begin` says, and how many of them are still connected. */
class Flood {
  readonly #sockets = new Set<NodeSocket>();
  readonly connected: Promise<unknown>;
  readonly ended: Promise<unknown>;

  constructor(port: number, count: number, begin: (socket: NodeSocket, index: number) => void) {
    const sockets = Array.from({ length: count }, (_, index) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("connect", () => begin(socket, index));
      socket.resume();
      this.#sockets.add(socket);
      return socket;
    });
    const all = (event: string) =>
      Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once(event, resolve))));
    this.connected = all("connect");
    this.ended = all("close");
  }

  get size(): number {
    return this.#sockets.size;
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** A byte now and then, of something that never ends. */
function drip(socket: NodeSocket, text: string): void {
  let at = 0;
  const timer = setInterval(() => void socket.write(text[at++ % text.length]!), 3);
  socket.on("close", () => clearInterval(timer));
}

function* shout(socket: Socket) {
  for (;;) {
    const line = yield* socket.readLine();
    if (line === null) return;
    yield* socket.sendAll(`${line.toUpperCase()}\n`);
  }
}

/** So many clients at once that ask something, and are all answered. */
function* serveOthers(port: number, count: number, tls?: { ca: string }) {
  const clients = Array.from(
    { length: count },
    (_, i) =>
      spawn(function* () {
        using client = yield* createConnection({ port, ...(tls && { tls }) });
        yield* client.sendAll(`client ${i}\n`);
        return yield* client.readLine();
      }) as Greenlet,
  );
  yield* joinAll(clients, { raiseError: true });
  expect(clients.map(({ value }) => value)).toEqual(clients.map((_, i) => `CLIENT ${i}`));
}

const KINDS = [
  (_socket: NodeSocket) => {},
  (socket: NodeSocket) => void socket.write("half a line"),
  (socket: NodeSocket) => drip(socket, "a line without an end "),
];

it(
  "connections that say nothing, or a byte at a time, give their places up after `timeout`",
  inHub(function* ({ reports }) {
    const server = new StreamServer({}, shout, { spawn: 10, timeout: 1000 });
    yield* server.start();
    const flood = new Flood(portOf(server), 12, (socket, i) => KINDS[i % KINDS.length]!(socket));
    yield* wait(flood.connected);
    // They stand behind a flood that has all places, and have their turn.
    yield* serveOthers(portOf(server), 20);
    yield* wait(flood.ended);
    yield* server.stop(null);
    const errors = (yield* reports()).map(({ error }) => error);
    expect(errors).toHaveLength(12);
    for (const error of errors) expect(error).toBeInstanceOf(Timeout);
  }, REAL),
);

it(
  "half-open TLS handshakes take no place: others are served while they last",
  inHub(function* () {
    const server = new StreamServer({ tls: IDENTITY }, shout, { spawn: 2 });
    yield* server.start();
    const flood = new Flood(portOf(server), 60, (socket, i) => {
      // The first bytes of a hello of 512 bytes.
      if (i % 2 === 0) socket.write(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252]));
    });
    yield* wait(flood.connected);
    yield* serveOthers(portOf(server), 20, { ca: CERT });
    expect(flood.size).toBe(60);
    flood.destroy();
    yield* wait(flood.ended);
    yield* server.stop();
  }, REAL),
);

it(
  "half-open TLS handshakes are ended by handshakeTimeout",
  inHub(function* ({ reports }) {
    const server = new StreamServer({ tls: { ...IDENTITY, handshakeTimeout: 30 } }, shout);
    yield* server.start();
    const flood = new Flood(portOf(server), 60, (socket, i) => {
      if (i % 2 === 0) drip(socket, "\u0016\u0003\u0001\u0002\u0000");
    });
    yield* wait(flood.ended);
    expect(server.connectionCount).toBe(0);
    yield* server.stop();
    // Nobody handles who has not shaken hands, so nobody fails.
    expect(yield* reports()).toEqual([]);
  }, REAL),
);

for (const [title, begin] of [
  ["headers come", (socket: NodeSocket) => socket.write("GET / HTTP/1.1\r\nHost: a\r\nX: ")],
  [
    "body comes",
    (socket: NodeSocket) => socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n"),
  ],
] as const) {
  it(
    `requests whose ${title} a byte at a time are ended, and others are answered meanwhile`,
    serving(
      function* (request) {
        return new Response((yield* wait(request.text())) || "nothing");
      },
      async ({ server, takeReports }) => {
        const flood = new Flood(server.port, 60, (socket) => {
          begin(socket);
          drip(socket, "x");
        });
        await flood.connected;
        for (let i = 0; i < 20; i++) {
          const client = new RawClient(server).get("/", "Connection: close");
          expect(await client.end()).toContain("nothing");
        }
        await flood.ended;
        expect(await new RawClient(server).get("/", "Connection: close").end()).toContain("nothing");
        takeReports();
      },
      { headerTimeout: 800, requestTimeout: 1000 },
    ),
  );
}

it(
  "half-open TLS handshakes with `serve` are ended by headerTimeout",
  serving(
    () => new Response("never asked"),
    async ({ server }) => {
      const flood = new Flood(server.port, 30, (socket, i) => {
        if (i % 2 === 0) socket.write(Buffer.from([22, 3, 1, 2, 0]));
      });
      await flood.ended;
      expect(server.size).toBe(0);
    },
    { tls: IDENTITY, headerTimeout: 30 },
  ),
);
