// Forwarding: each direction to its own end, whoever breaks off, and the way a service ends.
import { expect, it } from "vitest";
import { Event, joinAll, sleep, spawn, wait } from "wevent";
import { StreamServer } from "wevent/server";
import { createConnection, type Socket } from "wevent/socket";
import { PortForwarder } from "../../examples/io/lib/forwarder.js";
import { codeOf, inHub, thrownIn } from "../lib/hub.ts";
import { openHandles, proveClosed } from "../lib/leak.ts";
import { startProgram } from "../lib/program.ts";

const REAL = { clock: "real" } as const;
const portOf = (server: StreamServer) => (server.address as { readonly port: number }).port;

/** A server with `handle`, and a forwarder to it. */
function* forwardingTo(handle: (socket: Socket) => Generator<unknown, unknown, unknown>) {
  const target = new StreamServer({}, handle);
  yield* target.start();
  const forwarder = new PortForwarder({}, { port: portOf(target) });
  yield* forwarder.start();
  return { target, forwarder, port: portOf(forwarder) };
}

function* echo(socket: Socket) {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

/** Says nothing before it has heard everything. */
function* count(socket: Socket) {
  let heardBytes = 0;
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) break;
    heardBytes += bytes.length;
  }
  yield* socket.sendAll(`${heardBytes}\n`);
}

it(
  "376 on SIGTERM a port forwarder stops listening, a later message still arrives, and it exits with 0",
  inHub(function* () {
    const target = new StreamServer({}, echo);
    yield* target.start();
    const program = yield* startProgram("examples/io/port-forwarder.js", "0", `127.0.0.1:${portOf(target)}`);
    const [, port] = /^forwarding port (\d+) to/.exec((yield* program.stdout!.readLine())!)!;
    using guest = yield* createConnection({ port: Number(port) });
    yield* guest.sendAll("before\n");
    expect(yield* guest.readLine()).toBe("before");
    program.terminate();
    expect(yield* program.stdout!.readLine()).toBe("SIGTERM: no new connections");
    expect(codeOf(yield* thrownIn(createConnection({ port: Number(port) })))).toBe("WEV_ERR_SOCKET_REFUSED");
    yield* guest.sendAll("after\n");
    expect(yield* guest.readLine()).toBe("after");
    expect(program.poll()).toBeNull();
    guest.close();
    expect(yield* program.wait()).toBe(0);
    expect((yield* program.stderr!.recv()).length).toBe(0);
    program[Symbol.dispose]();
    yield* target.stop();
  }, REAL),
);

it(
  "PortForwarder passes the end of one direction on, and the other direction goes on",
  inHub(function* ({ hub }) {
    const before = openHandles();
    const { target, forwarder, port } = yield* forwardingTo(count);
    const guests = Array.from({ length: 20 }, (_, i) =>
      spawn(function* () {
        using socket = yield* createConnection({ port });
        yield* socket.sendAll(new Uint8Array(100_000 + i));
        socket.shutdown("write");
        return yield* socket.readLine();
      }),
    );
    yield* joinAll(guests, { raiseError: true });
    expect(guests.map((guest) => guest.value)).toEqual(guests.map((_, i) => `${100_000 + i}`));
    yield* forwarder.drain();
    yield* target.stop();
    yield* proveClosed(hub, before);
  }, REAL),
);

it(
  "PortForwarder closes the far side when the near one breaks off, and the near one when the far one does",
  inHub(function* ({ hub }) {
    const before = openHandles();
    const isEnough = new Event();
    const { target, forwarder, port } = yield* forwardingTo(function* (socket) {
      yield* socket.sendAll("hello\n");
      // Until the other side is gone.
      const hearing = spawn(function* () {
        while ((yield* socket.recv()).length > 0);
      });
      yield* wait([hearing, isEnough], { count: 1 });
      yield* hearing.kill();
    });
    const vanishing = yield* createConnection({ port });
    expect(yield* vanishing.readLine()).toBe("hello");
    vanishing.close();
    while (target.connectionCount + forwarder.connectionCount > 0) yield* sleep(1);

    using left = yield* createConnection({ port });
    expect(yield* left.readLine()).toBe("hello");
    isEnough.set();
    expect((yield* left.recv()).length).toBe(0);
    left.close();
    while (forwarder.connectionCount > 0) yield* sleep(1);
    yield* forwarder.stop();
    yield* target.stop();
    yield* proveClosed(hub, before);
  }, REAL),
);

it(
  "PortForwarder closes and reports a connection whose target does not answer, and serves the next",
  inHub(function* (world) {
    const { target, forwarder, port } = yield* forwardingTo(echo);
    yield* target.stop();
    using guest = yield* createConnection({ port });
    expect((yield* guest.recv()).length).toBe(0);
    expect((yield* world.reports()).map(({ error }) => codeOf(error))).toEqual(["WEV_ERR_SOCKET_REFUSED"]);
    expect(forwarder.started).toBe(true);
    yield* forwarder.stop();
  }, REAL),
);

it(
  "PortForwarder.stop with a timeout ends connections that do not",
  inHub(function* ({ hub }) {
    const before = openHandles();
    const { target, forwarder, port } = yield* forwardingTo(echo);
    using guest = yield* createConnection({ port });
    yield* guest.sendAll("x");
    yield* guest.recvExactly(1);
    yield* forwarder.stop(20);
    expect((yield* guest.recv()).length).toBe(0);
    guest.close();
    yield* target.stop();
    yield* proveClosed(hub, before);
  }, REAL),
);
