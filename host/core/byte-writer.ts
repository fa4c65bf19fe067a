// Owns the outgoing half of a stream: whose bytes are with the source, and who waits for that.
//
// One call writes at a time, in the order they came, so that the bytes of two greenlets are never
// mixed. A call ends once the source has let go of its bytes. One that is killed or timed out while
// its bytes are with the source cannot take them back; one that has not come to its turn sends nothing.

import { IoWait } from "./io-wait.js";
import { ClosedError } from "./stream-errors.js";
import type { Task } from "./task.js";
import { Watchers } from "./watchers.js";

/** Where bytes go. */
export interface ByteOutput {
  /**
   * Takes bytes. True: it has let go of them. False: they must not change, and no more may come, until
   * it says `drained`, which is after this call.
   */
  write(bytes: Uint8Array): boolean;
  /** Nothing more comes; the other side is told once all has been sent. */
  end(): void;
}

/** One call in the line. */
class Sending extends IoWait {
  readonly bytes: Uint8Array;
  /** Whether the source has had its bytes, and has let go of them. */
  isSent = false;

  constructor(task: Task, bytes: Uint8Array, timeoutMs: number, isExternal: boolean) {
    super(task, timeoutMs, isExternal);
    this.bytes = bytes;
  }
}

export class ByteWriter {
  readonly label: string;
  isClosed = false;
  /** It was told to send nothing more. */
  isEnded = false;
  /** What the source failed with; every later call throws it. */
  failure: Error | null = null;
  readonly #output: ByteOutput;
  /** Whether those who wait keep the hub from being taken for stuck: see IoWait. */
  readonly isExternal: boolean;
  /** The call whose bytes are with the source; null: nobody's, or one that did not wait. */
  #writing: Sending | null = null;
  #isBusy = false;
  #isEndTold = false;
  readonly #line: Sending[] = [];
  readonly #watchers = new Watchers();

  constructor(label: string, output: ByteOutput, isExternal: boolean) {
    this.label = label;
    this.#output = output;
    this.isExternal = isExternal;
  }

  /** Whether a `send` would not wait for earlier ones. */
  get isWritable(): boolean {
    return !this.#isBusy || this.isClosed || this.failure !== null;
  }

  /** Calls back whenever it may have become ready, as select asks for. Returns what takes it back. */
  watch(callback: () => void): () => void {
    return this.#watchers.add(callback);
  }

  // ---- what the source tells

  drained(): void {
    this.#isBusy = false;
    const sent = this.#writing;
    this.#writing = null;
    const woken = sent === null ? [] : [sent];
    while (!this.#isBusy && this.#line.length > 0) {
      const next = this.#line.shift()!;
      if (this.#output.write(next.bytes)) woken.push(next);
      else this.#hold(next);
    }
    if (this.isEnded) this.#tellEnd();
    // All before the first is woken: it may run at once, and close the stream.
    for (const sending of woken) sending.isSent = true;
    for (const sending of woken) sending.wake();
    if (!this.#isBusy) this.#watchers.tell();
  }

  failed(error: Error): void {
    this.failure ??= error;
    this.#wakeAll();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#wakeAll();
  }

  /** Calls that began before this still send. */
  end(): void {
    if (this.isEnded || this.isClosed) return;
    this.isEnded = true;
    this.#tellEnd();
  }

  // ---- what a send asks

  /** Throws unless bytes may be sent. */
  requireOpen(action: string): void {
    if (this.failure !== null) throw this.failure;
    if (this.isClosed) throw new ClosedError(action);
    if (this.isEnded) throw new ClosedError(action, "it was shut down for writing");
  }

  /** True: the source has let go of the bytes. False: the task is parked. */
  write(task: Task, bytes: Uint8Array, timeoutMs: number): boolean {
    if (!this.#isBusy && this.#output.write(bytes)) return true;
    const isFirst = !this.#isBusy;
    // Bytes that the source has are busy whether or not the task can be parked.
    this.#isBusy = true;
    const sending = new Sending(task, bytes, timeoutMs, this.isExternal);
    task._inbox = sending;
    if (isFirst) this.#writing = sending;
    else this.#line.push(sending);
    return false;
  }

  finish(task: Task, action: string): void {
    const sending = task._takeInbox() as Sending;
    if (sending.isSent) return;
    this.requireOpen(action);
  }

  /** The task no longer waits. */
  leave(task: Task): void {
    const sending = task._takeInbox() as Sending;
    sending.leave();
    if (this.#writing === sending) this.#writing = null;
    const at = this.#line.indexOf(sending);
    if (at !== -1) this.#line.splice(at, 1);
  }

  #tellEnd(): void {
    if (this.#isEndTold || this.#line.length > 0 || this.isClosed) return;
    this.#isEndTold = true;
    this.#output.end();
  }

  #hold(sending: Sending): void {
    this.#isBusy = true;
    this.#writing = sending;
  }

  #wakeAll(): void {
    const waiting = this.#line.splice(0);
    if (this.#writing !== null) waiting.unshift(this.#writing);
    this.#writing = null;
    for (const sending of waiting) sending.wakeLater();
    this.#watchers.tell();
  }
}
