// DatagramSocket: over each network, where only order and lower bounds are asserted, for one of them is the
// loopback of a real system; and over a driver that says what a real one seldom does, in virtual time.
import { pbkdf2 } from "node:crypto";
import { createSocket } from "node:dgram";
import { expect, it } from "vitest";
import { type Greenlet, GreenletExit, Hub, sleep, spawn, Timeout } from "wevent";
import { LoopExit, UnsupportedError } from "wevent/hub";
import { POLLIN, POLLOUT, Poll, select } from "wevent/select";
import { ClosedError, DatagramSocket, SocketError } from "wevent/socket";
import { systemError } from "../../host/core/net-errors.js";
import { overFakeUdp } from "../lib/fake-udp.ts";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, type World, withHub } from "../lib/hub.ts";
import { ManualDriver } from "../lib/manual-driver.ts";
import { NETWORKS } from "../lib/networks.ts";

const REAL = { clock: "real" } as const;

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A test over the network of the system and over those in memory. */
function overEach(name: string, body: (world: World) => Generator<unknown, unknown, unknown>): void {
  for (const network of NETWORKS) it(`${name} (${network.name})`, inHub(body, network.options()));
}

/** Two sockets on loopback. */
function* two() {
  return [yield* DatagramSocket.bind(), yield* DatagramSocket.bind()] as const;
}

/** A port at which nobody listens. */
function* unusedPort() {
  const socket = yield* DatagramSocket.bind();
  socket.close();
  yield* sleep(5);
  return socket.address.port;
}

overEach("sendTo gives a datagram to recvFrom whole, with the address to answer to", function* () {
  const [a, b] = yield* two();
  expect(a.address).toMatchObject({ host: "127.0.0.1", family: 4 });
  expect(a.address.port).toBeGreaterThan(0);
  expect(yield* a.sendTo("grüße", b.address)).toBe(7);
  const first = yield* b.recvFrom(1000);
  expect([text(first.data), first.address]).toEqual(["grüße", a.address]);
  expect(first.data.constructor).toBe(Uint8Array);
  yield* b.sendTo(new Uint8Array([1, 2, 3]), first.address);
  expect([...(yield* a.recv(1000))]).toEqual([1, 2, 3]);
  expect(yield* a.sendTo("", { host: "localhost", port: b.address.port })).toBe(0);
  expect((yield* b.recvFrom(1000)).data.length).toBe(0);
  const largest = new Uint8Array(65_507).map((_, i) => i % 251);
  yield* a.sendTo(largest, b.address);
  expect(yield* b.recv(1000)).toEqual(largest);
  a.close();
  b.close();
});

it(
  "sockets for IPv6 talk to each other and, bound to ::, to IPv4",
  inHub(function* () {
    const six = yield* DatagramSocket.bind({ host: "::1" });
    const both = yield* DatagramSocket.bind({ host: "::" });
    const four = yield* DatagramSocket.bind();
    yield* six.sendTo("6", { host: "::1", port: both.address.port });
    const from = (yield* both.recvFrom(1000)).address;
    expect(from).toEqual({ host: "::1", port: six.address.port, family: 6 });
    // The second is a name that has an IPv4 address only.
    for (const host of ["127.0.0.1", "127.1"]) {
      yield* both.sendTo("4", { host, port: four.address.port });
      expect(text(yield* four.recv(1000))).toBe("4");
    }
    for (const socket of [six, both, four]) socket.close();
  }, REAL),
);

overEach("two receivers are served in the order they came", function* ({ log }) {
  const [a, b] = yield* two();
  const receivers = ["first", "second"].map((name) =>
    spawn(function* () {
      log.push(`${name} ${text(yield* b.recv())}`);
    }),
  );
  yield* sleep(1);
  yield* a.sendTo("x", b.address);
  // A datagram that is sent at once might overtake the first.
  yield* sleep(5);
  yield* a.sendTo("y", b.address);
  for (const receiver of receivers) yield* receiver.join();
  expect(log).toEqual(["first x", "second y"]);
  a.close();
  b.close();
});

