// behaviours.md, "Servers", for datagrams: over each network, where only order and lower bounds are asserted,
// for one of them is the loopback of a real system; and over a driver that does what a test tells it, in
// virtual time.
import { expect, it } from "vitest";
import { type Greenlet, sleep, spawn, Timeout } from "wevent";
import { Pool } from "wevent/pool";
import { DatagramServer } from "wevent/server";
import { ClosedError, DatagramSocket, type InetAddress } from "wevent/socket";
import { systemError } from "../../host/core/net-errors.js";
import { BrokenPool } from "../lib/broken-pool.ts";
import { overFakeUdp } from "../lib/fake-udp.ts";
import { codeOf, inHub, thrownBy, thrownIn, type World } from "../lib/hub.ts";
import { NETWORKS } from "../lib/networks.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A test over the network of the system and over those in memory. */
function overEach(name: string, body: (world: World) => Generator<unknown, unknown, unknown>): void {
  for (const network of NETWORKS) it(`${name} (${network.name})`, inHub(body, network.options()));
}

/** A server that answers with what it is sent. */
function echoServer(options = {}): DatagramServer {
  const server = new DatagramServer(
    {},
    function* (data, address) {
      yield* server.sendTo(data, address);
    },
    options,
  );
  return server;
}

/** Sends a question and gives the answer. */
function* ask(to: InetAddress, question: string, ms = 1000) {
  using client = yield* DatagramSocket.bind({ peer: to });
  yield* client.send(question);
  return text(yield* client.recv(ms));
}

overEach("374 handle(data, address) is called for each datagram, and sendTo answers", function* ({ log }) {
  const server = new DatagramServer({}, function* (data, address) {
    log.push(`${text(data)} from ${address.host}`);
    yield* server.sendTo(`${text(data)}!`, address);
  });
  expect([server.started, server.address, server.dropped]).toEqual([false, null, 0]);
  yield* server.start();
  yield* server.start();
  expect(server.started).toBe(true);
  const to = server.address!;
  expect(to).toMatchObject({ host: "127.0.0.1", family: 4 });
  expect([yield* ask(to, "one"), yield* ask(to, "two")]).toEqual(["one!", "two!"]);
  expect(log).toEqual(["one from 127.0.0.1", "two from 127.0.0.1"]);
  yield* server.stop();
  expect([server.started, server.closed]).toEqual([false, true]);
  // Its port is free.
  (yield* DatagramSocket.bind({ port: to.port })).close();
  expect(codeOf(yield* thrownIn(server.start()))).toBe("WEV_ERR_ARGUMENT");
});

overEach("358 after stopAccepting datagrams wait; startAccepting handles them", function* () {
  const server = echoServer();
  yield* server.start();
  const to = server.address!;
  expect(yield* ask(to, "one")).toBe("one");
  server.stopAccepting();
  yield* sleep(1);
  const waiting = spawn(() => ask(to, "two"));
  yield* sleep(20);
  expect(waiting.dead).toBe(false);
  server.startAccepting();
  expect(yield* waiting).toBe("two");
  yield* server.stop();
});

overEach("359 serveForever starts the server, and returns after stop", function* () {
  const server = echoServer();
  const serving = spawn(() => server.serveForever());
  while (!server.started) yield* sleep(1);
  expect(yield* ask(server.address!, "hello")).toBe("hello");
  yield* server.stop();
  yield* serving;
  expect(server.started).toBe(false);
});

for (const [name, how] of [
  ["any number", null],
  ["a pool of 2", 2],
  ["a Pool", () => new Pool(2)],
] as const) {
  overEach(`370 one failing handler never affects other datagrams (${name})`, function* ({ reports }) {
    const server = new DatagramServer(
      {},
      function* (data, address) {
        if (text(data) === "fail") throw new Error("as asked");
        yield* server.sendTo(data, address);
      },
      { spawn: typeof how === "function" ? how() : how },
    );
    yield* server.start();
    const to = server.address!;
    expect(yield* thrownIn(ask(to, "fail", 20))).toBeInstanceOf(Timeout);
    expect(yield* ask(to, "go on")).toBe("go on");
    yield* server.stop();
    expect((yield* reports()).map((report) => (report.error as Error).message)).toEqual(["as asked"]);
  });
}

it("362 an error in spawn itself is reported, and the server stays started", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* ({ reports }) {
    let handled = 0;
    const server = new DatagramServer({}, () => void handled++, { spawn: new BrokenPool() });
    yield* server.start();
    net.arrive(1);
    net.arrive(1);
    yield* sleep(1);
    expect([handled, server.started]).toEqual([1, true]);
    expect((yield* reports()).map(({ error }) => (error as Error).message)).toEqual(["no more"]);
    yield* server.stop();
  }, options)();
});

it("365 a full pool stops receiving: what comes waits with the socket, and beyond its bounds is dropped", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* ({ log }) {
    const server = new DatagramServer(
      {},
      function* (data) {
        log.push(`${data[0]}`);
        yield* sleep(10);
      },
      { spawn: 2 },
    );
    yield* server.start();
    yield* sleep(0);
    for (let i = 0; i < 4; i++) net.arrive(1, i);
    yield* sleep(1);
    expect(log).toEqual(["0", "1"]);
    // Two wait already.
    for (let i = 0; i < 1025; i++) net.arrive(1, 4);
    expect(server.dropped).toBe(3);
    yield* sleep(15);
    expect(log).toEqual(["0", "1", "2", "3"]);
    yield* server.stop();
  }, options)();
});

