// TLS over the loopback of a real system: sockets, servers and HTTP. Real time: order and lower bounds
// only.
import { once } from "node:events";
import { request } from "node:https";
import { connect as nodeConnect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { expect, it } from "vitest";
import { type Greenlet, sleep, spawn, Timeout, wait } from "wevent";
import { StreamServer } from "wevent/server";
import { createConnection, type Listener, listen, type Socket } from "wevent/socket";
import { CERT, KEY } from "../lib/certificate.ts";
import { serving } from "../lib/http.ts";
import { codeOf, inHub, thrownIn } from "../lib/hub.ts";

const REAL = { clock: "real" } as const;
const IDENTITY = { key: KEY, cert: CERT };
const TRUST = { ca: CERT };

const portOf = (listener: Pick<Listener, "address"> | StreamServer) =>
  (listener.address as { readonly port: number }).port;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Both ends of one connection that talks TLS. */
function* connected(): Generator<unknown, { client: Socket; server: Socket }> {
  const listener = yield* listen({ tls: IDENTITY });
  const connecting = spawn(() => createConnection({ host: "localhost", port: portOf(listener), tls: TRUST }));
  const server = yield* listener.accept();
  const client = yield* connecting;
  listener.close();
  return { client, server };
}

function* echo(socket: Socket): Generator<unknown, void, unknown> {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

it(
  "bytes go both ways, whole and in order, and the end of one side is seen by the other",
  inHub(function* () {
    const { client, server } = yield* connected();
    const sent = new Uint8Array(3_000_000).map((_, index) => index * 31);
    const sending = spawn(function* () {
      yield* client.sendAll(sent);
      client.shutdown("write");
    });
    yield* server.sendAll("hello");
    expect(text(yield* client.recvExactly(5))).toBe("hello");
    const received = yield* server.recvExactly(sent.length);
    expect(Buffer.compare(received, sent)).toBe(0);
    expect((yield* server.recv()).length).toBe(0);
    yield* sending;
    expect(client.remoteAddress).toEqual(server.localAddress);
    client.close();
    server.close();
  }, REAL),
);

it(
  "a certificate that nobody trusts is an error of its own, and the server goes on",
  inHub(function* ({ reports }) {
    const server = new StreamServer({ tls: IDENTITY }, echo);
    yield* server.start();
    const port = portOf(server);
    const error = yield* thrownIn(createConnection({ port, tls: true }));
    expect(codeOf(error)).toBe("WEV_ERR_SOCKET_TLS");
    expect((error as Error).message).toContain(`127.0.0.1:${port}`);
    const client = yield* createConnection({ port, tls: TRUST });
    yield* client.sendAll("trusted");
    expect(text(yield* client.recvExactly(7))).toBe("trusted");
    client.close();
    yield* server.stop();
    // To the server that handshake was done: it may see a connection that is broken off.
    yield* reports();
  }, REAL),
);

it(
  "a certificate for another name is an error of its own",
  inHub(function* () {
    const listener = yield* listen({ tls: IDENTITY });
    const tls = { ...TRUST, servername: "elsewhere.example" };
    const error = yield* thrownIn(createConnection({ port: portOf(listener), tls }));
    expect(codeOf(error)).toBe("WEV_ERR_SOCKET_TLS");
    listener.close();
  }, REAL),
);

it(
  "368 a key that is none is told at once, by either end, and nothing listens",
  inHub(function* () {
    const broken = { key: "no key", cert: CERT };
    expect(codeOf(yield* thrownIn(listen({ tls: broken })))).toBe("WEV_ERR_SOCKET_TLS");
    const listener = yield* listen();
    const error = yield* thrownIn(createConnection({ port: portOf(listener), tls: broken }));
    expect(codeOf(error)).toBe("WEV_ERR_SOCKET_TLS");
    listener.close();
  }, REAL),
);

it(
  "a handshake that never comes ends with the timeout, and leaves nothing open",
  inHub(function* () {
    const silent = yield* listen();
    const connecting = spawn(() =>
      thrownIn(createConnection({ port: portOf(silent), tls: TRUST, timeout: 20 })),
    );
    const server = yield* silent.accept();
    expect(yield* connecting).toBeInstanceOf(Timeout);
    // The client's hello, and then the end: its socket was closed.
    while ((yield* server.recv()).length > 0);
    server.close();
    silent.close();
  }, REAL),
);

it(
  "a client that talks no TLS harms no other client of a server",
  inHub(function* ({ reports }) {
    const server = new StreamServer({ tls: IDENTITY }, echo);
    yield* server.start();
    const stranger = nodeConnect(portOf(server), "127.0.0.1");
    stranger.on("error", () => {});
    const gone = once(stranger, "close");
    stranger.write("GET / HTTP/1.1\r\n\r\n");
    stranger.resume();
    yield* sleep(1);
    const clients: Greenlet<string>[] = [];
    for (let i = 0; i < 20; i++) {
      clients.push(
        spawn(function* () {
          const socket = yield* createConnection({ port: portOf(server), tls: TRUST });
          yield* socket.sendAll(`client ${i}`);
          const answer = text(yield* socket.recvExactly(`client ${i}`.length));
          socket.close();
          return answer;
        }),
      );
    }
    for (const [i, client] of clients.entries()) expect(yield* client).toBe(`client ${i}`);
    yield* wait(gone);
    yield* server.stop();
    expect(yield* reports()).toEqual([]);
  }, REAL),
);

it(
  "serve answers over TLS",
  serving(
    (incoming) => new Response(`${incoming.method} ${new URL(incoming.url).protocol}`),
    async ({ server }) => {
      expect(server.url).toMatch(/^https:/);
      const asked = request({ host: "127.0.0.1", port: server.port, ...TRUST, method: "PUT" });
      asked.end();
      const [response] = await once(asked, "response");
      expect(await textOf(response)).toBe("PUT https:");
    },
    { tls: IDENTITY },
  ),
);