overEach("a socket with a peer sends to it, and hears nobody else", function* () {
  const [server, stranger] = yield* two();
  const client = yield* DatagramSocket.bind({ peer: server.address });
  expect(client.address.host).toBe("127.0.0.1");
  yield* client.send("question");
  const { address } = yield* server.recvFrom(1000);
  expect(address).toEqual(client.address);
  yield* stranger.sendTo("lies", client.address);
  yield* server.sendTo("answer", address);
  expect(text(yield* client.recv(1000))).toBe("answer");
  expect(yield* thrownIn(client.recv(20))).toBeInstanceOf(Timeout);
  expect(codeOf(thrownBy(() => client.sendTo("x", server.address)))).toBe("WEV_ERR_ARGUMENT");
  expect(codeOf(thrownBy(() => server.send("x")))).toBe("WEV_ERR_ARGUMENT");
  for (const socket of [server, stranger, client]) socket.close();
});

// Node binds and connects in ticks of one turn where addresses are given, and in several turns for a name.
for (const [when, host, defer] of [
  ["tick", "127.0.0.1", process.nextTick],
  ["turn", "localhost", setImmediate],
] as const) {
  it(
    `a socket with a peer does not hear what a stranger sends at any ${when} before it is bound`,
    inHub(function* () {
      const peer = yield* DatagramSocket.bind();
      const port = yield* unusedPort();
      const stranger = createSocket("udp4");
      let isOver = false;
      let sent = 0;
      const pester = () => {
        if (isOver || sent++ === 2000) return;
        stranger.send("lies", port, "127.0.0.1", () => {});
        defer(pester);
      };
      pester();
      // Names are looked up in threads: these keep them busy, so that there are turns before the peer is found.
      for (let i = 0; i < 16; i++) pbkdf2("", "", 20_000, 64, "sha512", () => {});
      const client = yield* DatagramSocket.bind({
        host: "127.0.0.1",
        port,
        peer: { host, port: peer.address.port },
      });
      expect(yield* thrownIn(client.recv(20))).toBeInstanceOf(Timeout);
      isOver = true;
      yield* sleep(5);
      stranger.close();
      client.close();
      peer.close();
    }, REAL),
  );
}

overEach("a peer that is not there is told to who receives or sends, and the socket goes on", function* () {
  const port = yield* unusedPort();
  const client = yield* DatagramSocket.bind({ peer: { host: "127.0.0.1", port } });
  yield* client.send("anybody?");
  const refused = yield* thrownIn(client.recv(1000));
  expect(refused).toBeInstanceOf(SocketError);
  expect([codeOf(refused), (refused as SocketError).errno]).toEqual([
    "WEV_ERR_SOCKET_REFUSED",
    "ECONNREFUSED",
  ]);
  const server = yield* DatagramSocket.bind({ port });
  yield* client.send("now");
  expect(text(yield* server.recv(1000))).toBe("now");
  client.close();
  server.close();
});

overEach(
  "what cannot be sent or bound is a typed error for the one who asked, and harms nobody else",
  function* ({ hub }) {
    const [a, b] = yield* two();
    const receiving = spawn(() => a.recvFrom());
    const sending: (readonly [string, () => Iterable<unknown>])[] = [
      ["WEV_ERR_SOCKET_TOO_LARGE", () => a.sendTo(new Uint8Array(65_508), b.address)],
      ["WEV_ERR_SOCKET_NAME", () => a.sendTo("x", { host: "no.such.name.invalid", port: 1 })],
      ["WEV_ERR_SOCKET_UNREACHABLE", () => a.sendTo("x", { host: "::1", port: b.address.port })],
      ["WEV_ERR_SOCKET_ADDRESS", () => a.sendTo("x", { host: "255.255.255.255", port: b.address.port })],
      ["WEV_ERR_SOCKET_ADDRESS", () => DatagramSocket.bind({ port: b.address.port })],
      ["WEV_ERR_SOCKET_ADDRESS", () => DatagramSocket.bind({ host: "192.0.2.1" })],
      ["WEV_ERR_SOCKET_NAME", () => DatagramSocket.bind({ host: "no.such.name.invalid" })],
      ["WEV_ERR_SOCKET_NAME", () => DatagramSocket.bind({ peer: { host: "no.such.name.invalid", port: 1 } })],
    ];
    for (const [code, begin] of sending) {
      const thrown = yield* thrownIn(begin());
      expect(thrown).toBeInstanceOf(SocketError);
      expect(codeOf(thrown)).toBe(code);
      expect((thrown as SocketError).cause).toBeInstanceOf(Error);
    }
    yield* b.sendTo("still there", a.address);
    expect(text((yield* receiving).data)).toBe("still there");
    a.close();
    b.close();
    expect((hub as unknown as { resources: Set<unknown> }).resources.size).toBe(0);
  },
);

