// Owns what the drivers of browsers, edge workers and unknown runtimes have in common: timers, and a
// clock. How a turn comes soon is an argument, given by the file of each.

import type { Capability, Driver } from "../core/driver.js";

/** setTimeout takes a signed 32-bit delay; a later deadline is armed again when this one passes. */
const LONGEST_TIMER_MS = 0x7fffffff;

export interface WebDriverOptions {
  readonly runtime: string;
  readonly soon: (callback: () => void) => void;
  readonly turnMs?: number | undefined;
  /** What else the runtime has or asks for, beside capabilities that come with it. */
  readonly more?: Partial<Driver>;
  readonly capabilities?: readonly Capability[];
}

/** "Run me again soon", decided at its first call: a script may not do everything while it is loaded. */
export function soonBy(choose: () => (callback: () => void) => void): (callback: () => void) => void {
  let soon: ((callback: () => void) => void) | undefined;
  return (callback) => {
    soon ??= choose();
    soon(callback);
  };
}

/** By setImmediate, if there is one. */
export function immediates(): ((callback: () => void) => void) | null {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return typeof setImmediate === "function" ? (callback) => void setImmediate(callback) : null;
}

/** By a message to oneself, if there are such. */
export function messages(): ((callback: () => void) => void) | null {
  if (typeof globalThis.MessageChannel !== "function") return null;
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}

/** By a timer. */
export function timers(): (callback: () => void) => void {
  return (callback) => void setTimeout(callback, 0);
}

export function webDriver({ runtime, soon, turnMs, more, capabilities = [] }: WebDriverOptions): Driver {
  const fetching: Capability[] = typeof globalThis.fetch === "function" ? ["fetch"] : [];
  return {
    runtime,
    capabilities: new Set([...fetching, ...capabilities]),
    turnMs,
    now: () => performance.now(),
    soon,
    after(delayMs, callback) {
      const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
    whenExhausted: () => () => {},
    ...more,
  };
}
