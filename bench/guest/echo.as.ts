// The echo server of the bench as a guest.

import { Socket, Status, StreamServer } from "wevent/assembly";

function echo(socket: Socket): void {
  for (;;) {
    const bytes = socket.recv();
    if (!bytes.ok || bytes.value.length == 0) return;
    if (socket.sendAll(bytes.value) != Status.Ok) return;
  }
}

/** Listens, and answers the port; serves until the guest is disposed. */
export function serve(): i32 {
  const server = new StreamServer({ backlog: 16384 }, echo);
  return server.start() == Status.Ok ? server.address!.port : 0;
}
