// A chat server with rooms, for telnet and the like. Everybody reads at their own pace, and who does not
// read at all is shown out; the others do not notice until then.
//
//   npm run build && node build/examples/io/chat-server.js           (in memory, where time costs none)
//   node build/examples/io/chat-server.js 7000      (a server, until SIGTERM or ^C)
//
// Promised:
//   ann: * you are in tea with nobody
//   bob: * you are in tea with ann
//   dan: * you are in tea with ann, bob
//   ann: * bob has come
//   ann: * dan has come
//   bob talked until somebody could not follow, and ann has read every line
//   ann: * dan was too slow
//   the chat is over, with 0 members in 0 rooms

import { Hub, spawn } from "wevent";
import { waitSignal } from "wevent/signal";
import { createConnection, type Socket } from "wevent/socket";
import { ChatServer } from "./lib/chat.js";

function* enter(port: number, name: string, room: string) {
  const socket = yield* createConnection({ port });
  yield* socket.sendAll(`${name}\n/join ${room}\n`);
  yield* socket.readLine();
  yield* socket.readLine();
  yield* hear(name, socket);
  return socket;
}

function* hear(name: string, socket: Socket) {
  console.log(`${name}: ${yield* socket.readLine()}`);
}

function* talk(socket: Socket) {
  for (let i = 0; ; i++) yield* socket.sendAll(`${i} ${"bla ".repeat(200)}\n`);
}

/** Gives the first line that is not what bob has to say. */
function* listenToBob(socket: Socket) {
  for (let i = 0; ; i++) {
    const line = yield* socket.readLine();
    if (!line!.startsWith(`bob: ${i} bla`)) return line;
  }
}

function* meet(port: number) {
  using ann = yield* enter(port, "ann", "tea");
  using bob = yield* enter(port, "bob", "tea");
  using _dan = yield* enter(port, "dan", "tea");
  yield* hear("ann", ann);
  yield* hear("ann", ann);
  const talking = spawn(talk, bob);
  const line = yield* listenToBob(ann);
  console.log("bob talked until somebody could not follow, and ann has read every line");
  console.log(`ann: ${line}`);
  yield* talking.kill();
}

const [askedPort] = process.argv.slice(2);
const hub = askedPort === undefined ? new Hub({ network: "memory", clock: "virtual" }) : new Hub();

await hub.run(function* () {
  const chat = new ChatServer({ port: Number(askedPort ?? 0) });
  yield* chat.start();
  const { port } = chat.address as { port: number };
  if (askedPort === undefined) {
    yield* meet(port);
  } else {
    console.log(`listening at port ${port}`);
    yield* waitSignal(["SIGINT", "SIGTERM"]);
  }
  yield* chat.stop();
  console.log(`the chat is over, with ${chat.memberCount} members in ${chat.rooms.length} rooms`);
});
