// Sockets through a gateway: what they do there as on any network is in socket.test.ts, server.test.ts and
// select.test.ts. Here: what a gateway adds and takes away, and how both ends keep pace. Real time: order and
// lower bounds only.
import WebSocket from "crossws/websocket";
import { describe, expect, it } from "vitest";
import { Hub, joinAll, sleep, spawn, wait } from "wevent";
import { Gateway, GatewayError } from "wevent/gateway";
import { GatewayServer } from "wevent/gateway-server";
import { StreamServer } from "wevent/server";
import {
  createConnection,
  DatagramSocket,
  type Listener,
  listen,
  lookup,
  type Socket,
  SocketError,
} from "wevent/socket";
import { CERT, KEY } from "../lib/certificate.ts";
import { RawPeer, settled, startGateway, TOKEN, through } from "../lib/gateway.ts";
import { codeOf, inHub, thrownBy, thrownIn } from "../lib/hub.ts";

const portOf = ({ address }: { readonly address: unknown }) => (address as { readonly port: number }).port;

/** Both ends of a connection through the gateway. */
function* connected(): Generator<unknown, { client: Socket; server: Socket; listener: Listener }> {
  const listener = yield* listen();
  const client = yield* createConnection({ port: portOf(listener) });
  const server = yield* listener.accept();
  listener.close();
  return { client, server, listener };
}

