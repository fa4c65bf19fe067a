// Owns what a gateway and its clients say to each other: one WebSocket for each TCP connection, binary
// messages of one byte for their kind and then what that kind carries. Neither sockets nor pages are known here.
//
// The client speaks first: OPEN, JSON, says what for and with which token. The gateway answers OPENED, or
// FAILED, and closes. Then DATA goes both ways, each end as far as the other's CREDIT reaches: a number of
// bytes, 32 bits, that may be sent beyond what was allowed before. END: this end sends no more DATA. FAILED
// is the last message. Credit is for DATA alone, so it never waits behind what it would let go on.

import type { Address } from "../core/net.js";

/** Both ends have the same, or one says so. */
export const VERSION = 1;

export const Kind = { Open: 1, Opened: 2, Data: 3, Credit: 4, End: 5, Failed: 6 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Most bytes that may be outstanding one way: what either end says beyond it is no number of the protocol. */
export const MOST_WINDOW_BYTES = 1 << 24;
/** What an end lets the other send that it has not taken, unless told otherwise. */
export const WINDOW_BYTES = 128 << 10;
/** Most bytes of DATA in one message, unless the gateway says less. */
export const PART_BYTES = 32 << 10;

/** What the client asks for. */
export interface OpenBody {
  readonly version: number;
  readonly token: string | null;
  /** The addresses of this name are asked for, and no connection. */
  readonly lookup?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: GatewayTls;
  /** Bytes that the gateway may send before CREDIT comes. */
  readonly windowBytes?: number;
}

/** A WebSocket is closed with these when it is spoken wrongly, or a message is too large (RFC 6455, section 7.4.1). */
export const BREACHES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009]);

/** What a client may say of TLS between the gateway and the target. */
export interface GatewayTls {
  readonly servername?: string;
  readonly ca?: string;
  readonly rejectUnauthorized?: boolean;
}

/** What the gateway answers. */
export interface OpenedBody {
  readonly local?: unknown;
  readonly remote?: unknown;
  readonly addresses?: unknown;
  /** Bytes that the client may send before CREDIT comes. */
  readonly windowBytes?: number;
  /** Most bytes of DATA in one message to the gateway. */
  readonly partBytes?: number;
}

/** Why there is no connection, or none any more: the gateway's reason, or the system's name for it. */
export interface FailedBody {
  readonly reason?: string;
  readonly errno?: string;
  readonly message?: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

export function dataMessage(bytes: Uint8Array): Bytes {
  const message = new Uint8Array(bytes.length + 1);
  message[0] = Kind.Data;
  message.set(bytes, 1);
  return message;
}

export function creditMessage(countBytes: number): Bytes {
  const message = new Uint8Array(5);
  message[0] = Kind.Credit;
  new DataView(message.buffer).setUint32(1, countBytes);
  return message;
}

export function endMessage(): Bytes {
  return new Uint8Array([Kind.End]);
}

export function bodyMessage(kind: Kind, body: OpenBody | OpenedBody | FailedBody): Bytes {
  const text = new TextEncoder().encode(JSON.stringify(body));
  const message = new Uint8Array(text.length + 1);
  message[0] = kind;
  message.set(text, 1);
  return message;
}

/** A message that came: what it carries is behind its first byte. */
export interface Received {
  readonly kind: Kind;
  readonly payload: Uint8Array;
}

const KINDS: ReadonlySet<number> = new Set(Object.values(Kind));

/** null: it is none of the protocol's. */
export function receivedMessage(message: unknown): Received | null {
  if (!(message instanceof Uint8Array) || !KINDS.has(message[0]!)) return null;
  const payload = message.subarray(1);
  const kind = message[0] as Kind;
  const isRight =
    kind === Kind.Credit
      ? payload.length === 4
      : kind === Kind.End
        ? payload.length === 0
        : payload.length > 0;
  return isRight ? { kind, payload } : null;
}

export function creditOf({ payload }: Received): number {
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
}

/** The JSON object; null: it is none. */
export function bodyOf<T extends object>({ payload }: Received): Partial<Record<keyof T, unknown>> | null {
  try {
    const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    return typeof body === "object" && body !== null && !Array.isArray(body) ? body : null;
  } catch {
    return null;
  }
}

export function isWindow(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_WINDOW_BYTES;
}

/** An address that the other end told; null: it told none. */
export function addressIn(value: unknown): Address | null {
  const { host, port, family } = (value ?? {}) as Record<string, unknown>;
  if (typeof host !== "string" || typeof port !== "number" || (family !== 4 && family !== 6)) return null;
  return { host, port, family };
}
