// Faults, injected one by one over the loopback of a real system. Each gives its typed error to the right
// greenlet, and a connection of the same hub that is busy all the time is not disturbed: its bytes are
// exact, and it goes on. Real time: order and lower bounds only.
//
//   refused                               here; a port that is closed meanwhile: server.test.ts, 358
//   reset in a read, reset in a write     here
//   no address for a name                 here
//   a peer that never reads               here
//   garbage                               here: lines, TLS of either end, HTTP
//   TLS that fails                        here; a client without TLS: tls.test.ts; half a handshake: flood.test.ts
//   no free file descriptor               here, really; over a driver that tells accept of it: accept.test.ts
//   slow and silent peers                 flood.test.ts

import { spawn as spawnProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket as NodeSocket, type Server } from "node:net";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type Greenlet, GreenletExit, joinAll, type Operation, sleep, spawn, Timeout, wait } from "wevent";
import { StreamServer } from "wevent/server";
import {
  ClosedError,
  createConnection,
  LineTooLongError,
  listen,
  lookup,
  type Socket,
  SocketError,
  type TlsOptions,
} from "wevent/socket";
import { CERT, KEY } from "../lib/certificate.ts";
import { RawClient, serving } from "../lib/http.ts";
import { codeOf, inHub, thrownIn, type World } from "../lib/hub.ts";

const REAL = { clock: "real" } as const;
const IDENTITY = { key: KEY, cert: CERT };
const TRUST = { ca: CERT };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const portOf = (listening: { readonly address: unknown }) =>
  (listening.address as { readonly port: number }).port;

