// A listener and a server over a driver that says what a real one seldom does. Virtual time.
import { expect, it } from "vitest";
import { sleep, spawn, Timeout } from "wevent";
import type { Driver } from "wevent/hub";
import { Pool } from "wevent/pool";
import { StreamServer } from "wevent/server";
import { listen, type Socket } from "wevent/socket";
import type { AcceptorEvents, NetDriver, StreamEvents, StreamHandle } from "../../host/core/net.js";
import { BrokenPool } from "../lib/broken-pool.ts";
import { codeOf, inHub, thrownIn } from "../lib/hub.ts";
import { ManualDriver } from "../lib/manual-driver.ts";

/** A stream that does nothing but end when it is told. */
class FakeStream implements StreamHandle {
  readonly local = null;
  readonly remote = null;
  isDestroyed = false;
  constructor(readonly events: StreamEvents) {}
  write(): boolean {
    return true;
  }
  end(): void {}
  pause(): void {}
  resume(): void {}
  setNoDelay(): void {}
  start(): void {}
  destroy(): void {
    this.isDestroyed = true;
  }
}

class FakeNet implements NetDriver {
  acceptor!: AcceptorEvents;
  isClosed = false;
  listens = 0;
  refused = 0;
  tls: unknown;
  readonly streams: FakeStream[] = [];

  connect(): StreamHandle {
    throw new Error("nobody connects here");
  }

  listen(_place: unknown, tls: unknown, events: AcceptorEvents) {
    this.acceptor = events;
    this.tls = tls;
    this.listens++;
    setImmediate(() => events.listening({ host: "here", port: 1, family: 4 }));
    return {
      close: () => {
        this.isClosed = true;
      },
    };
  }

  lookup(): Promise<never> {
    return Promise.reject(new Error("nobody is known here"));
  }

  /** A client connects. */
  arrive(): void {
    this.acceptor.accepted({
      open: (events) => {
        const stream = new FakeStream(events);
        this.streams.push(stream);
        return stream;
      },
      refuse: () => {
        this.refused++;
      },
    });
  }
}

function overFake() {
  const net = new FakeNet();
  const base = new ManualDriver();
  const driver: Driver = Object.assign(base, { capabilities: new Set(["tcp.listen", "tls"]), net });
  return { net, options: { driver, clock: "virtual" } as const };
}

const OUT_OF_DESCRIPTORS = Object.assign(new Error("accept EMFILE"), { code: "EMFILE" });

it("accept throws what could not be accepted once, and takes the next connection", async () => {
  const { net, options } = overFake();
  await inHub(function* () {
    const listener = yield* listen();
    net.acceptor.failed(OUT_OF_DESCRIPTORS);
    net.arrive();
    expect(codeOf(yield* thrownIn(listener.accept()))).toBe("WEV_ERR_SOCKET_LIMIT");
    const socket: Socket = yield* listener.accept();
    socket.close();
    listener.close();
    expect([net.isClosed, net.streams[0]!.isDestroyed]).toEqual([true, true]);
  }, options)();
});

it("a listener keeps `backlog` connections that nobody accepts, and sends the others away", async () => {
  const { net, options } = overFake();
  await inHub(function* () {
    const listener = yield* listen({ backlog: 2 });
    for (let i = 0; i < 5; i++) net.arrive();
    expect(net.refused).toBe(3);
    listener.close();
    expect(net.refused).toBe(5);
    // A handshake that was going on.
    net.arrive();
    expect(net.refused).toBe(6);
  }, options)();
});

it("a server that could not accept reports it, waits, and serves on", async () => {
  const { net, options } = overFake();
  await inHub(function* ({ hub, reports }) {
    let served = 0;
    const server = new StreamServer({}, () => void served++);
    yield* server.start();
    net.acceptor.failed(OUT_OF_DESCRIPTORS);
    net.arrive();
    yield* sleep(1);
    expect(served).toBe(0);
    yield* sleep(100);
    expect(served).toBe(1);
    expect((yield* reports()).map(({ error }) => codeOf(error))).toEqual(["WEV_ERR_SOCKET_LIMIT"]);
    server.stopAccepting();
    server.startAccepting();
    net.arrive();
    yield* sleep(1);
    expect(served).toBe(2);
    yield* server.stop();
    yield* sleep(0);
    expect(hub.stats().greenlets).toBe(1);
  }, options)();
});

it("a server that is stopped while it begins to listen does not listen", async () => {
  const { net, options } = overFake();
  await inHub(function* () {
    const server = new StreamServer({}, () => {});
    const starting = spawn(() => server.start());
    yield* sleep(0);
    yield* server.stop();
    yield* starting;
    expect([net.isClosed, server.started]).toEqual([true, false]);
  }, options)();
});

