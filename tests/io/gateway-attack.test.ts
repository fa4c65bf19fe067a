// A gateway under attack: what is refused and how both sides are told, what a client can make it hold, and
// that others are served meanwhile. Real time: order and lower bounds only.
import { connect, type Socket as NodeSocket } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Hub, joinAll, sleep, spawn, wait } from "wevent";
import type { GatewayServerOptions } from "wevent/gateway-server";
import { StreamServer } from "wevent/server";
import { createConnection, lookup, type Socket, SocketError } from "wevent/socket";
import { isLoopback, isPublic, parseAddress } from "../../build/host/gateway/addresses.js";
import { Admission } from "../../build/host/gateway/admission.js";
import { Backlog } from "../../build/host/gateway/backlog.js";
import { Pace } from "../../build/host/gateway/pace.js";
import { bodyMessage, creditMessage, dataMessage, endMessage } from "../../build/host/gateway/protocol.js";
import { Names, RawPeer, settled, startGateway, type TestGateway, TOKEN, through } from "../lib/gateway.ts";
import { inHub, rejectionOf, thrownIn } from "../lib/hub.ts";

const portOf = ({ address }: { readonly address: unknown }) => (address as { readonly port: number }).port;

const UPGRADE = `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r
Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==`;

/** As targets are: a client that breaks off is nothing that they report. */
function* patient(body: () => Generator<unknown, unknown, unknown>) {
  try {
    yield* body();
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
  }
}

function echo(socket: Socket) {
  return patient(function* () {
    for (;;) {
      const bytes = yield* socket.recv();
      if (bytes.length === 0) return;
      yield* socket.sendAll(bytes);
    }
  });
}

/** An echo server that the gateway allows. */
function* startEcho(gateway: TestGateway) {
  const server = new StreamServer({}, echo, { timeout: null });
  yield* server.start();
  gateway.server.allow(`127.0.0.1:${portOf(server)}`);
  return { server, port: portOf(server) };
}

/** Proves that an honest client is served. */
function* proveServing(port: number) {
  using client = yield* createConnection({ port });
  yield* client.sendAll("still there?\n");
  expect(yield* client.readLine()).toBe("still there?");
}

/** The reasons that the gateway told of, in order. */
const reasonsOf = ({ events }: TestGateway) => events.map(({ kind, reason }) => `${kind} ${reason}`);

