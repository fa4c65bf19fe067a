// The network in memory: time, loss, partitions and hosts, under virtual time. What sockets, servers and select
// do over it is in their own tests, which run over every network.
import { expect, it } from "vitest";
import { type Greenlet, Hub, joinAll, LoopExit, sleep, spawn } from "wevent";
import { type Driver, type MemoryHost, MemoryNetwork, type MemoryNetworkOptions } from "wevent/hub";
import { select } from "wevent/select";
import { StreamServer } from "wevent/server";
import {
  createConnection,
  type Listener,
  listen,
  lookup,
  type Socket,
  type SocketError,
} from "wevent/socket";
import * as generic from "../../build/host/drivers/generic.js";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, type World, withHub } from "../lib/hub.ts";

const PORT = 80;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const portOf = (listener: Listener) => (listener.address as { readonly port: number }).port;
const errnoOf = (error: unknown) => (error as SocketError).errno;

/** A test with a network of its own, in which "server" is a host. */
function over(
  options: MemoryNetworkOptions,
  body: (network: MemoryNetwork, server: MemoryHost, world: World) => Generator<unknown, unknown, unknown>,
  seed = 0,
): () => Promise<void> {
  const network = new MemoryNetwork(options);
  const server = network.host("server");
  return inHub((world) => body(network, server, world), { network, seed });
}

/** Listens on the host, on all of its addresses. */
const listenOn = (host: MemoryHost, port = PORT) =>
  host.spawn(() => listen({ host: "0.0.0.0", port })) as Greenlet<Listener>;

/** Both ends of a connection from main to the host. */
function* connected(server: MemoryHost): Generator<unknown, [client: Socket, server: Socket]> {
  using listener = yield* listenOn(server);
  const client = yield* createConnection({ host: server.name, port: PORT });
  return [client, yield* listener.accept()];
}

// ---- time

it(
  "all that is sent takes the way's delay, each way its own",
  over({ delayMs: 10 }, function* (network, server, { hub }) {
    const [client, peer] = yield* connected(server);
    expect(hub.now()).toBe(20);
    network.link("server", "main", { delayMs: 300 });
    yield* client.sendAll("question");
    expect(hub.now()).toBe(20);
    yield* peer.recv();
    expect(hub.now()).toBe(30);
    yield* peer.sendAll("answer");
    yield* client.recv();
    expect(hub.now()).toBe(330);
    client.close();
    expect((yield* peer.recv()).length).toBe(0);
    expect(hub.now()).toBe(340);
    peer.close();
  }),
);

it(
  "a delay that is drawn never changes the order of what one end sends",
  over(
    { delayMs: [1, 1000] },
    function* (_, server) {
      const [client, peer] = yield* connected(server);
      for (let i = 0; i < 20; i++) {
        yield* client.sendAll(`${i}\n`);
        yield* sleep(1);
      }
      for (let i = 0; i < 20; i++) expect(yield* peer.readLine()).toBe(`${i}`);
      client.close();
      peer.close();
    },
    3,
  ),
);

it("the same seed gives the same run, another seed another one", async () => {
  const run = async (seed: number) => {
    const network = new MemoryNetwork({ delayMs: [1, 20] });
    const log: string[] = [];
    await inHub(
      function* ({ hub }) {
        const note = (what: string) => log.push(`${hub.now()} ${what}`);
        const server = new StreamServer({ host: "0.0.0.0", port: PORT }, function* (socket: Socket) {
          for (let line = yield* socket.readLine(); line !== null; line = yield* socket.readLine()) {
            note(`server got ${line}`);
            yield* socket.sendAll(`${line}!\n`);
          }
        });
        yield* network.host("server").spawn(() => server.start());
        const clients = [1, 2, 3].map((id) =>
          network.host(`client ${id}`).spawn(function* () {
            using socket = yield* createConnection({ host: "server", port: PORT });
            for (let i = 0; i < 5; i++) {
              yield* socket.sendAll(`${id}.${i}\n`);
              note(`client ${id} got ${yield* socket.readLine()}`);
            }
          }),
        );
        yield* joinAll(clients, { raiseError: true });
        yield* server.stop(1000);
      },
      { network, seed },
    )();
    return log;
  };
  const first = await run(5);
  expect(first).toHaveLength(30);
  expect(await run(5)).toEqual(first);
  expect(await run(6)).not.toEqual(first);
});

