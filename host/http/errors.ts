// Owns the errors of HTTP and WebSockets. Codes are in host/core/errors.ts, one table for all.

import { type ErrorCode, WeventError } from "../core/errors.js";
import type { Greenlet } from "../core/greenlet.js";

/** A package that the call needs is not installed: servers are built on packages that wevent does not bring. */
export class PackageMissing extends WeventError {
  static readonly label = "PackageMissing";
  readonly code = "WEV_ERR_PACKAGE_MISSING" satisfies ErrorCode;
  /** What is to be installed. */
  readonly packageName: string;
  constructor(action: string, packageName: string, version: string, cause: unknown) {
    super(
      `could not ${action} because the package ${packageName} is not installed; run "npm install ${packageName}@${version}"`,
      { cause },
    );
    this.packageName = packageName;
  }
}

/**
 * What a handler's greenlet is ended with when its client has gone before the response was made, and
 * the greenlet of `streamOf` when nobody will read more. It is not reported: clients come and go.
 */
export class ClientDisconnected extends WeventError {
  static readonly label = "ClientDisconnected";
  readonly code = "WEV_ERR_HTTP_DISCONNECTED" satisfies ErrorCode;
  constructor(cause?: unknown) {
    super(
      "could not go on with the response because its reader has gone; clean up and let the error pass",
      cause === undefined ? undefined : { cause },
    );
  }
}

/** Ends it so, unless it has ended. */
export function disconnect(greenlet: Greenlet, cause?: unknown): void {
  if (greenlet.dead) return;
  greenlet.throw(new ClientDisconnected(cause));
  // One that had not begun has ended by now, and would be reported before its links are called.
  ignoreDisconnect(greenlet);
}

/** Whether that is what it ended with, which then counts as read: it is reported to nobody. */
export function ignoreDisconnect(greenlet: Greenlet): boolean {
  const ended = greenlet._ended;
  if (ended === null || !("error" in ended && ended.error instanceof ClientDisconnected)) return false;
  void greenlet.error;
  return true;
}

/** A WebSocket is closed: there is nothing more to receive, and nobody to send to. */
export class WebSocketClosed extends WeventError {
  static readonly label = "WebSocketClosed";
  readonly code = "WEV_ERR_WEBSOCKET_CLOSED" satisfies ErrorCode;
  /** Why: 1000 as agreed, 1001 an end goes away, 1006 without a word (RFC 6455, section 7.4.1). */
  readonly closeCode: number;
  /** What the one who closed said. */
  readonly reason: string;
  constructor(action: string, closeCode: number, reason: string) {
    const said = reason === "" ? "" : ` (${reason})`;
    super(`could not ${action} because the WebSocket is closed with ${closeCode}${said}; connect anew`);
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

/** A WebSocket could not be opened: refused, no such host, or no WebSocket server there. */
export class WebSocketFailed extends WeventError {
  static readonly label = "WebSocketFailed";
  readonly code = "WEV_ERR_WEBSOCKET_FAILED" satisfies ErrorCode;
  /** Where to. */
  readonly url: string;
  constructor(url: string, cause: unknown) {
    const why = cause instanceof Error && cause.message !== "" ? cause.message : "the connection failed";
    super(`could not open a WebSocket to ${url} because ${why}; check the address and try again`, { cause });
    this.url = url;
  }
}
