// Owns what a guest asks for of sockets: each call is one of `wevent/socket` or `wevent/select`, made for
// a greenlet of the guest. Bytes are copied once, between the guest's memory and what the runtime gives or
// takes: the guest's memory may grow, and so move, while the runtime still reads it.

import { Amount, End, Shutdown } from "../../assembly/guest/abi.js";
import { call } from "../core/call.js";
import type { Datagram } from "../core/datagrams.js";
import type { Hub } from "../core/hub.js";
import type { TlsOptions } from "../core/net.js";
import type { SocketError } from "../core/net-errors.js";
import type { Selectable } from "../core/selectable.js";
import { type Selected, select } from "../select.js";
import { createConnection, DatagramSocket, Listener, listen, lookup, Socket, socketPair } from "../socket.js";
import { datagramServices } from "./datagrams.js";
import { Handles } from "./handles.js";
import { type HostCalls, limitOf } from "./host-calls.js";
import { Copier, readText, writeBytes } from "./memory.js";
import { addressText, type Texts } from "./texts.js";

/** The runtime's options for TLS (node:tls), which a guest has no way to write. */
export interface GuestTls {
  /** For connections that the guest opens. Omitted: the runtime's defaults. */
  readonly connect?: TlsOptions;
  /** For what it listens with: key, cert and the like. Omitted: none, so that no client gets through. */
  readonly listen?: TlsOptions;
}

/** What a guest can open. */
export type Opened = Socket | Listener | DatagramSocket;

/** What sockets need of their guest. */
export interface SocketHome {
  readonly hub: Hub;
  readonly memory: WebAssembly.Memory;
  readonly texts: Texts;
  readonly calls: HostCalls;
}

/** The port that says: what is given as the host is the path of a Unix socket. */
const NO_PORT = -1;

const SHUTDOWN = { [Shutdown.Read]: "read", [Shutdown.Write]: "write", [Shutdown.Both]: "both" } as const;

/** What was closed is ready, as a socket is that was closed: the next call says why. */
const CLOSED: Selectable = {
  _readable: { isReady: () => true, watch: () => () => {} },
  _writable: { isReady: () => true, watch: () => () => {} },
};

/** What a guest has opened, and what it can ask of that. */
export class GuestSockets {
  readonly #home: SocketHome;
  readonly #tls: GuestTls;
  readonly #copier = new Copier();
  readonly #handles = new Handles<Opened>();

  constructor(home: SocketHome, tls: GuestTls) {
    this.#home = home;
    this.#tls = tls;
  }

  /** Names a socket that TypeScript has opened. */
  give(socket: Opened): number {
    return this.#handles.add(socket);
  }

  /** Closes what the guest has left open. */
  closeAll(): void {
    this.#handles.closeAll();
  }

