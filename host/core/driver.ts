// Owns the contract between the hub and a runtime. A driver is one file in host/drivers; it knows
// its runtime and nothing of greenlets.

import type { ByteSource } from "./byte-stream.js";
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
  | "process"
  | "signal"
  | "threads"
  | (string & Record<never, never>);

/** What code sees of AsyncLocalStorage, or the runtime's like of it. */
export interface Context {
  /** Runs `body` in it. What the body changes of it stays for the next time, and away from the caller. */
  enter<A extends unknown[], T>(body: (...args: A) => T, ...args: A): T;
}

/** What a handle of the runtime tells the stream that reads and writes it: see ByteStream. */
export interface ByteEvents {
  received(chunk: Uint8Array): void;
  ended(): void;
  drained(): void;
  failed(error: Error): void;
  closed(): void;
}

/** A handle of the runtime that bytes go through. */
export interface ByteHandle extends ByteSource {
  /** Begins to read, and to tell. Called once. */
  start(events: ByteEvents): void;
}

/** Where a process's standard stream leads. */
export type Stdio = "pipe" | "inherit" | "ignore";

/** What starting a process takes. */
export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly stdio: readonly [Stdio, Stdio, Stdio];
}

/** What a process tells. One of the two, once. */
export interface ProcessEvents {
  /** It could not be started. */
  failed(error: Error): void;
  /** It has ended and was waited for; `signal` is what ended it, if one did. */
  exited(code: number | null, signal: string | null): void;
}

/** A process that was asked for. */
export interface ProcessHandle {
  /** undefined: it could not be started, and `failed` is about to say why. */
  readonly pid: number | undefined;
  /** Ends of the pipes that were asked for. */
  readonly pipes: readonly [ByteHandle | null, ByteHandle | null, ByteHandle | null];
  /** False: it has ended. */
  kill(signal: string): boolean;
}

/** Capability "process". */
export interface ProcessDriver {
  start(request: ProcessRequest, events: ProcessEvents): ProcessHandle;
}

/** Capability "signal". */
export interface SignalDriver {
  /** Names and numbers of those that the system has. */
  readonly numbers: Readonly<Record<string, number>>;
  /**
   * Calls back for each such signal, in place of what the runtime does with it. `isRef`: keeps the
   * process alive meanwhile. Returns what takes it back.
   */
  listen(name: string, callback: () => void, isRef: boolean): () => void;
}

/** What a thread is given to do: an export of a module to call. */
export interface ThreadRequest {
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What a thread tells. */
export interface ThreadEvents {
  /** The call has ended: its result, or what it threw. */
  answered(answer: { readonly value: unknown } | { readonly error: unknown }): void;
  /** The thread has ended, whoever did it; nothing is told after. */
  exited(code: number, error: unknown): void;
}

/** A thread. It makes one call at a time. */
export interface ThreadHandle {
  /** Throws if an argument cannot be copied. What is in `transfer` is moved. */
  call(request: ThreadRequest, transfer: readonly Transferable[]): void;
  /** Ends it, in the middle of whatever it does. */
  end(): void;
  /** Whether it keeps the process alive. */
  hold(isHeld: boolean): void;
}

/** Capability "threads". */
export interface ThreadDriver {
  start(events: ThreadEvents): ThreadHandle;
}

/** What not every runtime has; the key is the capability. */
export interface DriverParts {
  readonly process?: ProcessDriver;
  readonly signal?: SignalDriver;
  readonly threads?: ThreadDriver;
}

/** A runtime, as the hub needs it. One driver serves any number of hubs. */
export interface Driver extends DriverParts {
  /** The runtime's name, for error texts: "node", "generic". */
  readonly runtime: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** Longest turn in ms that suits the runtime, where the hub's options say nothing. Omitted: 5. */
  readonly turnMs?: number | undefined;
  /** Most steps of a turn, where the clock may stand still during one. Omitted: as many as the time allows. */
  readonly turnSteps?: number | undefined;
  /** Most connections that a hub should have at a time, fetches among them. Omitted: any number. */
  readonly connectionLimit?: number | undefined;
  /** Whether timers and sockets belong to the request in which they are begun, so that none may use another's hub. */
  readonly isPerRequest?: boolean | undefined;
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
  /** Streams and datagrams (capabilities "tcp.connect", "tcp.listen", "unix", "udp"). */
  readonly net?: NetDriver | undefined;
  /** The context that is current, where there is such a thing (capability "context"). */
  captureContext?(): Context;
}

/** What an entry file or a test hands to the hub. */
export type DriverFactory = () => Driver;
