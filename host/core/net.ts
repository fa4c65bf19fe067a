// Owns the contract for streams between the hub and a runtime: what a driver that has TCP gives, and
// what it calls back. It knows neither greenlets nor how bytes are waited for. A driver reports an
// error as it is; net-errors.ts makes a typed one of it.

import type { ByteSource } from "./byte-stream.js";
import type { ByteEvents } from "./driver.js";

/** Where one end of a stream is: an IP address and a port, or the path of a Unix socket. */
export type Address =
  | { readonly host: string; readonly port: number; readonly family: 4 | 6 }
  | { readonly path: string };

/** Where to connect. */
export type Target =
  | { readonly host: string; readonly port: number; readonly tls?: TlsOptions | undefined }
  | { readonly path: string; readonly tls?: TlsOptions | undefined };

/** Where to listen. */
export type Place =
  | { readonly host: string; readonly port: number; readonly backlog?: number | undefined }
  | { readonly path: string; readonly backlog?: number | undefined };

/** What TLS needs: passed on to the runtime as it is. */
export type TlsOptions = Readonly<Record<string, unknown>>;

/** What a stream calls back. */
export interface StreamEvents extends ByteEvents {
  /** It is connected; over TLS, the handshake is done. Not told of one that was accepted. */
  opened(): void;
  /** The other end reads no more; what it sent can still be read. */
  cannotWrite?(error: Error): void;
}

/** One stream. Nothing is called back before the call that made it has returned. */
export interface StreamHandle extends ByteSource {
  /** null: not connected, or not known. */
  readonly local: Address | null;
  readonly remote: Address | null;
  setNoDelay(isOn: boolean): void;
}

/** A stream that was accepted: it reads nothing before `open` says who is told. */
export interface Accepted {
  open(events: StreamEvents): StreamHandle;
  /** Nobody wants it. */
  refuse(): void;
}

export interface AcceptorEvents {
  listening(address: Address): void;
  accepted(stream: Accepted): void;
  failed(error: unknown): void;
  closed(): void;
}

export interface AcceptorHandle {
  /** Stops listening; streams that were accepted go on. */
  close(): void;
}

/** Streams, as a runtime that has them gives them. */
export interface NetDriver {
  connect(target: Target, events: StreamEvents): StreamHandle;
  listen(place: Place, tls: TlsOptions | undefined, events: AcceptorEvents): AcceptorHandle;
  /** All addresses of a name, in the resolver's order. Rejects with the resolver's error. */
  lookup(host: string): Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]>;
}
