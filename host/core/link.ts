// Owns a host callback's place in the core: in some row's line of waiters, in the run queue, or
// among the timers. It is called once, or cancelled, and then has no row.

import type { Reason } from "../../assembly/core/abi.js";
import { UsageError } from "./errors.js";
import { asFrame } from "./frame.js";
import type { Hub } from "./hub.js";

export class Link {
  readonly hub: Hub;
  /** Called in the hub, where nothing may block. Its errors go to the hub's error handlers. */
  readonly fire: (reason: Reason, link: Link) => void;
  /** What an error report names beside the error. */
  readonly context: unknown;
  _row = 0;
  _serial = 0;

  constructor(hub: Hub, fire: (reason: Reason, link: Link) => void, context: unknown = null) {
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

/** Runs a user's callback in the hub. A generator function would do nothing there: that is an error. */
export function callBack<A>(callback: (argument: A) => unknown, argument: A): void {
  if (asFrame(callback(argument)) === null) return;
  throw new UsageError(
    "WEV_ERR_CALLBACK_BLOCKS",
    "could not run a generator function as a rawlink callback because callbacks of the hub may not block; use link, or spawn in it",
  );
}