it(
  "over the real clock delays take their time",
  inHub(
    function* ({ hub }) {
      const network = hub.network as MemoryNetwork;
      network.link("main", "main", { delayMs: 15 });
      const listener = yield* listen();
      const startedAtMs = hub.now();
      const client = yield* createConnection({ port: portOf(listener) });
      expect(hub.now() - startedAtMs).toBeGreaterThanOrEqual(30);
      for (const end of [client, yield* listener.accept(), listener]) end.close();
    },
    { network: "memory", clock: "real" },
  ),
);

// ---- what is held

it(
  "a sender waits while the window is full, and goes on as the other end takes bytes",
  over({ delayMs: 10, windowBytes: 1000 }, function* (_, server, { hub }) {
    const [client, peer] = yield* connected(server);
    const startedAtMs = hub.now();
    yield* client.sendAll(new Uint8Array(1000));
    expect(hub.now() - startedAtMs).toBe(0);
    yield* client.sendAll(new Uint8Array(2000));
    // The first thousand had left at 0, the second leaves at 10, the third at 20.
    expect(hub.now() - startedAtMs).toBe(20);
    expect((yield* peer.recvExactly(3000)).length).toBe(3000);
    client.close();
    peer.close();
  }),
);

it(
  "a peer that never reads holds its own 64 KiB, a part and the window, and no more",
  over({ windowBytes: 5000 }, function* (_, server) {
    const [client, peer] = yield* connected(server);
    let sentBytes = 0;
    const sender = spawn(function* () {
      for (;;) sentBytes += yield* client.send(new Uint8Array(1000));
    });
    yield* sleep(1000);
    expect(sender.dead).toBe(false);
    expect(sentBytes).toBeGreaterThanOrEqual(65_536);
    expect(sentBytes).toBeLessThanOrEqual(65_536 + 5000 + 5000);
    yield* sender.kill();
    client.close();
    let gotBytes = 0;
    for (let part = yield* peer.recv(); part.length > 0; part = yield* peer.recv()) gotBytes += part.length;
    expect(gotBytes).toBe(sentBytes);
    peer.close();
  }),
);

it(
  "what a closed end had sent still arrives, before the end; then the other end cannot send",
  over({ delayMs: 5 }, function* (_, server) {
    const [client, peer] = yield* connected(server);
    yield* client.sendAll("last words");
    client.close();
    expect(text(yield* peer.recvExactly(10))).toBe("last words");
    expect((yield* peer.recv()).length).toBe(0);
    const error = yield* thrownIn(peer.sendAll("x"));
    expect([codeOf(error), errnoOf(error)]).toEqual(["WEV_ERR_SOCKET_RESET", "EPIPE"]);
    peer.close();
  }),
);

it(
  "what comes before a connection is accepted waits for that: bytes, an end, a loss",
  over({}, function* (network, server) {
    using listener = yield* listenOn(server);
    const connect = () => createConnection({ host: "server", port: PORT });
    const [speaker, leaver, lost] = [yield* connect(), yield* connect(), yield* connect()];
    yield* speaker.sendAll("early");
    leaver.close();
    yield* lost.sendAll("early too");
    yield* sleep(10);
    const [first, second] = [yield* listener.accept(), yield* listener.accept()];
    expect(text(yield* first.recv())).toBe("early");
    expect((yield* second.recv()).length).toBe(0);
    network.reset();
    const third = yield* listener.accept();
    expect(errnoOf(yield* thrownIn(third.recv()))).toBe("ECONNRESET");
    for (const end of [first, second, third, speaker, lost]) end.close();
  }),
);

it(
  "a sender that waits when its connection breaks is told that it broke, and not that all is sent",
  over({ windowBytes: 100_000 }, function* (network, server) {
    const ends = yield* connected(server);
    const senders = ends.map((end) => spawn(() => end.sendAll(new Uint8Array(170_000))) as Greenlet);
    yield* sleep(1);
    network.reset();
    yield* joinAll(senders);
    expect(senders.map(({ error }) => errnoOf(error))).toEqual(["ECONNRESET", "ECONNRESET"]);
  }),
);

it(
  "a connection that both ends have shut down is let go of, unclosed",
  over({ delayMs: 5 }, function* (_, server, { hub }) {
    const [client, peer] = yield* connected(server);
    client.shutdown("write");
    expect((yield* peer.recv()).length).toBe(0);
    peer.shutdown("write");
    expect((yield* client.recv()).length).toBe(0);
    expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
  }),
);

