// Owns the instance of core.wasm: its exports as TypeScript sees them. Rows are addresses in the
// core's memory; what a number means is in assembly/core/abi.ts.

import { wasm } from "#wasm";
import type { Count, Observed, Outcome, Reason, Role, Status } from "../../assembly/core/abi.js";
import { WasmRefused } from "./errors.js";

/** What the core asks of its host. */
export interface CoreHost {
  now(): number;
  resume(row: number, reason: Reason, cause: number): Outcome;
  callback(row: number, reason: Reason): void;
  observed(what: Observed, row: number, detail: number): void;
}

/** What core.wasm exports; documented in assembly/core. */
export interface Core {
  readonly memory: WebAssembly.Memory;
  readonly table: WebAssembly.Table;
  abandonedTask(): number;
  adoptTask(task: number, entry: number, body: number): void;
  armTimeout(serial: number, task: number, delayMs: number): number;
  bodyOf(task: number, entry: number): number;
  callLater(serial: number, delayMs: number, isRef: number): number;
  callSoon(serial: number): number;
  cancelRow(row: number, serial: number): void;
  count(what: Count): number;
  createGuestTask(entry: number, body: number): number;
  createMeeting(takersSerial: number, giversSerial: number): number;
  createQueue(serial: number, isPinned: number): number;
  createTask(serial: number): number;
  currentTask(): number;
  end(task: number): void;
  giver(): number;
  idleRow(): number;
  interrupt(task: number, serial: number): Status;
  levelOf(queue: number, serial: number): number;
  limitMemory(pages: number): void;
  link(serial: number, queue: number, queueSerial: number): number;
  notifyOneOf(queue: number, serial: number): void;
  notifyQueue(queue: number, serial: number): void;
  observe(isOn: number): void;
  otherLine(line: number, serial: number): number;
  park(task: number, timeoutMs: number): number;
  resumeNow(task: number, ticket: number): number;
  roleOf(queue: number, serial: number): Role;
  run(turnMs: number, maxEntries: number): number;
  seedOrder(seed: number): void;
  serialOf(row: number): number;
  setLevel(queue: number, serial: number, level: number): number;
  share(queue: number, serial: number, role: Role, level: number): void;
  sleep(task: number, delayMs: number, isRef: number): Status;
  spawnTask(serial: number): number;
  start(task: number, delayMs: number): Status;
  stop(): void;
  tableStart(): number;
  takeLevel(queue: number, serial: number): number;
  unpinQueue(queue: number, serial: number): void;
  unshare(queue: number, serial: number): void;
  waitersOf(queue: number, serial: number): number;
  waitFirst(task: number, queue: number, serial: number, timeoutMs: number): Status;
  waitForDispatch(task: number, queue: number, serial: number): Status;
  waitOn(task: number, queue: number, serial: number, timeoutMs: number, isRef: number): Status;
  wake(task: number, ticket: number): number;
  wakeFirst(queue: number, serial: number): number;
}

export function instantiateCore(host: CoreHost): Core {
  if (wasm instanceof Error) throw new WasmRefused(wasm);
  const imports = { host } as unknown as WebAssembly.Imports;
  // Copied: the engine's own exports object is a hash table, and would be searched at every call.
  return { ...new WebAssembly.Instance(wasm, imports).exports } as unknown as Core;
}
