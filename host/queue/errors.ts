// Owns what a queue throws when it has nothing to give, no room, or has been shut down.

import { type ErrorCode, WeventError } from "../core/errors.js";

/**
 * There is nothing to get, and the call does not wait or has waited for long enough.
 *
 * @source gevent.queue.Empty
 * @since 0.1
 */
export class Empty extends WeventError {
  static readonly label = "Empty";
  readonly code = "WEV_ERR_QUEUE_EMPTY" satisfies ErrorCode;
  constructor(call: string) {
    super(`could not ${call} because it is empty; wait for an item, or for longer`);
  }
}

/**
 * There is no room to put into, and the call does not wait or has waited for long enough.
 *
 * @source gevent.queue.Full
 * @since 0.1
 */
export class Full extends WeventError {
  static readonly label = "Full";
  readonly code = "WEV_ERR_QUEUE_FULL" satisfies ErrorCode;
  constructor(call: string) {
    super(`could not ${call} because it is full; wait for room, or for longer`);
  }
}

/**
 * The queue was shut down: it takes nothing more, and what it held is gone.
 *
 * @source gevent.queue.ShutDown
 * @since 0.1
 */
export class ShutDown extends WeventError {
  static readonly label = "ShutDown";
  readonly code = "WEV_ERR_QUEUE_SHUT_DOWN" satisfies ErrorCode;
  constructor(call: string) {
    super(`could not ${call} because it was shut down; stop using it`);
  }
}