// ---- loss

it(
  "reset breaks the connections of a host, at both ends; what was read before stays",
  over({ delayMs: 1 }, function* (network, server, { hub }) {
    const other = network.host("other");
    const [client, peer] = yield* connected(server);
    const [spared, sparedPeer] = yield* connected(other);
    yield* client.sendAll("before");
    yield* sleep(5);
    yield* client.sendAll("on its way");
    const waiting = spawn(() => client.recv()) as Greenlet;
    yield* sleep(0);
    expect(network.reset("server")).toBe(1);
    yield* waiting.join();
    expect([codeOf(waiting.error), errnoOf(waiting.error)]).toEqual(["WEV_ERR_SOCKET_RESET", "ECONNRESET"]);
    expect(text(yield* peer.recv())).toBe("before");
    expect(errnoOf(yield* thrownIn(peer.recv()))).toBe("ECONNRESET");
    expect(errnoOf(yield* thrownIn(peer.sendAll("x")))).toBe("ECONNRESET");
    yield* spared.sendAll("hello");
    expect(text(yield* sparedPeer.recv())).toBe("hello");
    expect([network.reset("server"), network.reset("main", "server"), network.reset()]).toEqual([0, 0, 1]);
    expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
  }),
);

it(
  "a connection breaks with the chance that the way has",
  over(
    {},
    function* (network, server) {
      network.link("main", "server", { resetRate: 0.1 });
      let broken = 0;
      for (let i = 0; i < 50; i++) {
        const [client, peer] = yield* connected(server);
        for (const word of ["a", "b", "c"]) yield* client.sendAll(word);
        client.shutdown("write");
        const error = yield* thrownIn(peer.recvExactly(4));
        if (errnoOf(error) === "ECONNRESET") broken++;
        else expect(codeOf(error)).toBe("WEV_ERR_STREAM_ENDED");
        client.close();
        peer.close();
      }
      expect(broken).toBeGreaterThan(3);
      expect(broken).toBeLessThan(35);
    },
    9,
  ),
);

// ---- partitions

it(
  "who connects through a partition fails with ETIMEDOUT when it gives up, or is connected once it is healed",
  over({ delayMs: 1, giveUpMs: 500 }, function* (network, server, { hub }) {
    using listener = yield* listenOn(server);
    network.partition("main", server);
    const error = yield* thrownIn(createConnection({ host: "server", port: PORT }));
    expect([codeOf(error), errnoOf(error), hub.now()]).toEqual([
      "WEV_ERR_SOCKET_UNREACHABLE",
      "ETIMEDOUT",
      500,
    ]);
    const connecting = spawn(() => createConnection({ host: "server", port: PORT }));
    yield* sleep(300);
    network.heal("main", server);
    using client = yield* connecting;
    using peer = yield* listener.accept();
    expect(hub.now()).toBe(802);
    expect(peer.remoteAddress).toEqual(client.localAddress);
  }),
);

it(
  "an answer that a partition holds back is as none to who connects",
  over({ delayMs: 10, giveUpMs: 500 }, function* (network, server, { hub }) {
    using listener = yield* listenOn(server);
    const connecting = spawn(() => createConnection({ host: "server", port: PORT })) as Greenlet<Socket>;
    yield* sleep(15);
    network.partition("server");
    using peer = yield* listener.accept();
    yield* connecting.join();
    expect([errnoOf(connecting.error), hub.now()]).toEqual(["ETIMEDOUT", 500]);
    network.heal();
    expect(errnoOf(yield* thrownIn(peer.recv()))).toBe("ECONNRESET");
  }),
);

it(
  "bytes in a partition are held until it is healed, and then sent anew, in order",
  over({ delayMs: 10 }, function* (network, server, { hub }) {
    const [client, peer] = yield* connected(server);
    yield* client.sendAll("one ");
    yield* sleep(5);
    network.partition("main", "server");
    yield* client.sendAll("two ");
    yield* sleep(1000);
    yield* client.sendAll("three");
    client.shutdown("write");
    const startedAtMs = hub.now();
    network.heal();
    expect(text(yield* peer.recvExactly(13))).toBe("one two three");
    expect(hub.now() - startedAtMs).toBe(10);
    expect((yield* peer.recv()).length).toBe(0);
    client.close();
    peer.close();
  }),
);

