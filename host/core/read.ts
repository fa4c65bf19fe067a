// Owns the blocking calls that take bytes out of a stream. What a call wants and how it is taken is
// here; the line of those who wait is ByteReader's.

import type { ByteBuffer } from "./byte-buffer.js";
import type { ByteReader } from "./byte-reader.js";
import { isTimedOut } from "./current.js";
import { describe, RangeUsageError, UsageError } from "./errors.js";
import type { Hub } from "./hub.js";
import { done, Operation, PARKED, type Step } from "./operation.js";
import { LineTooLongError, StreamEndedError } from "./stream-errors.js";
import type { Task } from "./task.js";
import { expired } from "./timeout.js";

/** Longest line of `readLine` where none is given. */
const LONGEST_LINE_BYTES = 64 * 1024;

export abstract class Read<T> extends Operation<T> {
  readonly #reader: ByteReader;
  readonly #hub: Hub;
  readonly timeoutMs: number;

  constructor(reader: ByteReader, hub: Hub, timeoutMs: number) {
    super();
    this.#reader = reader;
    this.#hub = hub;
    this.timeoutMs = timeoutMs;
  }

  protected abstract readonly verb: string;
  /** Whether what is there is enough, or is too much. */
  abstract isSatisfied(buffer: ByteBuffer): boolean;
  /** Takes it, when it is enough. */
  abstract take(buffer: ByteBuffer): T;
  /** Takes what is left, when nothing more will come and it is not enough. */
  abstract takeAtEnd(buffer: ByteBuffer): T;

  get label(): string {
    return `${this.#reader.label}.${this.verb}`;
  }

  /** As an error text begins: "recv from Socket". */
  get action(): string {
    return `${this.verb} from ${this.#reader.label}`;
  }

  override get home(): Hub | null {
    return this.#hub.isDestroyed ? null : this.#hub;
  }

  start(task: Task): Step<T> {
    const taken = this.#reader.attempt(this);
    if (taken !== null) return taken;
    this.#reader.wait(task, this, this.timeoutMs);
    return PARKED;
  }

  resume(task: Task): Step<T> {
    if (!isTimedOut()) return done(this.#reader.finish(task, this));
    this.#reader.leave(task);
    throw expired(this.timeoutMs);
  }

  override abandon(task: Task): void {
    this.#reader.leave(task);
  }
}

/** Whatever there is, up to a number of bytes. Empty at the end. */
export class Recv extends Read<Uint8Array> {
  readonly verb = "recv";
  readonly #maxBytes: number;

  constructor(reader: ByteReader, hub: Hub, maxBytes: number, timeoutMs: number) {
    super(reader, hub, timeoutMs);
    this.#maxBytes = maxBytes;
  }

  isSatisfied(buffer: ByteBuffer): boolean {
    return buffer.sizeBytes > 0;
  }

  take(buffer: ByteBuffer): Uint8Array {
    return buffer.take(this.#maxBytes);
  }

  takeAtEnd(): Uint8Array {
    return new Uint8Array(0);
  }
}

/** As much as there is and fits, copied. 0 at the end. */
export class RecvInto extends Read<number> {
  readonly verb = "recvInto";
  readonly #view: Uint8Array;

  constructor(reader: ByteReader, hub: Hub, view: Uint8Array, timeoutMs: number) {
    super(reader, hub, timeoutMs);
    this.#view = view;
  }

  isSatisfied(buffer: ByteBuffer): boolean {
    return buffer.sizeBytes > 0;
  }

  take(buffer: ByteBuffer): number {
    return buffer.takeInto(this.#view);
  }

  takeAtEnd(): number {
    return 0;
  }
}

/** Just so many bytes. */
export class RecvExactly extends Read<Uint8Array> {
  readonly verb = "recvExactly";
  readonly #countBytes: number;

  constructor(reader: ByteReader, hub: Hub, countBytes: number, timeoutMs: number) {
    super(reader, hub, timeoutMs);
    this.#countBytes = countBytes;
  }

  isSatisfied(buffer: ByteBuffer): boolean {
    return buffer.sizeBytes >= this.#countBytes;
  }

  take(buffer: ByteBuffer): Uint8Array {
    return buffer.takeExactly(this.#countBytes);
  }

  takeAtEnd(buffer: ByteBuffer): never {
    throw new StreamEndedError(this.action, this.#countBytes, buffer.sizeBytes);
  }
}

/** How a line is read. */
export interface LineOptions {
  /** Longest line with its end, an integer from 1. Omitted: 65 536. */
  readonly maxBytes?: number;
  /**
   * true: a last line that has no end throws StreamEndedError, as a protocol needs it, in which it is a
   * part of a line. Omitted: it is given, as a text needs it.
   */
  readonly requireEnd?: boolean;
}

/** A line of text without its end; the last one may have none, unless it must. null at the end. */
export class ReadLine extends Read<string | null> {
  readonly verb = "readLine";
  readonly #maxBytes: number;
  readonly #requireEnd: boolean;

  constructor(reader: ByteReader, hub: Hub, options: LineOptions, timeoutMs: number) {
    super(reader, hub, timeoutMs);
    const { maxBytes = LONGEST_LINE_BYTES, requireEnd = false } = options;
    requireBytes(maxBytes, "read a line of at most", 1);
    this.#maxBytes = maxBytes;
    this.#requireEnd = requireEnd;
  }

  isSatisfied(buffer: ByteBuffer): boolean {
    return buffer.lineBytes() > 0 || buffer.sizeBytes > this.#maxBytes;
  }

  take(buffer: ByteBuffer): string {
    const lineBytes = buffer.lineBytes();
    if (lineBytes === 0 || lineBytes > this.#maxBytes)
      throw new LineTooLongError(this.action, this.#maxBytes);
    return textOf(buffer.takeExactly(lineBytes));
  }

  takeAtEnd(buffer: ByteBuffer): string | null {
    if (buffer.sizeBytes === 0) return null;
    if (this.#requireEnd) throw new StreamEndedError(this.action, null, buffer.sizeBytes);
    return textOf(buffer.takeExactly(buffer.sizeBytes));
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf(line: Uint8Array): string {
  return decoder.decode(line).replace(/\r?\n$/, "");
}

/** Throws unless it is a number of bytes from `least`. */
export function requireBytes(value: unknown, what: string, least: number): asserts value is number {
  if (typeof value !== "number") {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not ${what} ${describe(value)} bytes because that is not a number; give a number of bytes`,
    );
  }
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeUsageError(
    `could not ${what} ${value} bytes because that is not an integer from ${least}; give a number of bytes`,
  );
}

/** The view as bytes. Throws unless it is a view with room. */
export function requireRoom(view: unknown): Uint8Array {
  if (!ArrayBuffer.isView(view)) {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not receive into ${describe(view)} because it is not a view of a buffer; give a Uint8Array`,
    );
  }
  if (view.byteLength === 0) {
    throw new RangeUsageError(
      "could not receive into a view of 0 bytes because 0 means that the other side has ended; give a view with room",
    );
  }
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
