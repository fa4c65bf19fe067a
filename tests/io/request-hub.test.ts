// A hub for each request, and places for connections: what edge runtimes ask for, on any runtime.

import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Greenlet, getCurrent, type Hub, joinAll, sleep, spawn, wait } from "wevent";
import { fetchHandler, streamOf, waitUntil } from "wevent/http";
import { Pool } from "wevent/pool";
import { adoptSocket, createConnection } from "wevent/socket";
import { driver } from "../../build/host/drivers/node.js";
import { signalOf } from "../lib/http.ts";
import { codeOf, runtimeTurn, thrownBy, withHub } from "../lib/hub.ts";

const request = (path = "/", init: RequestInit = {}) => new Request(`http://a${path}`, init);
const inHub = (...given: Parameters<typeof withHub>) => withHub(...given)();

/** A platform, and the end of what it was told to wait for. */
function ends() {
  const works: Promise<unknown>[] = [];
  return {
    context: { waitUntil: (work: Promise<unknown>) => void works.push(work) },
    get promise() {
      return works[0]!;
    },
  };
}

describe("a hub for each request", () => {
  it("is no other's, and ends with it", async () => {
    const hubs: Hub[] = [];
    const respond = fetchHandler(
      function* () {
        hubs.push(getCurrent().hub);
        yield* sleep(1);
        return new Response("done");
      },
      { hubPerRequest: true },
    );
    const answers = await Promise.all([respond(request()), respond(request())]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(["done", "done"]);
    expect(new Set(hubs).size).toBe(2);
    expect(hubs.map((hub) => hub.isDestroyed)).toEqual([true, true]);
  });

  it("hands on what the runtime gives, and tells it of its end", async () => {
    const platform = ends();
    const free = signalOf();
    const log: string[] = [];
    const respond = fetchHandler(
      function* (_: Request, env: { name: string }, _context: { waitUntil(work: Promise<unknown>): void }) {
        spawn(function* () {
          try {
            yield* sleep(60_000);
          } finally {
            log.push("left");
          }
        });
        waitUntil(
          spawn(function* () {
            yield* wait(free.promise);
            log.push("later");
          }),
        );
        yield* sleep(1);
        return new Response(env.name);
      },
      { hubPerRequest: true },
    );
    const response = await respond(request(), { name: "env" }, platform.context);
    expect([await response.text(), log]).toEqual(["env", []]);
    free.resolve();
    await platform.promise;
    expect(log).toEqual(["later", "left"]);
  });

  it("lasts until the body of a greenlet is read, or its reader has gone", async () => {
    const log: string[] = [];
    const respond = fetchHandler(
      (_: Request, _context: object) =>
        new Response(
          streamOf(function* (writer) {
            try {
              for (let i = 0; ; i++) {
                yield* writer.write(`${i}`);
                yield* sleep(1);
                if (i === 2) return;
              }
            } finally {
              log.push("over");
            }
          }),
        ),
      { hubPerRequest: true },
    );
    const first = ends();
    expect(await (await respond(request(), first.context)).text()).toBe("012");
    await first.promise;
    expect(log).toEqual(["over"]);
    const second = ends();
    const reader = (await respond(request(), second.context)).body!.getReader();
    await reader.read();
    await reader.cancel();
    await second.promise;
    expect(log).toEqual(["over", "over"]);
    // Nobody has ever read it.
    const third = ends();
    const client = new AbortController();
    await respond(request("/", { signal: client.signal }), third.context);
    client.abort();
    await third.promise;
    expect(log).toEqual(["over", "over"]);
  });

  it("ends too when its client has gone: after the cleanup", async () => {
    const log: string[] = [];
    const client = new AbortController();
    const end = ends();
    const respond = fetchHandler(
      function* (_: Request, _context: object) {
        try {
          yield* sleep(60_000);
          return new Response();
        } finally {
          yield* sleep(1);
          log.push("cleaned up");
        }
      },
      { hubPerRequest: true },
    );
    const response = respond(request("/", { signal: client.signal }), end.context);
    await runtimeTurn();
    client.abort();
    await end.promise;
    expect([log, (await response).status]).toEqual([["cleaned up"], 503]);
  });

  it("reports what fails, with the hub's options", async () => {
    const reports: string[] = [];
    const respond = fetchHandler(
      () => {
        spawn(() => {
          throw new RangeError("aside");
        });
        throw new RangeError("on purpose");
      },
      { hubPerRequest: { onError: ({ error }) => reports.push((error as Error).message) } },
    );
    expect((await respond(request())).status).toBe(500);
    expect(reports.sort()).toEqual(["aside", "on purpose"]);
  });

  it("has no line in which requests wait for one another", async () => {
    let isFree = false;
    const respond = fetchHandler(
      function* () {
        while (!isFree) yield* sleep(1);
        return new Response();
      },
      { hubPerRequest: true, spawn: 1 },
    );
    const first = respond(request());
    expect((await respond(request())).status).toBe(503);
    isFree = true;
    expect((await first).status).toBe(200);
    expect((await respond(request())).status).toBe(200);
    expect(
      codeOf(thrownBy(() => fetchHandler(() => new Response(), { hubPerRequest: true, spawn: new Pool() }))),
    ).toBe("WEV_ERR_ARGUMENT");
  });

  it("waitUntil does nothing where the hub is nobody's request's, and takes greenlets only", async () => {
    await inHub(
      async ({ hub }) =>
        hub.run(function* () {
          const greenlet = spawn(() => 1);
          expect(waitUntil(greenlet)).toBe(greenlet);
          expect(yield* greenlet).toBe(1);
          expect(codeOf(thrownBy(() => waitUntil(1 as never)))).toBe("WEV_ERR_ARGUMENT");
          expect(greenlet).toBeInstanceOf(Greenlet);
        }),
      { clock: "real" },
    );
  });
});

describe("a driver with a limit to connections", () => {
  it("lets those beyond it wait for a place, in their order, and forgets those that give up", async () => {
    let open = 0;
    let most = 0;
    const server = createServer((socket) => {
      most = Math.max(most, ++open);
      socket.on("error", () => {}).on("close", () => open--);
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await inHub(
      async ({ hub, log }) =>
        hub.run(function* () {
          const held = [yield* createConnection({ port }), yield* createConnection({ port })];
          const late = yield* spawn(function* () {
            try {
              yield* createConnection({ port, timeout: 5 });
              return "connected";
            } catch (error) {
              return codeOf(error);
            }
          });
          expect(late).toBe("WEV_ERR_TIMEOUT");
          const all = ["a", "b", "c"].map((name) =>
            spawn(function* () {
              using socket = yield* createConnection({ port });
              log.push(name);
              yield* socket.sendAll("x");
              yield* socket.recv();
            }),
          );
          yield* sleep(5);
          expect(log).toEqual([]);
          held[0]!.close();
          yield* joinAll(all, { raiseError: true });
          held[1]!.close();
          expect(log).toEqual(["a", "b", "c"]);
        }),
      { clock: "real", driver: { ...driver, connectionLimit: 2 } },
    );
    server.close();
    expect(most).toBeLessThanOrEqual(3);
  });
});

describe("a driver whose clock stands still while code runs", () => {
  it("ends turns by their steps, so that the runtime has its own", async () => {
    let nowMs = 0;
    const moved = (callback: () => void) => () => {
      nowMs = performance.now();
      callback();
    };
    const frozen = {
      ...driver,
      turnSteps: 100,
      now: () => nowMs,
      soon: (callback: () => void) => driver.soon(moved(callback)),
      after: (ms: number, callback: () => void, isRef: boolean) => driver.after(ms, moved(callback), isRef),
    };
    await inHub(
      async ({ hub }) => {
        let isOver = false;
        let steps = 0;
        const busy = hub.run(function* () {
          for (; !isOver && steps < 1_000_000; steps++) yield* sleep(0);
        });
        await runtimeTurn();
        isOver = true;
        await busy;
        expect(steps).toBeLessThan(1_000_000);
        await hub.run(function* () {
          const startMs = performance.now();
          yield* sleep(20);
          expect(performance.now() - startMs).toBeGreaterThan(18);
        });
      },
      { clock: "real", driver: frozen },
    );
  });
});

describe("adoptSocket", () => {
  it("takes a socket of the runtime's over, with what it has not read", async () => {
    await inHub(
      async ({ hub }) => {
        const arrived = new Promise<object>((resolve) => {
          const server = createServer({ pauseOnConnect: true }, (socket) => {
            server.close();
            resolve(socket);
          });
          server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as { port: number };
            void hub.run(function* () {
              using client = yield* createConnection({ port });
              yield* client.sendAll("hello\n");
              client.shutdown("write");
              expect(yield* client.readLine()).toBe("HELLO");
            });
          });
        });
        const incoming = await arrived;
        await hub.run(function* () {
          using socket = adoptSocket(incoming);
          const line = yield* socket.readLine();
          expect((yield* socket.recv()).length).toBe(0);
          yield* socket.sendAll(`${line!.toUpperCase()}\n`);
          expect(codeOf(thrownBy(() => adoptSocket({})))).toBe("WEV_ERR_ARGUMENT");
        });
        await hub.join();
      },
      { clock: "real" },
    );
    await inHub(
      async ({ hub }) =>
        hub.run(function* () {
          yield* sleep(0);
          expect(codeOf(thrownBy(() => adoptSocket({})))).toBe("WEV_ERR_UNSUPPORTED");
        }),
      { network: "memory" },
    );
  });
});
