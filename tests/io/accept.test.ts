// A listener and a server over a driver that says what a real one seldom does. Virtual time.
import { expect, it } from "vitest";
import { sleep, spawn } from "wevent";
import type { Driver } from "wevent/hub";
import { Pool } from "wevent/pool";
import { StreamServer } from "wevent/server";
import { listen, type Socket } from "wevent/socket";
import type { AcceptorEvents, NetDriver, StreamEvents, StreamHandle } from "../../host/core/net.js";
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
  readonly streams: FakeStream[] = [];

  connect(): StreamHandle {
    throw new Error("nobody connects here");
  }

  listen(_place: unknown, _tls: unknown, events: AcceptorEvents) {
    this.acceptor = events;
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
  const driver: Driver = Object.assign(base, { capabilities: new Set(["tcp.listen"]), net });
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
