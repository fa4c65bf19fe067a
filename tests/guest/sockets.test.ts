// A guest's sockets, servers and select, against real peers on the loopback and in memory. Real time: order
// and lower bounds only.
import { once } from "node:events";
import { createServer, type Socket as NodeSocket, createConnection as nodeConnect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { Hub, joinAll, LoopExit, sleep, spawn } from "wevent";
import { type Guest, GuestTrap, loadGuest } from "wevent/guest";
import { type ErrorReport, MemoryNetwork } from "wevent/hub";
import { StreamServer } from "wevent/server";
import { createConnection, DatagramSocket, type Socket, type SocketError, socketPair } from "wevent/socket";
import type { AcceptorEvents, NetDriver } from "../../host/core/net.js";
import { driver as generic } from "../../host/drivers/generic.js";
import { driver as node } from "../../host/drivers/node.js";
import { CERT, KEY } from "../lib/certificate.js";
import { type Build, compile, name } from "./lib/compile.js";

const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
  { level: "release", runtime: "minimal" },
];
const COMPILE_LIMIT_MS = 300_000;

interface World {
  readonly hub: Hub;
  readonly guest: Guest;
  readonly log: string[];
  readonly reports: ErrorReport[];
}

describe.each(builds.map((build) => [name(build), build] as const))("sockets of a guest, %s", (_, build) => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await compile("sockets", build);
  }, COMPILE_LIMIT_MS);

  async function load(options: ConstructorParameters<typeof Hub>[0] = {}): Promise<World> {
    const reports: ErrorReport[] = [];
    const log: string[] = [];
    const hub = new Hub({ onError: (report) => reports.push(report), ...options });
    const guest = await loadGuest(bytes as BufferSource, {
      hub,
      tls: { connect: { ca: CERT }, listen: { key: KEY, cert: CERT } },
      imports: {
        env: {
          "console.log"(text: number) {
            const { buffer } = guest.memory;
            const lengthBytes = new Uint32Array(buffer)[(text - 4) >>> 2]!;
            log.push(new TextDecoder("utf-16le").decode(new Uint8Array(buffer, text, lengthBytes)));
          },
        },
      },
    });
    return { hub, guest, log, reports };
  }

  /** Runs it in a world that must be clean at the end: nothing open, nobody waiting, nothing reported. */
  async function inWorld(body: (world: World) => Promise<void>): Promise<void> {
    const world = await load();
    const { hub, reports } = world;
    await body(world);
    expect(reports.map(({ error }) => String(error))).toEqual([]);
    expect(hub.resources.size).toBe(0);
    expect(hub.stats()).toMatchObject({ greenlets: 0, completions: 0, timers: 0 });
    hub.destroy();
  }

  /** The lines that a program logs. */
  const logs = (program: string, lines: string[], ...args: number[]) =>
    inWorld(async ({ guest, log }) => {
      await guest.call(program, ...args);
      expect(log).toEqual(lines);
    });

  test("377 a reader whose socket another greenlet closes comes to Closed; the other end sees the end", () =>
    logs("closes", ["read Closed", "far Ok 0", "send Failed WEV_ERR_SOCKET_RESET"]));

  test("a reader that is killed has taken nothing: the next has it", () =>
    logs("killedReader", ["any Ok ab", "true"]));

  test("a reader that catches its kill has taken nothing, and goes on", () =>
    logs("gentleReader", ["read Killed", "any Ok ab"]));

  test("380 limits of a call, of a socket, of a greenlet: each ends the wait, nothing is lost", () =>
    logs("limits", [
      "call TimedOut",
      "socket TimedOut",
      "greenlet Expired true",
      "none lost true",
      "abc",
      "after Closed Closed Closed true",
    ]));

  test("lines, half-close, recvInto, and what is left at the end", () =>
    logs("halves", ["Closed", "one", "two", "three", "true 0", "Ended", "3 sti", "2 lli", "0"]));

  test("a line that is too long is TooLong, and its bytes are still there", () =>
    logs("longLine", ["TooLong", "TooLong", "70000"]));

  test("382 sendAll waits while nobody reads, and delivers everything, in order", () =>
    logs("backPressure", ["parked true", "sent Ok", "1048576 true"]));

  test("what is sent is a copy: the guest may use its array again while the system has not taken all", () =>
    inWorld(async ({ guest, log }) => {
      let received = 0;
      let changed = 0;
      const peer = createServer((socket) => {
        socket.pause();
        // Not before the guest has written to its array.
        setTimeout(() => socket.resume(), 50);
        socket.on("data", (chunk) => {
          received += chunk.length;
          changed += chunk.filter((byte) => byte !== 1).length;
        });
      }).listen(0, "127.0.0.1");
      await once(peer, "listening");
      await guest.call("isCopied", (peer.address() as { port: number }).port);
      peer.close();
      await once(peer, "close");
      expect(log).toEqual(["waits true", "sent Ok"]);
      expect([received, changed]).toEqual([8 << 20, 0]);
    }));

  test("392 select gives who is ready, and none when the time passes", () =>
    logs("selects", ["Ok 0", "1 true", "1 1", "woken Ok 1", "killed true", "closed 2", "both closed 2"]));

  test("datagrams go both ways, whole, also empty; limits, close and what is too large", () =>
    logs("datagrams", [
      "taken Failed WEV_ERR_SOCKET_ADDRESS",
      "sent Ok",
      "got hello true 127.0.0.1",
      "back <hello> true",
      "late TimedOut",
      "large Failed true",
      "selected 1 empty 0",
      "woken Closed",
      "closed true Closed true 0",
    ]));

  test("374 a server calls its handler for every datagram, and sendTo answers; a trap is reported and touches no other", async () => {
    const { hub, guest, log, reports } = await load();
    await hub.run(function* () {
      const port = (yield* guest.call("startDatagramServer")) as number;
      using socket = yield* DatagramSocket.bind();
      yield* socket.sendTo("trap", { host: "127.0.0.1", port });
      for (let i = 0; i < 5; i++) {
        yield* socket.sendTo(`${i}`, { host: "127.0.0.1", port });
        const { data, address } = yield* socket.recvFrom();
        expect([new TextDecoder().decode(data), address.port]).toEqual([`<${i}>`, port]);
      }
      // One that still runs when the server is stopped can answer.
      yield* socket.sendTo("slowly", { host: "127.0.0.1", port });
      while ((yield* guest.call("datagramHandlers")) === 0) yield* sleep(1);
      yield* guest.call("stopDatagramServer");
      expect(new TextDecoder().decode((yield* socket.recvFrom(10_000)).data)).toBe("<slowly>");
    });
    expect(log).toEqual(["Closed 0 0"]);
    expect(reports.map(({ error }) => (error as Error).constructor)).toEqual([GuestTrap]);
    expect(hub.resources.size).toBe(0);
    hub.destroy();
  });

  test("a Unix path is listened at and connected to", () => logs("unixEcho", ["true", "hello over a path"]));

  test("an address that is taken is told, and a closed listener accepts nobody", () =>
    logs("listensTwice", ["Failed WEV_ERR_SOCKET_ADDRESS EADDRINUSE", "true true Closed"]));

  test("lookup gives addresses, or says that the name is not known", () =>
    inWorld(async ({ guest, log }) => {
      await guest.call("looksUp", 0);
      await guest.call("looksUp", 1);
      expect(log).toEqual(["Ok true 0", "Failed WEV_ERR_SOCKET_NAME"]);
    }));

  test("nobody listens: Failed, with the code, the system's name and what to do", () =>
    inWorld(async ({ guest, log }) => {
      const free = createServer().listen(0, "127.0.0.1");
      await once(free, "listening");
      const { port } = free.address() as { port: number };
      free.close();
      await once(free, "close");
      await guest.call("connects", port, -1);
      expect(log[0]).toBe("Failed");
      expect(log[1]).toMatch(
        /^WEV_ERR_SOCKET_REFUSED ECONNREFUSED could not connect to 127\.0\.0\.1:\d+ because/,
      );
    }));

  test.each([
    ["recv", 0],
    ["sendAll", 1],
  ])("a connection that is reset in the middle of %s fails that call, and the next", (_call, isSend) =>
    inWorld(async ({ guest, log }) => {
      const peer = createServer((socket: NodeSocket) => {
        socket.on("error", () => {});
        // The client says when: by its first byte.
        socket.once("readable", () => socket.resetAndDestroy());
      }).listen(0, "127.0.0.1");
      await once(peer, "listening");
      await guest.call("isBroken", (peer.address() as { port: number }).port, isSend);
      expect(log).toEqual(["Failed WEV_ERR_SOCKET_RESET", "Failed"]);
      peer.close();
    }),
  );

  test.each([
    ["connectsNowhere", "65535"],
    ["receivesNothing", "0 bytes"],
  ])("a mistake traps: %s", async (program, words) => {
    const { hub, guest } = await load();
    const error = await guest.call(program).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(GuestTrap);
    expect(String((error as GuestTrap).cause)).toContain(words);
    // The guest goes on.
    expect(await guest.call("stress", 3)).toBe(3);
    hub.destroy();
  });

  test("where the runtime has no sockets, a call comes to Unsupported; pairs are there", async () => {
    const { hub, guest, log } = await load({ driver: generic });
    await guest.call("connects", 7, -1);
    expect(log).toEqual(["Unsupported"]);
    expect(await guest.call("stress", 10)).toBe(10);
    hub.destroy();
  });

  test.each([0, 1])(
    "its own server and its own clients, with TLS: %i; garbage is collected at every switch",
    (isTls) =>
      inWorld(async ({ guest, log }) => {
        const port = (await guest.call("startServer", 0, isTls)) as number;
        expect(await guest.call("clients", port, 20, 10, isTls)).toBe(200);
        await guest.call("stopServer", 5000);
        expect(log).toEqual(["served 20 ended 20 left 0", "Closed true false"]);
      }),
  );

  test("a network in memory carries them in virtual time, where the runtime has none, alike for the same seed", async () => {
    const takesMs = async (seed: number) => {
      const network = new MemoryNetwork({ delayMs: [1, 40] });
      const world = await load({ driver: generic, network, clock: "virtual", seed });
      const { hub, guest, log, reports } = world;
      const port = (await guest.call("startServer", 0, 0)) as number;
      expect(await guest.call("clients", port, 5, 4, 0)).toBe(20);
      const elapsedMs = hub.now();
      await guest.call("stopServer", 5000);
      expect([log, reports]).toEqual([["served 5 ended 5 left 0", "Closed true false"], []]);
      expect(hub.resources.size).toBe(0);
      hub.destroy();
      return elapsedMs;
    };
    const firstMs = await takesMs(3);
    // Connecting, and four questions and answers.
    expect(firstMs).toBeGreaterThan(10);
    expect(await takesMs(3)).toBe(firstMs);
    expect(await takesMs(4)).not.toBe(firstMs);
  });

  test("a million bytes and many switches: nothing of a frame is lost to the collector", () =>
    inWorld(async ({ guest }) => {
      expect(await guest.call("stress", 2000)).toBe(2000);
    }));

  test("a server of the guest and clients of TypeScript; a trap closes one connection and is reported", async () => {
    const { hub, guest, reports, log } = await load();
    await hub.run(function* () {
      const port = (yield* guest.call("startServer", 0, 0)) as number;
      const [bad, good] = [yield* createConnection({ port }), yield* createConnection({ port })];
      yield* good.sendAll("a\n");
      expect(yield* good.readLine()).toBe("<a>");
      yield* bad.sendAll("trap\n");
      expect(yield* bad.readLine()).toBeNull();
      yield* good.sendAll("b\n");
      expect(yield* good.readLine()).toBe("<b>");
      bad.close();
      good.close();
      yield* guest.call("stopServer", -1);
    });
    expect(log[0]).toBe("served 2 ended 2 left 0");
    expect(reports.map(({ error }) => (error as Error).constructor)).toEqual([GuestTrap]);
    expect(hub.resources.size).toBe(0);
    hub.destroy();
  });

  test("365 a full pool takes nobody: a third client is served when one has gone", () =>
    inWorld(async ({ hub, guest }) => {
      await hub.run(function* () {
        const port = (yield* guest.call("startServer", 2, 0)) as number;
        const sockets: Socket[] = [];
        for (let i = 0; i < 3; i++) sockets.push(yield* createConnection({ port }));
        const order: number[] = [];
        const asking = sockets.map((socket, i) =>
          spawn(function* () {
            yield* socket.sendAll(`${i}\n`);
            expect(yield* socket.readLine()).toBe(`<${i}>`);
            order.push(i);
          }),
        );
        yield* asking[0]!;
        yield* asking[1]!;
        yield* sleep(20);
        expect(order).toEqual([0, 1]);
        sockets[0]!.close();
        yield* asking[2]!;
        for (const socket of sockets) socket.close();
        yield* guest.call("stopServer", -1);
      });
    }));

  test("358 stopAccepting leaves clients waiting, startAccepting serves them", () =>
    inWorld(async ({ hub, guest }) => {
      await hub.run(function* () {
        const port = (yield* guest.call("startServer", 0, 0)) as number;
        yield* guest.call("pause", 1);
        const socket = yield* createConnection({ port });
        yield* socket.sendAll("x\n");
        const reading = spawn(() => socket.readLine());
        yield* sleep(20);
        expect(reading.dead).toBe(false);
        yield* guest.call("pause", 0);
        expect(yield* reading).toBe("<x>");
        socket.close();
        yield* guest.call("stopServer", -1);
      });
    }));

  test("371 stop waits so long, and then kills; the handlers' onExit runs and their connections close", () =>
    inWorld(async ({ hub, guest, log }) => {
      await hub.run(function* () {
        const port = (yield* guest.call("startServer", 0, 0)) as number;
        const socket = yield* createConnection({ port });
        yield* socket.sendAll("x\n");
        yield* socket.readLine();
        const started = hub.now();
        yield* guest.call("stopServer", 30);
        expect(hub.now() - started).toBeGreaterThanOrEqual(29);
        expect(yield* socket.readLine()).toBeNull();
        socket.close();
      });
      expect(log[0]).toBe("served 1 ended 1 left 0");
    }));

  test("a connection that says nothing for longer than the server's timeout is let go", () =>
    inWorld(async ({ hub, guest, log }) => {
      await hub.run(function* () {
        const port = (yield* guest.call("startImpatient")) as number;
        const started = hub.now();
        const silent = yield* createConnection({ port });
        expect(yield* silent.readLine()).toBeNull();
        expect(hub.now() - started).toBeGreaterThanOrEqual(19);
        silent.close();
        yield* guest.call("stopServer", -1);
      });
      expect(log[0]).toBe("served 1 ended 1 left 0");
    }));

  test("two that start a server at once start one, also where only one can listen", () =>
    logs("startsTwice", ["Ok", "Ok", "true true"]));

  test("a connection that cannot be accepted is reported to the guest's own hub, and the server goes on", async () => {
    let events: AcceptorEvents | undefined;
    const net: NetDriver = {
      ...node.net!,
      listen(_place, _tls, told) {
        events = told;
        queueMicrotask(() => told.listening({ host: "127.0.0.1", port: 1, family: 4 }));
        return { close() {} };
      },
    };
    const { hub, guest, reports } = await load({ driver: { ...node, net } });
    await guest.call("startFailing");
    events!.failed(Object.assign(new Error("too many files"), { code: "EMFILE" }));
    await hub.run(function* () {
      while (reports.length === 0) yield* sleep(1);
    });
    expect(reports.map(({ error }) => (error as SocketError).errno)).toEqual(["EMFILE"]);
    await guest.call("stopServer", 0);
    hub.destroy();
  });

  test("359 serveForever returns once it is stopped", () =>
    inWorld(async ({ hub, guest, log }) => {
      await hub.run(function* () {
        const serving = guest.spawn("serveForever");
        while ((yield* guest.call("portOfServer")) === 0) yield* sleep(1);
        yield* guest.call("stopServer", 0);
        yield* serving;
      });
      expect(log.at(-1)).toBe("over Ok");
    }));

  test("a server of TypeScript gives its connections to the guest", () =>
    inWorld(async ({ hub, guest }) => {
      await hub.run(function* () {
        const server = new StreamServer({}, (socket) => guest.call("handle", guest.give(socket)));
        yield* server.start();
        const { port } = server.address as { port: number };
        const client = nodeConnect(port, "127.0.0.1");
        client.end("one\ntwo\n");
        const answer = yield* spawn(() => textOf(client));
        expect(answer).toBe("<one>\n<two>\n");
        yield* server.stop(1000);
      });
    }));

  test("LoopExit names the guest's greenlet and the call that it is in", async () => {
    const { hub, guest } = await load({ clock: "virtual" });
    const error = await hub
      .run(() => guest.call("waits"))
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(LoopExit);
    expect((error as LoopExit).waiting.map(({ waitsFor }) => waitsFor)).toContain("Socket.recv");
    hub.destroy();
  });

  test("dispose closes what the guest has left open, and what it was given", async () => {
    const { hub, guest } = await load();
    await guest.call("leavesOpen", 5);
    const [given, other] = await hub.run(() => socketPair());
    guest.give(given);
    expect(hub.resources.size).toBe(13);
    guest.dispose();
    await hub.run(function* () {
      while (!given.closed) yield* sleep(1);
    });
    expect(hub.resources.size).toBe(1);
    expect(() => guest.give(other)).toThrow("was disposed");
    hub.destroy();
  });

  test("dispose ends greenlets that wait in calls of the host: nothing waits any more", async () => {
    const { hub, guest } = await load();
    await hub.run(function* () {
      const serving = guest.spawn("serveForever");
      while ((yield* guest.call("portOfServer")) === 0) yield* sleep(1);
      const reading = guest.spawn("waits");
      yield* sleep(1);
      expect(hub.stats().completions).toBeGreaterThan(0);
      guest.dispose();
      yield* joinAll([serving, reading]);
      while (hub.resources.size > 0) yield* sleep(1);
      expect(hub.stats().completions).toBe(0);
    });
    hub.destroy();
  });
});
