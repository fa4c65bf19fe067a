// An echo server: a greenlet for every connection, which says back what it hears until nothing more comes.
// It may block as long as it likes: a guest who says nothing holds up nobody.
//
//   npm run build && node build/examples/io/echo-server.js
//   node build/examples/io/echo-server.js 7000      (a server, until SIGTERM or ^C)
//
// Promised:
//   ann said hello and heard hello
//   bob said 1000000 bytes and heard 1000000
//   one guest is still there, and has said nothing
//   the server has stopped

import { run, spawn, Timeout } from "wevent";
import { StreamServer } from "wevent/server";
import { waitSignal } from "wevent/signal";
import { createConnection, type Socket, SocketError } from "wevent/socket";

function* echo(socket: Socket) {
  try {
    for (;;) {
      const bytes = yield* socket.recv();
      if (bytes.length === 0) return;
      yield* socket.sendAll(bytes);
    }
  } catch (error) {
    // Who breaks off, or says nothing for ten minutes, is no failure of the server's.
    if (!(error instanceof SocketError || error instanceof Timeout)) throw error;
  }
}

function* ann(port: number) {
  using socket = yield* createConnection({ port });
  yield* socket.sendAll("hello\n");
  console.log(`ann said hello and heard ${yield* socket.readLine()}`);
}

function* bob(port: number) {
  using socket = yield* createConnection({ port });
  // Who only sends would wait for ever: nobody takes the answers.
  const sending = spawn(function* () {
    yield* socket.sendAll(new Uint8Array(1_000_000));
    socket.shutdown("write");
  });
  let heardBytes = 0;
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) break;
    heardBytes += bytes.length;
  }
  yield* sending;
  console.log(`bob said 1000000 bytes and heard ${heardBytes}`);
}

function* visit(server: StreamServer, port: number) {
  using _silent = yield* createConnection({ port });
  yield* ann(port);
  yield* bob(port);
  if (server.connectionCount > 0) console.log("one guest is still there, and has said nothing");
}

await run(function* () {
  const [askedPort] = process.argv.slice(2);
  const server = new StreamServer({ port: Number(askedPort ?? 0) }, echo);
  yield* server.start();
  const { port } = server.address as { port: number };
  if (askedPort === undefined) {
    yield* visit(server, port);
  } else {
    console.log(`listening at port ${port}`);
    yield* waitSignal(["SIGINT", "SIGTERM"]);
  }
  yield* server.stop();
  console.log("the server has stopped");
});
