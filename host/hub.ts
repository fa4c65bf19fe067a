// The scheduler's public face: `wevent/hub`.

export type {
  ByteEvents,
  ByteHandle,
  Capability,
  Context,
  Driver,
  DriverParts,
  ProcessDriver,
  SignalDriver,
  ThreadDriver,
} from "./core/driver.js";
export {
  BrokenBarrierError,
  type ErrorCode,
  ExhaustedError,
  errorTable,
  HubDestroyed,
  KillValueError,
  LockError,
  LoopExit,
  PoolFull,
  RangeUsageError,
  UnsupportedError,
  UsageError,
  type Waiting,
  WasmRefused,
  WeventError,
  YieldError,
} from "./core/errors.js";
export { getHub, Hub, type Main } from "./core/hub.js";
export type { HubOptions } from "./core/hub-options.js";
export type { TreeNode } from "./core/inspect.js";
export { MemoryHost } from "./core/memory-host.js";
export type { MemoryLinkOptions } from "./core/memory-link.js";
export { MemoryNetwork, type MemoryNetworkOptions } from "./core/memory-network.js";
export { Network } from "./core/network.js";
export { Operation } from "./core/operation.js";
export type { ErrorReport } from "./core/report.js";
export type { HubStats } from "./core/stats.js";
