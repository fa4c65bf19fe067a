// Streams, datagrams, servers and select: over a network in memory, which is everywhere, and over the
// runtime's own.

import { Hub, type HubOptions, sleep, spawn } from "wevent";
import { MemoryNetwork } from "wevent/hub";
import { select } from "wevent/select";
import { DatagramServer, StreamServer } from "wevent/server";
import {
  type ConnectOptions,
  createConnection,
  DatagramSocket,
  type ListenOptions,
  listen,
  lookup,
  type Socket,
  socketPair,
} from "wevent/socket";
import { CERT, KEY } from "../../lib/certificate.ts";
import { codeThrownIn, equal, ok } from "../assert.ts";
import { type Case, chapter, REAL } from "../case.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const portOf = (at: { readonly address: unknown }) => (at.address as { readonly port: number }).port;

function* echo(socket: Socket): Generator<unknown, void, unknown> {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

/** Bytes that show where they were cut or doubled. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return bytes;
}

function requirePattern(bytes: Uint8Array, length: number): void {
  equal(bytes.length, length, "the number of bytes");
  const expected = pattern(length);
  for (let i = 0; i < length; i++) if (bytes[i] !== expected[i]) throw new Error(`byte ${i} is wrong`);
}

/** A megabyte to an echo server and back, with the end of the one side seen by the other. */
function* exchangeMegabyte(place: ListenOptions, how: ConnectOptions): Generator<unknown, void, unknown> {
  const length = 1 << 20;
  const server = new StreamServer(place, echo);
  yield* server.start();
  const client = yield* createConnection({ ...how, port: portOf(server) });
  const sending = spawn(function* () {
    yield* client.sendAll(pattern(length));
    client.shutdown("write");
  });
  requirePattern(yield* client.recvExactly(length), length);
  equal((yield* client.recv()).length, 0, "the bytes after the end");
  yield* sending;
  client.close();
  yield* server.stop();
}

type Needs = NonNullable<Case["needs"]>;

/** The same over any network. */
function streamCases(name: string, hub: HubOptions, needs: Needs): Case[] {
  const cases: Case[] = [
    {
      name: "an echo server and its client",
      *run() {
        const server = new StreamServer({}, echo);
        yield* server.start();
        const client = yield* createConnection({ port: portOf(server) });
        yield* client.sendAll("hello");
        equal(text(yield* client.recvExactly(5)), "hello");
        client.close();
        yield* server.stop();
      },
    },
    {
      name: "a megabyte goes both ways, whole and in order",
      *run() {
        yield* exchangeMegabyte({}, {});
      },
    },
    {
      name: "a reader that is slow holds its sender up",
      *run() {
        const listener = yield* listen();
        const connecting = spawn(() => createConnection({ port: portOf(listener) }));
        const server = yield* listener.accept();
        const client = yield* connecting;
        const length = 16 << 20;
        let isSent = false;
        const sending = spawn(function* () {
          yield* client.sendAll(pattern(length));
          isSent = true;
          client.shutdown("write");
        });
        yield* sleep(100);
        ok(!isSent, "16 MiB do not leave before anybody reads");
        let received = 0;
        for (;;) {
          const bytes = yield* server.recv();
          if (bytes.length === 0) break;
          received += bytes.length;
        }
        equal(received, length, "the bytes that came");
        yield* sending;
        for (const end of [client, server, listener]) end.close();
      },
    },
    {
      name: "either half may end before the other",
      *run() {
        const listener = yield* listen();
        const connecting = spawn(() => createConnection({ port: portOf(listener) }));
        const server = yield* listener.accept();
        const client = yield* connecting;
        yield* client.sendAll("question");
        client.shutdown("write");
        equal(text(yield* server.recvExactly(8)), "question");
        equal((yield* server.recv()).length, 0, "the bytes after the end");
        yield* server.sendAll("answer");
        server.close();
        equal(text(yield* client.recvExactly(6)), "answer");
        equal((yield* client.recv()).length, 0, "the bytes after that end");
        client.close();
        listener.close();
      },
    },
    {
      name: "lines are read, and what a reader that gave up has not taken is there for the next",
      *run() {
        const listener = yield* listen();
        const connecting = spawn(() => createConnection({ port: portOf(listener) }));
        const server = yield* listener.accept();
        const client = yield* connecting;
        yield* client.sendAll("one\ntw");
        equal(yield* server.readLine(), "one");
        equal(yield* codeThrownIn(server.readLine(20)), "WEV_ERR_TIMEOUT");
        const killed = spawn(() => server.readLine());
        yield* sleep(1);
        yield* killed.kill();
        yield* client.sendAll("o\n");
        equal(yield* server.readLine(), "two");
        for (const end of [client, server, listener]) end.close();
      },
    },
    {
      name: "who connects where nobody listens is refused",
      *run() {
        const listener = yield* listen();
        const port = portOf(listener);
        listener.close();
        yield* sleep(1);
        equal(yield* codeThrownIn(createConnection({ port })), "WEV_ERR_SOCKET_REFUSED");
      },
    },
    {
      name: "a port is taken once",
      *run() {
        const listener = yield* listen();
        equal(yield* codeThrownIn(listen({ port: portOf(listener) })), "WEV_ERR_SOCKET_ADDRESS");
        listener.close();
      },
    },
    {
      name: "closing a socket throws at whoever waits for it",
      *run() {
        const listener = yield* listen();
        const connecting = spawn(() => createConnection({ port: portOf(listener) }));
        const server = yield* listener.accept();
        const client = yield* connecting;
        const waiting = spawn(() => codeThrownIn(client.recv()));
        yield* sleep(1);
        client.close();
        equal(yield* waiting, "WEV_ERR_SOCKET_CLOSED");
        server.close();
        listener.close();
      },
    },
    {
      name: "addresses are told at both ends",
      *run() {
        const listener = yield* listen();
        const connecting = spawn(() => createConnection({ port: portOf(listener) }));
        const server = yield* listener.accept();
        const client = yield* connecting;
        equal(client.remoteAddress, listener.address);
        equal(server.remoteAddress, client.localAddress);
        equal((client.localAddress as { family: number }).family, 4);
        for (const end of [client, server, listener]) end.close();
      },
    },
    {
      name: "100 clients at once, each gets its own",
      *run() {
        const server = new StreamServer({}, echo);
        yield* server.start();
        const port = portOf(server);
        const talk = function* (id: number) {
          const socket = yield* createConnection({ port });
          for (let round = 0; round < 5; round++) {
            yield* socket.sendAll(`${id}.${round}\n`);
            equal(yield* socket.readLine(), `${id}.${round}`);
          }
          socket.close();
        };
        const all = Array.from({ length: 100 }, (_, id) => spawn(talk, id));
        for (const one of all) yield* one;
        yield* server.stop();
      },
    },
    {
      name: "an error in a handler closes its connection alone",
      *run({ reports }) {
        const server = new StreamServer({}, function* (socket) {
          const line = yield* socket.readLine();
          if (line === "fail") throw new RangeError("on purpose");
          yield* socket.sendAll(`${line}\n`);
        });
        yield* server.start();
        const port = portOf(server);
        const bad = yield* createConnection({ port });
        const good = yield* createConnection({ port });
        yield* bad.sendAll("fail\n");
        equal(yield* bad.readLine(), null);
        yield* good.sendAll("fine\n");
        equal(yield* good.readLine(), "fine");
        bad.close();
        good.close();
        yield* server.stop();
        for (let i = 0; i < 3; i++) yield* sleep(1);
        equal(reports.length, 1, "the number of reports");
        reports.length = 0;
      },
    },
    {
      name: "stop ends handlers that go on, and their finally runs",
      *run({ log }) {
        const server = new StreamServer({}, function* (socket) {
          try {
            yield* socket.recv();
          } finally {
            log.push("cleaned up");
          }
        });
        yield* server.start();
        const client = yield* createConnection({ port: portOf(server) });
        yield* sleep(20);
        yield* server.stop(10);
        equal(log, ["cleaned up"]);
        client.close();
      },
    },
    {
      name: "select gives what is ready",
      *run() {
        const listener = yield* listen();
        equal(yield* select([listener], [], [], 5), [[], [], []]);
        const connecting = spawn(() => createConnection({ port: portOf(listener) }));
        const [ready] = yield* select([listener], [], []);
        equal(ready.length, 1, "the number of listeners that are ready");
        const server = yield* listener.accept();
        const client = yield* connecting;
        const selecting = spawn(() => select([client, server], [], []));
        yield* sleep(1);
        yield* client.sendAll("x");
        const [[readable]] = yield* selecting;
        ok(readable === server, "the server's end is ready");
        yield* server.recv();
        for (const end of [client, server, listener]) end.close();
      },
    },
  ];
  return chapter(
    `streams, ${name}`,
    cases.map((each) => ({ ...each, hub, needs })),
  );
}

const pairs = chapter("pairs", [
  {
    name: "select over pairs gives the one with bytes, and the one that ended",
    *run() {
      const [a, b] = socketPair();
      const [c, d] = socketPair();
      const selecting = spawn(() => select([b, d], [], []));
      yield* sleep(1);
      yield* c.sendAll("x");
      const [[first]] = yield* selecting;
      ok(first === d, "the one with bytes");
      yield* d.recv();
      a.close();
      const [[ended]] = yield* select([b, d], [], []);
      ok(ended === b, "the one that ended");
      for (const end of [b, c, d]) end.close();
    },
  },
  {
    name: "bytes stay whole under the slowest reader",
    *run() {
      const [a, b] = socketPair();
      const length = 300_000;
      const sending = spawn(function* () {
        yield* a.sendAll(pattern(length));
        a.close();
      });
      const parts: Uint8Array[] = [];
      for (;;) {
        const part = yield* b.recv(7000);
        if (part.length === 0) break;
        parts.push(part.slice());
        yield* sleep(1);
      }
      const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      requirePattern(all, length);
      yield* sending;
      b.close();
    },
  },
] satisfies Case[]);

const memory = chapter("network in memory", [
  {
    name: "delays, losses and partitions come from the seed, and hold up what they say",
    hub: { clock: "virtual", seed: 7 },
    async run() {
      const times: number[] = [];
      for (let i = 0; i < 2; i++) {
        const network = new MemoryNetwork({ delayMs: [5, 50], giveUpMs: 1000 });
        const hub = new Hub({ clock: "virtual", seed: 7, network });
        await hub.run(function* () {
          const server = new StreamServer({ host: "0.0.0.0", port: 80 }, echo);
          yield* network.host("far").spawn(() => server.start());
          const client = yield* createConnection({ host: "far", port: 80 });
          yield* client.sendAll("ping");
          equal(text(yield* client.recvExactly(4)), "ping");
          network.partition("main", "far");
          const waiting = spawn(() => client.recvExactly(4));
          yield* client.sendAll("pong");
          yield* sleep(200);
          ok(!waiting.ready(), "nothing comes through a partition");
          network.heal();
          equal(text(yield* waiting), "pong");
          client.close();
          yield* server.stop();
        });
        times.push(hub.now());
        hub.destroy();
      }
      equal(times[0], times[1], "the time of the second run");
    },
  },
  {
    name: "where all wait for one another, main is told at once",
    hub: { clock: "virtual", network: "memory" },
    async run() {
      const hub = new Hub({ clock: "virtual", network: "memory" });
      let code = "";
      try {
        await hub.run(function* () {
          const listener = yield* listen();
          yield* listener.accept();
        });
      } catch (error) {
        code = (error as { code: string }).code;
      }
      equal(code, "WEV_ERR_LOOP_EXIT");
      hub.destroy();
    },
  },
] satisfies Case[]);

function datagramCases(name: string, hub: HubOptions, needs: Needs): Case[] {
  const cases: Case[] = [
    {
      name: "datagrams go to and fro, each whole",
      *run() {
        const server = yield* DatagramSocket.bind();
        const client = yield* DatagramSocket.bind({ peer: server.address });
        for (let i = 0; i < 5; i++) {
          yield* client.send(`ping ${i}`);
          const { data, address } = yield* server.recvFrom(5000);
          equal(text(data), `ping ${i}`);
          // Not its host: of a socket that has a peer Deno tells the one it was bound to.
          equal(address.port, client.address.port);
          yield* server.sendTo(`pong ${i}`, address);
          equal(text(yield* client.recv(5000)), `pong ${i}`);
        }
        client.close();
        server.close();
      },
    },
    {
      name: "a server of datagrams answers",
      *run() {
        const server = new DatagramServer({}, function* (data, address) {
          yield* server.sendTo(text(data).toUpperCase(), address);
        });
        yield* server.start();
        const client = yield* DatagramSocket.bind({ peer: server.address! });
        yield* client.send("shout");
        equal(text(yield* client.recv(5000)), "SHOUT");
        client.close();
        yield* server.stop();
      },
    },
    {
      name: "who is connected hears nobody but its peer",
      *run() {
        const server = yield* DatagramSocket.bind();
        const client = yield* DatagramSocket.bind({ peer: server.address });
        const stranger = yield* DatagramSocket.bind();
        yield* stranger.sendTo("stranger", client.address);
        yield* server.sendTo("friend", client.address);
        equal(text(yield* client.recv(5000)), "friend");
        for (const socket of [server, client, stranger]) socket.close();
      },
    },
    {
      name: "a receiver that gives up takes nothing, and one that is closed throws",
      *run() {
        const server = yield* DatagramSocket.bind();
        const client = yield* DatagramSocket.bind({ peer: server.address });
        equal(yield* codeThrownIn(server.recv(5)), "WEV_ERR_TIMEOUT");
        yield* client.send("late");
        equal(text(yield* server.recv(5000)), "late");
        const waiting = spawn(() => codeThrownIn(server.recv()));
        yield* sleep(1);
        server.close();
        equal(yield* waiting, "WEV_ERR_SOCKET_CLOSED");
        client.close();
      },
    },
  ];
  return chapter(
    `datagrams, ${name}`,
    cases.map((each) => ({ ...each, hub, needs })),
  );
}

const system = chapter("sockets of the runtime", [
  {
    name: "names are looked up",
    // What cannot listen, workerd, has no resolver either.
    needs: ["tcp.connect", "tcp.listen"],
    hub: REAL,
    *run() {
      const found = yield* lookup("localhost");
      ok(
        found.some(({ address }) => address === "127.0.0.1" || address === "::1"),
        "localhost is this machine",
      );
      const code = yield* codeThrownIn(lookup("no-such-host.invalid"));
      ok(code.startsWith("WEV_ERR_SOCKET_"), `a name that is not there is a SocketError and not ${code}`);
    },
  },
  {
    name: "IPv6 carries bytes as IPv4 does",
    needs: ["tcp.connect", "tcp.listen"],
    hub: REAL,
    *run() {
      const server = new StreamServer({ host: "::1" }, echo);
      // A machine may have no IPv6.
      if ((yield* codeThrownIn(server.start())) !== "nothing thrown") return;
      const client = yield* createConnection({ host: "::1", port: portOf(server) });
      yield* client.sendAll("six");
      equal(text(yield* client.recvExactly(3)), "six");
      equal((client.remoteAddress as { family: number }).family, 6);
      client.close();
      yield* server.stop();
    },
  },
  {
    name: "a path is a server's address too",
    needs: ["unix", "process"],
    hub: REAL,
    *run() {
      const path = `/tmp/wevent-contract-${performance.timeOrigin}-${Math.random()}.sock`;
      const server = new StreamServer({ path }, echo);
      yield* server.start();
      const client = yield* createConnection({ path });
      yield* client.sendAll("over a path");
      equal(text(yield* client.recvExactly(11)), "over a path");
      client.close();
      yield* server.stop();
    },
  },
  {
    name: "TLS carries bytes, whole and in order, to an end",
    needs: ["tls", "tcp.listen"],
    hub: REAL,
    *run() {
      const tls = { key: KEY, cert: CERT };
      yield* exchangeMegabyte({ tls }, { host: "localhost", tls: { ca: CERT } });
    },
  },
  {
    name: "a certificate that nobody trusts is refused, and the server goes on",
    needs: ["tls", "tcp.listen"],
    hub: REAL,
    *run({ reports }) {
      const server = new StreamServer({ tls: { key: KEY, cert: CERT } }, echo);
      yield* server.start();
      const port = portOf(server);
      equal(
        yield* codeThrownIn(createConnection({ host: "localhost", port, tls: true })),
        "WEV_ERR_SOCKET_TLS",
      );
      const client = yield* createConnection({ host: "localhost", port, tls: { ca: CERT } });
      yield* client.sendAll("trusted");
      equal(text(yield* client.recvExactly(7)), "trusted");
      client.close();
      yield* server.stop();
      for (let i = 0; i < 3; i++) yield* sleep(1);
      // To the server that handshake was done: it may see a connection that is broken off.
      reports.length = 0;
    },
  },
  {
    name: "who says nothing in a handshake is sent away, and holds up nobody",
    needs: ["tls", "tcp.listen"],
    hub: REAL,
    *run() {
      const server = new StreamServer({ tls: { key: KEY, cert: CERT, handshakeTimeout: 100 } }, echo);
      yield* server.start();
      const port = portOf(server);
      const silent = yield* createConnection({ port });
      const client = yield* createConnection({ host: "localhost", port, tls: { ca: CERT } });
      yield* client.sendAll("x");
      equal(text(yield* client.recvExactly(1)), "x");
      client.close();
      const ended = yield* codeThrownIn(
        (function* () {
          ok((yield* silent.recv(10_000)).length === 0, "no byte comes");
        })(),
      );
      ok(["nothing thrown", "WEV_ERR_SOCKET_RESET"].includes(ended), `the end is one, and not ${ended}`);
      silent.close();
      yield* server.stop();
    },
  },
  {
    name: "a connection that is broken off is an error of its own",
    needs: ["tcp.connect", "tcp.listen"],
    hub: REAL,
    *run() {
      const listener = yield* listen();
      const connecting = spawn(() => createConnection({ port: portOf(listener) }));
      const server = yield* listener.accept();
      const client = yield* connecting;
      // Bytes that are not read when an end is closed make the system break the connection off.
      yield* client.sendAll(pattern(200_000));
      yield* sleep(50);
      server.close();
      const code = yield* codeThrownIn(
        (function* () {
          for (;;) {
            yield* client.sendAll("x".repeat(10_000));
            yield* sleep(1);
          }
        })(),
      );
      ok(
        ["WEV_ERR_SOCKET_RESET", "WEV_ERR_SOCKET_FAILED"].includes(code),
        `it is an error of the connection, and not ${code}`,
      );
      client.close();
      listener.close();
    },
  },
] satisfies Case[]);

const IN_MEMORY: HubOptions = { clock: "virtual", network: "memory" };

export const netCases: Case[] = [
  ...pairs,
  ...memory,
  ...streamCases("in memory", IN_MEMORY, []),
  ...streamCases("of the runtime", REAL, ["tcp.connect", "tcp.listen"]),
  ...datagramCases("in memory", IN_MEMORY, []),
  ...datagramCases("of the runtime", REAL, ["udp"]),
  ...system,
];