  /** The functions of module "wevent". Times are ms; below 0: no limit, or the socket's own. */
  get services() {
    const { calls, texts } = this.#home;
    return {
      ...datagramServices(this.#home, this.#handles, this.#copier),
      connect: (row: number, host: number, port: number, timeoutMs: number, isTls: number) =>
        calls.begin(row, () =>
          createConnection({
            ...this.#place(host, port),
            timeout: limitOf(timeoutMs),
            ...(isTls ? { tls: this.#tls.connect ?? true } : {}),
          }),
        ),
      listen: (row: number, host: number, port: number, backlog: number, isTls: number) =>
        calls.begin(row, () =>
          listen({
            ...this.#place(host, port),
            backlog,
            ...(isTls ? { tls: this.#tls.listen ?? {} } : {}),
          }),
        ),
      lookup: (row: number, host: number) => calls.begin(row, () => lookup(this.#text(host))),
      socketPair: () => calls.now(() => socketPair()),
      accept: (row: number, listener: number, timeoutMs: number) =>
        calls.begin(row, () =>
          this.#handles.require(listener, Listener, "accept a connection").accept(limitOf(timeoutMs)),
        ),
      receive: (row: number, socket: number, amount: Amount, bytes: number, timeoutMs: number) =>
        calls.begin(row, () => {
          const timeout = limitOf(timeoutMs);
          const from = this.#socket(socket, "receive");
          return amount === Amount.Exactly ? from.recvExactly(bytes, timeout) : from.recv(bytes, timeout);
        }),
      readLine: (row: number, socket: number, maxBytes: number, timeoutMs: number) =>
        calls.begin(row, () =>
          this.#socket(socket, "read a line").readLine(limitOf(timeoutMs), { maxBytes }),
        ),
      send: (row: number, socket: number, isAll: number, at: number, bytes: number, timeoutMs: number) =>
        calls.begin(row, () => {
          const timeout = limitOf(timeoutMs);
          const to = this.#socket(socket, "send");
          const data = this.#copier.copy(this.#home.memory, at, bytes);
          return isAll ? to.sendAll(data, timeout) : to.send(data, timeout);
        }),
      shutdown: (socket: number, how: Shutdown) =>
        calls.now(() => this.#socket(socket, "shut down").shutdown(SHUTDOWN[how])),
      limitSocket: (socket: number, timeoutMs: number) =>
        calls.now(() => this.#limited(socket).setTimeout(timeoutMs < 0 ? null : timeoutMs)),
      setNoDelay: (socket: number, isOn: number) =>
        calls.now(() => this.#socket(socket, "set").setNoDelay(isOn !== 0)),
      closeHandle: (handle: number) => this.#handles.close(handle),
      isClosed: (handle: number) => Number(this.#handles.get(handle)?.closed ?? true),
      addressOf: (handle: number, end: End) => this.#addressOf(handle, end),
      select: (
        row: number,
        reads: number,
        readCount: number,
        writes: number,
        writeCount: number,
        ms: number,
      ) =>
        calls.begin(row, () =>
          call(selectSets, this.#list(reads, readCount), this.#list(writes, writeCount), limitOf(ms)),
        ),
      isSelected: (handle: number, isWrite: number) => {
        const [read, write] = calls.answer as SelectedSets;
        return Number((isWrite ? write : read).has(this.#handles.get(handle) ?? CLOSED));
      },

      // What a call has given. A guest asks at once, and for what its call gives.
      openedHandle: () => this.#handles.add(calls.answer as Opened),
      pairedHandle: (place: number) => this.#handles.add((calls.answer as Socket[])[place]!),
      givenCount: () => calls.answer as number,
      givenLength: () => this.#givenBytes.byteLength,
      givenBytes: (address: number) => writeBytes(this.#home.memory, address, this.#givenBytes),
      givenLine: () => (calls.answer === null ? 0 : texts.add(calls.answer as string)),
      givenAddresses: () =>
        texts.add(
          (calls.answer as Awaited<ReturnType<typeof lookup>>)
            .map(({ family, address }) => `${family} 0 ${address}`)
            .join("\n"),
        ),

      // What a call has failed with.
      failureCode: () => texts.add(this.#failure.code),
      failureErrno: () => texts.add(this.#failure.errno ?? ""),
      failureText: () => texts.add(this.#failure.message),
      reportFailure: () =>
        this.#home.hub.report({ error: calls.failure, context: this.#home, name: "a server of a guest" }),
    };
  }

  /** Bytes, or a datagram's. */
  get #givenBytes(): Uint8Array {
    const given = this.#home.calls.answer as Uint8Array | Datagram;
    return given instanceof Uint8Array ? given : given.data;
  }

  get #failure(): { readonly code: string; readonly errno?: string | null; readonly message: string } {
    return this.#home.calls.failure as SocketError;
  }

  #text(address: number): string {
    return readText(this.#home.memory, address);
  }

  #place(host: number, port: number): { path: string } | { host: string; port: number } {
    return port === NO_PORT ? { path: this.#text(host) } : { host: this.#text(host), port };
  }

  #socket(handle: number, action: string): Socket {
    return this.#handles.require(handle, Socket, `${action} with a Socket`);
  }

  #limited(handle: number): Socket | DatagramSocket {
    const opened = this.#handles.get(handle);
    return opened instanceof DatagramSocket ? opened : this.#socket(handle, "limit the calls");
  }

  #list(address: number, count: number): Selectable[] {
    const handles = new Uint32Array(this.#home.memory.buffer, address >>> 0, count);
    return Array.from(handles, (handle) => this.#handles.get(handle) ?? CLOSED);
  }

  #addressOf(handle: number, end: End): number {
    const opened = this.#handles.get(handle);
    if (opened === undefined) return 0;
    const address =
      opened instanceof Socket
        ? end === End.Local
          ? opened.localAddress
          : opened.remoteAddress
        : opened.address;
    return address === null ? 0 : this.#home.texts.add(addressText(address));
  }
}

type SelectedSets = [read: ReadonlySet<Selectable>, write: ReadonlySet<Selectable>];

function* selectSets(
  reads: Selectable[],
  writes: Selectable[],
  timeout: number | undefined,
): Generator<unknown, SelectedSets, unknown> {
  const [read, write]: Selected<Selectable, Selectable, never> = yield* select(reads, writes, [], timeout);
  return [new Set(read), new Set(write)];
}
