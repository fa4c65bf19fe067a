// Owns the contract for streams and datagrams between the hub and a runtime: what a driver that has TCP
// or UDP gives, and what it calls back. It knows neither greenlets nor how bytes are waited for. A driver
// reports an error as it is; net-errors.ts makes a typed one of it.

import type { ByteSource } from "./byte-stream.js";
import type { ByteEvents } from "./driver.js";

/** What a NetDriver may have: those of a driver that come with its `net`. */
export const NET_CAPABILITIES = ["tcp.connect", "tcp.listen", "unix", "tls", "udp"] as const;

/** An IP address and a port. */
export interface InetAddress {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** Where one end of a stream is: an IP address and a port, or the path of a Unix socket. */
export type Address = InetAddress | { readonly path: string };

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

/** Where datagrams go: a name or an IP address, and a port. */
export interface DatagramTarget {
  readonly host: string;
  readonly port: number;
}

/** Where datagrams are sent from and come in. */
export interface DatagramPlace {
  readonly host: string;
  readonly port: number;
  /** The one that is sent to, and the only one that is heard. Omitted: everybody. */
  readonly peer?: DatagramTarget | undefined;
  /** Whether it may send to broadcast addresses. Omitted: no. */
  readonly broadcast?: boolean | undefined;
}

/** What a socket for datagrams calls back. */
export interface DatagramEvents {
  /** It is bound, and its peer, if it has one, is found. */
  bound(address: InetAddress): void;
  /** A datagram came, which may be empty; none before `bound`. Its bytes are the hub's from here on. */
  received(data: Uint8Array, from: InetAddress): void;
  /**
   * Before `bound`: it could not be bound; it is still to be closed. After: something that belongs to no
   * send, such as a peer's refusal; it goes on.
   */
  failed(error: unknown): void;
}

/** A socket for datagrams. Nothing is called back before the call that made it has returned. */
export interface DatagramHandle {
  /** false: what comes is sent by this hub itself. Omitted: true. */
  readonly isExternal?: boolean | undefined;
  /**
   * Sends one datagram, once it is bound; null: to the peer. Throws nothing. Tells `sent`, after this
   * call, that the system has the bytes (null) or the error; one that is closed before need not.
   */
  send(data: Uint8Array, to: DatagramTarget | null, sent: (error: unknown) => void): void;
  /** Lets go of it. No event is told after. */
  close(): void;
}

/** Streams and datagrams, as a runtime that has them gives them. */
export interface NetDriver {
  /** false: what it tells comes from the hub itself, so a hub in which all wait for it is stuck. Omitted: true. */
  readonly isExternal?: boolean | undefined;
  connect(target: Target, events: StreamEvents): StreamHandle;
  listen(place: Place, tls: TlsOptions | undefined, events: AcceptorEvents): AcceptorHandle;
  /** All addresses of a name, in the resolver's order. Rejects with the resolver's error. */
  lookup(host: string): Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]>;
  /** Makes the runtime's own kind of connected socket one of ours, which reads on from where it is; null: it is none. */
  adopt?(socket: unknown): Accepted | null;
  /** Capability "udp". */
  bindDatagrams?(place: DatagramPlace, events: DatagramEvents): DatagramHandle;
}
