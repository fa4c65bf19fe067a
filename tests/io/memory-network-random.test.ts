// Random programs over the network in memory: clients on several hosts that send, are echoed, close and are
// killed, while the network is slow, breaks connections and is partitioned. Whatever happens, what is received is
// the beginning of what was sent, nobody is left at a connection that is dead, and nothing is left at the end.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Greenlet, Hub, joinAll, LoopExit, sleep, spawn, Timeout } from "wevent";
import { MemoryNetwork } from "wevent/hub";
import { StreamServer } from "wevent/server";
import { ClosedError, createConnection, type Socket, SocketError } from "wevent/socket";
import { leftIn, NOTHING_LEFT, runtimeTurn } from "../lib/hub.ts";

/** Byte `at` of what client `id` sends. */
const byteOf = (id: number, at: number) => (at === 0 ? id : (id * 31 + at * 7) % 251);

const client = fc.record({
  host: fc.nat({ max: 2 }),
  startMs: fc.nat({ max: 300 }),
  parts: fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 4 }),
  pauseMs: fc.nat({ max: 60 }),
  /** How it ends, beside what the network does to it. */
  end: fc.constantFrom("reads on", "closes", "is killed"),
  endMs: fc.nat({ max: 600 }),
});
const upset = fc.record({
  atMs: fc.nat({ max: 500 }),
  what: fc.constantFrom("partition", "heal", "reset"),
  one: fc.nat({ max: 3 }),
  two: fc.nat({ max: 3 }),
});
const program = fc.record({
  clients: fc.array(client, { minLength: 1, maxLength: 6 }),
  upsets: fc.array(upset, { maxLength: 6 }),
  delayMs: fc.constantFrom(0, 3, [1, 40] as const),
  resetRate: fc.constantFrom(0, 0, 0.05),
  windowBytes: fc.constantFrom(1, 700, 65_536),
  giveUpMs: fc.constantFrom(100, 10_000, Number.POSITIVE_INFINITY),
  seed: fc.nat({ max: 1000 }),
  isPooled: fc.boolean(),
});
type Program = typeof program extends fc.Arbitrary<infer P> ? P : never;

/** What may happen to whoever uses a connection. */
const isExpected = (error: unknown) =>
  error instanceof SocketError || error instanceof ClosedError || error instanceof Timeout;

/** Runs it; gives what happened, in order. */
async function runs(plan: Program): Promise<string[]> {
  const { delayMs, resetRate, giveUpMs, seed } = plan;
  // A window of one byte with so many bytes would only take long.
  const windowBytes = plan.clients.length > 2 ? Math.max(plan.windowBytes, 700) : plan.windowBytes;
  const network = new MemoryNetwork({ delayMs, resetRate, windowBytes, giveUpMs });
  const hosts = ["main", "one", "two", "server"].map((name) => network.host(name));
  const log: string[] = [];
  const unexpected: unknown[] = [];
  const hub = new Hub({ network, clock: "virtual", seed, onError: ({ error }) => unexpected.push(error) });
  const note = (what: string) => log.push(`${hub.now()} ${what}`);

  /** Receives to the end; throws when a byte is not the next one that was sent. */
  function* check(socket: Socket, id: number | null, sentBytes: (id: number) => number, who: string) {
    let count = 0;
    let from = id;
    try {
      for (;;) {
        const bytes = yield* socket.recv();
        if (bytes.length === 0) break;
        from ??= bytes[0]!;
        for (const byte of bytes) {
          if (byte !== byteOf(from, count)) throw new Error(`${who}: byte ${count} of ${from} is wrong`);
          count++;
        }
        if (count > sentBytes(from)) throw new Error(`${who}: more was received than sent`);
        if (id === null) yield* socket.sendAll(bytes);
      }
      note(`${who} ended after ${count}`);
    } catch (error) {
      if (!isExpected(error)) throw error;
      note(`${who} failed after ${count}: ${(error as SocketError).errno ?? (error as Error).name}`);
    }
  }

  const sent: number[] = [];
  const sentBy = (id: number) => sent[id]!;
  const size = (id: number) => plan.clients[id]!.parts.map((part) => (windowBytes < 700 ? part % 50 : part));

  function* run(id: number) {
    const { startMs, pauseMs, end, endMs } = plan.clients[id]!;
    yield* sleep(startMs);
    try {
      using socket = yield* createConnection({ host: "server", port: 7 });
      const reader = spawn(() => check(socket, id, sentBy, `client ${id}`));
      const writer = spawn(function* () {
        try {
          for (const part of size(id)) {
            const from = sent[id]!;
            sent[id]! += part;
            yield* socket.sendAll(Uint8Array.from({ length: part }, (_, i) => byteOf(id, from + i)));
            yield* sleep(pauseMs);
          }
          socket.shutdown("write");
        } catch (error) {
          if (!isExpected(error)) throw error;
        }
      });
      if (end === "closes") {
        yield* sleep(endMs);
        socket.close();
      }
      yield* joinAll([reader, writer], { raiseError: true });
    } catch (error) {
      if (!isExpected(error)) throw error;
      note(`client ${id} ${(error as SocketError).errno}`);
    }
  }

  const server = new StreamServer(
    { host: "0.0.0.0", port: 7 },
    (socket) => check(socket, null, sentBy, "server"),
    { spawn: plan.isPooled ? 2 : "default" },
  );
  const all: Greenlet[] = [];
  await hub.run(function* () {
    yield* hosts[3]!.spawn(() => server.start());
    plan.clients.forEach(({ host, end, endMs }, id) => {
      sent[id] = 0;
      const greenlet = hosts[host]!.spawn(run, id) as Greenlet;
      all.push(greenlet);
      if (end === "is killed") {
        all.push(
          spawn(function* () {
            yield* sleep(endMs);
            yield* greenlet.kill();
          }),
        );
      }
    });
    for (const { atMs, what, one, two } of plan.upsets) {
      all.push(
        spawn(function* () {
          yield* sleep(atMs);
          network[what](hosts[one]!, hosts[two]!);
          note(what);
        }),
      );
    }
  });
  const join = () => hub.run(() => joinAll(all, { raiseError: true }));
  try {
    await join();
  } catch (error) {
    // In a partition that nobody heals, who only reads waits for ever, and main is told.
    if (!(error instanceof LoopExit)) throw error;
    expect(plan.upsets.some(({ what }) => what === "partition")).toBe(true);
    note("stuck");
  }
  network.heal();
  await join();
  // Whatever was sent before, the server has been told its end: its handlers end by themselves.
  await hub.run(() => server.stop(null));
  for (let i = 0; i < 20 && Object.values(leftIn(hub)).some((count) => count !== 0); i++) await runtimeTurn();
  expect(unexpected).toEqual([]);
  expect(leftIn(hub)).toEqual(NOTHING_LEFT);
  expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
  expect((network as unknown as { _connections: Set<unknown> })._connections.size).toBe(0);
  hub.destroy();
  return log;
}

it("whatever befalls them, connections carry what was sent, in order, and end", async () => {
  await fc.assert(
    fc.asyncProperty(program, async (plan) => void (await runs(plan))),
    { numRuns: 150 },
  );
});

it("every such program runs twice alike", async () => {
  await fc.assert(
    fc.asyncProperty(program, async (plan) => {
      expect(await runs(plan)).toEqual(await runs(plan));
    }),
    { numRuns: 40 },
  );
});