describe("a client is refused", () => {
  it(
    "for a target that is not allowed: the host, the port, another way to write it",
    through({ allow: ["localhost:7", "example.com:80"] }, function* ({ gateway }) {
      const { server, port } = yield* startEcho(gateway);
      const targets: [host: string, port: number][] = [
        ["127.0.0.1", port === 22 ? 23 : 22],
        ["127.0.0.2", port],
        ["localhost", port],
        ["localhost", 8],
        ["127.1", port],
        ["2130706433", port],
        ["0x7f.0.0.1", port],
        ["0177.0.0.1", port],
        ["::1", port],
        ["[::1]", port],
        ["0.0.0.0", port],
        ["127.0.0.1%lo", port],
        ["127.0.0.1 ", port],
        ["127.0.0.1\0", port],
        ["www.example.com", 80],
        ["example.com.evil.test", 80],
        ["example.com", 443],
        ["x".repeat(5000), 80],
        ["__proto__", 80],
      ];
      for (const [host, at] of targets) {
        const error = yield* thrownIn(createConnection({ host, port: at }));
        expect(error, host).toMatchObject({
          name: "GatewayError",
          code: "WEV_ERR_GATEWAY_DENIED",
          reason: "target",
          errno: null,
        });
      }
      expect(yield* thrownIn(lookup("other.test"))).toMatchObject({ reason: "target" });
      expect(reasonsOf(gateway)).toEqual(new Array(targets.length + 1).fill("refused target"));
      expect(Math.max(...gateway.events.map(({ target }) => target!.length))).toBeLessThan(320);
      // Other ways to write what is allowed are.
      using client = yield* createConnection({ host: "::ffff:127.0.0.1", port });
      yield* client.sendAll("x");
      yield* client.recv();
      yield* server.stop();
    }),
  );

  for (const [title, token] of [
    ["a wrong token", "not the token of a test"],
    ["the beginning of the token", TOKEN.slice(0, -1)],
    ["no token", null],
  ] as const) {
    it(
      `for ${title}, before its target is looked at`,
      through(
        { allow: ["127.0.0.1:1"] },
        function* ({ gateway }) {
          for (const port of [1, 2]) {
            const error = yield* thrownIn(createConnection({ port }));
            expect(error).toMatchObject({ code: "WEV_ERR_GATEWAY_DENIED", reason: "token" });
          }
          expect(yield* thrownIn(lookup("localhost"))).toMatchObject({ reason: "token" });
          expect(reasonsOf(gateway)).toEqual(new Array(3).fill("refused token"));
          expect(JSON.stringify(gateway.events)).not.toContain("of a test");
        },
        { token },
      ),
    );
  }

  it("for its origin, and only for that: other pages may, and who is no page", async () => {
    const gateway = await startGateway({ origins: ["https://good.test", "http://good.test:8080"] });
    for (const [origin, reason] of [
      ["https://good.test", "target"],
      ["http://good.test:8080", "target"],
      [undefined, "target"],
      ["http://good.test", "origin"],
      ["https://evil.test", "origin"],
      ["null", "origin"],
    ] as const) {
      const peer = new RawPeer(gateway.url, [], { ...(origin && { origin }) });
      await peer.opened;
      peer.ask({ host: "127.0.0.1", port: 1, windowBytes: 1 });
      await peer.closed;
      expect(peer.heard, String(origin)).toEqual([[6, expect.objectContaining({ reason })]]);
    }
    await gateway.stop();
  });

  it("without a token a gateway takes the pages of its origins, and no others", async () => {
    const gateway = await startGateway({ token: null, origins: ["https://good.test"] });
    for (const [origin, reason] of [
      ["https://good.test", "target"],
      ["https://evil.test", "origin"],
    ] as const) {
      const peer = new RawPeer(gateway.url, [], { origin });
      await peer.opened;
      peer.ask({ token: null, host: "127.0.0.1", port: 1, windowBytes: 1 });
      await peer.closed;
      expect(peer.heard).toEqual([[6, expect.objectContaining({ reason })]]);
    }
    await gateway.stop();
  });

  for (const limits of [{ maxConnections: 2 }, { maxPerAddress: 2 }]) {
    it(
      `when there are too many: ${Object.keys(limits)[0]}; and one that leaves makes room`,
      through(limits, function* ({ gateway }) {
        const { server, port } = yield* startEcho(gateway);
        const clients = [yield* createConnection({ port }), yield* createConnection({ port })];
        for (let i = 0; i < 3; i++) {
          const error = yield* thrownIn(createConnection({ port }));
          expect(error).toMatchObject({ code: "WEV_ERR_GATEWAY_LIMIT", reason: "connections" });
        }
        // Those who are in notice nothing.
        for (const client of clients) {
          yield* client.sendAll("x");
          yield* client.recv();
          client.close();
        }
        while (gateway.server.connectionCount > 0) yield* sleep(1);
        yield* proveServing(port);
        yield* server.stop(null);
      }),
    );
  }

  it(
    "when it comes too often",
    through({ connectsPerSecond: 5 }, function* ({ gateway }) {
      const { server, port } = yield* startEcho(gateway);
      const errors: unknown[] = [];
      const come = function* () {
        try {
          yield* proveServing(port);
        } catch (error) {
          errors.push(error);
        }
      };
      // Five at once, and a machine that is slow may bring more in: it takes longer than a second then.
      while (errors.length === 0) yield* joinAll(Array.from({ length: 20 }, () => spawn(come)));
      for (const error of errors)
        expect(error).toMatchObject({ code: "WEV_ERR_GATEWAY_LIMIT", reason: "rate" });
      while (gateway.server.connectionCount > 0) yield* sleep(1);
      yield* sleep(1100);
      yield* proveServing(port);
      yield* server.stop(null);
    }),
  );

  it(
    "when it has had its bytes, and when nothing moves",
    through({ maxBytes: 100_000, idleTimeout: 50 }, function* ({ gateway, hub }) {
      const { server, port } = yield* startEcho(gateway);
      using greedy = yield* createConnection({ port });
      const sender = spawn(() => greedy.sendAll(new Uint8Array(200_000)));
      const error = yield* thrownIn(greedy.recvExactly(200_000));
      expect(error).toMatchObject({ code: "WEV_ERR_GATEWAY_LIMIT", reason: "bytes" });
      yield* sender.join();
      using idle = yield* createConnection({ port });
      const startedAtMs = hub.now();
      expect(yield* thrownIn(idle.recv())).toMatchObject({ code: "WEV_ERR_GATEWAY_LIMIT", reason: "idle" });
      expect(hub.now() - startedAtMs).toBeGreaterThanOrEqual(40);
      // One that goes on is not idle.
      using busy = yield* createConnection({ port });
      for (let i = 0; i < 10; i++) {
        yield* busy.sendAll("x");
        yield* busy.recv();
        yield* sleep(10);
      }
      yield* server.stop();
    }),
  );
});

