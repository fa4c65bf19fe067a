// Owns every error class and its code. `errorTable` is what docs/errors.md is made from; a code is
// never reused. Texts follow one formula: could not + action + value + because + what to do.

/** All codes, with the class that carries each and when it is thrown. */
export const errorTable = {
  WEV_ERR_NOT_IN_GREENLET: ["UsageError", "a blocking call was iterated where no greenlet runs"],
  WEV_ERR_YIELD: ["YieldError", "a greenlet gave a value to yield; operations need yield*"],
  WEV_ERR_BODY: ["UsageError", "what should run as a greenlet is not a function, or not a usable one"],
  WEV_ERR_ARGUMENT: ["UsageError", "an argument has the wrong type"],
  WEV_ERR_RANGE: ["RangeUsageError", "a number is outside its range"],
  WEV_ERR_CALLBACK_BLOCKS: ["UsageError", "a rawlink callback is a generator function: it may not block"],
  WEV_ERR_FOREIGN_HUB: ["UsageError", "an object of one hub was waited for in another"],
  WEV_ERR_HUB_DESTROYED: ["HubDestroyed", "the hub was destroyed"],
  WEV_ERR_EXHAUSTED: ["ExhaustedError", "the scheduler's memory limit is reached"],
  WEV_ERR_LOOP_EXIT: ["LoopExit", "main waits and nothing can wake it"],
  WEV_ERR_KILL_VALUE: ["KillValueError", "a greenlet was killed with something that is not an error"],
  WEV_ERR_UNSUPPORTED: ["UnsupportedError", "this runtime lacks a capability"],
  WEV_ERR_WASM_REFUSED: [
    "WasmRefused",
    "a page's policy, or the runtime, does not let core.wasm be compiled",
  ],
  WEV_ERR_TIMEOUT: ["Timeout", "a timeout passed"],
  WEV_ERR_GREENLET_EXIT: ["GreenletExit", "a greenlet was killed"],
  WEV_ERR_OPERATION_BUSY: [
    "UsageError",
    "a blocking call began while another of the same greenlet was going on",
  ],
  WEV_ERR_GUEST_TRAP: ["GuestTrap", "a guest greenlet trapped"],
  WEV_ERR_GUEST_STACK_TOO_DEEP: ["StackTooDeep", "a guest greenlet parked deeper than its stack limit"],
  WEV_ERR_GUEST_NOT_INSTRUMENTED: ["NotInstrumented", "a guest module was built without Asyncify"],
  WEV_ERR_GUEST_REENTRY: ["ReentryError", "a guest parked with a host frame between its own frames"],
  WEV_ERR_GUEST_MISSING_EXPORT: ["UsageError", "a guest has no function of that name"],
  WEV_ERR_GUEST_CORRUPT: ["GuestCorrupt", "a guest's switching buffer was overrun: the instance is unusable"],
  WEV_ERR_COMPILER_MISSING: ["CompilerMissing", "the assemblyscript package is not installed"],
  WEV_ERR_COMPILE: ["CompileError", "a guest program did not compile"],
  WEV_ERR_QUEUE_EMPTY: ["Empty", "a queue has nothing to get, and the call does not wait (any longer)"],
  WEV_ERR_QUEUE_FULL: ["Full", "a queue has no room to put into, and the call does not wait (any longer)"],
  WEV_ERR_QUEUE_SHUT_DOWN: ["ShutDown", "a queue was shut down"],
  WEV_ERR_HANDLE: ["UsageError", "a handle does not name a shared object of that kind in this hub"],
  WEV_ERR_POOL_FULL: ["PoolFull", "a pool has no free place"],
  WEV_ERR_LOCK: ["LockError", "a lock was released, or used, by one that does not hold it"],
  WEV_ERR_BARRIER_BROKEN: ["BrokenBarrierError", "a barrier was broken while one waited there"],
  WEV_ERR_SOCKET_REFUSED: ["SocketError", "nobody listens where a socket was to connect to"],
  WEV_ERR_SOCKET_RESET: ["SocketError", "the other end broke the connection, or reads no more"],
  WEV_ERR_SOCKET_UNREACHABLE: ["SocketError", "a host did not answer, or there is no way to it"],
  WEV_ERR_SOCKET_NAME: ["SocketError", "a host's name has no address"],
  WEV_ERR_SOCKET_ADDRESS: ["SocketError", "a socket cannot listen there, or not send there"],
  WEV_ERR_SOCKET_LIMIT: ["SocketError", "no file descriptor is free"],
  WEV_ERR_SOCKET_TOO_LARGE: ["SocketError", "a datagram is larger than the system sends in one piece"],
  WEV_ERR_SOCKET_TLS: ["SocketError", "TLS was not agreed on, or a certificate is not trusted"],
  WEV_ERR_SOCKET_FAILED: ["SocketError", "a socket failed in another way; `cause` says how"],
  WEV_ERR_GATEWAY_DENIED: ["GatewayError", "a gateway allows no such target, token or origin"],
  WEV_ERR_GATEWAY_LIMIT: ["GatewayError", "a limit of a gateway is reached; `reason` says which"],
  WEV_ERR_GATEWAY_PROTOCOL: ["GatewayError", "a gateway and its client do not understand each other"],
  WEV_ERR_GATEWAY_LOST: ["GatewayError", "a gateway cannot be reached, or broke a connection"],
  WEV_ERR_SOCKET_CLOSED: ["ClosedError", "a socket, pipe or listener was closed"],
  WEV_ERR_STREAM_ENDED: [
    "StreamEndedError",
    "the other side ended before as many bytes came as were asked for",
  ],
  WEV_ERR_LINE_TOO_LONG: ["LineTooLongError", "no line ends within as many bytes as are allowed"],
  WEV_ERR_PACKAGE_MISSING: ["PackageMissing", "an optional package that the call needs is not installed"],
  WEV_ERR_HTTP_DISCONNECTED: ["ClientDisconnected", "the reader of a response has gone before its end"],
  WEV_ERR_HTTP_RESPONSE: ["UsageError", "the handler of a request gave something that is not a Response"],
  WEV_ERR_WEBSOCKET_CLOSED: ["WebSocketClosed", "a WebSocket was used that is closed"],
  WEV_ERR_WEBSOCKET_FAILED: ["WebSocketFailed", "a WebSocket could not be opened"],
  WEV_ERR_PROCESS_TIMEOUT: ["TimeoutExpired", "a process took longer than was allowed"],
  WEV_ERR_PROCESS_FAILED: ["CalledProcessError", "a process ended with a code other than 0"],
  WEV_ERR_THREAD_ENDED: ["ThreadEndedError", "a thread ended before its call did"],
  WEV_ERR_FAILED_TO_SWITCH: ["FailedToSwitch", "the body of assertSwitches held the thread"],
} as const;

