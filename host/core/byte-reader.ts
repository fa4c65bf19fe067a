// Owns the incoming half of a stream: bytes that have come, those who wait for some, and when the
// source has to pause.
//
// Readers are served strictly in the order they came, so that no two of them can take bytes out of
// order. Who is at the head is woken once what it waits for is there, and takes it when it runs: one
// that is killed or timed out before has taken nothing, and the next is served. Only the head may
// be served, so a woken one always finds what it was woken for, or that the stream was closed.

import { ByteBuffer } from "./byte-buffer.js";
import { IoWait } from "./io-wait.js";
import { done, type Step } from "./operation.js";
import type { Read } from "./read.js";
import { ClosedError } from "./stream-errors.js";
import type { Task } from "./task.js";
import { Watchers } from "./watchers.js";

/** Bytes that may wait to be taken before the source is paused; one chunk more may come. */
export const HIGH_WATER_BYTES = 64 * 1024;
/** A paused source goes on when no more than this is left: not for every small read. */
const LOW_WATER_BYTES = 16 * 1024;

/** Where bytes come from. */
export interface ByteInput {
  /** Nothing more is to be received, but what is on its way. */
  pause(): void;
  resume(): void;
}

/** One reader in the line. */
class Reading extends IoWait {
  readonly read: Read<unknown>;

  constructor(task: Task, read: Read<unknown>, timeoutMs: number, isExternal: boolean) {
    super(task, timeoutMs, isExternal);
    this.read = read;
  }
}

export class ByteReader {
  readonly buffer = new ByteBuffer();
  /** What a listing calls it: "Socket". */
  readonly label: string;
  /** The other side will send nothing more. */
  isEnded = false;
  /** What the source failed with. It is thrown by every read once what came before it is taken. */
  failure: Error | null = null;
  isClosed = false;
  readonly #input: ByteInput;
  /** Whether those who wait keep the hub from being taken for stuck: see IoWait. */
  readonly isExternal: boolean;
  readonly #line: Reading[] = [];
  readonly #watchers = new Watchers();
  #isPaused = false;
  /** What comes is nobody's. */
  #isDropping = false;

  constructor(label: string, input: ByteInput, isExternal: boolean) {
    this.label = label;
    this.#input = input;
    this.isExternal = isExternal;
  }

  /** Whether a `recv` would not wait. */
  get isReadable(): boolean {
    return this.buffer.sizeBytes > 0 || this.isOver;
  }

  /** Whether nothing more will come. */
  get isOver(): boolean {
    return this.isEnded || this.isClosed || this.failure !== null;
  }

  /** Calls back whenever it may have become ready, as select asks for. Returns what takes it back. */
  watch(callback: () => void): () => void {
    return this.#watchers.add(callback);
  }

  // ---- what the source tells

  received(chunk: Uint8Array): void {
    if (this.isClosed || this.#isDropping) return;
    this.buffer.push(chunk);
    this.#changed();
    this.#control();
  }

  ended(): void {
    this.isEnded = true;
    this.#changed();
  }

  failed(error: Error): void {
    this.failure ??= error;
    this.#changed();
  }

  /** What has not been taken is gone, and who waits is told. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.buffer.clear();
    for (const reading of this.#line) reading.wakeLater();
    this.#watchers.tell();
  }

  /** Ends here, though the other side goes on: what it has sent and sends is dropped, and does not stop it. */
  drop(): void {
    if (this.isClosed) return;
    this.#isDropping = true;
    this.buffer.clear();
    if (this.#isPaused) this.#input.resume();
    this.#isPaused = false;
    this.ended();
  }

  // ---- what a read asks

  /** What the read comes to at this moment; null: it has to wait. */
  attempt<T>(read: Read<T>): Step<T> | null {
    const isInTurn = this.#line.length === 0 || this.isClosed;
    if (!isInTurn || !this.#isDecided(read)) return null;
    const value = this.#take(read);
    this.#control();
    return done(value);
  }

  wait(task: Task, read: Read<unknown>, timeoutMs: number): void {
    const reading = new Reading(task, read, timeoutMs, this.isExternal);
    task._inbox = reading;
    this.#line.push(reading);
    this.#control();
  }

  /** The woken task takes what it waited for. */
  finish<T>(task: Task, read: Read<T>): T {
    this.#remove(task);
    try {
      return this.#take(read);
    } finally {
      this.#serve();
      this.#control();
    }
  }

  /** The task no longer waits. */
  leave(task: Task): void {
    this.#remove(task).leave();
    // The next may want less than this one did.
    this.#serve();
    this.#control();
  }

  #remove(task: Task): Reading {
    const reading = task._takeInbox() as Reading;
    // Alone in most cases: pop keeps the room for the next one, where splice makes a list of what it took.
    if (this.#line.length === 1) this.#line.pop();
    else this.#line.splice(this.#line.indexOf(reading), 1);
    return reading;
  }

  #take<T>(read: Read<T>): T {
    if (this.isClosed) throw new ClosedError(read.action);
    if (read.isSatisfied(this.buffer)) return read.take(this.buffer);
    if (this.failure !== null) throw this.failure;
    return read.takeAtEnd(this.buffer);
  }

  /** Whether waiting would change nothing. */
  #isDecided(read: Read<unknown>): boolean {
    return this.isOver || read.isSatisfied(this.buffer);
  }

  #changed(): void {
    this.#watchers.tell();
    this.#serve();
  }

  /** Wakes the head, if it is to wait no longer. */
  #serve(): void {
    const head = this.#line[0];
    if (head !== undefined && this.#isDecided(head.read)) head.wake();
  }

  /** Pauses the source, or lets it go on. A head that wants more than the mark gets that much. */
  #control(): void {
    if (this.isOver) return;
    const sizeBytes = this.buffer.sizeBytes;
    const head = this.#line[0];
    const isWanted = head !== undefined && !this.#isDecided(head.read);
    if (!this.#isPaused && sizeBytes >= HIGH_WATER_BYTES && !isWanted) {
      this.#isPaused = true;
      this.#input.pause();
    } else if (this.#isPaused && (sizeBytes <= LOW_WATER_BYTES || isWanted)) {
      this.#isPaused = false;
      this.#input.resume();
    }
  }
}
