// The driver for a runtime of which only timers are known: browsers, edge workers, the rest.

import type { Driver } from "../core/driver.js";

const global = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
  MessageChannel?: typeof MessageChannel;
  navigator?: { readonly userAgent?: string };
};

/**
 * "Run me again soon". setImmediate where there is one; a message where not, except in workerd,
 * where a message behaves like a microtask and would starve I/O; else a timer.
 */
function chooseSoon(): (callback: () => void) => void {
  if (typeof global.setImmediate === "function") {
    const setImmediate = global.setImmediate;
    return (callback) => void setImmediate(callback);
  }
  if (typeof global.MessageChannel === "function" && global.navigator?.userAgent !== "Cloudflare-Workers") {
    // Made at the first use: a script may not open channels while it is loaded in every runtime.
    let port: MessagePort | undefined;
    const waiting: (() => void)[] = [];
    return (callback) => {
      waiting.push(callback);
      if (port === undefined) {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => waiting.shift()?.();
        port = channel.port2;
      }
      port.postMessage(null);
    };
  }
  return (callback) => void setTimeout(callback, 0);
}

let soon: ((callback: () => void) => void) | undefined;

export const driver: Driver = {
  runtime: "generic",
  capabilities: new Set(typeof globalThis.fetch === "function" ? ["fetch"] : []),
  now: () => performance.now(),
  soon(callback) {
    soon ??= chooseSoon();
    soon(callback);
  },
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), 0x7fffffff));
    return () => clearTimeout(timer);
  },
  whenExhausted: () => () => {},
};