it("bad arguments are refused at the call", async () => {
  const { options } = overFakeUdp();
  await inHub(function* () {
    const codes = (calls: readonly (() => unknown)[]) => calls.map((call) => codeOf(thrownBy(call)));
    expect(
      codes([
        () => DatagramSocket.bind({ port: 65_536 }),
        () => DatagramSocket.bind({ port: -1 }),
        () => DatagramSocket.bind({ port: 1.5 }),
        () => DatagramSocket.bind({ peer: { host: "x", port: 0 } }),
        () => DatagramSocket.bind({ host: "" }),
        () => DatagramSocket.bind({ host: 5 as never }),
        () => DatagramSocket.bind({ peer: "x:1" as never }),
        () => DatagramSocket.bind(53 as never),
      ]),
    ).toEqual([...Array(4).fill("WEV_ERR_RANGE"), ...Array(4).fill("WEV_ERR_ARGUMENT")]);
    const socket = yield* DatagramSocket.bind();
    const to = { host: "there", port: 1 };
    expect(
      codes([
        () => socket.sendTo("x", { host: "there", port: 0 }),
        () => socket.sendTo("x", { host: "there", port: 65_536 }),
        () => socket.sendTo("x", { host: "", port: 1 }),
        () => socket.sendTo("x", "there:1" as never),
        () => socket.sendTo(5 as never, to),
        () => socket.sendTo("x", to, "soon" as never),
        () => socket.setTimeout("soon" as never),
      ]),
    ).toEqual([...Array(2).fill("WEV_ERR_RANGE"), ...Array(5).fill("WEV_ERR_ARGUMENT")]);
    socket.close();
  }, options)();
});

overEach("setTimeout limits calls without a limit of their own, and loses nothing", function* () {
  const [a, b] = yield* two();
  expect(yield* thrownIn(b.recvFrom(5))).toBeInstanceOf(Timeout);
  b.setTimeout(5);
  expect(yield* thrownIn(b.recvFrom())).toBeInstanceOf(Timeout);
  expect(yield* thrownIn(b.recv())).toBeInstanceOf(Timeout);
  b.setTimeout(null);
  yield* a.sendTo("late", b.address);
  expect(text(yield* b.recv())).toBe("late");
  a.close();
  b.close();
});

overEach(
  "select and poll: readable once something has come, or when it was closed; always writable",
  function* () {
    const [a, b] = yield* two();
    expect(yield* select([a, b], [], [], 5)).toEqual([[], [], []]);
    const selecting = spawn(() => select([a, b], [], []));
    yield* sleep(1);
    yield* a.sendTo("x", b.address);
    const [readable] = yield* selecting;
    expect(readable).toHaveLength(1);
    expect(readable[0] === b).toBe(true);
    const poll = new Poll();
    poll.register(a);
    poll.register(b);
    const events = yield* poll.poll(100);
    expect(events.map(([socket, bits]) => [socket === b, bits])).toEqual([
      [true, POLLIN + POLLOUT],
      [false, POLLOUT],
    ]);
    b.close();
    expect((yield* select([b], [b], []))[0]).toHaveLength(1);
    a.close();
  },
);

overEach("broadcasts can be sent where that was asked for", function* () {
  const socket = yield* DatagramSocket.bind({ host: "0.0.0.0", broadcast: true });
  // Whether there is a way out depends on the machine; that it is allowed does not.
  const to = { host: "127.255.255.255", port: socket.address.port };
  expect(yield* socket.sendTo("all", to)).toBe(3);
  socket.close();
  const without = yield* DatagramSocket.bind({ host: "0.0.0.0" });
  expect(codeOf(yield* thrownIn(without.sendTo("all", to)))).toBe("WEV_ERR_SOCKET_ADDRESS");
  without.close();
});

