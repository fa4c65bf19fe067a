// Owns how a greenlet waits for a call of the host: an operation of TypeScript that runs on the greenlet's
// row. The host wakes the row, the greenlet asks the host to go on, until it is over. It must not know what
// is called.

import { Outcome } from "../core/abi";
import { CallState, Status } from "./abi";
import * as host from "./imports";
import { givenBytes, givenLength } from "./socket-imports";
import { park, runningRow } from "./switch";
import { current, Task } from "./task";

/** Sees a call through that has begun with `state`; answers what it comes to. @switches while it waits */
export function complete(state: i32): Status {
  while (state < 0) {
    store<bool>(current, true, offsetof<Task>("isInHostCall"));
    const status = park(state == CallState.Waits ? Outcome.Parked : Outcome.Ready);
    store<bool>(current, false, offsetof<Task>("isInHostCall"));
    if (status > Status.TimedOut) {
      host.dropCall(runningRow());
      return status;
    }
    state = host.resumeCall(runningRow(), status);
  }
  return state;
}

/** Takes bytes that a call has given. @allocates */
export function takeBytes(): Uint8Array {
  const bytes = new Uint8Array(givenLength());
  givenBytes(bytes.dataStart);
  return bytes;
}
