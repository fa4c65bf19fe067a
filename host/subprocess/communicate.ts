// Owns feeding a process and collecting what it writes, beside one another, so that neither side waits
// for the other with a full pipe. What was collected when the time is over stays for the next try.

import type { Sendable } from "../core/byte-stream.js";
import { call } from "../core/call.js";
import { UsageError } from "../core/errors.js";
import type { Greenlet } from "../core/greenlet.js";
import type { Operation } from "../core/operation.js";
import { requireData } from "../core/send.js";
import { ClosedError } from "../core/stream-errors.js";
import { type Limit, limited, limitsOf } from "../core/timeout.js";
import { spawn } from "../greenlet.js";
import { joinAll } from "../wait.js";
import { type Output, TimeoutExpired } from "./errors.js";
import type { PipeReader, PipeWriter } from "./pipe.js";
import type { Popen } from "./popen.js";

const decoder = new TextDecoder();

/** Chunks of one stream, joined when somebody looks. */
class Collected {
  readonly #chunks: Uint8Array[] = [];

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  get bytes(): Uint8Array {
    const sizeBytes = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const whole = new Uint8Array(sizeBytes);
    let filledBytes = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, filledBytes);
      filledBytes += chunk.length;
    }
    return whole;
  }
}

class Collection implements Output {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;

  constructor(stdout: Uint8Array, stderr: Uint8Array) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  get stdoutText(): string {
    return decoder.decode(this.stdout);
  }

  get stderrText(): string {
    return decoder.decode(this.stderr);
  }
}

export class Communication {
  readonly #popen: Popen;
  readonly #stdout = new Collected();
  readonly #stderr = new Collected();
  /** Those who feed and collect; null: not begun. They go on when the one who waits gives up. */
  #helpers: Greenlet[] | null = null;

  constructor(popen: Popen) {
    this.#popen = popen;
  }

  get output(): Output {
    return new Collection(this.#stdout.bytes, this.#stderr.bytes);
  }

  run(input: Sendable | null, limit: Limit | undefined): Operation<Output> {
    const bytes = input === null ? null : requireData(input);
    if (bytes !== null && this.#popen.stdin === null) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not send input to ${this.#popen.command} because its stdin is no pipe; start it with stdin: "pipe"`,
      );
    }
    if (bytes !== null && this.#helpers !== null) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not send input to ${this.#popen.command} because its stdin is closed since the first communicate; give all input there`,
      );
    }
    return limited(limitsOf(limit), (ms) => call(communicate, this, bytes, ms));
  }

  begin(input: Uint8Array | null): Greenlet[] {
    const { stdin, stdout, stderr } = this.#popen;
    this.#helpers ??= [
      ...(stdin === null ? [] : [spawn(feed, stdin, input)]),
      ...(stdout === null ? [] : [spawn(collect, stdout, this.#stdout)]),
      ...(stderr === null ? [] : [spawn(collect, stderr, this.#stderr)]),
    ];
    return this.#helpers;
  }

  get popen(): Popen {
    return this.#popen;
  }
}

function* communicate(
  communication: Communication,
  input: Uint8Array | null,
  timeoutMs: number,
): Generator<unknown, Output, unknown> {
  const { popen } = communication;
  const hub = popen._hub;
  const deadlineMs = hub.now() + timeoutMs;
  const leftMs = () => (timeoutMs < 0 ? null : Math.max(deadlineMs - hub.now(), 0));
  const expired = () => new TimeoutExpired(popen.command, timeoutMs, communication.output);
  const helpers = communication.begin(input);
  const ended = yield* joinAll(helpers, { timeout: leftMs() });
  if (ended.length < helpers.length) throw expired();
  for (const helper of helpers) yield* helper;
  try {
    yield* popen.wait(leftMs());
  } catch (error) {
    throw error instanceof TimeoutExpired ? expired() : error;
  }
  return communication.output;
}

function* feed(stdin: PipeWriter, input: Uint8Array | null): Generator<unknown, void, unknown> {
  try {
    if (input !== null) yield* stdin.sendAll(input);
  } catch (error) {
    if (!isReaderGone(error)) throw error;
  } finally {
    stdin.close();
  }
}

/** A process need not read its input to the end. */
function isReaderGone(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return error instanceof ClosedError || code === "EPIPE" || code === "ECONNRESET";
}

function* collect(pipe: PipeReader, collected: Collected): Generator<unknown, void, unknown> {
  try {
    for (let chunk = yield* pipe.recv(); chunk.length > 0; chunk = yield* pipe.recv()) collected.add(chunk);
  } catch (error) {
    // Whoever has closed the pipe wants no more of it.
    if (!(error instanceof ClosedError)) throw error;
  }
}
