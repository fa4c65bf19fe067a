// Owns signals on Node.

import type { SignalDriver } from "../core/driver.js";
import { builtin } from "./node-builtin.js";

const os = builtin<typeof import("node:os")>("node:os");

/** As rarely as a timer can fire: it is there to keep the process alive, and for nothing else. */
const RARELY_MS = 0x7fffffff;

export const nodeSignals: SignalDriver = {
  get numbers() {
    return os().constants.signals;
  },
  listen(name, callback, isRef) {
    process.on(name as NodeJS.Signals, callback);
    // Node's own handle for a signal does not keep the process alive, and cannot be told to.
    const hold = isRef ? setInterval(() => {}, RARELY_MS) : undefined;
    return () => {
      process.removeListener(name, callback);
      clearInterval(hold);
    };
  },
};