overEach("a socket that is closed throws ClosedError at whoever waits, and comes after", function* () {
  const socket = yield* DatagramSocket.bind();
  const reader = spawn(() => socket.recvFrom()) as Greenlet;
  yield* sleep(1);
  expect(socket.closed).toBe(false);
  socket.close();
  socket.close();
  yield* reader.join();
  expect(reader.error).toBeInstanceOf(ClosedError);
  expect(socket.closed).toBe(true);
  expect(yield* thrownIn(socket.recvFrom())).toBeInstanceOf(ClosedError);
  expect(yield* thrownIn(socket.recv())).toBeInstanceOf(ClosedError);
  expect(yield* thrownIn(socket.sendTo("x", { host: "127.0.0.1", port: 1 }))).toBeInstanceOf(ClosedError);
  {
    using scoped = yield* DatagramSocket.bind();
    expect((yield* select([], [scoped], []))[1]).toHaveLength(1);
  }
});

it("a sender that waits is woken by close, by its time and by a kill, and by what the system says", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    const socket = yield* DatagramSocket.bind();
    const to = { host: "there", port: 1 };
    expect(yield* thrownIn(socket.sendTo("a", to, 5))).toBeInstanceOf(Timeout);
    const killed = spawn(() => socket.sendTo("b", to)) as Greenlet;
    yield* sleep(0);
    yield* killed.kill();
    expect(killed.value).toBeInstanceOf(GreenletExit);
    // Too late: nobody waits for these any more.
    net.sent[0]!.tell(null);
    net.sent[1]!.tell(systemError("ENOBUFS"));
    const failing = spawn(() => socket.sendTo("c", to)) as Greenlet;
    const sending = spawn(() => socket.sendTo("dd", to)) as Greenlet;
    const closing = spawn(() => socket.sendTo("e", to)) as Greenlet;
    yield* sleep(0);
    net.sent[2]!.tell(systemError("ENOBUFS"));
    net.sent[3]!.tell(null);
    yield* failing.join();
    yield* sending.join();
    expect(codeOf(failing.error)).toBe("WEV_ERR_SOCKET_FAILED");
    expect([sending.value, closing.dead]).toEqual([2, false]);
    socket.close();
    yield* closing.join();
    expect(closing.error).toBeInstanceOf(ClosedError);
    expect(net.closed).toBe(1);
    net.sent[4]!.tell(null);
  }, options)();
});

it("1024 datagrams wait for a receiver; what comes then is dropped and counted", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    const socket = yield* DatagramSocket.bind();
    for (let i = 0; i < 1026; i++) net.arrive(1, i % 256);
    expect(socket.dropped).toBe(2);
    for (let i = 0; i < 1024; i++) expect((yield* socket.recv(0))[0]).toBe(i % 256);
    expect(yield* thrownIn(socket.recv(0))).toBeInstanceOf(Timeout);
    net.arrive(1);
    expect([(yield* socket.recv(0)).length, socket.dropped]).toEqual([1, 2]);
    socket.close();
  }, options)();
});

it("256 KiB of datagrams wait for a receiver; a smaller one may still fit", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    const socket = yield* DatagramSocket.bind();
    const quarter = 64 * 1024;
    for (let i = 0; i < 3; i++) net.arrive(quarter);
    net.arrive(quarter - 1);
    net.arrive(2);
    expect(socket.dropped).toBe(1);
    net.arrive(1);
    net.arrive(0);
    expect(socket.dropped).toBe(1);
    yield* socket.recv();
    net.arrive(quarter);
    net.arrive(1);
    expect(socket.dropped).toBe(2);
    socket.close();
  }, options)();
});

