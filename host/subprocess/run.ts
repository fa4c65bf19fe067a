// Owns the calls that start a process, see it through and give what came of it.

import type { Sendable } from "../core/byte-stream.js";
import { call as callBody } from "../core/call.js";
import type { ProcessRequest } from "../core/driver.js";
import { currentHub } from "../core/hub.js";
import type { Operation } from "../core/operation.js";
import { requireData } from "../core/send.js";
import { type Limits, limited } from "../core/timeout.js";
import { CalledProcessError, type Output } from "./errors.js";
import type { Popen } from "./popen.js";
import { type ProcessOptions, requestOf, start } from "./start.js";

/** Options of `run` and its like. `timeout` and `signal` limit the whole call. */
export interface RunOptions extends ProcessOptions, Limits {
  /** Bytes or text for its stdin, which is a pipe then. */
  readonly input?: Sendable;
  /** Whether a code other than 0 is thrown. Omitted: false, and true for the calls that check. */
  readonly check?: boolean;
}

/** A process that has ended. */
export interface CompletedProcess extends Output {
  readonly command: string;
  readonly args: readonly string[];
  /** Its exit code; below 0: the number of the signal that ended it. */
  readonly returnCode: number;
  /** The name of that signal, or null. */
  readonly signal: string | null;
}

/**
 * Runs a program to its end and gives its exit code and what it wrote, all of which is held in memory.
 * However the call ends, the process does not run on: a greenlet that is killed or timed out here kills it.
 *
 * @switches always
 * @param options - As `spawnProcess`, but stdout and stderr are pipes where they are omitted.
 * @throws {@link TimeoutExpired} WEV_ERR_PROCESS_TIMEOUT with what it had written, when `timeout` ms pass first
 * @throws {@link CalledProcessError} WEV_ERR_PROCESS_FAILED with `check`, when its code is not 0
 * @throws {@link SpawnError} with the system's code, when it cannot be started
 * @throws {@link UsageError} WEV_ERR_ARGUMENT for a bad argument or option
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED when the runtime lacks the capability "process"
 * @throws the signal's reason when that is aborted first
 * @runtimes Node
 * @source gevent.subprocess.run; there output is collected on demand
 * @since 0.1
 */
export function run(
  command: string,
  args: Iterable<string> = [],
  options: RunOptions = {},
): Operation<CompletedProcess> {
  return runWith(command, args, { stdout: "pipe", stderr: "pipe", ...options });
}

/**
 * Runs a program to its end and gives its exit code; its output goes where this process's goes.
 *
 * @switches always
 * @throws as `run` does
 * @runtimes Node
 * @source gevent.subprocess.call
 * @since 0.1
 */
export function call(
  command: string,
  args: Iterable<string> = [],
  options: RunOptions = {},
): Operation<number> {
  const completed = runWith(command, args, options);
  return callBody(returnCodeOf, completed);
}

/** As `call`, but a code other than 0 is thrown. @switches always @source gevent.subprocess.check_call */
export function checkCall(
  command: string,
  args: Iterable<string> = [],
  options: RunOptions = {},
): Operation<number> {
  return callBody(returnCodeOf, runWith(command, args, { check: true, ...options }));
}

/**
 * Runs a program to its end and gives what it wrote to stdout, as text (UTF-8); a code other than 0 is
 * thrown. For bytes use `run`.
 *
 * @switches always
 * @throws as `run` does
 * @runtimes Node
 * @source gevent.subprocess.check_output
 * @since 0.1
 */
export function checkOutput(
  command: string,
  args: Iterable<string> = [],
  options: RunOptions = {},
): Operation<string> {
  return callBody(stdoutOf, runWith(command, args, { check: true, ...options, stdout: "pipe" }));
}

function* returnCodeOf(completed: Operation<CompletedProcess>): Generator<unknown, number, unknown> {
  return (yield* completed).returnCode;
}

function* stdoutOf(completed: Operation<CompletedProcess>): Generator<unknown, string, unknown> {
  return (yield* completed).stdoutText;
}

function runWith(command: string, args: Iterable<string>, options: RunOptions): Operation<CompletedProcess> {
  const { input, check = false } = options;
  const bytes = input === undefined ? null : requireData(input);
  const request = requestOf(command, args, bytes === null ? options : { ...options, stdin: "pipe" });
  currentHub().part("process");
  return limited(options, (ms) => callBody(seeThrough, request, bytes, ms, check));
}

function* seeThrough(
  request: ProcessRequest,
  input: Uint8Array | null,
  timeoutMs: number,
  isChecked: boolean,
): Generator<unknown, CompletedProcess, unknown> {
  const popen = yield* start(request);
  let output: Output;
  try {
    output = yield* popen.communicate(input, timeoutMs < 0 ? null : timeoutMs);
  } finally {
    popen[Symbol.dispose]();
  }
  const completed = completedOf(popen, output);
  if (isChecked && completed.returnCode !== 0) {
    throw new CalledProcessError(request.command, completed.returnCode, output);
  }
  return completed;
}

function completedOf(popen: Popen, output: Output): CompletedProcess {
  const { command, args, returnCode, signal } = popen;
  return Object.assign(output, { command, args, returnCode: returnCode!, signal });
}
