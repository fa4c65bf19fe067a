// behaviours.md, "Sockets, select, selectors", over each network: order and lower bounds only, for one
// of them takes real time.
import { connect as nodeConnect } from "node:net";
import { describe, expect, it } from "vitest";
import { type Greenlet, GreenletExit, joinAll, sleep, spawn, Timeout } from "wevent";
import {
  ClosedError,
  createConnection,
  type Listener,
  listen,
  lookup,
  type Socket,
  SocketError,
} from "wevent/socket";
import { codeOf, inHub, thrownBy, thrownIn } from "../lib/hub.ts";
import { STREAM_NETWORKS } from "../lib/stream-networks.ts";

const portOf = (listener: Listener) => (listener.address as { readonly port: number }).port;

/** Both ends of one connection. */
function* connected(): Generator<unknown, { client: Socket; server: Socket; listener: Listener }> {
  const listener = yield* listen();
  const client = yield* createConnection({ port: portOf(listener) });
  const server = yield* listener.accept();
  listener.close();
  return { client, server, listener };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe.each(STREAM_NETWORKS)("over $name", (network) => {
  it(
    "createConnection and accept give both ends, which know each other's address",
    inHub(function* () {
      const { client, server } = yield* connected();
      expect(client.remoteAddress).toEqual(server.localAddress);
      expect(client.localAddress).toEqual(server.remoteAddress);
      expect(client.remoteAddress).toMatchObject({ host: "127.0.0.1", family: 4 });
      yield* client.sendAll("hello");
      expect(text(yield* server.recv())).toBe("hello");
      yield* server.sendAll(new Uint8Array([1, 2, 3]));
      expect([...(yield* client.recvExactly(3))]).toEqual([1, 2, 3]);
      client.close();
      expect((yield* server.recv()).length).toBe(0);
      server.close();
      expect([client.closed, server.closed]).toEqual([true, true]);
    }, network.options()),
  );

  it(
    "377 a reader is thrown ClosedError when another greenlet closes the socket",
    inHub(function* () {
      const { client, server } = yield* connected();
      const reader = spawn(() => client.recv()) as Greenlet;
      yield* sleep(1);
      client.close();
      client.close();
      yield* reader.join();
      expect([reader.error, reader.value]).toEqual([expect.any(ClosedError), undefined]);
      expect(yield* thrownIn(client.recv())).toBeInstanceOf(ClosedError);
      expect(yield* thrownIn(client.sendAll("x"))).toBeInstanceOf(ClosedError);
      server.close();
    }, network.options()),
  );

  it(
    "379 one greenlet reads while another writes the same socket",
    inHub(function* () {
      const { client, server } = yield* connected();
      const echo = spawn(function* () {
        for (;;) {
          const bytes = yield* server.recv();
          if (bytes.length === 0) return server.shutdown("write");
          yield* server.sendAll(bytes);
        }
      });
      const sizeBytes = 3_000_000;
      const writer = spawn(function* () {
        const bytes = new Uint8Array(sizeBytes).map((_, i) => i % 251);
        expect(yield* client.sendAll(bytes)).toBe(sizeBytes);
        client.shutdown("write");
      });
      let gotBytes = 0;
      let isRight = true;
      for (;;) {
        const bytes = yield* client.recv();
        if (bytes.length === 0) break;
        for (let i = 0; i < bytes.length; i += 997) isRight &&= bytes[i] === (gotBytes + i) % 251;
        gotBytes += bytes.length;
      }
      expect([gotBytes, isRight]).toEqual([sizeBytes, true]);
      yield* joinAll([echo, writer], { raiseError: true });
      client.close();
      server.close();
    }, network.options()),
  );

  it(
    "380 recv throws Timeout when its time passes, and loses nothing",
    inHub(function* () {
      const { client, server } = yield* connected();
      expect(yield* thrownIn(client.recv(10, 5))).toBeInstanceOf(Timeout);
      client.setTimeout(5);
      expect(yield* thrownIn(client.readLine())).toBeInstanceOf(Timeout);
      client.setTimeout(null);
      yield* server.sendAll("late\n");
      expect(yield* client.readLine()).toBe("late");
      client.close();
      server.close();
    }, network.options()),
  );

  it(
    "a sender waits while the other side does not read, and a killed reader takes nothing",
    inHub(function* () {
      const { client, server } = yield* connected();
      const sizeBytes = 16_000_000;
      const sender = spawn(() => client.sendAll(new Uint8Array(sizeBytes)));
      yield* sleep(50);
      expect(sender.dead).toBe(false);
      const killed = spawn(() => server.recvExactly(sizeBytes * 2));
      yield* sleep(0);
      yield* killed.kill();
      expect(killed.value).toBeInstanceOf(GreenletExit);
      let gotBytes = 0;
      while (gotBytes < sizeBytes) gotBytes += (yield* server.recv()).length;
      yield* sender;
      expect(gotBytes).toBe(sizeBytes);
      client.close();
      server.close();
    }, network.options()),
  );

  it(
    "what cannot be reached is a SocketError with its code, and leaves nothing open",
    inHub(function* ({ hub }) {
      const listener = yield* listen();
      const port = portOf(listener);
      listener.close();
      yield* sleep(5);
      const refused = yield* thrownIn(createConnection({ port }));
      expect(refused).toBeInstanceOf(SocketError);
      expect([codeOf(refused), (refused as SocketError).errno]).toEqual([
        "WEV_ERR_SOCKET_REFUSED",
        "ECONNREFUSED",
      ]);
      const nobody = yield* thrownIn(createConnection({ host: "no.such.name.invalid", port: 1 }));
      expect(codeOf(nobody)).toBe("WEV_ERR_SOCKET_NAME");
      expect(codeOf(yield* thrownIn(createConnection({ path: network.path })))).toBe(
        "WEV_ERR_SOCKET_REFUSED",
      );
      const other = yield* listen();
      expect(codeOf(yield* thrownIn(listen({ port: portOf(other) })))).toBe("WEV_ERR_SOCKET_ADDRESS");
      other.close();
      expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
    }, network.options()),
  );

  it(
    "a connection that the other side breaks is a SocketError for whoever uses it, at once and later",
    inHub(function* ({ hub }) {
      const breaker = yield* network.breaker(hub);
      const client = yield* createConnection({ port: breaker.port });
      const reader = spawn(() => client.recv()) as Greenlet;
      yield* client.sendAll("x");
      yield* reader.join();
      expect(codeOf(reader.error)).toBe("WEV_ERR_SOCKET_RESET");
      expect(codeOf(yield* thrownIn(client.recv()))).toBe("WEV_ERR_SOCKET_RESET");
      client.close();
      breaker.close();
    }, network.options()),
  );

  it(
    "accept serves those who wait in order; close throws ClosedError at them and sends the rest away",
    inHub(function* () {
      const listener = yield* listen();
      const order: number[] = [];
      const acceptors = [1, 2].map((id) =>
        spawn(function* () {
          const socket = yield* listener.accept();
          order.push(id);
          socket.close();
        }),
      );
      yield* sleep(1);
      const clients = [
        yield* createConnection({ port: portOf(listener) }),
        yield* createConnection({ port: portOf(listener) }),
      ];
      yield* joinAll(acceptors);
      expect(order).toEqual([1, 2]);
      expect(yield* thrownIn(listener.accept(5))).toBeInstanceOf(Timeout);
      const waiting = spawn(() => listener.accept()) as Greenlet;
      yield* sleep(1);
      listener.close();
      yield* waiting.join();
      expect(waiting.error).toBeInstanceOf(ClosedError);
      for (const client of clients) client.close();
    }, network.options()),
  );

  it(
    "half-close: the other side reads to the end and still answers",
    inHub(function* () {
      const { client, server } = yield* connected();
      yield* client.sendAll("question");
      client.shutdown("write");
      expect(yield* thrownIn(client.sendAll("more"))).toBeInstanceOf(ClosedError);
      expect(text(yield* server.recv())).toBe("question");
      expect((yield* server.recv()).length).toBe(0);
      yield* server.sendAll("answer");
      server.close();
      expect(text(yield* client.recv())).toBe("answer");
      client.close();
    }, network.options()),
  );

  it(
    "half-close of both ends: each has all that the other sent, and then its end",
    inHub(function* () {
      const { client, server } = yield* connected();
      for (const [end, said] of [
        [client, "from the client"],
        [server, "from the server"],
      ] as const) {
        yield* end.sendAll(said);
        end.shutdown("write");
        // Twice does nothing.
        end.shutdown("write");
      }
      yield* sleep(5);
      expect(yield* client.readLine()).toBe("from the server");
      expect(yield* server.readLine()).toBe("from the client");
      for (const end of [client, server]) {
        expect((yield* end.recv()).length).toBe(0);
        expect(yield* thrownIn(end.send("x"))).toBeInstanceOf(ClosedError);
        end.close();
      }
    }, network.options()),
  );

  it(
    "shutdown for reading wakes who reads, drops what comes without stopping the other side, and answers go",
    inHub(function* () {
      const { client, server } = yield* connected();
      yield* server.sendAll("dropped");
      yield* sleep(5);
      client.shutdown("read");
      expect((yield* client.recv()).length).toBe(0);
      // Far more than the system holds: it is taken, and not kept.
      yield* server.sendAll(new Uint8Array(32 << 20));
      expect((yield* client.recv()).length).toBe(0);
      yield* client.sendAll("answer");
      expect(text(yield* server.recv())).toBe("answer");
      const reader = spawn(() => server.recv());
      yield* sleep(1);
      server.shutdown("read");
      expect((yield* reader).length).toBe(0);
      client.close();
      server.close();
    }, network.options()),
  );

  it(
    "shutdown for reading lets a source go on that was paused",
    inHub(function* () {
      const { client, server } = yield* connected();
      const sender = spawn(() => server.sendAll(new Uint8Array(32 << 20)));
      yield* sleep(30);
      expect(sender.dead).toBe(false);
      client.shutdown("read");
      yield* sender;
      client.close();
      server.close();
    }, network.options()),
  );

  it(
    "shutdown for both ends either direction",
    inHub(function* () {
      const { client, server } = yield* connected();
      client.shutdown("both");
      expect((yield* client.recv()).length).toBe(0);
      expect(yield* thrownIn(client.send("x"))).toBeInstanceOf(ClosedError);
      expect((yield* server.recv()).length).toBe(0);
      client.close();
      server.close();
    }, network.options()),
  );

  it(
    "close wakes all who read and all who send",
    inHub(function* () {
      const { client, server } = yield* connected();
      const blocked = [
        ...[1, 2].map(() => spawn(() => client.recv()) as Greenlet),
        ...[1, 2].map(() => spawn(() => client.sendAll(new Uint8Array(32 << 20))) as Greenlet),
      ];
      yield* sleep(5);
      expect(blocked.map(({ dead }) => dead)).toEqual([false, false, false, false]);
      client.close();
      yield* joinAll(blocked);
      for (const { error } of blocked) expect(error).toBeInstanceOf(ClosedError);
      server.close();
    }, network.options()),
  );

  it(
    "382 sendAll delivers everything, and nothing where there is nothing, with or without a timeout",
    inHub(function* () {
      const { client, server } = yield* connected();
      const sent = new Uint8Array(1_000_000).map((_, i) => i % 253);
      const sender = spawn(function* () {
        for (const limit of [undefined, 30_000]) {
          expect(yield* client.sendAll("", limit)).toBe(0);
          expect(yield* client.send(new Uint8Array(0), limit)).toBe(0);
          expect(yield* client.sendAll(sent, limit)).toBe(sent.length);
        }
      });
      for (let i = 0; i < 2; i++) {
        expect(Buffer.compare(yield* server.recvExactly(sent.length), sent)).toBe(0);
      }
      yield* sender;
      // An attempt is made even if there is no time to wait for it.
      expect(yield* client.send("x", 0)).toBe(1);
      client.shutdown("write");
      expect(text(yield* server.recv())).toBe("x");
      expect((yield* server.recv()).length).toBe(0);
      client.close();
      server.close();
    }, network.options()),
  );

  it(
    "388 shutdown of a closed socket is a ClosedError",
    inHub(function* () {
      const { client, server } = yield* connected();
      for (const end of [client, server]) end.close();
      for (const how of ["read", "write", "both"] as const) {
        expect(codeOf(thrownBy(() => client.shutdown(how)))).toBe("WEV_ERR_SOCKET_CLOSED");
      }
    }, network.options()),
  );

  it(
    "Unix sockets connect by a path",
    inHub(function* () {
      const { path } = network;
      const listener = yield* listen({ path });
      expect(listener.address).toEqual({ path });
      const client = yield* createConnection({ path });
      const server = yield* listener.accept();
      yield* client.sendAll("over a file");
      expect(text(yield* server.recv())).toBe("over a file");
      for (const end of [client, server, listener]) end.close();
    }, network.options()),
  );

  it(
    "386 createConnection closes the half-made socket when its greenlet is killed",
    inHub(function* ({ hub }) {
      const listener = yield* listen();
      const connecting = spawn(() => createConnection({ port: portOf(listener) }));
      yield* sleep(0);
      yield* connecting.kill();
      yield* sleep(5);
      listener.close();
      expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
    }, network.options()),
  );

  it(
    "lookup gives the addresses of a name",
    inHub(function* () {
      expect((yield* lookup("localhost")).length).toBeGreaterThan(0);
      expect(codeOf(yield* thrownIn(lookup("no.such.name.invalid")))).toBe("WEV_ERR_SOCKET_NAME");
    }, network.options()),
  );
});

it("a hub that is destroyed closes its sockets and listeners", async () => {
  let isClosed = false;
  await inHub(
    function* ({ hub }) {
      const listener = yield* listen();
      const peer = nodeConnect(portOf(listener), "127.0.0.1");
      peer.on("close", () => {
        isClosed = true;
      });
      peer.on("error", () => {});
      yield* listener.accept();
      hub.destroy();
    },
    { clock: "real", leaves: "the hub is destroyed" },
  )().catch(() => {});
  for (let i = 0; i < 100 && !isClosed; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isClosed).toBe(true);
});

it("bad places are refused at the call", () => {
  for (const port of [0, -1, 65_536, 1.5, "80", undefined]) {
    expect(codeOf(thrownBy(() => createConnection({ port } as never)))).toBe("WEV_ERR_RANGE");
  }
  for (const options of [{ host: "", port: 1 }, { host: 5, port: 1 }, { path: "" }, { path: "x", port: 1 }]) {
    expect(codeOf(thrownBy(() => createConnection(options as never)))).toBe("WEV_ERR_ARGUMENT");
  }
  expect(codeOf(thrownBy(() => listen({ backlog: 0 })))).toBe("WEV_ERR_RANGE");
});