describe("where a name leads", () => {
  /** What comes of connecting to a name, with the gateway's own network. */
  async function outcome(names: Names, options: Partial<GatewayServerOptions>, host: string, port: number) {
    const gateway = await startGateway({ connectTimeout: 300, ...options }, names);
    const client = new Hub({ network: gateway.network() });
    try {
      return await client.run(function* () {
        (yield* createConnection({ host, port })).close();
        return "connected";
      });
    } catch (error) {
      return (error as { readonly reason?: string }).reason ?? (error as { errno: string }).errno;
    } finally {
      client.destroy();
      await gateway.stop();
    }
  }

  it("is checked: an allowed name that leads to an internal address reaches nothing", async () => {
    await inHub(
      function* () {
        const server = new StreamServer({}, echo);
        yield* server.start();
        const port = portOf(server);
        const allow = [`db.example.com:${port}`];
        const refused = [
          "127.0.0.1",
          "10.0.0.1",
          "192.168.1.1",
          "172.16.0.1",
          "169.254.169.254",
          "100.64.0.1",
          "0.0.0.0",
          "::1",
          "::",
          "fe80::1",
          "fd00::1",
          "::ffff:127.0.0.1",
          "::ffff:7f00:1",
          "64:ff9b::7f00:1",
          "2002:7f00:1::",
          "255.255.255.255",
        ];
        for (const address of refused) {
          const names = new Names({ "db.example.com": [address] });
          const is = yield* wait(outcome(names, { allow }, "DB.Example.com.", port));
          expect([address, is, names.connected]).toEqual([address, "target", []]);
        }
        // Unless it says so: that the name may be internal, or that the address itself is allowed.
        for (const options of [
          { allowInternal: allow },
          { allow: [...allow, `127.0.0.1:${port}`] },
          { allow: [...allow], allowInternal: allow },
        ]) {
          const names = new Names({ "db.example.com": ["127.0.0.1"] });
          expect(yield* wait(outcome(names, options, "db.example.com", port))).toBe("connected");
        }
        const elsewhere = { allow: [...allow, `127.0.0.1:${port + 1 > 65_535 ? 1 : port + 1}`] };
        const names = new Names({ "db.example.com": ["127.0.0.1"] });
        expect(yield* wait(outcome(names, elsewhere, "db.example.com", port))).toBe("target");
        yield* server.stop();
      },
      { clock: "real" },
    )();
  });

  it("is looked up once, and what was checked is what is connected to", async () => {
    await inHub(
      function* () {
        const server = new StreamServer({}, echo);
        yield* server.start();
        const port = portOf(server);
        const names = new Names({ a: ["10.9.8.7", "127.0.0.1", "192.168.0.1"] });
        const options = { allow: [`a:${port}`, `127.0.0.1:${port}`] };
        expect(yield* wait(outcome(names, options, "a", port))).toBe("connected");
        expect([names.asked, names.connected]).toEqual([["a"], ["127.0.0.1"]]);
        yield* server.stop();
      },
      { clock: "real" },
    )();
  });

  it("localhost leads to this machine, and nowhere else", async () => {
    const stray = new Names({ localhost: ["10.0.0.1"] });
    expect(await outcome(stray, { allow: ["localhost:1"] }, "localhost", 1)).toBe("target");
    const right = new Names({ localhost: ["127.0.0.1"] });
    expect(await outcome(right, { allow: ["localhost:1"] }, "localhost", 1)).toBe("ECONNREFUSED");
  });

  it("addresses are parsed as they are written in standards, and no other way", () => {
    const some = [
      "1.2.3.4",
      "::",
      "::1",
      "1::",
      "a:b:c:d:e:f:1:2",
      "1:2:3:4:5:6:1.2.3.4",
      "::1.2.3.4",
      "2001:db8::1",
    ];
    for (const text of some) expect(parseAddress(text), text).not.toBeNull();
    const none =
      "1.2.3|1.2.3.4.5|01.2.3.4|256.1.1.1|1.2.3.4 |:|:::|1::2::3|1:2:3|1:2:3:4:5:6:7:8:9|::g|::12345|::1.2.3|1:2:3:4:5:6:7::8:9|fe80::1%eth0|a|";
    for (const text of none.split("|")) expect(parseAddress(text), text).toBeNull();
    expect(parseAddress("::ffff:1.2.3.4")).toEqual([1, 2, 3, 4]);
    const bytesOf = (text: string) => parseAddress(text)!;
    for (const text of [
      "1.1.1.1",
      "8.8.8.8",
      "172.32.0.1",
      "172.15.0.1",
      "100.128.0.1",
      "2606:4700::1",
      "2a00::1",
    ]) {
      expect(isPublic(bytesOf(text)), text).toBe(true);
    }
    for (const text of [
      "100.127.0.1",
      "172.31.1.1",
      "198.19.0.1",
      "224.0.0.1",
      "2001::1",
      "2001:db8::1",
      "ff02::1",
      "4000::",
    ]) {
      expect(isPublic(bytesOf(text)), text).toBe(false);
    }
    expect(["127.9.9.9", "::1", "128.0.0.1", "::2"].map((text) => isLoopback(bytesOf(text)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("what breaks the protocol ends that connection alone", () => {
  const big = new Uint8Array(200_000);
  const cases: [name: string, speak: (peer: RawPeer) => void, closeCode?: number][] = [
    ["text", (peer) => peer.send("hello")],
    ["nothing", (peer) => peer.send(new Uint8Array(0))],
    ["a kind that is none", (peer) => peer.send(new Uint8Array([9, 1]))],
    ["garbage", (peer) => peer.send(new Uint8Array(500).map((_, i) => (i * 77) % 256))],
    ["a second request", (peer) => peer.ask({ host: "127.0.0.1", port: 1, windowBytes: 1 })],
    ["an answer", (peer) => peer.send(bodyMessage(2, { windowBytes: 1 }))],
    ["no credit", (peer) => peer.send(creditMessage(0))],
    ["half a credit", (peer) => peer.send(new Uint8Array([4, 1, 2]))],
    ["more credit than there is", (peer) => peer.send(creditMessage(0xffffffff))],
    ["credit upon credit", (peer) => peer.sendAll(creditMessage(1 << 24), creditMessage(1))],
    ["empty data", (peer) => peer.send(dataMessage(new Uint8Array(0)))],
    ["two ends", (peer) => peer.sendAll(endMessage(), endMessage())],
    ["an end with something in it", (peer) => peer.send(new Uint8Array([5, 5]))],
    ["data after the end", (peer) => peer.sendAll(endMessage(), dataMessage(new Uint8Array(1)))],
    [
      "data without credit",
      (peer) => {
        for (let i = 0; i < 200_000; i += 900) peer.send(dataMessage(big.subarray(i, i + 900)));
      },
    ],
    ["a message that is too large", (peer) => peer.send(dataMessage(big)), 1009],
  ];
  for (const [name, speak, closeCode] of cases) {
    it(
      name,
      through({ windowBytes: 1000 }, function* ({ gateway }) {
        const server = new StreamServer({}, () => sleep(600_000));
        yield* server.start();
        gateway.server.allow(`127.0.0.1:${portOf(server)}`);
        const { server: other, port } = yield* startEcho(gateway);
        using neighbour = yield* createConnection({ port });
        const peer = yield* wait(RawPeer.to(gateway, portOf(server)));
        expect(peer.heard.map(([kind]) => kind)).toEqual([2]);
        speak(peer);
        const { code } = yield* wait(peer.closed);
        if (closeCode === undefined) {
          expect(peer.heard.at(-1)).toEqual([6, expect.objectContaining({ reason: "protocol" })]);
        } else expect(code).toBe(closeCode);
        yield* neighbour.sendAll("x");
        expect((yield* neighbour.recv()).length).toBe(1);
        neighbour.close();
        yield* wait(settled(gateway.hub, gateway.server));
        const told = reasonsOf(gateway).filter((line) => line.startsWith("refused"));
        expect(told).toEqual(["refused protocol"]);
        yield* joinAll([spawn(() => server.stop()), spawn(() => other.stop())]);
      }),
    );
  }

  for (const [name, frame, closeCode] of [
    ["a frame with all its bits", [0xff, 0xff, 0xff, 0xff], 1002],
    ["a frame that is not masked", [0x82, 1, 1], 1002],
    ["text that is no UTF-8", [0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
    ["a frame that says it has a terabyte", [0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
    ["a close with a code that is none", [0x88, 0x82, 0, 0, 0, 0, 0, 7], 1002],
  ] as const) {
    it(`below it, ${name}`, async () => {
      const gateway = await startGateway();
      const socket = connect(gateway.server.port!, "127.0.0.1");
      const came: Buffer[] = [];
      socket.on("data", (bytes: Buffer) => {
        if (came.length === 0) socket.write(new Uint8Array(frame));
        came.push(bytes);
      });
      socket.write(`${UPGRADE}\r\n\r\n`);
      await new Promise((resolve) => socket.on("close", resolve));
      expect([...Buffer.concat(came).subarray(-4)]).toEqual([0x88, 2, closeCode >> 8, closeCode & 255]);
      await settled(gateway.hub, gateway.server);
      expect(reasonsOf(gateway)).toEqual(["refused protocol"]);
      await gateway.stop();
    });
  }

  it("requests that are none, of every kind", async () => {
    const gateway = await startGateway();
    const json = (text: string) => new Uint8Array([1, ...new TextEncoder().encode(text)]);
    const asked = { host: "127.0.0.1", port: 1, windowBytes: 1 };
    const requests: (Uint8Array | string | object)[] = [
      "text",
      new Uint8Array(0),
      new Uint8Array([3, 1, 2]),
      json(""),
      json("null"),
      json("[]"),
      json("5"),
      json("{"),
      new Uint8Array([1, 0xff, 0xfe]),
      json(`${"[".repeat(10_000)}`),
      {},
      { version: 2, ...asked },
      { version: "1", ...asked },
      { ...asked, host: { toString: 1 } },
      { ...asked, host: ["127.0.0.1"] },
      { ...asked, port: "1" },
      { ...asked, windowBytes: 0 },
      { ...asked, windowBytes: 2 ** 30 },
      { ...asked, windowBytes: "1" },
      { ...asked, tls: 5 },
      { ...asked, tls: null },
      { ...asked, tls: { host: "10.0.0.1" } },
      { ...asked, tls: { socket: {} } },
      { ...asked, tls: { path: "/run/a.sock" } },
      { ...asked, tls: { ca: 5 } },
      { lookup: 5 },
    ];
    for (const request of requests) {
      const peer = new RawPeer(gateway.url);
      await peer.opened;
      if (typeof request === "string" || request instanceof Uint8Array) peer.send(request);
      else peer.ask(request);
      await peer.closed;
      expect(peer.heard, JSON.stringify(request)).toEqual([
        [6, expect.objectContaining({ reason: "protocol" })],
      ]);
    }
    // A port that is none is a target that nobody allows.
    for (const port of [0, -1, 1.5, 1e9]) {
      const peer = new RawPeer(gateway.url);
      await peer.opened;
      peer.ask({ ...asked, port });
      await peer.closed;
      expect(peer.heard).toEqual([[6, expect.objectContaining({ reason: "target" })]]);
    }
    expect(new Set(reasonsOf(gateway))).toEqual(new Set(["refused protocol", "refused target"]));
    await gateway.stop();
  });

  it("a gateway that speaks another protocol is a GatewayError, and no client hangs", async () => {
    const { serve } = await import("wevent/http");
    const answers: (Uint8Array | string)[] = [
      "text",
      new Uint8Array([9]),
      dataMessage(new Uint8Array(5)),
      creditMessage(5),
      bodyMessage(2, {}),
      bodyMessage(2, { windowBytes: 0, partBytes: 5 }),
      new Uint8Array([2, 1]),
    ];
    for (const answer of answers) {
      const hub = new Hub();
      const http = await hub.run(() =>
        serve(() => new Response(), {
          *websocket(socket) {
            yield* socket.receive();
            yield* socket.send(answer);
            yield* sleep(600_000);
          },
        }),
      );
      const gateway = await startGateway();
      const { Gateway } = await import("wevent/gateway");
      const { default: WebSocket } = await import("crossws/websocket");
      const client = new Hub({ network: new Gateway(http.url, { token: TOKEN, WebSocket }) });
      const error = await rejectionOf(client.run(() => createConnection({ port: 1 })));
      expect(error).toMatchObject({ code: "WEV_ERR_GATEWAY_PROTOCOL", reason: "protocol" });
      client.destroy();
      await http.stop(0);
      hub.destroy();
      await gateway.stop();
    }
  });
});

describe("slow and silent clients", () => {
  it(
    "one that never says what it wants is told after openTimeout, and cut if it does not close",
    through({ openTimeout: 60 }, function* ({ gateway }) {
      const mute = connect(gateway.server.port!, "127.0.0.1", () => mute.write(`${UPGRADE}\r\n\r\n`));
      const isCut = new Promise((resolve) => mute.on("close", resolve));
      mute.on("error", () => {});
      mute.resume();
      const { server, port } = yield* startEcho(gateway);
      const silent = new RawPeer(gateway.url);
      yield* wait(silent.closed);
      expect(silent.heard).toEqual([[6, expect.objectContaining({ reason: "late" })]]);
      yield* wait(isCut);
      yield* proveServing(port);
      yield* server.stop(null);
    }),
  );

  it(
    "half-open handshakes hold nothing beyond openTimeout, and others are served",
    through({ openTimeout: 60 }, function* ({ gateway }) {
      const { server, port } = yield* startEcho(gateway);
      const starts = [
        "",
        "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n",
        UPGRADE,
        `${UPGRADE}\r\n\r\n`,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n",
        "\u0000\u0001\u0002garbage\r\n\r\n",
      ];
      const sockets: NodeSocket[] = [];
      const closed = starts.flatMap((start) =>
        [1, 2, 3].map(() => {
          const socket = connect(gateway.server.port!, "127.0.0.1", () => socket.write(start, "latin1"));
          sockets.push(socket);
          socket.on("error", () => {});
          socket.resume();
          return new Promise((resolve) => socket.on("close", resolve));
        }),
      );
      for (let i = 0; i < 5; i++) yield* proveServing(port);
      yield* wait(Promise.all(closed));
      yield* server.stop(null);
    }),
  );

  it(
    "one that does not read its WebSocket holds its window, and is ended when nothing moves",
    through({ idleTimeout: 200 }, function* ({ gateway }) {
      const flood = new StreamServer({}, (socket: Socket) =>
        patient(function* () {
          for (;;) yield* socket.sendAll(new Uint8Array(100_000));
        }),
      );
      yield* flood.start();
      gateway.server.allow(`127.0.0.1:${portOf(flood)}`);
      const { server, port } = yield* startEcho(gateway);
      const peer = yield* wait(RawPeer.to(gateway, portOf(flood), { windowBytes: 1 << 24 }));
      const { socket } = peer as unknown as { readonly socket: { pause?(): void } };
      socket.pause?.();
      yield* proveServing(port);
      while (!reasonsOf(gateway).includes("refused idle")) {
        // Node's own WebSocket cannot be paused: there it is the credit that ends.
        yield* sleep(10);
      }
      const { receivedBytes } = gateway.events.find(({ reason }) => reason === "idle")!;
      expect(receivedBytes).toBeLessThanOrEqual(1 << 24);
      (socket as { resume?(): void }).resume?.();
      yield* wait(peer.closed);
      yield* joinAll([spawn(() => flood.stop()), spawn(() => server.stop(null))]);
    }),
  );

  it("a client whose log line would be two is quoted, and a log that fails ends nothing", async () => {
    let count = 0;
    const gateway = await startGateway({
      onEvent() {
        count++;
        throw new Error("the log is full");
      },
    });
    const peer = new RawPeer(gateway.url);
    await peer.opened;
    peer.ask({ host: "a\n2026 opened", port: 1, windowBytes: 1 });
    await peer.closed;
    expect(peer.heard).toEqual([[6, expect.objectContaining({ reason: "target" })]]);
    await after(20);
    expect([count, gateway.reports.splice(0).map(({ error }) => (error as Error).message)]).toEqual([
      1,
      ["the log is full"],
    ]);
    await gateway.stop();
  });

  it(
    "clients that break off at any moment leave nothing",
    through({}, function* ({ gateway }) {
      const { server, port } = yield* startEcho(gateway);
      const moments: ((peer: RawPeer) => Promise<unknown> | undefined)[] = [
        () => undefined,
        (peer) => peer.opened,
        async (peer) => {
          await peer.opened;
          peer.ask({ host: "127.0.0.1", port, windowBytes: 10 });
        },
        async (peer) => {
          await peer.opened;
          peer.ask({ host: "127.0.0.1", port, windowBytes: 10 });
          await peer.until(({ length }) => length > 0);
        },
        async (peer) => {
          await peer.opened;
          peer.ask({ host: "127.0.0.1", port, windowBytes: 10 });
          await peer.until(({ length }) => length > 0);
          peer.send(dataMessage(new Uint8Array(1000)));
          await peer.until(({ length }) => length > 1);
        },
      ];
      for (const moment of moments) {
        for (const end of ["close", "terminate"] as const) {
          const peer = new RawPeer(gateway.url);
          yield* wait(Promise.resolve(moment(peer)));
          const socket = peer.socket as WebSocket & { terminate?(): void };
          if (end === "terminate" && socket.terminate !== undefined) socket.terminate();
          else socket.close();
          yield* wait(peer.closed);
        }
      }
      yield* wait(settled(gateway.hub, gateway.server));
      yield* proveServing(port);
      yield* server.stop(null);
    }),
  );
});

describe("the parts", () => {
  it(
    "Pace lets as much as its rate pass at once, and what is more in its time",
    inHub(function* ({ hub }) {
      const pace = new Pace(100);
      yield* pace.pass(100);
      expect(hub.now()).toBe(0);
      yield* pace.pass(50);
      expect(hub.now()).toBe(500);
      yield* pace.pass(100);
      expect(hub.now()).toBe(1500);
      yield* sleep(10_000);
      expect([pace.isFull, pace.try()]).toEqual([true, true]);
      yield* pace.pass(100);
      expect(hub.now()).toBe(11_510);
      expect(pace.try()).toBe(false);
      yield* new Pace(null).pass(1e9);
      expect(hub.now()).toBe(11_510);
    }),
  );

  it(
    "Admission counts each address, IPv6 by its network, and forgets who has gone",
    inHub(function* () {
      const admission = new Admission({ maxConnections: 5, maxPerAddress: 2, connectsPerSecond: 3 });
      const enter = (address: string | null) => admission.enter(address);
      expect([enter("1.1.1.1"), enter("::ffff:1.1.1.1"), enter("1.1.1.1")]).toEqual([
        null,
        null,
        "connections",
      ]);
      expect(enter("1.1.1.1")).toBe("rate");
      expect([enter("2a00::1"), enter("2a00::2:1"), enter("2a00::3")]).toEqual([null, null, "connections"]);
      expect([enter("2a00:1::1"), enter("2a00:2::1"), enter(null)]).toEqual([
        null,
        "connections",
        "connections",
      ]);
      expect([admission.count, admission.addressCount]).toEqual([5, 5]);
      for (const address of ["1.1.1.1", "1.1.1.1", "2a00::1", "2a00::9", "2a00:1::1"])
        admission.leave(address);
      expect([admission.count, admission.addressCount]).toEqual([0, 5]);
      yield* sleep(1000);
      for (let i = 0; i < 10_000; i++) enter(`9.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
      // Of those who were refused something is kept for a second, or who comes too often would be new each time.
      yield* sleep(1000);
      expect(enter("7.7.7.7")).toBe("connections");
      expect(admission.addressCount).toBe(6);
    }),
  );

  it(
    "Backlog gives what was put, whole and in order, and small parts take little more than their size",
    inHub(function* () {
      const backlog = new Backlog();
      const sent = new Uint8Array(100_000).map((_, i) => i % 251);
      for (let at = 0; at < 50_000; at++) backlog.put(sent.subarray(at, at + 1));
      backlog.put(sent.subarray(50_000, 60_000));
      backlog.put(sent.subarray(60_000, 60_010));
      backlog.put(sent.subarray(60_010));
      backlog.end();
      const parts: Uint8Array[] = [];
      for (let part = yield* backlog.take(); part !== null; part = yield* backlog.take()) parts.push(part);
      expect(Buffer.compare(Buffer.concat(parts), sent)).toBe(0);
      expect(parts.length).toBeLessThan(20);
    }),
  );
});
