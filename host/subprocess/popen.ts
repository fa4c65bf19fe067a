// Owns what a program sees of one process. Its end is exit.ts's, its pipes are pipe.ts's, and what is done
// with its output is communicate.ts's.

import { ByteStream, type Sendable } from "../core/byte-stream.js";
import type { ByteHandle, ProcessHandle } from "../core/driver.js";
import type { Hub } from "../core/hub.js";
import type { Operation } from "../core/operation.js";
import { requireSignalName } from "../core/signal-name.js";
import { type Limit, limited, limitsOf } from "../core/timeout.js";
import { Communication } from "./communicate.js";
import type { Output } from "./errors.js";
import { Exit, WaitForExit } from "./exit.js";
import { PipeReader, PipeWriter } from "./pipe.js";

/**
 * A process that `spawnProcess` started. It can be waited for as an event can: `wait([popen])`.
 * Killing a greenlet that waits does not end the process; leaving a `using` or `await using` scope does.
 *
 * @source gevent.subprocess.Popen
 * @since 0.1
 */
export class Popen {
  /** The program. */
  readonly command: string;
  readonly args: readonly string[];
  readonly pid: number;
  /** null: not a pipe. */
  readonly stdin: PipeWriter | null;
  readonly stdout: PipeReader | null;
  readonly stderr: PipeReader | null;
  readonly #handle: ProcessHandle;
  readonly #streams: ByteStream[] = [];
  readonly #exit: Exit;
  readonly #communication = new Communication(this);

  /** @internal Made by spawnProcess. */
  constructor(hub: Hub, command: string, args: readonly string[], handle: ProcessHandle) {
    this.command = command;
    this.args = args;
    this.#exit = new Exit(hub, command);
    this.#handle = handle;
    this.pid = handle.pid!;
    const [stdin, stdout, stderr] = handle.pipes;
    this.stdin = stdin === null ? null : new PipeWriter(this.#open(stdin, "Popen.stdin"));
    this.stdout = stdout === null ? null : new PipeReader(this.#open(stdout, "Popen.stdout"));
    this.stderr = stderr === null ? null : new PipeReader(this.#open(stderr, "Popen.stderr"));
  }

  #open(handle: ByteHandle, label: string): ByteStream {
    const stream = new ByteStream(handle, { label });
    this.#streams.push(stream);
    handle.start(stream);
    return stream;
  }

  /** Its exit code; below 0: the number of the signal that ended it; null: it runs. */
  get returnCode(): number | null {
    return this.#exit.code;
  }

  /** The name of the signal that ended it, or null. */
  get signal(): string | null {
    return this.#exit.signal;
  }

  /** As `returnCode`. @noswitch */
  poll(): number | null {
    return this.#exit.code;
  }

  /** Whether it has ended. @noswitch */
  ready(): boolean {
    return this.#exit.hasHappened;
  }

  /**
   * Waits until it has ended; gives its exit code, below 0 the number of the signal that ended it. Its
   * output may not have been read by then.
   *
   * @switches when it runs
   * @param limit - Longest wait, ms or a Timeout. Omitted: no limit. Or `{ timeout, signal }`.
   * @throws {@link TimeoutExpired} WEV_ERR_PROCESS_TIMEOUT when the time passes first; it runs on
   * @throws {@link Timeout} WEV_ERR_TIMEOUT when a Timeout was given and passes
   * @source gevent.subprocess.Popen.wait
   */
  wait(limit?: Limit): Operation<number> {
    return limited(limitsOf(limit), (ms) => new WaitForExit(this.#exit, ms));
  }

  /**
   * Sends `input` to its stdin and closes that, collects what it writes, and waits for its end. After a
   * timeout it may be called again, without input, and nothing is lost.
   *
   * @switches always
   * @param input - Bytes or text. Omitted or null: none.
   * @param limit - Longest wait, ms or a Timeout. Omitted: no limit. Or `{ timeout, signal }`.
   * @throws {@link TimeoutExpired} WEV_ERR_PROCESS_TIMEOUT with what was collected; it runs on
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is input and stdin is no pipe, or it was called before
   * @source gevent.subprocess.Popen.communicate
   */
  communicate(input?: Sendable | null, limit?: Limit): Operation<Output> {
    return this.#communication.run(input ?? null, limit);
  }

  /**
   * Sends it a signal; nothing if it has ended. @noswitch
   *
   * @param signal - Its name. Omitted: "SIGKILL", which no process can refuse.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is no such signal
   */
  kill(signal = "SIGKILL"): void {
    requireSignalName(this._hub, signal);
    if (!this.ready()) this.#handle.kill(signal);
  }

  /** Asks it to end: SIGTERM. @noswitch */
  terminate(): void {
    this.kill("SIGTERM");
  }

  /** Calls `callback(popen)` once, in the hub, when it has ended; soon if it has. @noswitch */
  rawlink(callback: (popen: this) => unknown): void {
    this.#exit.rawlink(callback as (source: unknown) => unknown, this);
  }

  /** Takes back what `rawlink` was given; none: nothing happens. @noswitch */
  unlink(callback: unknown): void {
    this.#exit.unlink(callback);
  }

  /** Kills it if it runs, and closes its pipes. @noswitch */
  [Symbol.dispose](): void {
    this.kill();
    for (const stream of this.#streams) stream.close();
  }

  /** The same, and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    await this.wait();
  }

  /** @internal It has ended. */
  _exited(code: number | null, signal: string | null): void {
    this.#exit.happened(code, signal);
  }

  /** @internal */
  get _hub(): Hub {
    return this.#exit.hub;
  }
}
