// A guest that talks to an echo server: many greenlets, each with a connection of its own.

import { arguments, createConnection, Greenlet, joinAll, Shutdown, Socket, spawn } from "wevent/assembly";

let port = 0;

function talk(id: i32): void {
  const connected = createConnection({ port });
  if (!connected.ok) throw new Error("could not connect");
  const socket: Socket = connected.value;
  for (let round = 0; round < 3; round++) {
    const line = id.toString() + "." + round.toString();
    socket.sendAll(line + "\n");
    const heard = socket.readLine().value!;
    if (heard != line) throw new Error(line + " came back as " + heard);
  }
  socket.shutdown(Shutdown.Write);
  if (socket.recv().value.length != 0) throw new Error("something came after the end");
  socket.close();
  console.log("client " + id.toString() + " was heard");
}

export function main(): void {
  port = i32.parse(arguments()[0]);
  const all: Greenlet<void>[] = [];
  for (let id = 1; id <= 10; id++) all.push(spawn(talk, id));
  joinAll<Greenlet<void>>(all);
}
