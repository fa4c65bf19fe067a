// Owns a host callback's place in the core: in some row's line of waiters, in the run queue, or
// among the timers. It is called once, or cancelled, and then has no row.

import type { Reason } from "../../assembly/core/abi.js";
import type { Hub } from "./hub.js";

export class Link {
  readonly hub: Hub;
  /** Called in the hub, where nothing may block. Its errors go to the hub's error handlers. */
  readonly fire: (reason: Reason) => void;
  /** What an error report names beside the error. */
  readonly context: unknown;
  _row = 0;
  _serial = 0;

  constructor(hub: Hub, fire: (reason: Reason) => void, context: unknown = null) {
    this.hub = hub;
    this.fire = fire;
    this.context = context;
  }

  get isWaiting(): boolean {
    return this._row !== 0;
  }

  cancel(): void {
    if (this._row !== 0) this.hub.cancelLink(this);
  }
}
