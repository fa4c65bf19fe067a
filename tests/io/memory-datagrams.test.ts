// Datagrams over the network in memory: what is lost, late, twice and in another order, under virtual time. What
// sockets for datagrams do besides is in datagram.test.ts, which runs over every network.
import fc from "fast-check";
import { expect, it } from "vitest";
import { LoopExit, sleep, spawn, Timeout } from "wevent";
import { type MemoryHost, MemoryNetwork, type MemoryNetworkOptions } from "wevent/hub";
import { select } from "wevent/select";
import { DatagramSocket, type SocketError } from "wevent/socket";
import { inHub, rejectionOf, thrownIn, type World, withHub } from "../lib/hub.ts";

const PORT = 53;
const errnoOf = (error: unknown) => (error as SocketError).errno;

/** A test with a network of its own, in which "server" is a host, and a socket on that and on main. */
function over(
  options: MemoryNetworkOptions,
  body: (
    at: { client: DatagramSocket; server: DatagramSocket; network: MemoryNetwork },
    world: World,
  ) => Generator<unknown, unknown, unknown>,
  seed = 0,
): () => Promise<void> {
  const network = new MemoryNetwork(options);
  return inHub(
    function* (world) {
      using server = yield* bindOn(network.host("server"));
      using client = yield* DatagramSocket.bind({ host: "0.0.0.0" });
      yield* body({ client, server, network }, world);
    },
    { network, seed },
  );
}

const bindOn = (host: MemoryHost, port = PORT) =>
  host.spawn(() => DatagramSocket.bind({ host: "0.0.0.0", port }));

const SERVER = { host: "server", port: PORT };

/** Sends the numbers below `count`, each a datagram. */
function* sendNumbers(client: DatagramSocket, count: number) {
  for (let i = 0; i < count; i++) yield* client.sendTo(new Uint8Array([i]), SERVER);
}

/** What comes until nothing has for a second. */
function* receiveAll(socket: DatagramSocket) {
  const got: number[] = [];
  for (;;) {
    const data = yield* thrownIn(take(socket, got));
    if (data instanceof Timeout) return got;
    throw data;
  }
}

function* take(socket: DatagramSocket, got: number[]) {
  for (;;) got.push((yield* socket.recv(1000))[0]!);
}

it(
  "a datagram takes the way's delay, and is answered from where it went",
  over({ delayMs: 25 }, function* ({ client, server }, { hub }) {
    const startedAtMs = hub.now();
    yield* client.sendTo("question", SERVER);
    expect(hub.now() - startedAtMs).toBe(0);
    const { address } = yield* server.recvFrom();
    expect(hub.now() - startedAtMs).toBe(25);
    expect(address).toEqual({ host: "10.0.0.1", port: client.address.port, family: 4 });
    yield* server.sendTo("answer", address);
    expect((yield* client.recvFrom()).address).toEqual({ host: "10.0.0.2", port: PORT, family: 4 });
    expect(hub.now() - startedAtMs).toBe(50);
  }),
);

it("datagrams overtake each other as the seed says", async () => {
  const order = async (seed: number) => {
    let got: number[] = [];
    await over(
      { delayMs: [1, 100] },
      function* ({ client, server }) {
        yield* sendNumbers(client, 20);
        got = yield* receiveAll(server);
      },
      seed,
    )();
    return got;
  };
  const first = await order(4);
  const sorted = Array.from({ length: 20 }, (_, i) => i);
  expect(first).not.toEqual(sorted);
  expect([...first].sort((a, b) => a - b)).toEqual(sorted);
  expect(await order(4)).toEqual(first);
  expect(await order(5)).not.toEqual(first);
});

it(
  "datagrams are lost, and come twice, with the chances that the way has",
  over(
    {},
    function* ({ client, server, network }) {
      network.link("main", "server", { lossRate: 0.3 });
      yield* sendNumbers(client, 100);
      const some = yield* receiveAll(server);
      expect(some.length).toBeGreaterThan(50);
      expect(some.length).toBeLessThan(90);
      network.link("main", "server", { lossRate: 1 });
      yield* sendNumbers(client, 10);
      expect(yield* receiveAll(server)).toEqual([]);
      network.link("main", "server", { lossRate: 0, duplicateRate: 1 });
      yield* sendNumbers(client, 3);
      // In a shuffled order, as all that is ready under a seed.
      expect((yield* receiveAll(server)).sort()).toEqual([0, 0, 1, 1, 2, 2]);
    },
    2,
  ),
);

it(
  "a partition loses what is sent and what is on its way, and no more once it is healed",
  over({ delayMs: 10 }, function* ({ client, server, network }) {
    yield* client.sendTo(new Uint8Array([1]), SERVER);
    yield* sleep(5);
    network.partition("server");
    yield* client.sendTo(new Uint8Array([2]), SERVER);
    yield* sleep(5);
    network.heal();
    yield* client.sendTo(new Uint8Array([3]), SERVER);
    expect(yield* receiveAll(server)).toEqual([3]);
  }),
);

