// The same programs over a network in memory that delays, breaks and parts connections, under the virtual
// clock: many runs, each from its seed, in which nobody may get what is another's.
import { expect, it } from "vitest";
import { type Greenlet, joinAll, sleep, spawn, Timeout, withTimeout } from "wevent";
import { MemoryNetwork } from "wevent/hub";
import { StreamServer } from "wevent/server";
import { createConnection, type Socket, SocketError } from "wevent/socket";
import { ChatServer } from "../../examples/io/lib/chat.js";
import { PortForwarder } from "../../examples/io/lib/forwarder.js";
import { ConnectionLost, RespClient } from "../../examples/resp/client.js";
import { RespServer } from "../../examples/resp/server.js";
import { inHub, type World } from "../lib/hub.ts";

type Blocking = Generator<unknown, unknown, unknown>;
const PORT = 7000;
const PLACE = { host: "0.0.0.0", port: PORT };

/** Runs a test once for each seed, with hosts "main" and "server". */
async function forSeeds(
  count: number,
  body: (network: MemoryNetwork, seed: number, world: World) => Blocking,
) {
  for (let seed = 1; seed <= count; seed++) {
    const network = new MemoryNetwork({ delayMs: [0, 20], giveUpMs: 5000 });
    network.host("server");
    await inHub((world) => body(network, seed, world), { network, clock: "virtual", seed })();
  }
}

it("RespClient gives everybody his own reply or an error, and does nothing twice", async () => {
  const outcomes = { right: 0, failed: 0 };
  await forSeeds(40, function* (network, seed) {
    const toy = new RespServer(PLACE);
    yield* network.host("server").spawn(() => toy.start());
    const redis = new RespClient({ host: "server", port: PORT, poolSize: 3, timeout: 400 });
    network.link("main", "server", { resetRate: 0.02 });
    network.link("server", "main", { resetRate: 0.02 });
    let tried = 0;
    let counted = 0;

    function* ask(name: number) {
      for (let round = 0; round < 15; round++) {
        const text = `${name} ${round}`;
        // A limit that some replies keep and others do not.
        const limitMs = 20 + ((name * 7 + round * 13 + seed) % 60);
        try {
          tried++;
          const [echo] = yield* withTimeout(limitMs, () =>
            redis.pipeline([
              ["ECHO", text],
              ["INCR", "count"],
            ]),
          );
          expect(echo).toBe(text);
          counted++;
        } catch (error) {
          const isKnown = [ConnectionLost, SocketError, Timeout].some((each) => error instanceof each);
          if (!isKnown) throw error;
          outcomes.failed++;
        }
      }
    }

    const asking = Array.from({ length: 10 }, (_, i) => spawn(ask, i)) as Greenlet[];
    const killing = spawn(function* () {
      for (const victim of asking.slice(0, 3)) {
        yield* sleep(50);
        yield* victim.kill();
      }
    });
    yield* sleep(100);
    network.partition("main", "server");
    yield* sleep(200);
    network.heal();
    yield* joinAll([...asking, killing], { raiseError: true });
    outcomes.right += counted;

    for (const [from, to] of [["main", "server"] as const, ["server", "main"] as const]) {
      network.link(from, to, { resetRate: 0 });
    }
    // Those that broke while nobody used them are found out.
    yield* sleep(100);
    const total = Number(yield* redis.command("GET", "count"));
    expect(total).toBeGreaterThanOrEqual(counted);
    expect(total).toBeLessThanOrEqual(tried);
    redis.close();
    yield* toy.stop();
    yield* sleep(100);
  });
  // Both happen, or the test shows nothing.
  expect(Math.min(outcomes.right, outcomes.failed)).toBeGreaterThan(1000);
});

it("ChatServer lets those who read hear every line in order, whatever becomes of the others", async () => {
  await forSeeds(20, function* (network, seed) {
    const chat = new ChatServer(PLACE, { mostUnread: 20 });
    yield* network.host("server").spawn(() => chat.start());

    function* enter(from: string, name: string): Generator<unknown, Socket, unknown> {
      const socket = yield* network.host(from).spawn(() => createConnection({ host: "server", port: PORT }));
      yield* socket.sendAll(`${name}\n/join tea\n`);
      for (let i = 0; i < 3; i++) yield* socket.readLine();
      return socket;
    }

    const ann = yield* enter("main", "ann");
    const bob = yield* enter("main", "bob");
    const slow = yield* enter("slow", "slow");
    const parted = yield* enter("parted", "parted");
    const talking = spawn(function* () {
      for (let i = 0; ; i++) {
        yield* bob.sendAll(`${i} ${"x".repeat(900)}\n`);
        yield* sleep(seed);
      }
    });
    yield* sleep(50);
    network.partition("parted");
    const gone = new Set<string>();
    for (let count = 0; gone.size < 2; ) {
      const line = (yield* ann.readLine())!;
      const ended = /^\* (slow|parted) (?:was too slow|has vanished)$/.exec(line);
      if (ended !== null) gone.add(ended[1]!);
      else if (!line.startsWith("* ")) expect(line.startsWith(`bob: ${count++} x`)).toBe(true);
    }
    yield* talking.kill();
    expect(chat.memberCount).toBe(2);
    for (const socket of [ann, bob, slow, parted]) socket.close();
    network.heal();
    yield* chat.stop();
    yield* sleep(6000);
  });
});

it("PortForwarder passes on what was said from its beginning, without a gap, up to where it broke", async () => {
  let whole = 0;
  let broken = 0;
  await forSeeds(30, function* (network) {
    const heard = new Map<string, string>();
    const target = new StreamServer(PLACE, function* (socket) {
      try {
        const name = (yield* socket.readLine())!;
        for (let line = yield* socket.readLine(); line !== null; line = yield* socket.readLine()) {
          heard.set(name, `${heard.get(name) ?? ""}${line}\n`);
        }
        yield* socket.sendAll("all\n");
      } catch (error) {
        if (!(error instanceof SocketError)) throw error;
      }
    });
    yield* network.host("server").spawn(() => target.start());
    const forwarder = new PortForwarder({ host: "0.0.0.0", port: PORT }, { host: "server", port: PORT });
    yield* network.host("middle").spawn(() => forwarder.start());
    network.link("middle", "server", { resetRate: 0.02 });

    function* say(name: string) {
      const text = Array.from({ length: 200 }, (_, i) => `${name} ${i}\n`).join("");
      try {
        using socket = yield* createConnection({ host: "middle", port: PORT });
        yield* socket.sendAll(`${name}\n`);
        for (let at = 0; at < text.length; at += 100) yield* socket.sendAll(text.slice(at, at + 100));
        socket.shutdown("write");
        if ((yield* socket.readLine()) === "all") {
          expect(heard.get(name)).toBe(text);
          whole++;
        } else {
          broken++;
        }
      } catch (error) {
        if (!(error instanceof SocketError)) throw error;
        broken++;
      }
      const part = heard.get(name) ?? "";
      // Its last line may have been cut.
      expect(text.startsWith(part.slice(0, -1))).toBe(true);
    }

    const guests = Array.from({ length: 10 }, (_, i) => spawn(say, `guest-${i}`));
    yield* joinAll(guests, { raiseError: true });
    yield* forwarder.drain();
    yield* target.stop(null);
    yield* sleep(100);
  });
  expect(Math.min(whole, broken)).toBeGreaterThan(30);
});