/** A stable code; its row in docs/errors.md says what to do. */
export type ErrorCode = keyof typeof errorTable;

/** What this package's errors are, but for those that are a TypeError or a RangeError. All have a `code`. */
export abstract class WeventError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    setName(this, errorName(this));
  }
}

/** Gives an error its class's own name, also after a minifier has renamed the class. */
export function setName(error: Error, name: string): void {
  Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
}

function errorName(error: WeventError): string {
  return (error.constructor as { readonly label?: string }).label ?? "Error";
}

/** The call cannot be made this way; the text says which way it can. A `TypeError` by `instanceof`. */
export class UsageError extends TypeError {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    setName(this, "UsageError");
  }
}

/** A number outside its range. A `RangeError` by name and by `instanceof`. */
export class RangeUsageError extends RangeError {
  readonly code = "WEV_ERR_RANGE" satisfies ErrorCode;
}

/** A greenlet used `yield` where only `yield*` can work. A `TypeError` by `instanceof`. */
export class YieldError extends TypeError {
  readonly code = "WEV_ERR_YIELD" satisfies ErrorCode;
}

/** The scheduler's memory limit is reached. Nothing was changed. */
export class ExhaustedError extends WeventError {
  static readonly label = "ExhaustedError";
  readonly code = "WEV_ERR_EXHAUSTED" satisfies ErrorCode;
}

/** The hub was destroyed: nothing can be spawned or waited for in it. */
export class HubDestroyed extends WeventError {
  static readonly label = "HubDestroyed";
  readonly code = "WEV_ERR_HUB_DESTROYED" satisfies ErrorCode;
}

/** What a greenlet failed with when it was killed with something that is not an error. */
export class KillValueError extends WeventError {
  static readonly label = "KillValueError";
  readonly code = "WEV_ERR_KILL_VALUE" satisfies ErrorCode;
  /** What was given. */
  readonly value: unknown;
  constructor(value: unknown) {
    super(`could not kill with ${describe(value)} because it is not an error; give an Error, or nothing`);
    this.value = value;
  }
}

