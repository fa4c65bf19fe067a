// Owns one direction of a stream in memory: what was sent and is not yet taken by the other end, in its
// order. Without a carrier it passes at once and holds nothing; with one it is on its way for some time,
// waits while the way is cut, and then waits for the receiver, as in a system's buffers. It must not know
// what hosts there are, nor what an end tells its stream.

import { PART_BYTES } from "./byte-stream.js";

/** A way from one host to another, as what goes along it sees it. */
export interface Carrier {
  /** Most bytes of one direction that were sent and not taken. */
  readonly windowBytes: number;
  /** How long a sender whose bytes do not arrive waits, ms. */
  readonly giveUpMs: number;
  /** Nothing passes. Whoever is held goes on when it is told `release`. */
  readonly isCut: boolean;
  readonly held: Set<MemoryWire>;
  now(): number;
  /** How long the next thing is on its way. */
  drawDelayMs(): number;
  /** Whether the next part of bytes breaks its connection. */
  drawBreak(): boolean;
  /** Calls back in the hub; never for Infinity. Answers what takes it back. */
  after(delayMs: number, callback: () => void): () => void;
}

/** What a wire asks and tells its two ends. */
export interface WireEnd {
  readonly isClosed: boolean;
  /** Whether it takes what comes: bytes, or their end. */
  readonly isTaking: boolean;
  received(bytes: Uint8Array): void;
  peerEnded(): void;
  /** The other end reads no more. */
  peerClosed(): void;
  drained(): void;
  /** The end of its bytes is on its way. */
  sentEnd(): void;
  giveUp(): void;
  breakBoth(): void;
}

/** Bytes; their end; their end and nobody to read any; or what happens on arrival, ahead of bytes that nobody takes. */
export type Message = Uint8Array | "ended" | "closed" | (() => void);

export class MemoryWire {
  readonly #from: WireEnd;
  readonly #to: WireEnd;
  readonly #carrier: Carrier | null;
  /** Written, and still the writer's. */
  #rest: Uint8Array | null = null;
  #isLoading = false;
  #isDelivering = false;
  #isEnding = false;
  isEndSent = false;
  /** In the order in which they were sent: what is faster than the one before it arrives with that. */
  readonly #flying: { readonly dueMs: number; readonly message: Message }[] = [];
  readonly #arrived: (Uint8Array | "ended")[] = [];
  /** Bytes in both. */
  #loadedBytes = 0;
  /** Takes back the call for the first that flies, or the one that gives up. */
  #cancel: (() => void) | null = null;

  constructor(from: WireEnd, to: WireEnd, carrier: Carrier | null) {
    this.#from = from;
    this.#to = to;
    this.#carrier = carrier;
  }

  /** Whether something waits for the receiver. */
  get hasArrived(): boolean {
    return this.#arrived.length > 0;
  }

  // ---- the sender's

  /** True: all is on its way. False: the rest must not change until `drained`. */
  write(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    this.#rest = bytes;
    return this.#load();
  }

  /** The end of the bytes, behind what is written. */
  end(): void {
    this.#isEnding = true;
    if (this.#rest === null) this.#sendEnd();
  }

  send(message: Message): void {
    const carrier = this.#carrier;
    if (carrier === null) {
      this.#arrive(message);
      return;
    }
    const nowMs = carrier.now();
    const dueMs = nowMs + carrier.drawDelayMs();
    // The timer first: if there is no memory for it, nothing has been changed.
    if (this.#cancel === null && !this.#isDelivering) this.#arm(dueMs - nowMs);
    this.#flying.push({ dueMs, message });
    if (typeof message === "object") this.#loadedBytes += message.length;
  }

  /** The sender is gone. What it had sent goes on; nobody waits for what is left. */
  leave(): void {
    this.#rest = null;
    if (this.#carrier?.held.has(this)) this.#disarm();
  }

  /** Nothing of it is to arrive. */
  forget(): void {
    this.#rest = null;
    this.#flying.length = 0;
    this.#arrived.length = 0;
    this.#loadedBytes = 0;
    this.#disarm();
    this.#carrier?.held.delete(this);
  }

  /** Sends what there is room for. True: nothing is left. */
  #load(): boolean {
    // What passes at once makes room at once, and the loop below sees it.
    if (this.#isLoading) return false;
    this.#isLoading = true;
    try {
      while (this.#rest !== null) {
        const rest = this.#rest;
        const sizeBytes = Math.min(rest.length, PART_BYTES, this.#roomBytes());
        if (sizeBytes === 0) return false;
        // A copy: the writer may use its bytes again, and the reader keeps its own.
        this.#rest = sizeBytes < rest.length ? rest.subarray(sizeBytes) : null;
        this.send(this.#carrier?.drawBreak() ? () => this.#from.breakBoth() : rest.slice(0, sizeBytes));
      }
      return true;
    } catch (error) {
      this.#rest = null;
      throw error;
    } finally {
      this.#isLoading = false;
    }
  }

  #roomBytes(): number {
    if (this.#carrier === null) return this.#to.isTaking ? PART_BYTES : 0;
    return this.#carrier.windowBytes - this.#loadedBytes;
  }

  #refill(): void {
    if (this.#rest === null || !this.#load()) return;
    this.#from.drained();
    if (this.#isEnding && this.#rest === null) this.#sendEnd();
  }

  #sendEnd(): void {
    if (this.isEndSent) return;
    this.isEndSent = true;
    this.send("ended");
    this.#from.sentEnd();
  }

  // ---- on its way

  #arm(delayMs: number): void {
    const carrier = this.#carrier!;
    if (carrier.isCut) this.#hold();
    else this.#cancel = carrier.after(delayMs, () => this.#due());
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #hold(): void {
    const carrier = this.#carrier!;
    carrier.held.add(this);
    if (!this.#from.isClosed) this.#cancel = carrier.after(carrier.giveUpMs, () => this.#from.giveUp());
  }

  /** The way is whole again. */
  release(): void {
    const carrier = this.#carrier!;
    carrier.held.delete(this);
    this.#disarm();
    if (this.#flying.length > 0) this.#arm(carrier.drawDelayMs());
  }

  /** The first has come, and others whose time it is. */
  #due(): void {
    const carrier = this.#carrier!;
    this.#cancel = null;
    if (carrier.isCut) {
      this.#hold();
      return;
    }
    const nowMs = carrier.now();
    // What arrives may make room for more to be sent: the timer is set once, for what is first then.
    this.#isDelivering = true;
    do this.#arrive(this.#flying.shift()!.message);
    while (this.#flying.length > 0 && this.#flying[0]!.dueMs <= nowMs);
    this.#isDelivering = false;
    if (this.#flying.length > 0) this.#arm(this.#flying[0]!.dueMs - nowMs);
  }

  // ---- the receiver's

  #arrive(message: Message): void {
    if (typeof message === "function") {
      message();
      return;
    }
    if (message === "closed") this.#to.peerClosed();
    this.#arrived.push(message === "closed" ? "ended" : message);
    this.hand();
  }

  /** Hands over what the receiver takes. */
  hand(): void {
    while (this.#arrived.length > 0 && this.#to.isTaking) {
      const message = this.#arrived.shift()!;
      if (message === "ended") this.#to.peerEnded();
      else {
        if (this.#carrier !== null) this.#loadedBytes -= message.length;
        this.#to.received(message);
      }
    }
    this.#refill();
  }
}
