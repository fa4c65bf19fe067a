// Owns one process: its end, and who waits for it. What is done with its output is communicate.ts's.

import type { Sendable } from "../core/byte-stream.js";
import { ByteStream } from "../core/byte-stream.js";
import { requireCallback } from "../core/check.js";
import { isTimedOut } from "../core/current.js";
import type { ByteHandle, ProcessHandle } from "../core/driver.js";
import type { Hub } from "../core/hub.js";
import { IoWait } from "../core/io-wait.js";
import { done, Operation, PARKED, type Step } from "../core/operation.js";
import { requireSignalName } from "../core/signal-name.js";
import type { Task } from "../core/task.js";
import { type Limit, limited, limitsOf } from "../core/timeout.js";
import { WaitQueue } from "../core/wait-queue.js";
import { Communication } from "./communicate.js";
import { type Output, TimeoutExpired } from "./errors.js";
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
  readonly #hub: Hub;
  readonly #handle: ProcessHandle;
  readonly #streams: ByteStream[] = [];
  readonly #waits = new Set<IoWait>();
  readonly #links = new WaitQueue("Popen.wait");
  readonly #communication = new Communication(this);
  #returnCode: number | null = null;
  #signal: string | null = null;
  #isLinked = false;

  /** @internal Made by spawnProcess. */
  constructor(hub: Hub, command: string, args: readonly string[], handle: ProcessHandle) {
    this.command = command;
    this.args = args;
    this.#hub = hub;
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
    return this.#returnCode;
  }

  /** The name of the signal that ended it, or null. */
  get signal(): string | null {
    return this.#signal;
  }

  /** As `returnCode`. @noswitch */
  poll(): number | null {
    return this.#returnCode;
  }

  /** Whether it has ended. */
  ready(): boolean {
    return this.#returnCode !== null;
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
    return limited(limitsOf(limit), (ms) => new WaitForExit(this, ms));
  }

  /**
   * Sends `input` to its stdin and closes that, collects what it writes, and waits for its end. After a
   * timeout it may be called again, without input, and nothing is lost.
   *
   * @switches always
   * @param input - Bytes or text. Omitted or null: none.
   * @param limit - Longest wait, ms or a Timeout. Omitted: no limit. Or `{ timeout, signal }`.
   * @throws {@link TimeoutExpired} WEV_ERR_PROCESS_TIMEOUT with what was collected; it runs on
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is input and stdin is no pipe
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
    requireSignalName(this.#hub, signal);
    if (!this.ready()) this.#handle.kill(signal);
  }

  /** Asks it to end: SIGTERM. @noswitch */
  terminate(): void {
    this.kill("SIGTERM");
  }

  /** Calls `callback(popen)` once, in the hub, when it has ended; soon if it has. @noswitch */
  rawlink(callback: (popen: this) => unknown): void {
    requireCallback(callback, "link");
    this.#links.rawlink(callback as (source: unknown) => unknown, this, this.ready());
    this.#countLinks();
  }

  /** Takes back what `rawlink` was given; none: nothing happens. @noswitch */
  unlink(callback: unknown): void {
    this.#links.unlink(callback);
    this.#countLinks();
  }

  /** A hub in which somebody is to be called back by a process that runs is not stuck. */
  #countLinks(): void {
    const isLinked = !this.ready() && this.#links.linkCount > 0;
    if (isLinked === this.#isLinked) return;
    this.#isLinked = isLinked;
    this.#hub.completions += isLinked ? 1 : -1;
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
    this.#signal = signal;
    this.#returnCode = signal === null ? code! : -(this.#hub.part("signal").numbers[signal] ?? 0);
    this.#links.notify();
    this.#countLinks();
    for (const wait of [...this.#waits]) wait.wake();
  }

  /** @internal */
  get _hub(): Hub {
    return this.#hub;
  }

  /** @internal */
  get _waits(): Set<IoWait> {
    return this.#waits;
  }
}

class WaitForExit extends Operation<number> {
  readonly label = "Popen.wait";
  readonly #popen: Popen;
  readonly #timeoutMs: number;

  constructor(popen: Popen, ms: number) {
    super();
    this.#popen = popen;
    this.#timeoutMs = ms;
  }

  override get home(): Hub | null {
    return this.#popen._hub.isDestroyed ? null : this.#popen._hub;
  }

  start(task: Task): Step<number> {
    if (this.#popen.ready()) return done(this.#popen.returnCode!);
    const wait = new IoWait(task, this.#timeoutMs);
    this.#popen._waits.add(wait);
    task._inbox = wait;
    return PARKED;
  }

  resume(task: Task): Step<number> {
    this.abandon(task);
    if (isTimedOut()) throw new TimeoutExpired(this.#popen.command, this.#timeoutMs, null);
    return done(this.#popen.returnCode!);
  }

  override abandon(task: Task): void {
    const wait = task._takeInbox() as IoWait;
    wait.leave();
    this.#popen._waits.delete(wait);
  }
}