/** This runtime cannot do what was asked. */
export class UnsupportedError extends WeventError {
  static readonly label = "UnsupportedError";
  readonly code = "WEV_ERR_UNSUPPORTED" satisfies ErrorCode;
  /** What is missing, as `hub.can` names it. */
  readonly capability: string;
  /** Where the program runs. */
  readonly runtime: string;
  constructor(capability: string, runtime: string) {
    super(
      `could not use ${capability} because ${runtime} does not have it; ask hub.can("${capability}") before`,
    );
    this.capability = capability;
    this.runtime = runtime;
  }
}

/** The scheduler could not be compiled; `cause` is what the runtime says of it. */
export class WasmRefused extends WeventError {
  static readonly label = "WasmRefused";
  readonly code = "WEV_ERR_WASM_REFUSED" satisfies ErrorCode;
  constructor(cause: Error) {
    super(
      "could not make a hub because WebAssembly may not be compiled here; allow it: a page by 'wasm-unsafe-eval' in script-src of its Content-Security-Policy",
      { cause },
    );
  }
}

/** A lock was used as by its holder, by one that is not. Nothing was changed. */
export class LockError extends WeventError {
  static readonly label = "LockError";
  readonly code = "WEV_ERR_LOCK" satisfies ErrorCode;
  /** Name of the greenlet that holds it; null: nobody does. */
  readonly heldBy: string | null;
  constructor(action: string, heldBy: string | null) {
    const holder = heldBy === null ? "nobody holds it" : `${heldBy} holds it`;
    super(`could not ${action} because ${holder}; acquire it before, in the same greenlet`);
    this.heldBy = heldBy;
  }
}

/** A barrier was broken: one who waited there ran out of time, its action failed, or it was aborted or reset. */
export class BrokenBarrierError extends WeventError {
  static readonly label = "BrokenBarrierError";
  readonly code = "WEV_ERR_BARRIER_BROKEN" satisfies ErrorCode;
  constructor(parties: number) {
    super(`could not wait at the barrier of ${parties} because it is broken; reset it`);
  }
}

/** A pool has no free place, and the caller would not wait, or not longer. Nothing was changed. */
export class PoolFull extends WeventError {
  static readonly label = "PoolFull";
  readonly code = "WEV_ERR_POOL_FULL" satisfies ErrorCode;
  /** The pool's size. */
  readonly limit: number;
  constructor(limit: number) {
    super(
      `could not add a greenlet because the pool of ${limit} is full; wait for a place, or give more time`,
    );
    this.limit = limit;
  }
}

/** One parked greenlet in a LoopExit. */
export interface Waiting {
  /** The greenlet's name. */
  readonly name: string;
  /** Its number in `hub.tree()`. */
  readonly id: number;
  readonly kind: "typescript" | "guest" | "main";
  /** The blocking call it sits in, such as `Event.wait` or `Greenlet.join`. */
  readonly waitsFor: string;
  /** Name of the greenlet that holds or will end what it waits for, where one is known. */
  readonly heldBy: string | null;
}

/**
 * "This operation would block forever": main waits, and no greenlet, timer or completion is left
 * that could wake it. The hub stays usable.
 *
 * @source gevent.exceptions.LoopExit
 */
export class LoopExit extends WeventError {
  static readonly label = "LoopExit";
  readonly code = "WEV_ERR_LOOP_EXIT" satisfies ErrorCode;
  /** Every parked greenlet. */
  readonly waiting: readonly Waiting[];
  constructor(waiting: readonly Waiting[]) {
    const lines = waiting.map(
      (w) => `\n  ${w.name} waits for ${w.waitsFor}${w.heldBy === null ? "" : `, held by ${w.heldBy}`}`,
    );
    super(
      `This operation would block forever: could not wake main because nothing is ready, no timer is set and no completion is awaited${lines.join("")}`,
    );
    this.waiting = waiting;
  }
}

/** A value as an error text shows it: short, never throwing. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return `an object of class ${(value as object).constructor?.name || "(none)"}`;
  } catch {
    return "an object";
  }
}

/** Throws unless `ms` is a number other than NaN. */
export function checkMs(ms: unknown, what: string): asserts ms is number {
  if (typeof ms !== "number") {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not use ${describe(ms)} as ${what} because it is not a number of milliseconds; give a number`,
    );
  }
  if (Number.isNaN(ms)) {
    throw new RangeUsageError(
      `could not use NaN as ${what} because it is not a number of milliseconds; give a number`,
    );
  }
}

/** Throws unless it is an integer from `least`: a count, a size, a number of permits. */
export function checkInteger(value: unknown, least: number, action: string): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= least) return;
  throw new RangeUsageError(
    `could not ${action} ${describe(value)} because that is not an integer from ${least}; give one`,
  );
}
