// Owns starting a process, and refusing what cannot be started.

import { call } from "../core/call.js";
import { listOf, requireOptions } from "../core/check.js";
import type { ProcessHandle, ProcessRequest, Stdio } from "../core/driver.js";
import { describe, UsageError } from "../core/errors.js";
import { currentHub } from "../core/hub.js";
import type { Operation } from "../core/operation.js";
import { waitFor } from "../core/wait-promise.js";
import { SpawnError } from "./errors.js";
import { Popen } from "./popen.js";

/** Options of `spawnProcess`. */
export interface ProcessOptions {
  /** Its working directory. Omitted: the present one. */
  readonly cwd?: string;
  /** Its whole environment. Omitted: the present one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** "pipe": read or written here; "inherit": this process's own; "ignore": nothing. Omitted: "inherit". */
  readonly stdin?: Stdio;
  readonly stdout?: Stdio;
  readonly stderr?: Stdio;
}

/**
 * Starts a program. No shell is between: the arguments reach it as they are.
 *
 * @switches when it cannot be started
 * @param command - A path, or a name to look up in PATH.
 * @throws {@link SpawnError} with the system's code, ENOENT when there is no such program
 * @throws {@link UsageError} WEV_ERR_ARGUMENT for a bad argument or option
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED when the runtime lacks the capability "process"
 * @runtimes Node
 * @example Line by line
 * ```ts
 * using child = yield* spawnProcess("ls", ["-l"], { stdout: "pipe" });
 * for (let line = yield* child.stdout!.readLine(); line !== null; line = yield* child.stdout!.readLine()) {
 *   console.log(line);
 * }
 * ```
 * @source gevent.subprocess.Popen; an operation here, for a constructor cannot wait
 * @since 0.1
 */
export function spawnProcess(
  command: string,
  args: Iterable<string> = [],
  options: ProcessOptions = {},
): Operation<Popen> {
  const request = requestOf(command, args, options);
  // Refused at the call, not once it is waited for.
  currentHub().part("process");
  return call(start, request);
}

/** As spawnProcess, of what was checked. */
export function* start(request: ProcessRequest): Generator<unknown, Popen, unknown> {
  const hub = currentHub();
  let popen: Popen | null = null;
  let refuse: (error: Error) => void;
  const refusal = new Promise<never>((_resolve, reject) => {
    refuse = (error) => reject(new SpawnError(request.command, error));
  });
  const handle = startOr(request.command, () =>
    hub.part("process").start(request, {
      failed: (error) => refuse(error),
      exited: (code, signal) => popen?._exited(code, signal),
    }),
  );
  // The system has refused, and says why in a moment.
  if (handle.pid === undefined) return yield* waitFor(refusal);
  popen = new Popen(hub, request.command, request.args, handle);
  return popen;
}

/** Some refusals are thrown at once: too many open files, too long a command line. */
function startOr(command: string, begin: () => ProcessHandle): ProcessHandle {
  try {
    return begin();
  } catch (error) {
    throw new SpawnError(command, error as Error);
  }
}

const STDIO: readonly Stdio[] = ["pipe", "inherit", "ignore"];

export function requestOf(
  command: unknown,
  args: Iterable<unknown>,
  options: ProcessOptions,
): ProcessRequest {
  requireText(command, "run", "a program");
  const list = listOf(args, "arguments");
  for (const argument of list) requireText(argument, "pass", "an argument");
  requireOptions(options);
  const { cwd, env, stdin = "inherit", stdout = "inherit", stderr = "inherit" } = options;
  if (cwd !== undefined) requireText(cwd, "work in", "a directory");
  if (env !== undefined) requireOptions(env);
  const stdio = [stdin, stdout, stderr] as const;
  for (const end of stdio) requireStdio(end);
  return { command: command as string, args: list as string[], cwd, env, stdio };
}

function requireText(value: unknown, verb: string, what: string): void {
  // The system ends a text at its first NUL, which would cut it short without a word.
  if (typeof value === "string" && !value.includes("\0") && (value !== "" || what === "an argument")) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not ${verb} ${describe(value)} because it is not a text for ${what}; give a string without NUL`,
  );
}

function requireStdio(end: Stdio): void {
  if (STDIO.includes(end)) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not connect a standard stream to ${describe(end)} because there is no such way; give one of ${STDIO.join(", ")}`,
  );
}
