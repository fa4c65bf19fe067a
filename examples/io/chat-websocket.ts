// A chat over WebSockets: a greenlet for each guest reads what they say, and another sends them what the
// others said, from a queue of their own. Who reads slowly holds up nobody: their queue is bounded, and
// one whose queue is full is asked to leave.
//
//   npm run build && node build/examples/io/chat-websocket.js
//
// Promised:
//   ann hears: bob joins
//   ann hears: bob: hello
//   bob hears: ann: welcome
//   ann hears: bob leaves
//   bob left with 1000
//   the room is empty: true

import { forEach, Queue, spawn } from "wevent";
import { connectWebSocket, serve, type WebSocketConnection } from "wevent/http";

const MOST_UNREAD = 100;
const room = new Map<string, { readonly socket: WebSocketConnection; readonly lines: Queue<string> }>();

function tellOthers(name: string, line: string) {
  for (const [other, { socket, lines }] of room) {
    if (other === name) continue;
    if (lines.full()) socket.close(4000, "too slow");
    else lines.putNowait(line);
  }
}

function* guest(socket: WebSocketConnection, request: Request) {
  const name = new URL(request.url).pathname.slice(1);
  const lines = new Queue<string>(MOST_UNREAD);
  const writer = spawn(() => forEach(lines.iterate(), (line) => socket.send(line)));
  room.set(name, { socket, lines });
  tellOthers(name, `${name} joins`);
  try {
    yield* forEach(socket.iterate(), (text) => tellOthers(name, `${name}: ${text}`));
  } finally {
    room.delete(name);
    tellOthers(name, `${name} leaves`);
    yield* writer.kill();
  }
}

const server = await serve(() => new Response("connect a WebSocket"), {
  port: Number(process.argv[2] ?? 0),
  websocket: guest,
});

function* hear(name: string, socket: WebSocketConnection) {
  console.log(`${name} hears: ${yield* socket.receive()}`);
}

await spawn(function* () {
  const ann = yield* connectWebSocket(new URL("ann", server.url));
  const bob = yield* connectWebSocket(new URL("bob", server.url));
  yield* hear("ann", ann);
  yield* bob.send("hello");
  yield* hear("ann", ann);
  yield* ann.send("welcome");
  yield* hear("bob", bob);
  bob.close();
  yield* hear("ann", ann);
  console.log(`bob left with ${bob.closed?.code}`);
  ann.close();
  yield* server.stop();
}).get();
console.log(`the room is empty: ${room.size === 0}`);
