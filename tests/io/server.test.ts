// behaviours.md, "Servers" and the select part of "Sockets, select, selectors", over each
// network.
import { describe, expect, it } from "vitest";
import { joinAll, sleep, spawn, Timeout } from "wevent";
import { Pool } from "wevent/pool";
import { StreamServer } from "wevent/server";
import { createConnection, type Socket } from "wevent/socket";
import { codeOf, inHub, thrownBy, thrownIn } from "../lib/hub.ts";
import { STREAM_NETWORKS } from "../lib/stream-networks.ts";

const portOf = (server: StreamServer) => (server.address as { readonly port: number }).port;

function* echo(socket: Socket) {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

/** Sends a line and gives the answer. */
function* ask(server: StreamServer, question: string) {
  using client = yield* createConnection({ port: portOf(server) });
  yield* client.sendAll(`${question}\n`);
  return yield* client.readLine(1000);
}

describe.each(STREAM_NETWORKS)("over $name", (network) => {
  it(
    "358 start serves; stopAccepting leaves clients waiting; startAccepting serves again; stop refuses",
    inHub(function* () {
      const server = new StreamServer({}, echo);
      expect([server.started, server.address]).toEqual([false, null]);
      yield* server.start();
      yield* server.start();
      expect(server.started).toBe(true);
      expect(yield* ask(server, "one")).toBe("one");
      server.stopAccepting();
      yield* sleep(1);
      const waiting = spawn(() => ask(server, "two"));
      yield* sleep(20);
      expect(waiting.dead).toBe(false);
      server.startAccepting();
      expect(yield* waiting).toBe("two");
      const port = portOf(server);
      yield* server.stop();
      expect([server.started, server.closed]).toEqual([false, true]);
      yield* sleep(5);
      expect(codeOf(yield* thrownIn(createConnection({ port })))).toBe("WEV_ERR_SOCKET_REFUSED");
    }, network.options()),
  );

  it(
    "359 serveForever starts the server, and returns after stop",
    inHub(function* () {
      const server = new StreamServer({}, echo);
      const serving = spawn(() => server.serveForever());
      while (!server.started) yield* sleep(1);
      expect(yield* ask(server, "hello")).toBe("hello");
      yield* server.stop();
      yield* serving;
      expect(server.started).toBe(false);
      expect(codeOf(yield* thrownIn(server.start()))).toBe("WEV_ERR_ARGUMENT");
    }, network.options()),
  );

  for (const [name, how] of [
    ["any number", "default"],
    ["a pool of 2", 2],
    ["a Pool", () => new Pool(2)],
  ] as const) {
    it(
      `370 one failing handler never affects other connections (${name})`,
      inHub(function* ({ reports }) {
        const server = new StreamServer(
          {},
          function* (socket) {
            const line = yield* socket.readLine();
            if (line === "fail") throw new Error("as asked");
            yield* socket.sendAll(`${line}\n`);
          },
          { spawn: typeof how === "function" ? how() : how },
        );
        yield* server.start();
        expect(yield* ask(server, "fail")).toBe(null);
        expect(yield* ask(server, "go on")).toBe("go on");
        yield* server.stop();
        expect((yield* reports()).map((report) => (report.error as Error).message)).toEqual(["as asked"]);
      }, network.options()),
    );
  }

  it(
    "365 with a pool of 2 and two connections being served, a third connects but gets no answer until one ends",
    inHub(function* () {
      const server = new StreamServer({}, echo, { spawn: 2 });
      yield* server.start();
      const clients: Socket[] = [];
      for (let i = 0; i < 3; i++) {
        const client = yield* createConnection({ port: portOf(server) });
        yield* client.sendAll(`${i}\n`);
        clients.push(client);
      }
      expect([yield* clients[0]!.readLine(1000), yield* clients[1]!.readLine(1000)]).toEqual(["0", "1"]);
      expect(yield* thrownIn(clients[2]!.readLine(20))).toBeInstanceOf(Timeout);
      clients[0]!.close();
      expect(yield* clients[2]!.readLine(1000)).toBe("2");
      for (const client of clients) client.close();
      yield* server.stop(1000);
      expect(server.connectionCount).toBe(0);
    }, network.options()),
  );

  it(
    "371 stop(timeout) waits for handlers, then kills them; their cleanup runs",
    inHub(function* ({ log }) {
      const server = new StreamServer({}, function* (socket) {
        try {
          yield* socket.recv();
          yield* sleep(10_000);
        } catch (error) {
          log.push((error as Error).name);
          throw error;
        } finally {
          log.push("cleaned up");
        }
      });
      yield* server.start();
      const client = yield* createConnection({ port: portOf(server) });
      yield* client.sendAll("x");
      yield* sleep(5);
      yield* server.stop(20);
      expect(log).toEqual(["GreenletExit", "cleaned up"]);
      expect((yield* client.recv(10, 1000)).length).toBe(0);
      client.close();
    }, network.options()),
  );

  it("bad arguments of a server are refused where it is made", () => {
    expect(codeOf(thrownBy(() => new StreamServer({}, 5 as never)))).toBe("WEV_ERR_BODY");
    expect(codeOf(thrownBy(() => new StreamServer(5 as never, echo)))).toBe("WEV_ERR_ARGUMENT");
    expect(codeOf(thrownBy(() => new StreamServer({}, echo, { spawn: 0 })))).toBe("WEV_ERR_RANGE");
    expect(codeOf(thrownBy(() => new StreamServer({}, echo, { spawn: "x" as never })))).toBe(
      "WEV_ERR_ARGUMENT",
    );
  });

  it("a server that is stopped reports nothing, in whatever order its end is noticed", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      await inHub(
        function* ({ reports }) {
          const server = new StreamServer({}, echo);
          yield* server.start();
          yield* sleep(1);
          yield* server.stop();
          expect(yield* reports()).toEqual([]);
        },
        { ...network.options(), seed },
      )();
    }
  });

  it(
    "five hundred connections at once are served and leave nothing",
    inHub(function* ({ hub }) {
      const server = new StreamServer({}, echo);
      yield* server.start();
      const clients = Array.from({ length: 500 }, (_, i) => spawn(() => ask(server, `${i}`)));
      yield* joinAll(clients, { raiseError: true });
      expect(clients.every((client, i) => client.value === `${i}`)).toBe(true);
      yield* server.stop(1000);
      yield* sleep(5);
      expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
    }, network.options()),
  );
  expect(codeOf(thrownBy(() => new StreamServer({}, echo, { timeout: "x" as never })))).toBe(
    "WEV_ERR_ARGUMENT",
  );
});