it(
  "a sender whose bytes do not get through a partition fails when it gives up; the other end learns it once healed",
  over({ delayMs: 10, giveUpMs: 500 }, function* (network, server, { hub }) {
    const [client, peer] = yield* connected(server);
    network.partition("server");
    const startedAtMs = hub.now();
    yield* client.sendAll("lost");
    const error = yield* thrownIn(client.recv());
    expect([codeOf(error), errnoOf(error)]).toEqual(["WEV_ERR_SOCKET_UNREACHABLE", "ETIMEDOUT"]);
    expect(hub.now() - startedAtMs).toBe(500);
    network.heal("server");
    expect(errnoOf(yield* thrownIn(peer.recv()))).toBe("ECONNRESET");
    client.close();
    peer.close();
  }),
);

it(
  "a sender whose peer closes behind a partition gives up too",
  over({ giveUpMs: 500 }, function* (network, server, { hub }) {
    const [client, peer] = yield* connected(server);
    const sender = spawn(() => client.sendAll(new Uint8Array(1_000_000))) as Greenlet;
    yield* sleep(100);
    network.partition("server");
    peer.close();
    yield* sender.join();
    expect([errnoOf(sender.error), hub.now()]).toEqual(["ETIMEDOUT", 600]);
    client.close();
  }),
);

it(
  "what a closed end had sent is held as long as the partition lasts",
  over({ giveUpMs: 500 }, function* (network, server) {
    const [client, peer] = yield* connected(server);
    network.partition("server");
    yield* client.sendAll("last words");
    yield* sleep(10);
    client.close();
    yield* sleep(5000);
    network.heal();
    expect(text(yield* peer.recvExactly(10))).toBe("last words");
    expect((yield* peer.recv()).length).toBe(0);
    peer.close();
  }),
);

it(
  "a partition cuts nobody else, and a healed pair does not heal the others",
  over({}, function* (network, server) {
    const other = network.host("other");
    const [client, peer] = yield* connected(server);
    network.partition("server", "other");
    yield* client.sendAll("through");
    expect(text(yield* peer.recv())).toBe("through");
    using listener = yield* listenOn(other);
    const fromServer = () => createConnection({ host: "other", port: PORT, timeout: 50 });
    expect(codeOf(yield* thrownIn(server.spawn(fromServer)))).toBe("WEV_ERR_TIMEOUT");
    network.heal("main", "server");
    expect(codeOf(yield* thrownIn(server.spawn(fromServer)))).toBe("WEV_ERR_TIMEOUT");
    network.heal(other);
    const socket = yield* server.spawn(fromServer);
    for (const end of [socket, client, peer, yield* listener.accept()]) end.close();
  }),
);

// ---- nobody comes from outside

it("a hub in which all wait for the network in memory is stuck, and is told so at once", async () => {
  const waits: Record<
    string,
    (host: MemoryHost, network: MemoryNetwork) => Generator<unknown, unknown, unknown>
  > = {
    *"Socket.recv"(host) {
      const [client] = yield* connected(host);
      yield* client.recv();
    },
    *"Socket.sendAll"(host) {
      const [client] = yield* connected(host);
      yield* client.sendAll(new Uint8Array(1_000_000));
    },
    *"Listener.accept"() {
      yield* (yield* listen()).accept();
    },
    *"select of 2"(host) {
      yield* select([...(yield* connected(host))], [], []);
    },
    *createConnection(host, network) {
      network.partition("main");
      yield* createConnection({ host: host.name, port: PORT });
    },
  };
  for (const [label, body] of Object.entries(waits)) {
    const network = new MemoryNetwork({ giveUpMs: Number.POSITIVE_INFINITY });
    const host = network.host("server");
    await withHub(
      async ({ hub }) => {
        const error = await rejectionOf(hub.run(body, host, network));
        expect(error, label).toBeInstanceOf(LoopExit);
        expect((error as LoopExit).waiting.map(({ waitsFor }) => waitsFor)).toContain(label);
      },
      { network, leaves: "the greenlet that is stuck" },
    )();
  }
});

// ---- hosts

