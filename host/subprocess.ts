// Processes that greenlets start and wait for: `wevent/subprocess`. Node only.

export type { Sendable } from "./core/byte-stream.js";
export type { Stdio } from "./core/driver.js";
export type { LineOptions } from "./core/read.js";
export { ClosedError, LineTooLongError, StreamEndedError } from "./core/stream-errors.js";
export { CalledProcessError, type Output, SpawnError, TimeoutExpired } from "./subprocess/errors.js";
export type { PipeReader, PipeWriter } from "./subprocess/pipe.js";
export { Popen } from "./subprocess/popen.js";
export {
  type CompletedProcess,
  call,
  checkCall,
  checkOutput,
  type RunOptions,
  run,
} from "./subprocess/run.js";
export { type ProcessOptions, spawnProcess } from "./subprocess/start.js";