function* echo(socket: Socket) {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

describe("what it has", () => {
  it("is connections, TLS and names; the rest is UnsupportedError", async () => {
    const gateway = await startGateway();
    await inHub(
      function* ({ hub }) {
        const has = ["tcp.connect", "tls", "tcp.listen", "unix", "udp"].map((name) => hub.can(name));
        expect(has).toEqual([true, true, false, false, false]);
        for (const blocking of [
          () => listen(),
          () => createConnection({ path: "/run/a.sock" }),
          () => DatagramSocket.bind(),
          () => createConnection({ port: 1, tls: { key: KEY } }),
        ]) {
          const error = yield* thrownIn(blocking());
          expect(error).toMatchObject({ code: "WEV_ERR_UNSUPPORTED", name: "UnsupportedError" });
          expect((error as Error).message).toContain("a gateway");
        }
        const wrong = yield* thrownIn(createConnection({ port: 1, tls: { servername: 5 } }));
        expect(codeOf(wrong)).toBe("WEV_ERR_ARGUMENT");
      },
      { clock: "real", network: gateway.network() },
    )();
    await gateway.stop();
  });

  it("bad options are refused at once, on either end", () => {
    const client = (url: unknown, options: unknown) => () => new Gateway(url as string, options as never);
    const server = (options: unknown) => () => new GatewayServer(options as never);
    const [token, url] = [TOKEN, "ws://127.0.0.1:1"];
    for (const [code, make] of [
      ["WEV_ERR_ARGUMENT", client(url, undefined)],
      ["WEV_ERR_ARGUMENT", client(url, {})],
      ["WEV_ERR_ARGUMENT", client(url, { token: "" })],
      ["WEV_ERR_ARGUMENT", client("ftp://x", { token, WebSocket })],
      ["WEV_ERR_ARGUMENT", client(5, { token, WebSocket })],
      ["WEV_ERR_ARGUMENT", client(url, { token, WebSocket: 5 })],
      ["WEV_ERR_RANGE", client(url, { token, WebSocket, windowBytes: 0 })],
      ["WEV_ERR_RANGE", client(url, { token, WebSocket, windowBytes: 2 ** 25 })],
      ["WEV_ERR_ARGUMENT", server(undefined)],
      ["WEV_ERR_ARGUMENT", server({})],
      ["WEV_ERR_ARGUMENT", server({ token: "short" })],
      ["WEV_ERR_ARGUMENT", server({ token: null })],
      ["WEV_ERR_ARGUMENT", server({ token, allow: "a:1" })],
      ["WEV_ERR_ARGUMENT", server({ token, origins: ["example.com"] })],
      ["WEV_ERR_ARGUMENT", server({ token, origins: ["https://example.com/path"] })],
      ["WEV_ERR_ARGUMENT", server({ token, onEvent: 5 })],
      ["WEV_ERR_RANGE", server({ token, maxConnections: 0 })],
      ["WEV_ERR_RANGE", server({ token, maxFrameBytes: 10 })],
      ["WEV_ERR_RANGE", server({ token, windowBytes: 2 ** 25 })],
      ["WEV_ERR_RANGE", server({ token, idleTimeout: -1 })],
      ...[
        "a",
        "a:",
        ":1",
        "a:0",
        "a:65536",
        "*:1",
        "*.a:1",
        "a:1-2",
        "1.2.3.0/24:1",
        "::1:80",
        "[a]:1",
        "a b:1",
        5,
      ].map((place) => ["WEV_ERR_ARGUMENT", server({ token, allow: [place] })] as const),
    ] as const) {
      expect([code, codeOf(thrownBy(make))]).toEqual([code, code]);
    }
    expect(new Gateway("https://example.com/a#b", { token, WebSocket }).url).toBe("wss://example.com/a");
    expect(new GatewayServer({ token: null, origins: [] }).url).toBe(null);
  });

  it("where there is no WebSocket, a Gateway is UnsupportedError", () => {
    const { WebSocket: own } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, "WebSocket");
      expect(codeOf(thrownBy(() => new Gateway("ws://a", { token: TOKEN })))).toBe("WEV_ERR_UNSUPPORTED");
    } finally {
      if (own !== undefined) globalThis.WebSocket = own;
    }
  });

  it(
    "failures of the target are those of other networks: class, code, errno",
    through({ allow: ["127.0.0.1:1", "no.such.name.invalid:1", "localhost:1"] }, function* () {
      const targets = [
        { port: 1 },
        { host: "no.such.name.invalid", port: 1 },
        { host: "localhost", port: 1 },
      ];
      const facts = function* () {
        const all: unknown[] = [];
        for (const target of targets) {
          const error = (yield* thrownIn(createConnection(target))) as SocketError;
          all.push([error.name, error.code, error.errno, error.message]);
        }
        return all;
      };
      const here = yield* facts();
      const directly = new Hub();
      expect(here).toEqual(yield* wait(directly.run(facts)));
      directly.destroy();
    }),
  );

  it(
    "lookup asks the gateway, which answers for names that are allowed",
    through({ allow: ["localhost:1", "no.such.name.invalid:1"] }, function* () {
      expect(yield* lookup("localhost")).toContainEqual({ address: "127.0.0.1", family: 4 });
      expect(yield* thrownIn(lookup("no.such.name.invalid"))).toMatchObject({
        code: "WEV_ERR_SOCKET_NAME",
        errno: "ENOTFOUND",
      });
      expect(yield* thrownIn(lookup("example.com"))).toMatchObject({ reason: "target" });
    }),
  );

  it(
    "with tls it is the gateway that talks TLS to the target, which it does not trust blindly",
    through({}, function* ({ gateway }) {
      const server = new StreamServer({ tls: { key: KEY, cert: CERT } }, echo);
      yield* server.start();
      const port = portOf(server);
      gateway.server.allow(`localhost:${port}`);
      for (const [host, tls] of [
        ["127.0.0.1", { ca: CERT }],
        ["localhost", { ca: CERT }],
        ["127.0.0.1", { servername: "localhost", ca: CERT }],
        ["localhost", { rejectUnauthorized: false }],
      ] as const) {
        using client = yield* createConnection({ host, port, tls });
        yield* client.sendAll("hello\n");
        expect(yield* client.readLine()).toBe("hello");
      }
      const untrusted = yield* thrownIn(createConnection({ port, tls: true }));
      expect(untrusted).toMatchObject({ name: "SocketError", code: "WEV_ERR_SOCKET_TLS" });
      const renamed = yield* thrownIn(
        createConnection({ port, tls: { servername: "example.com", ca: CERT } }),
      );
      expect(renamed).toMatchObject({ code: "WEV_ERR_SOCKET_TLS", errno: "ERR_TLS_CERT_ALTNAME_INVALID" });
      yield* server.stop(null);
    }),
  );

  it("listens with TLS as well: wss", async () => {
    const gateway = await startGateway({ tls: { cert: CERT, key: KEY } });
    expect(gateway.url).toMatch(/^wss:/);
    class Trusting extends (WebSocket as unknown as new (...all: unknown[]) => WebSocket) {
      constructor(url: string) {
        super(url, [], { ca: CERT });
      }
    }
    await inHub(
      function* () {
        expect(yield* thrownIn(createConnection({ port: 1 }))).toMatchObject({ reason: "target" });
      },
      { clock: "real", network: gateway.network({ WebSocket: Trusting }) },
    )();
    await gateway.stop();
  });
});

