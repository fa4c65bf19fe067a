// Owns the options of a server: their defaults, and how the base package takes them.

import { requireCallback } from "../core/check.js";
import { RangeUsageError } from "../core/errors.js";
import { requireCount, requireLimit } from "./check.js";
import type { HandlerOptions } from "./handler.js";
import type { WebSocketHandler } from "./websocket-server.js";

/** A certificate and its key: PEM texts, or paths of PEM files. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
}

/**
 * Where to listen and what to bear. Limits are there so that slow and hostile clients cannot hold more
 * than their share; null takes one away. Those of headers, times and connections are node:http's, and
 * elsewhere the runtime's own.
 */
export interface ServeOptions extends HandlerOptions {
  /** Address to listen at. Omitted: "127.0.0.1", so that nobody serves the world by accident; "::" does. */
  readonly host?: string;
  /** 0 or omitted: any that is free; `server.port` says which. */
  readonly port?: number;
  /** Omitted: no TLS. With TLS the server speaks HTTP/1.1. */
  readonly tls?: TlsOptions;
  /** Handles WebSockets, a greenlet for each. Omitted: an upgrade is a request as any other. */
  readonly websocket?: WebSocketHandler;
  /**
   * Whether a request may become a WebSocket. Omitted: if it has no Origin, or its Origin's host is the
   * one it asks; a page of another site could act in the name of its visitor.
   */
  readonly allowUpgrade?: (request: Request) => boolean;
  /** Most bytes of a request's line and headers; more are answered with 431. Omitted: 16 KiB. */
  readonly maxHeaderBytes?: number;
  /**
   * Most bytes of a request's body that are read: reading on throws an error with the code
   * ERR_BODY_TOO_LARGE, and a handler that lets it pass is answered with 413. Omitted: 16 MiB.
   */
  readonly maxBodyBytes?: number | null;
  /** Longest time, ms, for a request's headers to come, then 408; and for a TLS handshake. Omitted: 10 000. */
  readonly headerTimeout?: number | null;
  /** Longest time, ms, for a whole request to come; then 408. Not below `headerTimeout`. Omitted: 300 000. */
  readonly requestTimeout?: number | null;
  /** How long, ms, a connection may be idle between requests. Omitted: 5 000. */
  readonly keepAliveTimeout?: number | null;
  /** Most connections; more are closed as they come. Omitted: 10 000. */
  readonly maxConnections?: number | null;
  /** Most bytes of one WebSocket message; more close it with 1009. Omitted: 1 MiB. */
  readonly maxMessageBytes?: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** How often node:http looks for connections whose time has passed: no more often than it must. */
const LONGEST_CHECK_MS = 5_000;

export interface BaseOptions {
  /** For srvx's `serve`. */
  readonly base: Record<string, unknown>;
  readonly maxConnections: number | null;
  readonly maxMessageBytes: number;
}

export function baseOptions(options: ServeOptions): BaseOptions {
  const { websocket, allowUpgrade } = options;
  if (websocket !== undefined) requireCallback(websocket, "handle WebSockets with");
  if (allowUpgrade !== undefined) requireCallback(allowUpgrade, "ask about upgrades");
  const port = requireCount(options.port ?? 0, "port", 0);
  if (port > 65_535) throw new RangeUsageError(`could not use ${port} as port because it is above 65535`);
  const maxBodyBytes = requireLimit(orDefault(options.maxBodyBytes, 16 * MIB), "maxBodyBytes");
  return {
    base: {
      hostname: options.host ?? "127.0.0.1",
      port,
      tls: options.tls,
      ...(maxBodyBytes === null ? {} : { maxRequestBodySize: maxBodyBytes }),
      node: nodeOptions(options),
      manual: true,
      silent: true,
      // Signals are the program's: a server that takes them would end it, or keep it from ending.
      gracefulShutdown: false,
    },
    maxConnections: requireLimit(orDefault(options.maxConnections, 10_000), "maxConnections"),
    maxMessageBytes: requireCount(options.maxMessageBytes ?? MIB, "maxMessageBytes", 1),
  };
}

function nodeOptions(options: ServeOptions): Record<string, unknown> {
  const headersTimeout = requireLimit(orDefault(options.headerTimeout, 10_000), "headerTimeout");
  const requestTimeout = requireLimit(orDefault(options.requestTimeout, 300_000), "requestTimeout");
  const keepAliveTimeout = requireLimit(orDefault(options.keepAliveTimeout, 5_000), "keepAliveTimeout");
  if (requestTimeout !== null && (headersTimeout ?? 0) > requestTimeout) {
    throw new RangeUsageError(
      `could not use ${requestTimeout} as requestTimeout because headerTimeout is longer; lower headerTimeout too`,
    );
  }
  return {
    http2: false,
    maxHeaderSize: requireCount(options.maxHeaderBytes ?? 16 * KIB, "maxHeaderBytes", 1),
    // node:http says 0 for no limit.
    headersTimeout: headersTimeout ?? 0,
    // There 0 is its own default, of two minutes.
    handshakeTimeout: headersTimeout ?? 0,
    requestTimeout: requestTimeout ?? 0,
    keepAliveTimeout: keepAliveTimeout ?? 0,
    connectionsCheckingInterval: Math.min(
      headersTimeout ?? LONGEST_CHECK_MS,
      requestTimeout ?? LONGEST_CHECK_MS,
      LONGEST_CHECK_MS,
    ),
  };
}

function orDefault(value: number | null | undefined, otherwise: number): number | null {
  return value === undefined ? otherwise : value;
}
