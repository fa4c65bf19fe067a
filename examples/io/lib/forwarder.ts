// Owns forwarding of TCP connections: what comes to one address goes on to another, and back. It must not
// know what is said.

import { joinAll } from "wevent";
import { Group } from "wevent/pool";
import { StreamServer } from "wevent/server";
import {
  type ConnectOptions,
  createConnection,
  type ListenOptions,
  type Socket,
  SocketError,
} from "wevent/socket";

const CONNECT_MS = 5000;

/** A server that joins each of its connections to one that it opens to `target`. */
export class PortForwarder extends StreamServer {
  constructor(place: ListenOptions, target: ConnectOptions, mostConnections = 1000) {
    // One direction may be silent for hours while the other is busy: no limit for a call.
    super(place, (socket) => forward(socket, target), { spawn: mostConnections, timeout: null });
  }

  /** Takes no new connections, and waits until those there are have ended: in a minute, or in an hour. */
  drain() {
    return this.stop(null);
  }
}

function* forward(near: Socket, target: ConnectOptions) {
  using far = yield* createConnection({ timeout: CONNECT_MS, ...target });
  const directions = new Group();
  try {
    yield* joinAll([directions.spawn(pump, near, far), directions.spawn(pump, far, near)], {
      raiseError: true,
    });
  } catch (error) {
    // That one side breaks off is everyday; the other side is closed, and hears of it so.
    if (!(error instanceof SocketError && error.code === "WEV_ERR_SOCKET_RESET")) throw error;
  } finally {
    yield* directions.kill();
  }
}

/** One direction. Its end is passed on, and the other direction goes on. */
function* pump(from: Socket, to: Socket) {
  for (;;) {
    const bytes = yield* from.recv();
    if (bytes.length === 0) return to.shutdown("write");
    yield* to.sendAll(bytes);
  }
}
