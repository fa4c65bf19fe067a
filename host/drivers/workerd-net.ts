// Owns streams over workerd's cloudflare:sockets, which is imported by name: only the driver of workerd may
// reach this file. A socket belongs to the request in which it was opened.

import { connect as connectPlatform, type PlatformSocket } from "cloudflare:sockets";
import { UnsupportedError } from "../core/errors.js";
import type {
  Accepted,
  Address,
  NetDriver,
  StreamEvents,
  StreamHandle,
  Target,
  TlsOptions,
} from "../core/net.js";
import { systemError } from "../core/net-errors.js";

class PlatformStream implements StreamHandle {
  readonly #socket: PlatformSocket;
  readonly #events: StreamEvents;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  local: Address | null = null;
  remote: Address | null = null;
  #isPaused = false;
  #isReading = false;
  #isReadOver = false;
  #isWriteOver = false;
  #isClosed = false;

  constructor(socket: PlatformSocket, events: StreamEvents, opened: () => void) {
    this.#socket = socket;
    this.#events = events;
    this.#reader = socket.readable.getReader();
    this.#writer = socket.writable.getWriter();
    // What becomes of it is told by reads and writes.
    for (const promise of [socket.closed, this.#reader.closed, this.#writer.closed]) promise.catch(ignore);
    socket.opened.then(
      ({ localAddress, remoteAddress }) => {
        if (this.#isClosed) return;
        this.local = addressOf(localAddress);
        this.remote = addressOf(remoteAddress);
        opened();
        this.#read();
      },
      (error: unknown) => this.#failed(error),
    );
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#read();
  }

  write(bytes: Uint8Array): boolean {
    this.#writer.write(bytes).then(
      () => {
        if (!this.#isClosed) this.#events.drained();
      },
      (error: unknown) => this.#cannotWrite(error),
    );
    return false;
  }

  end(): void {
    this.#writer.close().then(
      () => this.#writeOver(),
      (error: unknown) => this.#cannotWrite(error),
    );
  }

  /** The runtime has no say in it: small sends go at once. */
  setNoDelay(): void {}

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close().catch(ignore);
  }

  #read(): void {
    if (this.#isReading || this.#isPaused || this.#isReadOver || this.#isClosed) return;
    this.#isReading = true;
    this.#reader.read().then(
      ({ done, value }) => {
        this.#isReading = false;
        if (this.#isClosed) return;
        if (done) {
          this.#isReadOver = true;
          this.#events.ended();
          this.#closeIfOver();
        } else {
          this.#events.received(value);
          this.#read();
        }
      },
      (error: unknown) => this.#failed(error),
    );
  }

  #writeOver(): void {
    this.#isWriteOver = true;
    this.#closeIfOver();
  }

  #cannotWrite(error: unknown): void {
    if (this.#isClosed) return;
    this.#events.cannotWrite?.(reasonOf(error));
    this.#writeOver();
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return;
    this.destroy();
    this.#events.failed(reasonOf(error));
    this.#events.closed();
  }

  #closeIfOver(): void {
    if (!this.#isReadOver || !this.#isWriteOver || this.#isClosed) return;
    this.destroy();
    this.#events.closed();
  }
}

function ignore(): void {}

/** The runtime has words for its failures, and no names. */
function reasonOf(error: unknown): Error {
  const { message } = error as Error;
  return message.startsWith("Network connection lost") ? systemError("ECONNRESET") : (error as Error);
}

/** Of "127.0.0.1:80" or "[::1]:80"; null: it is told as a name, or not at all. */
function addressOf(text: string | undefined): Address | null {
  const [, ip6, ip4, port] = /^(?:\[([\da-f:.]+)\]|(\d+\.\d+\.\d+\.\d+)):(\d+)$/i.exec(text ?? "") ?? [];
  if (port === undefined) return null;
  return { host: (ip6 ?? ip4)!, port: Number(port), family: ip6 === undefined ? 4 : 6 };
}

function connect(target: Target, events: StreamEvents): StreamHandle {
  // A path is refused before: there is no capability "unix".
  const { host, port, tls } = target as Extract<Target, { host: string }>;
  return new PlatformStream(open({ hostname: host, port }, tls), events, () => events.opened());
}

/** The runtime trusts what its owner has set up, and can be told nothing but the name it is to expect. */
function open(address: { hostname: string; port: number }, tls: TlsOptions | undefined): PlatformSocket {
  if (tls === undefined) return connectPlatform(address, { secureTransport: "off", allowHalfOpen: true });
  const { servername, ...others } = tls;
  const [other] = Object.keys(others);
  if (other !== undefined) throw new UnsupportedError(`tls.${other}`, "workerd");
  if (servername === undefined) {
    return connectPlatform(address, { secureTransport: "on", allowHalfOpen: true });
  }
  const plain = connectPlatform(address, { secureTransport: "starttls", allowHalfOpen: true });
  plain.closed.catch(ignore);
  plain.opened.catch(ignore);
  return plain.startTls({ expectedServerHostname: servername as string });
}

/** One that came in: what a worker's `connect` handler is given. */
function adopt(socket: unknown): Accepted | null {
  const given = socket as Partial<PlatformSocket> | null;
  const isSocket = given?.readable instanceof ReadableStream && given.writable instanceof WritableStream;
  if (!isSocket || !("opened" in given!)) return null;
  const platform = socket as PlatformSocket;
  return {
    open: (events) => new PlatformStream(platform, events, () => {}),
    refuse: () => void platform.close().catch(ignore),
  };
}

function lookup(): never {
  throw new UnsupportedError("lookup", "workerd");
}

function listen(): never {
  throw new UnsupportedError("tcp.listen", "workerd");
}

export const workerdNet: NetDriver = { connect, listen, lookup, adopt };
