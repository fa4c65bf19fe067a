// Owns what a guest asks for of datagrams: each call is one of DatagramSocket, made for a greenlet of the
// guest.

import type { Datagram } from "../core/datagrams.js";
import { DatagramSocket } from "../socket.js";
import type { Handles } from "./handles.js";
import { limitOf } from "./host-calls.js";
import { type Copier, readText } from "./memory.js";
import type { Opened, SocketHome } from "./sockets.js";
import { addressText } from "./texts.js";

/** The functions of module "wevent". Times are ms; below 0: none of the call's own. */
export function datagramServices(home: SocketHome, handles: Handles<Opened>, copier: Copier) {
  const { calls, texts } = home;
  const socketOf = (handle: number, action: string): DatagramSocket =>
    handles.require(handle, DatagramSocket, `${action} with a DatagramSocket`);
  return {
    bindDatagrams: (row: number, host: number, port: number, isBroadcast: number, timeoutMs: number) =>
      calls.begin(row, () =>
        DatagramSocket.bind({
          host: readText(home.memory, host),
          port,
          broadcast: isBroadcast !== 0,
          timeout: limitOf(timeoutMs),
        }),
      ),
    receiveDatagram: (row: number, socket: number, timeoutMs: number) =>
      calls.begin(row, () => socketOf(socket, "receive").recvFrom(limitOf(timeoutMs))),
    sendDatagram: (
      row: number,
      socket: number,
      host: number,
      port: number,
      at: number,
      bytes: number,
      timeoutMs: number,
    ) =>
      calls.begin(row, () => {
        const from = socketOf(socket, "send");
        const to = { host: readText(home.memory, host), port };
        return from.sendTo(copier.copy(home.memory, at, bytes), to, limitOf(timeoutMs));
      }),
    droppedDatagrams: (socket: number) => {
      const opened = handles.get(socket);
      return opened instanceof DatagramSocket ? opened.dropped : 0;
    },
    datagramSender: () => texts.add(addressText((calls.answer as Datagram).address)),
  };
}
