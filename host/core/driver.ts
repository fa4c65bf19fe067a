// Owns the contract between the hub and a runtime. A driver is one file in host/drivers; it knows
// its runtime and nothing of greenlets.

import type { NetDriver } from "./net.js";

/** What a runtime can do beside timers; `hub.can(name)`. */
export type Capability =
  | "tcp.connect"
  | "tcp.listen"
  | "unix"
  | "tls"
  | "udp"
  | "fetch"
  | "exhaustion"
  | "context"
  | (string & Record<never, never>);

/** What code sees of AsyncLocalStorage, or the runtime's like of it. */
export interface Context {
  /** Runs `body` in it. What the body changes of it stays for the next time, and away from the caller. */
  enter<A extends unknown[], T>(body: (...args: A) => T, ...args: A): T;
}

/** A runtime, as the hub needs it. One driver serves any number of hubs. */
export interface Driver {
  /** The runtime's name, for error texts: "node", "generic". */
  readonly runtime: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** Monotonic time in ms, fractions allowed. Never below 0. */
  now(): number;
  /**
   * Calls back once, after the runtime has run its pending microtasks and given its timers and I/O
   * a turn. Must never be a microtask.
   */
  soon(callback: () => void): void;
  /**
   * Calls back once, not before `delayMs` (more than 0) have passed. With `isRef` false the timer
   * does not keep the process alive. Returns what takes it back.
   */
  after(delayMs: number, callback: () => void, isRef: boolean): () => void;
  /**
   * Calls back when the runtime has run out of work, once for each call, where it can tell
   * (capability "exhaustion"); elsewhere never. Returns what takes it back.
   */
  whenExhausted(callback: () => void): () => void;
  /** Streams (capabilities "tcp.connect", "tcp.listen", "unix"). */
  readonly net?: NetDriver | undefined;
  /** The context that is current, where there is such a thing (capability "context"). */
  captureContext?(): Context;
}

/** What an entry file or a test hands to the hub. */
export type DriverFactory = () => Driver;