it(
  "hosts have names and addresses, and a greenlet's host is that of who spawned it",
  over({}, function* (network, server) {
    const numbered = network.host("10.9.0.1");
    expect(network.hosts.map(({ name, address }) => [name, address])).toEqual([
      ["main", "10.0.0.1"],
      ["server", "10.0.0.2"],
      ["10.9.0.1", "10.9.0.1"],
    ]);
    expect([network.host("server"), network.host("10.0.0.2")]).toEqual([server, server]);
    expect(yield* lookup("server")).toEqual([{ address: "10.0.0.2", family: 4 }]);
    expect(yield* lookup("localhost")).toEqual([{ address: "127.0.0.1", family: 4 }]);
    expect(yield* lookup("::1")).toEqual([{ address: "::1", family: 6 }]);
    const accepting = numbered.spawn(function* () {
      return yield* spawn(function* () {
        using listener = yield* listen({ host: "10.9.0.1", port: PORT });
        return yield* listener.accept();
      });
    });
    yield* sleep(1);
    using client = yield* server.spawn(() => createConnection({ host: "10.9.0.1", port: PORT }));
    using peer = yield* accepting;
    expect(client.localAddress).toMatchObject({ host: "10.0.0.2", family: 4 });
    expect(client.remoteAddress).toEqual({ host: "10.9.0.1", port: PORT, family: 4 });
    expect(peer.remoteAddress).toEqual(client.localAddress);
  }),
);

it(
  "what listens at a host's loopback is reached from there alone",
  over({}, function* (_, server) {
    using listener = yield* server.spawn(() => listen({ port: PORT }));
    using six = yield* server.spawn(() => listen({ host: "::1", port: PORT }));
    const errno = function* (host: string, from?: MemoryHost) {
      const connect = () => createConnection({ host, port: PORT });
      return errnoOf(yield* thrownIn(from === undefined ? connect() : from.spawn(connect)));
    };
    expect(yield* errno("127.0.0.1")).toBe("ECONNREFUSED");
    expect(yield* errno("server")).toBe("ECONNREFUSED");
    expect(yield* errno("server", server)).toBe("ECONNREFUSED");
    expect(yield* errno("nobody")).toBe("ENOTFOUND");
    expect(yield* errno("10.77.0.1")).toBe("EHOSTUNREACH");
    for (const [host, at] of [
      ["localhost", listener],
      ["0.0.0.0", listener],
      ["::1", six],
    ] as const) {
      using client = yield* server.spawn(() => createConnection({ host, port: PORT }));
      using peer = yield* at.accept();
      expect(peer.remoteAddress).toEqual(client.localAddress);
    }
  }),
);

it(
  "an address is one listener's; ports that are free come in the same order in every run",
  over({}, function* (_, server) {
    const errno = function* (options: object) {
      return errnoOf(yield* thrownIn(listen(options)));
    };
    using first = yield* listen();
    using second = yield* listen();
    expect([portOf(first), portOf(second)]).toEqual([49_152, 49_153]);
    expect(yield* errno({ port: 49_152 })).toBe("EADDRINUSE");
    expect(yield* errno({ port: 49_152, host: "0.0.0.0" })).toBe("EADDRINUSE");
    expect(yield* errno({ port: 49_152, host: "::" })).toBe("EADDRINUSE");
    expect(yield* errno({ host: "server" })).toBe("EADDRNOTAVAIL");
    expect(yield* errno({ host: "nobody" })).toBe("ENOTFOUND");
    using own = yield* listen({ port: 49_152, host: "main" });
    using elsewhere = yield* server.spawn(() => listen({ port: 49_152 }));
    expect([own.address, elsewhere.address]).toEqual([
      { host: "10.0.0.1", port: 49_152, family: 4 },
      { host: "127.0.0.1", port: 49_152, family: 4 },
    ]);
    using path = yield* listen({ path: "/run/a" });
    expect(yield* errno({ path: "/run/a" })).toBe("EADDRINUSE");
    expect(errnoOf(yield* thrownIn(server.spawn(() => createConnection({ path: "/run/a" }))))).toBe("ENOENT");
    path.close();
    using again = yield* listen({ path: "/run/a" });
    expect(again.address).toEqual({ path: "/run/a" });
  }),
);

it(
  "a listener that closes sends away who was not accepted, and who came while it closed",
  over({ delayMs: 10 }, function* (_, server) {
    const listener = yield* listenOn(server);
    const connect = () => createConnection({ host: "server", port: PORT });
    using early = yield* connect();
    const late = spawn(connect) as Greenlet;
    yield* sleep(5);
    listener.close();
    expect(errnoOf(yield* thrownIn(early.recv()))).toBe("ECONNRESET");
    yield* late.join();
    expect(errnoOf(late.error)).toBe("ECONNREFUSED");
  }),
);