it(
  "a peer that is not there is told to who has it, in time; a stranger and a partition are not",
  over({ delayMs: 10 }, function* ({ client, network }, { hub }) {
    using peered = yield* DatagramSocket.bind({ peer: { host: "server", port: 9 } });
    expect(peered.address.host).toBe("10.0.0.1");
    const startedAtMs = hub.now();
    yield* peered.send("anybody?");
    expect(errnoOf(yield* thrownIn(peered.recv()))).toBe("ECONNREFUSED");
    expect(hub.now() - startedAtMs).toBe(20);
    yield* client.sendTo("anybody?", { host: "server", port: 9 });
    expect(yield* select([client], [], [], 100)).toEqual([[], [], []]);
    network.partition("server");
    yield* peered.send("anybody?");
    expect(yield* select([peered], [], [], 1000)).toEqual([[], [], []]);
  }),
);

it(
  "what cannot go from where a socket is bound is refused, and a socket is a port's of its own kind",
  over({}, function* ({ client, server, network }) {
    using loopback = yield* DatagramSocket.bind();
    expect(errnoOf(yield* thrownIn(loopback.sendTo("x", SERVER)))).toBe("EINVAL");
    expect(errnoOf(yield* thrownIn(client.sendTo("x", { host: "10.7.7.7", port: 1 })))).toBe("EHOSTUNREACH");
    expect(errnoOf(yield* thrownIn(client.sendTo("x", { host: "nobody", port: 1 })))).toBe("ENOTFOUND");
    expect(errnoOf(yield* thrownIn(bindOn(network.host("server"))))).toBe("EADDRINUSE");
    server.close();
    using again = yield* bindOn(network.host("server"));
    yield* client.sendTo(new Uint8Array([7]), SERVER);
    expect(yield* receiveAll(again)).toEqual([7]);
  }),
);

it(
  "a broadcast reaches all hosts, each with bytes of its own",
  over({}, function* ({ server, network }) {
    using other = yield* bindOn(network.host("other"));
    using deaf = yield* network.host("deaf").spawn(() => DatagramSocket.bind({ port: PORT }));
    using caller = yield* DatagramSocket.bind({ host: "0.0.0.0", broadcast: true });
    yield* caller.sendTo(new Uint8Array([5]), { host: "255.255.255.255", port: PORT });
    const [one, two] = [yield* server.recv(), yield* other.recv()];
    one[0] = 9;
    expect([...two]).toEqual([5]);
    expect(yield* receiveAll(deaf)).toEqual([]);
  }),
);

it(
  "nothing is on its way any more once all sockets are closed",
  over({ delayMs: 10_000 }, function* ({ client, server }, { hub }) {
    yield* client.sendTo("too late", SERVER);
    expect(hub.stats().timers).toBe(1);
    server.close();
    client.close();
    yield* sleep(0);
    expect(hub.stats().timers).toBe(0);
    // `using` closes them once more.
  }),
);

it("who waits for datagrams in memory is stuck once none is on its way", async () => {
  const network = new MemoryNetwork({ delayMs: 5 });
  await withHub(
    async ({ hub }) => {
      const error = await rejectionOf(
        hub.run(function* () {
          const [a, b] = [yield* DatagramSocket.bind(), yield* DatagramSocket.bind()];
          spawn(() => select([a], [], []));
          yield* a.sendTo("one", b.address);
          yield* b.recv();
          yield* b.recvFrom();
        }),
      );
      expect(error).toBeInstanceOf(LoopExit);
      expect((error as LoopExit).waiting.map(({ waitsFor }) => waitsFor)).toEqual(
        expect.arrayContaining(["DatagramSocket.recvFrom", "select of 1"]),
      );
      expect(hub.now()).toBe(5);
    },
    { network, leaves: "the greenlets that are stuck" },
  )();
});

it("what is received was sent, at most twice, and all of it where nothing is lost", async () => {
  const rates = fc.constantFrom(0, 0, 0.2, 0.5);
  const plan = fc.record({
    count: fc.integer({ min: 1, max: 100 }),
    lossRate: rates,
    duplicateRate: rates,
    delayMs: fc.constantFrom(0, 5, [0, 30] as const),
    cutAtMs: fc.option(fc.nat({ max: 100 }), { nil: null }),
    seed: fc.nat({ max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, ({ count, cutAtMs, seed, ...options }) =>
      over(
        options,
        function* ({ client, server, network }) {
          const receiving = spawn(() => receiveAll(server));
          for (let i = 0; i < count; i++) {
            if (cutAtMs === i) network.partition("server");
            if (cutAtMs === i - 10) network.heal();
            yield* client.sendTo(new Uint8Array([i]), SERVER);
            yield* sleep(1);
          }
          const got = yield* receiving;
          const times = Array.from({ length: count }, (_, i) => got.filter((one) => one === i).length);
          expect(times.reduce((sum, n) => sum + n, 0)).toBe(got.length);
          expect(Math.max(...times)).toBeLessThanOrEqual(options.duplicateRate === 0 ? 1 : 2);
          const isLossless = options.lossRate === 0 && (cutAtMs === null || cutAtMs >= count);
          if (isLossless) expect(Math.min(...times)).toBeGreaterThan(0);
        },
        seed,
      )(),
    ),
    { numRuns: 60 },
  );
});
