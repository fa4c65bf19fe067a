// Owns the blocking calls that put bytes into a stream. The line of those who wait is ByteWriter's.

import type { ByteWriter } from "./byte-writer.js";
import { isTimedOut } from "./current.js";
import { describe, UsageError } from "./errors.js";
import type { Hub } from "./hub.js";
import { done, Operation, PARKED, type Step } from "./operation.js";
import type { Task } from "./task.js";
import { expired } from "./timeout.js";

/** Sends bytes and waits until the source has let go of them. Gives their number. */
export class Send extends Operation<number> {
  readonly #writer: ByteWriter;
  readonly #hub: Hub;
  readonly #bytes: Uint8Array;
  readonly #timeoutMs: number;
  readonly #verb: string;

  constructor(writer: ByteWriter, hub: Hub, verb: string, bytes: Uint8Array, timeoutMs: number) {
    super();
    this.#writer = writer;
    this.#hub = hub;
    this.#verb = verb;
    this.#bytes = bytes;
    this.#timeoutMs = timeoutMs;
  }

  get label(): string {
    return `${this.#writer.label}.${this.#verb}`;
  }

  override get home(): Hub | null {
    return this.#hub.isDestroyed ? null : this.#hub;
  }

  start(task: Task): Step<number> {
    this.#writer.requireOpen(this.#action);
    const isSent = this.#bytes.length === 0 || this.#writer.write(task, this.#bytes, this.#timeoutMs);
    return isSent ? done(this.#bytes.length) : PARKED;
  }

  resume(task: Task): Step<number> {
    if (isTimedOut()) {
      this.#writer.leave(task);
      throw expired(this.#timeoutMs);
    }
    this.#writer.finish(task, this.#action);
    return done(this.#bytes.length);
  }

  override abandon(task: Task): void {
    this.#writer.leave(task);
  }

  get #action(): string {
    return `${this.#verb} to ${this.#writer.label}`;
  }
}

const encoder = new TextEncoder();

/** What is to be sent, as bytes: a text is UTF-8. */
export function requireData(data: unknown): Uint8Array {
  if (typeof data === "string") return encoder.encode(data);
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not send ${describe(data)} because it is neither bytes nor a text; give a Uint8Array or a string`,
  );
}
