// Owns giving way, the most frequent operation of all: it has a cursor of its own that looks
// neither for its operation nor at what resumed it. bench/cases/switch.js measures it.

import { current } from "./current.js";
import { busy, DONE, GAVE_WAY, letGo, notInGreenlet, Operation, type Step } from "./operation.js";

class GiveWay extends Operation<void> {
  get label(): string {
    return "sleep(0)";
  }

  start(): Step<void> {
    return GAVE_WAY;
  }

  resume(): Step<void> {
    return DONE;
  }

  override [Symbol.iterator](): Iterator<unknown, void, unknown> {
    return cursor;
  }
}

const cursor: Iterator<unknown, void, unknown> = {
  next() {
    const task = current;
    if (task === null) throw notInGreenlet("sleep(0)");
    if (task._isParked) {
      // Parked in an operation that is not this one, which sets none.
      if (task._op !== null) throw busy("sleep(0)", task._op.label);
      task._isParked = false;
      return DONE;
    }
    task._isParked = true;
    // An operation that threw has left itself there.
    task._op = null;
    return GAVE_WAY;
  },
  throw(error) {
    letGo(error);
    throw error;
  },
  return(value) {
    letGo(undefined);
    return { done: true, value: value as undefined };
  },
};

/** Goes to the back of the run queue. One for all: an operation has no state of one call. */
export const GIVE_WAY: Operation<void> = /* @__PURE__ */ new GiveWay();