it("a server handles 10 000 datagrams at once where nothing is said", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    let handled = 0;
    const server = new DatagramServer({}, function* () {
      handled++;
      yield* sleep(100);
    });
    yield* server.start();
    for (let i = 0; i < 21; i++) {
      for (let j = 0; j < 500; j++) net.arrive(1);
      yield* sleep(1);
    }
    expect([handled, server.dropped]).toEqual([10_000, 0]);
    yield* server.stop();
  }, options)();
});

it("371 stop(timeout) receives nothing more, lets handlers answer, then kills them; their cleanup runs", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* ({ hub, log }) {
    const server = new DatagramServer({}, function* (data, address) {
      try {
        yield* sleep(data.length);
        const answer = server.sendTo("done", address);
        net.sent.length = 0;
        const sending = spawn(() => answer);
        yield* sleep(0);
        net.sent[0]!.tell(null);
        log.push(`${data.length} sent ${yield* sending}`);
      } catch (error) {
        log.push(`${data.length} ${(error as Error).name}`);
        throw error;
      } finally {
        log.push(`${data.length} cleaned up`);
      }
    });
    yield* server.start();
    yield* sleep(0);
    net.arrive(10);
    net.arrive(100);
    yield* sleep(1);
    const beginMs = hub.now();
    const stopping = spawn(() => server.stop(50));
    yield* sleep(0);
    net.arrive(1);
    yield* sleep(20);
    expect(log).toEqual(["10 sent 4", "10 cleaned up"]);
    expect(net.closed).toBe(0);
    yield* stopping;
    expect(hub.now() - beginMs).toBe(50);
    expect(log.slice(2)).toEqual(["100 GreenletExit", "100 cleaned up"]);
    expect(net.closed).toBe(1);
    const to = { host: "there", port: 9 };
    expect(yield* thrownIn(server.sendTo("x", to))).toBeInstanceOf(ClosedError);
  }, options)();
});

it("a server that is killed in serveForever closes its socket once its last handler has ended", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    const server = new DatagramServer({}, () => sleep(10));
    const serving = spawn(() => server.serveForever());
    while (!server.started) yield* sleep(1);
    yield* sleep(0);
    net.arrive(1);
    yield* sleep(0);
    yield* serving.kill();
    expect([server.closed, net.closed]).toEqual([true, 0]);
    yield* sleep(20);
    expect(net.closed).toBe(1);
  }, options)();
});

it("a server that could not receive reports it, waits, and serves on", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* ({ reports }) {
    let handled = 0;
    const server = new DatagramServer({}, () => void handled++);
    yield* server.start();
    net.events.failed(systemError("ENOMEM"));
    net.arrive(1);
    yield* sleep(1);
    expect(handled).toBe(0);
    yield* sleep(100);
    expect(handled).toBe(1);
    expect((yield* reports()).map(({ error }) => codeOf(error))).toEqual(["WEV_ERR_SOCKET_FAILED"]);
    yield* server.stop();
  }, options)();
});

it("a server that is stopped while it binds is closed, and one that two start binds once", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    const stopped = echoServer();
    const starting = spawn(() => stopped.start());
    yield* sleep(0);
    yield* stopped.stop();
    yield* starting;
    expect([net.closed, stopped.started]).toEqual([1, false]);
    const server = echoServer();
    const first = spawn(() => server.start());
    const second = spawn(() => server.start());
    yield* first;
    yield* second;
    expect([net.places.length, server.started]).toEqual([2, true]);
    yield* server.stop();
  }, options)();
});

overEach("start says why it cannot be there, and may be tried again", function* () {
  const taken = yield* DatagramSocket.bind();
  const server = new DatagramServer({ port: taken.address.port }, () => {});
  expect(codeOf(yield* thrownIn(server.start()))).toBe("WEV_ERR_SOCKET_ADDRESS");
  expect([server.started, server.closed]).toEqual([false, false]);
  taken.close();
  yield* sleep(5);
  yield* server.start();
  expect(server.address).toEqual(taken.address);
  yield* server.stop();
});

it("a server leaves its scope stopped", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* ({ hub }) {
    const server = echoServer();
    yield* server.start();
    const left = spawn(async () => {
      await using scoped = server;
      expect(scoped.started).toBe(true);
    }) as Greenlet;
    yield* left.join();
    expect([server.closed, net.closed]).toEqual([true, 1]);
    expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
  }, options)();
});

it("bad arguments of a server are refused where they are given", async () => {
  expect(codeOf(thrownBy(() => new DatagramServer({}, 5 as never)))).toBe("WEV_ERR_BODY");
  expect(codeOf(thrownBy(() => new DatagramServer(5 as never, () => {})))).toBe("WEV_ERR_ARGUMENT");
  expect(codeOf(thrownBy(() => new DatagramServer({}, () => {}, { spawn: 0 })))).toBe("WEV_ERR_RANGE");
  expect(codeOf(thrownBy(() => new DatagramServer({}, () => {}, { spawn: "x" as never })))).toBe(
    "WEV_ERR_ARGUMENT",
  );
  const to = { host: "there", port: 9 };
  const server = echoServer();
  expect(codeOf(thrownBy(() => server.sendTo("x", to)))).toBe("WEV_ERR_ARGUMENT");
  await server.stop();
  expect(codeOf(thrownBy(() => server.sendTo("x", to)))).toBe("WEV_ERR_SOCKET_CLOSED");
});