// ---- the hub

it("a hub with a network in memory can what it can, on a driver that has nothing", () => {
  const driver = generic.driver as Driver;
  using bare = new Hub({ driver });
  using hub = new Hub({ driver, network: "memory" });
  using onNode = new Hub({ network: "memory" });
  const all = ["tcp.connect", "tcp.listen", "unix", "udp", "tls", "process"] as const;
  expect(all.filter((name) => bare.can(name))).toEqual([]);
  expect(all.filter((name) => hub.can(name))).toEqual(["tcp.connect", "tcp.listen", "unix", "udp"]);
  expect(all.filter((name) => onNode.can(name))).toEqual([
    "tcp.connect",
    "tcp.listen",
    "unix",
    "udp",
    "process",
  ]);
  expect([bare.network, hub.network instanceof MemoryNetwork]).toEqual([null, true]);
});

it(
  "TLS is refused by name",
  inHub(
    function* () {
      for (const asked of [createConnection({ port: 1, tls: true }), listen({ tls: {} })]) {
        const error = yield* thrownIn(asked);
        expect(error).toMatchObject({ code: "WEV_ERR_UNSUPPORTED", capability: "tls" });
        expect((error as Error).message).toContain("a network in memory");
      }
    },
    { network: "memory" },
  ),
);

it("a hub that is destroyed leaves nothing in its network", async () => {
  const network = new MemoryNetwork({ delayMs: 10 });
  const hub = new Hub({ network, clock: "virtual" });
  const error = await rejectionOf(
    hub.run(function* () {
      const [client, peer] = yield* connected(network.host("server"));
      spawn(() => peer.recv());
      yield* client.sendAll("on its way");
      spawn(() => createConnection({ host: "server", port: PORT }));
      yield* sleep(0);
      hub.destroy();
      yield* sleep(1);
    }),
  );
  expect(codeOf(error)).toBe("WEV_ERR_HUB_DESTROYED");
  expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
  expect((network as unknown as { _connections: Set<unknown> })._connections.size).toBe(0);
});

it("bad options, hosts and ways are refused at the call", () => {
  const network = new MemoryNetwork();
  for (const [code, call] of [
    ["WEV_ERR_ARGUMENT", () => new Hub({ network: "wire" as never })],
    ["WEV_ERR_ARGUMENT", () => new MemoryNetwork(5 as never)],
    ["WEV_ERR_ARGUMENT", () => new MemoryNetwork({ delayMs: "5" as never })],
    ["WEV_ERR_RANGE", () => new MemoryNetwork({ delayMs: -1 })],
    ["WEV_ERR_RANGE", () => new MemoryNetwork({ delayMs: [5, 1] })],
    ["WEV_ERR_RANGE", () => new MemoryNetwork({ delayMs: Number.POSITIVE_INFINITY })],
    ["WEV_ERR_RANGE", () => new MemoryNetwork({ resetRate: 1.5 })],
    ["WEV_ERR_RANGE", () => new MemoryNetwork({ lossRate: -1 })],
    ["WEV_ERR_RANGE", () => new MemoryNetwork({ duplicateRate: "1" as never })],
    ["WEV_ERR_RANGE", () => new MemoryNetwork({ windowBytes: 0 })],
    ["WEV_ERR_RANGE", () => new MemoryNetwork({ giveUpMs: 0 })],
    ["WEV_ERR_ARGUMENT", () => network.host("")],
    ["WEV_ERR_ARGUMENT", () => network.host("localhost")],
    ["WEV_ERR_ARGUMENT", () => network.host("127.0.0.1")],
    ["WEV_ERR_ARGUMENT", () => network.host("10.255.255.255")],
    ["WEV_ERR_ARGUMENT", () => network.partition("main", "nobody")],
    ["WEV_ERR_ARGUMENT", () => network.heal(new MemoryNetwork().host("main"))],
    ["WEV_ERR_ARGUMENT", () => network.reset("nobody")],
    ["WEV_ERR_RANGE", () => network.link("main", "main", { delayMs: Number.NaN })],
    ["WEV_ERR_ARGUMENT", () => network.host("a").spawn(() => {})],
  ] as const) {
    expect(codeOf(thrownBy(call)), call.toString()).toBe(code);
  }
  using _first = new Hub({ network });
  expect(codeOf(thrownBy(() => new Hub({ network })))).toBe("WEV_ERR_ARGUMENT");
});
