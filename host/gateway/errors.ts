// Owns what goes wrong with a gateway itself, and not with what it leads to: why, and what to do about it.

import type { ErrorCode } from "../core/errors.js";
import { SocketError } from "../core/net-errors.js";

type Row = readonly [code: ErrorCode, because: string, advice: string];

const DENIED = "WEV_ERR_GATEWAY_DENIED";
const LIMIT = "WEV_ERR_GATEWAY_LIMIT";

/** By reason, as the gateway says it. */
const REASONS = {
  target: [DENIED, "does not allow it", "have the gateway allow just this host and port"],
  token: [DENIED, "wants another token", "give the token that the gateway was started with"],
  origin: [DENIED, "does not serve pages of this origin", "have the gateway list the origin"],
  connections: [LIMIT, "has as many connections as it takes", "close some, or try again later"],
  rate: [LIMIT, "takes no more new connections for now", "connect less often, or try again later"],
  bytes: [LIMIT, "carries no more bytes over one connection", "connect anew, or have it carry more"],
  idle: [LIMIT, "saw nothing move for too long", "connect anew, and send something in time"],
  late: [LIMIT, "was not told in time what to connect to", "try again"],
  protocol: [
    "WEV_ERR_GATEWAY_PROTOCOL",
    "or this end said what the other does not understand",
    "use the same version of wevent at both ends",
  ],
  lost: [
    "WEV_ERR_GATEWAY_LOST",
    "cannot be reached, or broke the connection",
    "check its address, and that it runs",
  ],
} as const satisfies Record<string, Row>;

/** Why a gateway, or its client, ends a connection. */
export type GatewayReason = keyof typeof REASONS;

export function isReason(value: unknown): value is GatewayReason {
  return typeof value === "string" && Object.hasOwn(REASONS, value);
}

/**
 * A gateway refused a connection, ended it, or is not there. What the target does is a SocketError as on any
 * other network.
 *
 * @since 0.1
 */
export class GatewayError extends SocketError {
  static override readonly label: string = "GatewayError";
  /** "target", "token", "origin": refused; "connections", "rate", "bytes", "idle", "late": a limit; "protocol"; "lost". */
  readonly reason: GatewayReason;

  constructor(what: string, reason: GatewayReason, detail = "", cause?: unknown) {
    const [code, because, advice] = REASONS[reason];
    const more = detail === "" ? "" : ` (${detail})`;
    super(code, `could not ${what} because the gateway ${because}${more}; ${advice}`, null, cause);
    this.reason = reason;
  }
}
