// What the compiler infers of sockets for datagrams and of servers.
import type { Operation } from "wevent";
import { DatagramServer, StreamServer } from "wevent/server";
import { type Address, type Datagram, DatagramSocket, type InetAddress, type Socket } from "wevent/socket";
import { type Equal, proves } from "./equal.ts";

export function* datagrams() {
  using socket = yield* DatagramSocket.bind({ peer: { host: "127.0.0.1", port: 1 }, timeout: 5 });
  proves<Equal<typeof socket, DatagramSocket>>();
  proves<Equal<typeof socket.address, InetAddress>>();
  const receiving = socket.recvFrom({ timeout: 5 });
  proves<Equal<typeof receiving, Operation<Datagram>>>();
  const { data, address } = yield* receiving;
  proves<Equal<typeof data, Uint8Array>>();
  // What was received from can be sent to.
  const sent = yield* socket.sendTo(data, address, 5);
  proves<Equal<typeof sent, number>>();
  // @ts-expect-error: numbers cannot be sent
  socket.send(5);
  // @ts-expect-error: a datagram goes to a host and a port
  socket.sendTo("x", { path: "/tmp/x" });
}

export function* servers() {
  const echo = new DatagramServer({}, function* (data, address) {
    proves<Equal<typeof data, Uint8Array>>();
    proves<Equal<typeof address, InetAddress>>();
    // The server can be named in its own handler.
    yield* echo.sendTo(data, address);
  });
  proves<Equal<typeof echo, DatagramServer>>();
  proves<Equal<typeof echo.address, InetAddress | null>>();
  const streams = new StreamServer({}, function* (socket, address) {
    proves<Equal<typeof socket, Socket>>();
    proves<Equal<typeof address, Address | null>>();
    yield* streams.stop();
  });
  proves<Equal<typeof streams.address, Address | null>>();
  new DatagramServer({ broadcast: true }, async () => {}, { spawn: null });
  // @ts-expect-error: what is handled is bytes
  new DatagramServer({}, (data: string) => data);
  // @ts-expect-error: a datagram has no time to wait for
  new DatagramServer({}, () => {}, { timeout: 5 });
}