describe("pace", () => {
  const options = { windowBytes: 20_000, bytesPerSecond: null };

  it(
    "a client that does not read stops the target, at its window and what systems hold",
    through(
      options,
      function* ({ gateway }) {
        const { client, server } = yield* connected();
        let sentBytes = 0;
        const sender = spawn(function* () {
          for (;;) sentBytes += yield* server.send(new Uint8Array(60_000));
        });
        let before = -1;
        while (sentBytes !== before) {
          before = sentBytes;
          yield* sleep(100);
        }
        expect(sender.dead).toBe(false);
        yield* sender.kill();
        server.close();
        let gotBytes = 0;
        for (let part = yield* client.recv(); part.length > 0; part = yield* client.recv()) {
          gotBytes += part.length;
        }
        // At most the part whose sender was killed came beside.
        expect(gotBytes - sentBytes).toBeGreaterThanOrEqual(0);
        expect(gotBytes - sentBytes).toBeLessThanOrEqual(60_000);
        client.close();
        yield* wait(settled(gateway.hub, gateway.server));
        expect(gateway.events.at(-1)).toMatchObject({ kind: "closed", receivedBytes: gotBytes });
      },
      { windowBytes: 20_000 },
    ),
  );

  it("a client that gives no credit gets its window and not a byte more", async () => {
    const gateway = await startGateway();
    await inHub(
      function* () {
        const listener = yield* listen();
        gateway.server.allow(`127.0.0.1:${portOf(listener)}`);
        const peer = yield* wait(RawPeer.to(gateway, portOf(listener), { windowBytes: 1000 }));
        const server = yield* listener.accept();
        const sender = spawn(() => server.sendAll(new Uint8Array(3000)));
        const bytesHeard = () =>
          peer.heard.reduce((sum, [kind, content]) => (kind === 3 ? sum + (content as number) : sum), 0);
        yield* wait(peer.until(() => bytesHeard() >= 1000));
        yield* sleep(50);
        expect(bytesHeard()).toBe(1000);
        peer.send(new Uint8Array([4, 0, 0, 0, 200]));
        yield* wait(peer.until(() => bytesHeard() > 1000));
        yield* sleep(50);
        expect(bytesHeard()).toBe(1200);
        peer.socket.close();
        yield* sender;
        for (const end of [server, listener]) end.close();
      },
      { clock: "real" },
    )();
    await gateway.stop();
  });

  it(
    "a target that does not read stops the sender, and the gateway holds its window and no more",
    through(options, function* ({ gateway }) {
      const { client, server } = yield* connected();
      const sizeBytes = 16_000_000;
      const sender = spawn(() => client.sendAll(new Uint8Array(sizeBytes).fill(7)));
      yield* sleep(100);
      expect(sender.dead).toBe(false);
      // What is not read does not keep the other direction.
      yield* server.sendAll("meanwhile\n");
      expect(yield* client.readLine()).toBe("meanwhile");
      let gotBytes = 0;
      while (gotBytes < sizeBytes) gotBytes += (yield* server.recv()).length;
      yield* sender;
      client.close();
      expect((yield* server.recv()).length).toBe(0);
      server.close();
      yield* wait(settled(gateway.hub, gateway.server));
      expect(gateway.events.at(-1)).toMatchObject({ kind: "closed", sentBytes: sizeBytes });
    }),
  );

  it(
    "both ends that send before they read are no deadlock",
    through(
      options,
      function* () {
        const { client, server } = yield* connected();
        const sizeBytes = 4_000_000;
        const ends = [client, server].flatMap((end) => [
          spawn(() => end.sendAll(new Uint8Array(sizeBytes))),
          spawn(() => end.recvExactly(sizeBytes)),
        ]);
        yield* joinAll(ends, { raiseError: true });
        for (const end of [client, server]) end.close();
      },
      { windowBytes: 1000 },
    ),
  );

  it(
    "what was sent before a close arrives, also at a target that reads slowly",
    through(options, function* () {
      const { client, server } = yield* connected();
      const sent = new Uint8Array(500_000).map((_, i) => i % 251);
      const sender = spawn(function* () {
        yield* client.sendAll(sent);
        client.close();
      });
      yield* sleep(30);
      expect(Buffer.compare(yield* server.recvExactly(sent.length), sent)).toBe(0);
      expect((yield* server.recv()).length).toBe(0);
      yield* sender;
      server.close();
    }),
  );

  it(
    "small windows and small messages change nothing but the speed",
    through(
      { windowBytes: 3, maxFrameBytes: 1024 },
      function* () {
        const { client, server } = yield* connected();
        const sent = new Uint8Array(5000).map((_, i) => i % 251);
        const sender = spawn(() => client.sendAll(sent));
        const back = spawn(() => server.sendAll(sent));
        expect(Buffer.compare(yield* server.recvExactly(sent.length), sent)).toBe(0);
        expect(Buffer.compare(yield* client.recvExactly(sent.length), sent)).toBe(0);
        yield* joinAll([sender, back], { raiseError: true });
        for (const end of [client, server]) end.close();
      },
      { windowBytes: 7 },
    ),
  );

  it(
    "bytesPerSecond makes more wait, and loses nothing",
    through({ bytesPerSecond: 100_000 }, function* ({ hub }) {
      const { client, server } = yield* connected();
      const startedAtMs = hub.now();
      const sender = spawn(() => client.sendAll(new Uint8Array(150_000)));
      yield* server.recvExactly(150_000);
      yield* sender;
      // The first 100 000 pass at once.
      expect(hub.now() - startedAtMs).toBeGreaterThanOrEqual(400);
      for (const end of [client, server]) end.close();
    }),
  );
});