it("a server that two start at once listens once, for both", async () => {
  const { net, options } = overFake();
  await inHub(function* () {
    const server = new StreamServer({}, () => {});
    const first = spawn(() => server.start());
    const second = spawn(() => server.start());
    yield* first;
    yield* second;
    expect([net.listens, server.started]).toEqual([1, true]);
    yield* server.stop();
  }, options)();
});

it("a connection whose handler is killed before it begins is closed all the same", async () => {
  const { net, options } = overFake();
  await inHub(function* () {
    let served = 0;
    const pool = new Pool(1);
    const server = new StreamServer({}, () => void served++, { spawn: pool });
    yield* server.start();
    yield* sleep(0);
    net.arrive();
    while (server.connectionCount === 0) yield* sleep(0);
    yield* pool.kill();
    expect([served, server.connectionCount]).toEqual([0, 0]);
    expect(net.streams.map(({ isDestroyed }) => isDestroyed)).toEqual([true]);
    yield* server.stop();
  }, options)();
});

for (const [title, given, endsAtMs] of [
  ["for 10 minutes", {}, 600_000],
  ["for as long as `timeout` says", { timeout: 50 }, 50],
] as const) {
  it(`a connection that says nothing ${title} gives its place up`, async () => {
    const { net, options } = overFake();
    await inHub(function* ({ hub }) {
      let thrown: unknown = null;
      const server = new StreamServer(
        {},
        function* (socket) {
          thrown = yield* thrownIn(socket.recv());
        },
        given,
      );
      yield* server.start();
      const beginMs = hub.now();
      net.arrive();
      while (thrown === null) yield* sleep(endsAtMs / 10);
      expect(hub.now() - beginMs).toBeGreaterThanOrEqual(endsAtMs);
      expect(thrown).toBeInstanceOf(Timeout);
      yield* sleep(0);
      expect([server.connectionCount, net.streams[0]!.isDestroyed]).toEqual([0, true]);
      yield* server.stop();
    }, options)();
  });
}

it("timeout: null lets a connection say nothing for as long as it likes", async () => {
  const { net, options } = overFake();
  await inHub(function* () {
    const server = new StreamServer({}, (socket) => socket.recv(), { timeout: null });
    yield* server.start();
    net.arrive();
    yield* sleep(1e9);
    expect(server.connectionCount).toBe(1);
    yield* server.stop();
  }, options)();
});

for (const [title, given, served] of [
  ["10 000 connections at once", {}, 10_000],
  ["as many as `spawn` says", { spawn: 3 }, 3],
  ["any number with spawn: null", { spawn: null }, 10_100],
] as const) {
  it(`a server handles ${title}; the others wait, with nothing read`, async () => {
    const { net, options } = overFake();
    await inHub(function* () {
      const server = new StreamServer({ backlog: 20_000 }, (socket) => socket.recv(), given);
      yield* server.start();
      for (let i = 0; i < 10_100; i++) net.arrive();
      yield* sleep(1);
      // One that waits for a place is accepted and not opened: net.streams has those that were opened.
      expect([server.connectionCount, net.streams.length]).toEqual([served, served]);
      yield* server.stop();
      expect(net.refused).toBe(10_100 - served);
    }, options)();
  });
}

it("a TLS handshake has 10 seconds, unless the options say otherwise", async () => {
  const { net, options } = overFake();
  await inHub(function* () {
    (yield* listen({ tls: { key: "k" } })).close();
    expect(net.tls).toEqual({ key: "k", handshakeTimeout: 10_000 });
    (yield* listen({ tls: { key: "k", handshakeTimeout: 50 } })).close();
    expect(net.tls).toEqual({ key: "k", handshakeTimeout: 50 });
    (yield* listen()).close();
    expect(net.tls).toBe(undefined);
  }, options)();
});

it("362 an error in spawn itself closes the connection and is reported; the server stays started", async () => {
  const { net, options } = overFake();
  await inHub(function* ({ reports }) {
    let served = 0;
    const server = new StreamServer({}, () => void served++, { spawn: new BrokenPool() });
    yield* server.start();
    net.arrive();
    net.arrive();
    yield* sleep(1);
    expect([served, server.started]).toEqual([1, true]);
    expect(net.streams.map(({ isDestroyed }) => isDestroyed)).toEqual([true, true]);
    expect((yield* reports()).map(({ error }) => (error as Error).message)).toEqual(["no more"]);
    yield* server.stop();
  }, options)();
});
