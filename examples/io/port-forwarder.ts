// A port forwarder that ends as a service should: on SIGTERM it takes no new connections, and those that
// are open go on until they end by themselves.
//
//   npm run build && node build/examples/io/port-forwarder.js
//   node build/examples/io/port-forwarder.js 7000 example.org:80      (until SIGTERM)
//
// Promised:
//   hello came back through the forwarder
//   SIGTERM: no new connections
//   a newcomer: WEV_ERR_SOCKET_REFUSED
//   still here came back through the forwarder
//   every connection has ended

import { call, run, sleep, spawn } from "wevent";
import { StreamServer } from "wevent/server";
import { waitSignal } from "wevent/signal";
import { createConnection, type Socket, SocketError } from "wevent/socket";
import { PortForwarder } from "./lib/forwarder.js";

const portOf = (server: StreamServer) => (server.address as { port: number }).port;

function* forwardUntilSignal(forwarder: PortForwarder) {
  const signal = yield* waitSignal(["SIGINT", "SIGTERM"]);
  // It stops listening here, and not only when it is waited for.
  const drained = forwarder.drain();
  console.log(`${signal}: no new connections`);
  yield* drained;
  console.log("every connection has ended");
}

function* say(socket: Socket, text: string) {
  yield* socket.sendAll(`${text}\n`);
  console.log(`${yield* socket.readLine()} came back through the forwarder`);
}

/** Its own supervisor and its own client. */
function* demonstrate(forwarder: PortForwarder) {
  using guest = yield* createConnection({ port: portOf(forwarder) });
  yield* say(guest, "hello");
  process.kill(process.pid, "SIGTERM");
  while (forwarder.started) yield* sleep(1);
  try {
    yield* createConnection({ port: portOf(forwarder) });
  } catch (error) {
    if (error instanceof SocketError) console.log(`a newcomer: ${error.code}`);
  }
  yield* say(guest, "still here");
}

function* echo(socket: Socket) {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

await run(function* () {
  const [port, target] = process.argv.slice(2);
  if (target !== undefined) {
    const [, host, targetPort] = /^(.*):(\d+)$/.exec(target)!;
    const forwarder = new PortForwarder({ port: Number(port) }, { host: host!, port: Number(targetPort) });
    yield* forwarder.start();
    console.log(`forwarding port ${portOf(forwarder)} to ${target}`);
    yield* forwardUntilSignal(forwarder);
    return;
  }
  const echoes = new StreamServer({ port: 0 }, echo);
  yield* echoes.start();
  const forwarder = new PortForwarder({ port: 0 }, { port: portOf(echoes) });
  yield* forwarder.start();
  const demonstration = spawn(demonstrate, forwarder);
  yield* call(forwardUntilSignal, forwarder);
  yield* demonstration;
  yield* echoes.stop();
});