describe("the gateway's end", () => {
  it(
    "is a GatewayError for its clients, who may not take it for the target's",
    through({}, function* ({ gateway }) {
      const { client, server } = yield* connected();
      yield* wait(gateway.hub.run(() => gateway.server.stop(0)));
      const error = yield* thrownIn(client.recv());
      expect(error).toBeInstanceOf(GatewayError);
      expect(error).toMatchObject({ code: "WEV_ERR_GATEWAY_LOST", reason: "lost", errno: null });
      expect((yield* server.recv()).length).toBe(0);
      for (const end of [client, server]) end.close();
      const nobody = yield* thrownIn(createConnection({ port: 1 }));
      expect(nobody).toMatchObject({ code: "WEV_ERR_GATEWAY_LOST" });
      expect(nobody).toBeInstanceOf(SocketError);
    }),
  );

  it("stop waits for nobody who does not close, and starts are once", async () => {
    const gateway = await startGateway();
    const peer = new RawPeer(gateway.url);
    await peer.opened;
    await gateway.hub.run(function* () {
      expect(codeOf(yield* thrownIn(gateway.server.start()))).toBe("WEV_ERR_ARGUMENT");
      yield* gateway.server.stop(0);
      yield* gateway.server.stop();
    });
    await peer.closed;
    expect(gateway.server.connectionCount).toBe(0);
    gateway.hub.destroy();
  });
});
