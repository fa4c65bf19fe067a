// Owns how the parts of a gateway say that a connection is not to be, or not any more.

import type { GatewayReason } from "./errors.js";

/** It never leaves the gateway: the client is told its reason. */
export class Refusal extends Error {
  readonly reason: GatewayReason;
  readonly detail: string;

  constructor(reason: GatewayReason, detail = "") {
    super(`refused: ${reason}`);
    this.reason = reason;
    this.detail = detail;
  }
}
