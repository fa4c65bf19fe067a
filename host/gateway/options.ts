// Owns what a gateway is made with: the options, their defaults and their limits.

import { requireCallback, requireOptions } from "../core/check.js";
import { describe, RangeUsageError, UsageError } from "../core/errors.js";
import { requireCount, requireLimit } from "../http/check.js";
import type { TlsOptions } from "../http/options.js";
import { MOST_WINDOW_BYTES, PART_BYTES, WINDOW_BYTES } from "./protocol.js";

/** What a gateway tells of its connections: never with a token in it. */
export interface GatewayEvent {
  /** "opened", "closed": a connection; "refused": by the gateway, for `reason`; "failed": the target did, or the client broke off. */
  readonly kind: "opened" | "closed" | "refused" | "failed";
  /** The client's IP address; null: it is not known. */
  readonly client: string | null;
  /** What was asked for, as the client wrote it; null: nothing was. */
  readonly target: string | null;
  /** A GatewayError's reason, or the system's name of a failure; null: there is none. */
  readonly reason: string | null;
  /** Bytes from the client to the target. */
  readonly sentBytes: number;
  /** Bytes from the target to the client. */
  readonly receivedBytes: number;
}

/** What a gateway allows, and how much. Limits have values that are safe when left out; null takes one away. */
export interface GatewayServerOptions {
  /**
   * What clients may connect to: "host:port", each just that host and that port, "[::1]:80" for IPv6. A
   * name leads to addresses of the world only, "localhost" to this machine; to others of its addresses only
   * if they are allowed themselves. Omitted: nothing.
   */
  readonly allow?: readonly string[];
  /** The same for names that may lead to any address, as those of an internal network do. */
  readonly allowInternal?: readonly string[];
  /** What clients must know: 16 characters or more. null: nothing, and then `origins` is needed. */
  readonly token: string | null;
  /** Origins of pages that may connect: "https://example.com". Who is no page has none, and may. Omitted: all. */
  readonly origins?: readonly string[];
  /** Address to listen at. Omitted: "127.0.0.1". */
  readonly host?: string;
  /** 0 or omitted: any that is free; `port` says which. */
  readonly port?: number;
  /** Omitted: no TLS, and so ws: and not wss:. */
  readonly tls?: TlsOptions;
  /** Most connections. Omitted: 1000. */
  readonly maxConnections?: number | null;
  /** Most connections of one client's address. Omitted: 100. */
  readonly maxPerAddress?: number | null;
  /** Most new connections of one client's address in a second. Omitted: 50. */
  readonly connectsPerSecond?: number | null;
  /** Most bytes of one connection in a second, both ways together; more wait. Omitted: 16 MiB. */
  readonly bytesPerSecond?: number | null;
  /** Most bytes of one connection, both ways together. Omitted: no limit. */
  readonly maxBytes?: number | null;
  /** How long, ms, no byte may move. Omitted: 600 000, which is 10 minutes. */
  readonly idleTimeout?: number | null;
  /** How long, ms, a client has until it says what it wants. Omitted: 10 000. */
  readonly openTimeout?: number | null;
  /** How long, ms, looking a name up and connecting may take. Omitted: 10 000. */
  readonly connectTimeout?: number | null;
  /** Most bytes of one message of a client, from 1024. Omitted: 64 KiB. */
  readonly maxFrameBytes?: number;
  /** Bytes of a client that the gateway holds for a target that does not read. Omitted: 128 KiB. */
  readonly windowBytes?: number;
  /** Told of each connection: for a log. */
  readonly onEvent?: (event: GatewayEvent) => void;
}

/** With every limit in it. */
export type Settled = Readonly<ReturnType<typeof settledOptions>>;

const SHORTEST_TOKEN = 16;
const KIB = 1024;

/** Throws unless each option is within its limits. */
export function settledOptions(options: GatewayServerOptions) {
  requireOptions(options);
  const { allow = [], allowInternal = [], origins, onEvent, host = "127.0.0.1", port = 0, tls } = options;
  if (onEvent !== undefined) requireCallback(onEvent, "tell of connections");
  const maxFrameBytes = requireCount(options.maxFrameBytes ?? 64 * KIB, "maxFrameBytes", KIB);
  return {
    allow: requireList(allow, "allow"),
    allowInternal: requireList(allowInternal, "allowInternal"),
    token: requireToken(options),
    origins: origins === undefined ? null : new Set(requireList(origins, "origins").map(originOf)),
    host,
    port,
    tls,
    onEvent: onEvent ?? null,
    maxConnections: limit(options.maxConnections, 1000, "maxConnections"),
    maxPerAddress: limit(options.maxPerAddress, 100, "maxPerAddress"),
    connectsPerSecond: limit(options.connectsPerSecond, 50, "connectsPerSecond"),
    bytesPerSecond: limit(options.bytesPerSecond, 16 * KIB * KIB, "bytesPerSecond"),
    maxBytes: limit(options.maxBytes, null, "maxBytes"),
    idleTimeout: limit(options.idleTimeout, 600_000, "idleTimeout"),
    openTimeout: limit(options.openTimeout, 10_000, "openTimeout"),
    connectTimeout: limit(options.connectTimeout, 10_000, "connectTimeout"),
    maxFrameBytes,
    /** One byte of a message says its kind. */
    partBytes: Math.min(PART_BYTES, maxFrameBytes - 1),
    windowBytes: requireWindow(options.windowBytes ?? WINDOW_BYTES),
  };
}

function limit(value: number | null | undefined, otherwise: number | null, name: string): number | null {
  return requireLimit(value === undefined ? otherwise : value, name);
}

function requireWindow(windowBytes: number): number {
  if (requireCount(windowBytes, "windowBytes", 1) <= MOST_WINDOW_BYTES) return windowBytes;
  throw new RangeUsageError(
    `could not use ${windowBytes} as windowBytes because it is above ${MOST_WINDOW_BYTES}; give less`,
  );
}

function requireToken({ token, origins }: GatewayServerOptions): string | null {
  if (token === null && origins === undefined) {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      "could not make a gateway without a token because any page could then use it; give a token, or origins",
    );
  }
  if (token === null || (typeof token === "string" && token.length >= SHORTEST_TOKEN)) return token;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not use that token because it is not a string of ${SHORTEST_TOKEN} characters or more; make one with crypto.randomUUID()`,
  );
}

function requireList(list: readonly string[], name: string): readonly string[] {
  if (Array.isArray(list)) return list;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not use ${describe(list)} as ${name} because it is not an array; give one of strings`,
  );
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "") {
    return url.origin;
  }
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not use ${describe(text)} as an origin because it is no scheme and host; give "https://example.com"`,
  );
}
