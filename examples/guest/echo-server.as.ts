// An echo server inside WebAssembly: a greenlet for every connection, which says back what it hears until
// nothing more comes. The calls look as if they blocked; a guest who says nothing holds up nobody.
//
//   npx wevent run examples/guest/echo-server.as.ts
//   npx wevent run examples/guest/echo-server.as.ts 7000      (a server, until ^C)
//
// Promised:
//   ann said hello and heard hello
//   bob said 1000000 bytes and heard 1000000
//   one guest is still there, and has said nothing
//   the server has stopped

import { arguments, createConnection, Shutdown, Socket, spawn, Status, StreamServer } from "wevent/assembly";

function echo(socket: Socket): void {
  for (;;) {
    const bytes = socket.recv();
    if (!bytes.ok || bytes.value.length == 0) return;
    if (socket.sendAll(bytes.value) != Status.Ok) return;
  }
}

function ann(port: i32): void {
  const socket = createConnection({ port }).value;
  socket.sendAll("hello\n");
  console.log("ann said hello and heard " + socket.readLine().value!);
  socket.close();
}

function sendMillion(socket: Socket): void {
  socket.sendAll(new Uint8Array(1_000_000));
  socket.shutdown(Shutdown.Write);
}

function bob(port: i32): void {
  const socket = createConnection({ port }).value;
  // Who only sends would wait for ever: nobody takes the answers.
  const sending = spawn(sendMillion, socket);
  let heardBytes = 0;
  for (;;) {
    const bytes = socket.recv().value;
    if (bytes.length == 0) break;
    heardBytes += bytes.length;
  }
  sending.join();
  console.log("bob said 1000000 bytes and heard " + heardBytes.toString());
  socket.close();
}

function visit(server: StreamServer): void {
  const port = server.address!.port;
  const silent = createConnection({ port }).value;
  ann(port);
  bob(port);
  if (server.connectionCount > 0) console.log("one guest is still there, and has said nothing");
  silent.close();
}

export function main(): void {
  const asked = arguments();
  const server = new StreamServer({ port: asked.length > 0 ? i32.parse(asked[0]) : 0 }, echo);
  const status = server.start();
  if (status != Status.Ok) throw new Error(server.error!.message);
  if (asked.length > 0) {
    console.log("listening at " + server.address!.toString());
    server.serveForever();
  } else {
    visit(server);
  }
  server.stop();
  console.log("the server has stopped");
}