function* echo(socket: Socket): Generator<unknown, void, unknown> {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

/** A connection that has bytes on their way all the time, each unlike the one before. */
class Bystander {
  rounds = 0;
  #isStopping = false;
  #client!: Greenlet;
  readonly #server = new StreamServer({}, echo);

  *start(): Generator<unknown, void, unknown> {
    yield* this.#server.start();
    this.#client = spawn(() => this.#run()) as Greenlet;
    yield* this.goesOn();
  }

  *#run(): Generator<unknown, void, unknown> {
    using socket = yield* createConnection({ port: portOf(this.#server) });
    const sent = new Uint8Array(997);
    while (!this.#isStopping) {
      for (let i = 0; i < sent.length; i++) sent[i] = (this.rounds + i) % 251;
      yield* socket.sendAll(sent);
      const got = yield* socket.recvExactly(sent.length);
      if (Buffer.compare(got, sent) !== 0) throw new Error(`round ${this.rounds} came back changed`);
      this.rounds++;
      yield* sleep(1);
    }
  }

  /** Waits for some more rounds; throws what it failed with. */
  *goesOn(): Generator<unknown, void, unknown> {
    const enough = this.rounds + 3;
    while (this.rounds < enough && !this.#client.dead) yield* sleep(1);
    if (this.#client.dead) yield* this.#client;
  }

  *end(): Generator<unknown, void, unknown> {
    yield* this.goesOn();
    this.#isStopping = true;
    yield* this.#client;
    yield* this.#server.stop();
  }
}

/** A test of one fault, beside a bystander; in the end nothing of it may be open. */
function fault(body: (world: World & { bystander: Bystander }) => Generator<unknown, unknown, unknown>) {
  return inHub(function* (world) {
    const bystander = new Bystander();
    yield* bystander.start();
    yield* body({ ...world, bystander });
    yield* bystander.end();
    yield* sleep(1);
    expect((world.hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
  }, REAL);
}

/** A peer made of bare callbacks, which does what it is told to; closed with the scope. */
function* rawPeer(handle: (socket: NodeSocket) => void) {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    handle(socket);
  });
  yield* spawn(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  return { port: portOf({ address: server.address() }), close: () => void server.close() };
}

function expectError(error: unknown, type: abstract new (...args: never[]) => Error, code: string) {
  expect(error).toBeInstanceOf(type);
  expect(codeOf(error)).toBe(code);
}

// ---- Refused, and no address.

/** What fails as it begins, with the code and the system's names for it. */
const BEGINNINGS: Record<
  string,
  readonly [begin: (port: number) => Operation<unknown>, code: string, errnos: readonly string[]]
> = {
  "a port at which nobody listens": [
    (port) => createConnection({ port }),
    "WEV_ERR_SOCKET_REFUSED",
    ["ECONNREFUSED"],
  ],
  "a path of no socket": [
    () => createConnection({ path: `${tmpdir()}/no-such-socket` }),
    "WEV_ERR_SOCKET_REFUSED",
    ["ENOENT"],
  ],
  // Without a name server the second.
  "a name that nobody has": [
    () => createConnection({ host: "no.such.name.invalid", port: 1 }),
    "WEV_ERR_SOCKET_NAME",
    ["ENOTFOUND", "EAI_AGAIN"],
  ],
  "a lookup of a name that nobody has": [
    () => lookup("no.such.name.invalid"),
    "WEV_ERR_SOCKET_NAME",
    ["ENOTFOUND", "EAI_AGAIN"],
  ],
  "an address of another machine": [
    () => listen({ host: "192.0.2.1" }),
    "WEV_ERR_SOCKET_ADDRESS",
    ["EADDRNOTAVAIL"],
  ],
};

for (const [title, [begin, code, errnos]] of Object.entries(BEGINNINGS)) {
  it(
    `${title} is a SocketError with ${code}`,
    fault(function* () {
      const listener = yield* listen();
      const port = portOf(listener);
      listener.close();
      yield* sleep(5);
      const others = [1, 2].map(() => spawn(() => thrownIn(begin(port))));
      for (const greenlet of others) {
        const error = yield* greenlet;
        expectError(error, SocketError, code);
        expect(errnos).toContain((error as SocketError).errno);
      }
    }),
  );
}

// ---- Resets.

it(
  "a reset in the middle of a read: what came is there, and then whoever reads is thrown it",
  fault(function* ({ bystander }) {
    const peer = yield* rawPeer((socket) => socket.write("half of"));
    let broken!: NodeSocket;
    const breaking = yield* rawPeer((socket) => {
      broken = socket;
      socket.write("half of");
    });
    const whole = yield* createConnection({ port: peer.port });
    const client = yield* createConnection({ port: breaking.port });
    const reading = spawn(() => client.recvExactly(100)) as Greenlet;
    const untouched = spawn(() => thrownIn(whole.recvExactly(100, 50)));
    yield* bystander.goesOn();
    expect(reading.dead).toBe(false);
    broken.resetAndDestroy();
    yield* reading.join();
    expectError(reading.error, SocketError, "WEV_ERR_SOCKET_RESET");
    expect((reading.error as SocketError).errno).toBe("ECONNRESET");
    expect(text(yield* client.recv())).toBe("half of");
    expectError(yield* thrownIn(client.recv()), SocketError, "WEV_ERR_SOCKET_RESET");
    expectError(yield* thrownIn(client.sendAll("x")), SocketError, "WEV_ERR_SOCKET_RESET");
    // Another connection's reader waits on.
    expect(yield* untouched).toBeInstanceOf(Timeout);
    for (const end of [client, whole, peer, breaking]) end.close();
  }),
);

it(
  "a reset in the middle of a write: all who send, and who reads, are thrown it",
  fault(function* ({ bystander }) {
    let broken!: NodeSocket;
    const peer = yield* rawPeer((socket) => {
      broken = socket;
      socket.pause();
    });
    const client = yield* createConnection({ port: peer.port });
    const sending = [1, 2].map(() => spawn(() => client.sendAll(new Uint8Array(32 << 20))) as Greenlet);
    const reading = spawn(() => client.recv()) as Greenlet;
    yield* bystander.goesOn();
    expect([...sending, reading].map(({ dead }) => dead)).toEqual([false, false, false]);
    broken.resetAndDestroy();
    yield* joinAll([...sending, reading]);
    for (const { error } of [...sending, reading]) {
      expectError(error, SocketError, "WEV_ERR_SOCKET_RESET");
      expect(["ECONNRESET", "EPIPE"]).toContain((error as SocketError).errno);
    }
    for (const end of [client, peer]) end.close();
  }),
);

it(
  "a reset in one handler of a server is that handler's error",
  fault(function* ({ reports }) {
    const ended: unknown[] = [];
    const server = new StreamServer({}, function* (socket) {
      try {
        yield* echo(socket);
        ended.push("its client has gone");
      } catch (error) {
        ended.push(codeOf(error));
      }
    });
    yield* server.start();
    const stays = yield* createConnection({ port: portOf(server) });
    const breaks = connect(portOf(server), "127.0.0.1");
    breaks.write("x");
    yield* wait(once(breaks, "data"));
    breaks.resetAndDestroy();
    while (ended.length === 0) yield* sleep(1);
    expect(ended).toEqual(["WEV_ERR_SOCKET_RESET"]);
    yield* stays.sendAll("still here");
    expect(text(yield* stays.recvExactly(10))).toBe("still here");
    stays.close();
    yield* server.stop(null);
    expect(ended).toEqual(["WEV_ERR_SOCKET_RESET", "its client has gone"]);
    expect(yield* reports()).toEqual([]);
  }),
);

// ---- A peer that never reads.

/** Most bytes that the system holds for one connection, of both its ends. */
function systemBytes(): number {
  const most = (file: string) =>
    Number(readFileSync(`/proc/sys/net/ipv4/${file}`, "utf8").trim().split(/\s+/)[2]);
  return most("tcp_wmem") + most("tcp_rmem");
}

const PART_BYTES = 64 << 10;

/** A client whose peer reads nothing, and a greenlet that sends it parts for ever: it is parked in one. */
function* sendingInVain() {
  const peer = yield* rawPeer((socket) => socket.pause());
  const client = yield* createConnection({ port: peer.port });
  const sent = { bytes: 0 };
  const sender = spawn(function* () {
    const part = new Uint8Array(PART_BYTES);
    for (;;) sent.bytes += yield* client.sendAll(part);
  }) as Greenlet;
  // It parks once the system takes no more.
  for (let before = -1; before !== sent.bytes; yield* sleep(30)) before = sent.bytes;
  return { peer, client, sender, sent };
}

it(
  "a peer that never reads: a sender waits, and no more is held than the system holds and one send",
  fault(function* () {
    const { peer, client, sender, sent } = yield* sendingInVain();
    expect(sender.dead).toBe(false);
    expect(sent.bytes).toBeLessThanOrEqual(systemBytes());
    // The line behind it takes nothing over: a large send's bytes stay its caller's.
    const heldBytes = process.memoryUsage().arrayBuffers;
    const large = new Uint8Array(64 << 20);
    const behind = spawn(() => client.sendAll(large)) as Greenlet;
    yield* sleep(20);
    expect(process.memoryUsage().arrayBuffers - heldBytes).toBeLessThan(large.length * 1.5);
    client.close();
    yield* joinAll([sender, behind]);
    for (const { error } of [sender, behind]) expectError(error, ClosedError, "WEV_ERR_SOCKET_CLOSED");
    peer.close();
  }),
);

it(
  "a peer that never reads: a send whose time passes is a Timeout, and the one before it waits on",
  fault(function* ({ bystander }) {
    const { peer, client, sender } = yield* sendingInVain();
    expect(yield* thrownIn(client.sendAll("x", 10))).toBeInstanceOf(Timeout);
    client.setTimeout(10);
    expect(yield* thrownIn(client.send("x"))).toBeInstanceOf(Timeout);
    yield* bystander.goesOn();
    expect(sender.dead).toBe(false);
    client.close();
    yield* sender.join();
    expectError(sender.error, ClosedError, "WEV_ERR_SOCKET_CLOSED");
    peer.close();
  }),
);

it(
  "a peer that never reads: senders can be killed, the first and one behind it",
  fault(function* () {
    const { peer, client, sender } = yield* sendingInVain();
    const behind = spawn(() => client.sendAll("x"));
    yield* sleep(1);
    yield* behind.kill();
    yield* sender.kill();
    expect(behind.value).toBeInstanceOf(GreenletExit);
    expect(sender.value).toBeInstanceOf(GreenletExit);
    client.close();
    peer.close();
  }),
);

it(
  "a peer that never reads: close by another greenlet throws ClosedError at all who send, and who reads",
  fault(function* () {
    const { peer, client, sender } = yield* sendingInVain();
    const behind = spawn(() => client.sendAll("x")) as Greenlet;
    const reader = spawn(() => client.recv()) as Greenlet;
    yield* sleep(1);
    client.close();
    const blocked = [sender, behind, reader];
    yield* joinAll(blocked);
    for (const { error } of blocked) expectError(error, ClosedError, "WEV_ERR_SOCKET_CLOSED");
    peer.close();
  }),
);

// ---- Garbage.

/** Bytes without order, and always the same. */
function garbage(sizeBytes: number): Uint8Array {
  let state = 0x2545f491;
  return new Uint8Array(sizeBytes).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

it(
  "garbage without an end of a line is a LineTooLongError, and nothing of it was taken",
  fault(function* () {
    const sent = garbage(100_000).map((byte) => (byte === 10 ? 11 : byte));
    const peer = yield* rawPeer((socket) => socket.end(sent));
    const client = yield* createConnection({ port: peer.port });
    const error = yield* thrownIn(client.readLine());
    expectError(error, LineTooLongError, "WEV_ERR_LINE_TOO_LONG");
    expect((error as LineTooLongError).limit).toBe(65_536);
    expect(Buffer.compare(yield* client.recvExactly(sent.length), sent)).toBe(0);
    client.close();
    peer.close();
  }),
);

it(
  "garbage that is no UTF-8 is a line with marks in place of it",
  fault(function* () {
    const peer = yield* rawPeer((socket) => socket.end(new Uint8Array([97, 0xff, 0xc3, 98, 10, 99])));
    const client = yield* createConnection({ port: peer.port });
    expect(yield* client.readLine()).toBe("a\ufffd\ufffdb");
    expect(yield* client.readLine()).toBe("c");
    client.close();
    peer.close();
  }),
);

it(
  "garbage in place of TLS is a SocketError of the client's",
  fault(function* () {
    const peer = yield* rawPeer((socket) => socket.end(garbage(1000)));
    const error = yield* thrownIn(createConnection({ port: peer.port, tls: TRUST }));
    expectError(error, SocketError, "WEV_ERR_SOCKET_TLS");
    peer.close();
  }),
);

it(
  "garbage in the middle of TLS is a SocketError of who reads, at either end",
  fault(function* () {
    for (const damaged of ["client", "server"] as const) {
      const ended: unknown[] = [];
      const server = new StreamServer({ tls: IDENTITY }, function* (socket) {
        ended.push(yield* thrownIn(echo(socket)));
      });
      yield* server.start();
      const ends: NodeSocket[] = [];
      const between = yield* rawPeer((socket) => {
        const outward = connect(portOf(server), "127.0.0.1").on("error", () => {});
        ends.push(socket, outward);
        socket.pipe(outward).pipe(socket);
      });
      const client = yield* createConnection({ port: between.port, tls: TRUST });
      yield* client.sendAll("before");
      expect(text(yield* client.recvExactly(6))).toBe("before");
      ends[damaged === "client" ? 0 : 1]!.write(garbage(1000));
      if (damaged === "client") {
        expectError(yield* thrownIn(client.recv()), SocketError, "WEV_ERR_SOCKET_TLS");
      } else {
        while (ended.length === 0) yield* sleep(1);
        expectError(ended[0], SocketError, "WEV_ERR_SOCKET_TLS");
      }
      client.close();
      for (const end of ends) end.destroy();
      between.close();
      yield* server.stop();
    }
  }),
);

it(
  "garbage in place of HTTP is answered with 400, and others are answered meanwhile",
  serving(
    () => new Response("hello"),
    async ({ server }) => {
      for (const bytes of [garbage(1000), garbage(100_000), new Uint8Array(1000), new Uint8Array([10, 13])]) {
        const stranger = new RawClient(server);
        stranger.socket.write(bytes);
        await new RawClient(server).get("/").until("hello");
        stranger.socket.end();
        expect(await stranger.end()).toMatch(/^(HTTP\/1.1 400 |$)/);
      }
    },
  ),
);

// ---- TLS that fails.

const HANDSHAKES: Record<
  string,
  readonly [tls: TlsOptions, code: string, errno: RegExp, peer: ((socket: NodeSocket) => void) | null]
> = {
  "a certificate that nobody trusts": [{}, "WEV_ERR_SOCKET_TLS", /^DEPTH_ZERO_SELF_SIGNED_CERT$/, null],
  "a certificate for another name": [
    { ...TRUST, servername: "elsewhere.example" },
    "WEV_ERR_SOCKET_TLS",
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    null,
  ],
  "no version that both speak": [
    { ...TRUST, maxVersion: "TLSv1.2" },
    "WEV_ERR_SOCKET_TLS",
    /^ERR_SSL_/,
    null,
  ],
  "a server that talks no TLS": [
    TRUST,
    "WEV_ERR_SOCKET_TLS",
    /^ERR_SSL_/,
    (socket) => socket.end("220 hello, this is a mail server\r\n"),
  ],
  "a server that goes in the handshake": [
    TRUST,
    "WEV_ERR_SOCKET_RESET",
    /^ECONNRESET$/,
    (socket) => socket.once("data", () => socket.destroy()),
  ],
};

for (const [title, [tls, code, errno, handle]] of Object.entries(HANDSHAKES)) {
  it(
    `${title} is a SocketError with ${code}, and the server goes on`,
    fault(function* ({ takeReports }) {
      const server = new StreamServer({ tls: { ...IDENTITY, minVersion: "TLSv1.3" } }, echo);
      yield* server.start();
      const peer = handle === null ? null : yield* rawPeer(handle);
      const port = peer?.port ?? portOf(server);
      const error = yield* thrownIn(createConnection({ host: "localhost", port, tls }));
      expectError(error, SocketError, code);
      expect((error as SocketError).errno).toMatch(errno);
      const client = yield* createConnection({ host: "localhost", port: portOf(server), tls: TRUST });
      yield* client.sendAll("trusted");
      expect(text(yield* client.recvExactly(7))).toBe("trusted");
      client.close();
      peer?.close();
      yield* server.stop(null);
      yield* sleep(2);
      // To a server a client that trusts it not has shaken hands, and then gone.
      for (const report of takeReports()) expect(report.error).toBeInstanceOf(SocketError);
    }),
  );
}

// ---- No free file descriptor.

const fewFiles = fileURLToPath(new URL("programs/few-files.mjs", import.meta.url));

/** The lines of a stream, as they come. */
async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string, void, unknown> {
  let rest = "";
  for await (const part of stream) {
    const lines = `${rest}${part}`.split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Whether a connection answers; false: it was closed. */
async function answers(socket: NodeSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("data", () => resolve(true));
    socket.once("close", () => resolve(false));
    if (socket.destroyed) resolve(false);
    else socket.write("x");
  });
}

it("a process without a free file descriptor says so where it opens, serves those it has, and accepts again", async () => {
  const server = spawnProcess("bash", ["-c", `ulimit -n 64; exec "$0" "$1"`, process.execPath, fewFiles]);
  const lines = linesOf(server.stdout.setEncoding("utf8"));
  const line = async () => (await lines.next()).value as string;
  const opens = async () => {
    server.stdin.write("open\n");
    return [await line(), await line()];
  };
  try {
    const port = Number(await line());
    const dial = () => connect(port, "127.0.0.1").on("error", () => {});
    const served: NodeSocket[] = [];
    // Node has one descriptor in reserve, with which it sends those away whom it cannot take.
    for (let client = dial(); await answers(client); client = dial()) served.push(client);
    expect(served.length).toBeGreaterThan(10);
    expect(served.length).toBeLessThan(64);
    const limit = "SocketError WEV_ERR_SOCKET_LIMIT EMFILE";
    expect(await opens()).toEqual([limit, limit]);
    // Full, it serves those it has on.
    for (const client of served) expect(await answers(client)).toBe(true);
    for (const client of served.slice(5)) client.destroy();
    let another = dial();
    for (; !(await answers(another)); another = dial());
    expect(await opens()).toEqual(["done", "done"]);
    for (const client of [another, ...served.slice(0, 5)]) {
      expect(await answers(client)).toBe(true);
      client.destroy();
    }
  } finally {
    server.kill("SIGKILL");
  }
});