it("an error that belongs to no send is kept once, for one who receives", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    const socket = yield* DatagramSocket.bind();
    net.arrive(1, 1);
    net.events.failed(systemError("ECONNREFUSED"));
    net.events.failed(systemError("ECONNREFUSED"));
    net.arrive(1, 2);
    expect((yield* socket.recv(0))[0]).toBe(1);
    expect(codeOf(yield* thrownIn(socket.recv(0)))).toBe("WEV_ERR_SOCKET_REFUSED");
    expect((yield* socket.recv(0))[0]).toBe(2);
    net.events.failed(systemError("ENOMEM"));
    expect(codeOf(yield* thrownIn(socket.recvFrom(0)))).toBe("WEV_ERR_SOCKET_FAILED");
    socket.close();
  }, options)();
});

it("a bind that is killed, timed out or fails leaves nothing open", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    net.isPrompt = false;
    const killed = spawn(() => DatagramSocket.bind());
    yield* sleep(0);
    yield* killed.kill();
    expect(net.closed).toBe(1);
    expect(yield* thrownIn(DatagramSocket.bind({ timeout: 5 }))).toBeInstanceOf(Timeout);
    expect(net.closed).toBe(2);
    const failing = spawn(() => DatagramSocket.bind({ port: 80 })) as Greenlet;
    yield* sleep(0);
    net.events.failed(systemError("EACCES"));
    yield* failing.join();
    expect([codeOf(failing.error), net.closed]).toEqual(["WEV_ERR_SOCKET_ADDRESS", 3]);
  }, options)();
});

it("with a peer and no host, the socket is bound to whatever leads to it", async () => {
  const { net, options } = overFakeUdp();
  await inHub(function* () {
    const hosts = [undefined, "10.0.0.1", "name", "fe80::1"];
    for (const host of hosts) {
      const peer = host === undefined ? {} : { peer: { host, port: 5 } };
      (yield* DatagramSocket.bind(peer)).close();
    }
    (yield* DatagramSocket.bind({ host: "10.0.0.9", peer: { host: "10.0.0.1", port: 5 } })).close();
    expect(net.places.map(({ host, port }) => [host, port])).toEqual(
      ["127.0.0.1", "0.0.0.0", "0.0.0.0", "::", "10.0.0.9"].map((host) => [host, 0]),
    );
  }, options)();
});

it("where datagrams come from the hub itself, one that only waits for them is stuck, and told so", async () => {
  const { net, options } = overFakeUdp();
  net.isExternal = false;
  await withHub(async ({ hub }) => {
    const isStuck = async (wait: () => Iterable<unknown>) => {
      expect(await rejectionOf(hub.run(wait as () => Generator<unknown, unknown>))).toBeInstanceOf(LoopExit);
    };
    net.isPrompt = false;
    await isStuck(() => DatagramSocket.bind());
    net.events.bound({ host: "here", port: 7, family: 4 });
    net.isPrompt = true;
    const socket = await hub.run(() => DatagramSocket.bind());
    await isStuck(() => socket.recvFrom());
    await isStuck(() => socket.sendTo("x", { host: "there", port: 1 }));
    await isStuck(() => select([socket], [], []));
    socket.close();
  }, options)();
});

it("a hub that is destroyed closes its sockets", async () => {
  const { net, options } = overFakeUdp();
  const hub = new Hub(options);
  const socket = await hub.run(() => DatagramSocket.bind());
  hub.destroy();
  expect([net.closed, socket.closed]).toEqual([1, true]);
});

it("await of a call outside greenlets uses the socket's own hub", async () => {
  const { net, options } = overFakeUdp();
  const hub = new Hub(options);
  const socket = await hub.run(() => DatagramSocket.bind());
  net.arrive(3);
  expect((await socket.recvFrom()).data.length).toBe(3);
  const sending = socket.sendTo("four", { host: "there", port: 1 }).then((count) => count);
  while (net.sent.length === 0) await new Promise((resolve) => void setImmediate(resolve));
  net.sent[0]!.tell(null);
  expect(await sending).toBe(4);
  hub.destroy();
});

it("where the runtime has no datagrams, bind says so", async () => {
  const hub = new Hub({ driver: new ManualDriver() });
  expect(hub.can("udp")).toBe(false);
  const error = await rejectionOf(hub.run(() => DatagramSocket.bind()));
  expect(error).toBeInstanceOf(UnsupportedError);
  expect((error as UnsupportedError).capability).toBe("udp");
  hub.destroy();
});
