// The driver for Node. Uses only globals, so that a bundle for another runtime can hold it.

import type { Driver } from "../core/driver.js";

/** setTimeout takes a signed 32-bit delay; a later deadline is armed again when this one passes. */
const LONGEST_TIMER_MS = 0x7fffffff;

export const driver: Driver = {
  runtime: "node",
  capabilities: new Set(["fetch", "exhaustion"]),
  now: () => performance.now(),
  soon: (callback) => void setImmediate(callback),
  after(delayMs, callback, isRef) {
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), LONGEST_TIMER_MS));
    if (!isRef) timer.unref();
    return () => clearTimeout(timer);
  },
  whenExhausted(callback) {
    process.once("beforeExit", callback);
    return () => void process.removeListener("beforeExit", callback);
  },
};
