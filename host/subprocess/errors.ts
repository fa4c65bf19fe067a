// Owns what starting and waiting for a process throws.

import { type ErrorCode, setName, WeventError } from "../core/errors.js";

/**
 * A process could not be started. Its `code` is the system's: ENOENT for a program, or a `cwd`, that is
 * not there, EACCES for one that may not be run.
 *
 * @source gevent.subprocess.Popen raises OSError
 * @since 0.1
 */
export class SpawnError extends Error {
  /** The system's code. */
  readonly code: string;
  /** The program that was to be run. */
  readonly command: string;
  constructor(command: string, cause: Error) {
    const code = (cause as { readonly code?: string }).code ?? "UNKNOWN";
    super(`could not start ${command} because the system answered ${code}; check its path and cwd`, {
      cause,
    });
    setName(this, "SpawnError");
    this.code = code;
    this.command = command;
  }
}

/** What a process has written, as bytes and as text (UTF-8). */
export interface Output {
  /** Empty where nothing was written, or the stream was no pipe. */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly stdoutText: string;
  readonly stderrText: string;
}

/**
 * A process took longer than was allowed. `wait` and `communicate` leave it running, and what it has
 * written stays for the next `communicate`; `run` and its like have killed it.
 *
 * @source subprocess.TimeoutExpired
 * @since 0.1
 */
export class TimeoutExpired extends WeventError {
  static readonly label = "TimeoutExpired";
  readonly code = "WEV_ERR_PROCESS_TIMEOUT" satisfies ErrorCode;
  /** The limit in ms. */
  readonly ms: number;
  readonly command: string;
  /** What it had written by then; null where nothing was collected. */
  readonly output: Output | null;
  constructor(command: string, ms: number, output: Output | null) {
    super(
      `could not wait for ${command} because it had not ended after ${ms} ms; give more time, or kill it`,
    );
    this.command = command;
    this.ms = ms;
    this.output = output;
  }
}

/**
 * A process ended with a code other than 0.
 *
 * @source subprocess.CalledProcessError
 * @since 0.1
 */
export class CalledProcessError extends WeventError {
  static readonly label = "CalledProcessError";
  readonly code = "WEV_ERR_PROCESS_FAILED" satisfies ErrorCode;
  /** Its exit code; below 0: the number of the signal that ended it. */
  readonly returnCode: number;
  readonly command: string;
  /** What it had written; null where nothing was collected. */
  readonly output: Output | null;
  constructor(command: string, returnCode: number, output: Output | null) {
    super(`could not go on after ${command} because it ended with ${returnCode}; see its output`);
    this.command = command;
    this.returnCode = returnCode;
    this.output = output;
  }
}
