// Owns the two ends of a stream in memory: what each may still do, and what it is told. How bytes get from
// one to the other is the wires'. It must not know who reads, nor what hosts there are.

import { type Carrier, MemoryWire, type Message, type WireEnd } from "./memory-wire.js";
import type { Accepted, Address, StreamEvents, StreamHandle } from "./net.js";
import { systemError } from "./net-errors.js";

/** What a stream that takes time goes by. */
export interface Route {
  readonly there: Carrier;
  readonly back: Carrier;
  /** Nothing of the stream is left. */
  over(): void;
}

export class MemoryEnd implements StreamHandle, Accepted, WireEnd {
  readonly isExternal = false;
  local: Address | null = null;
  remote: Address | null = null;
  /** Closed, failed, or not there yet. */
  isClosed = false;
  /** null: nobody is told, so nothing is handed over. */
  #events: StreamEvents | null = null;
  #isPaused = false;
  #hasPeerEnded = false;
  #out!: MemoryWire;
  #in!: MemoryWire;
  #other!: MemoryEnd;
  readonly #route: Route | null;
  /** What could not be told because nobody had said who is. */
  readonly #untold: ((events: StreamEvents) => void)[] = [];
  #stopKnocking: (() => void) | null = null;

  private constructor(route: Route | null) {
    this.#route = route;
  }

  /** Two ends. With a route, the second is not there before it has answered the first. */
  static pair(route: Route | null = null): [MemoryEnd, MemoryEnd] {
    const [first, second] = [new MemoryEnd(route), new MemoryEnd(route)];
    first.#other = second;
    second.#other = first;
    first.#out = second.#in = new MemoryWire(first, second, route?.there ?? null);
    second.#out = first.#in = new MemoryWire(second, first, route?.back ?? null);
    second.isClosed = route !== null;
    return [first, second];
  }

  // ---- connecting, over a route

  /** Asks to be connected: `arrived` is called where the second end would be. */
  knock(arrived: () => void): void {
    const { there } = this.#route!;
    this.#out.send(arrived);
    this.#stopKnocking = there.after(there.giveUpMs, () => this.giveUp());
  }

  /** The second end is there from here on; the first is told in time. */
  answer(): void {
    this.isClosed = false;
    const first = this.#other;
    this.#out.send(() => first.#opened());
  }

  #opened(): void {
    this.#stopKnocking?.();
    this.#stopKnocking = null;
    this.#tell((events) => events.opened());
  }

  /** The other end's connection breaks, in time; so does this one, here and now. */
  refuse(error: Error = systemError("ECONNRESET")): void {
    const other = this.#other;
    this.#shut(() => other.fail(error));
  }

  /** Says who is told. What came before is told later. */
  open(events: StreamEvents): this {
    this.#events = events;
    if (this.#untold.length === 0 && !this.#in.hasArrived) return this;
    this.#route!.back.after(0, () => {
      for (const tell of this.#untold.splice(0)) tell(events);
      this.#in.hand();
    });
    return this;
  }

  #tell(tell: (events: StreamEvents) => void): void {
    if (this.#events === null) this.#untold.push(tell);
    else tell(this.#events);
  }

  // ---- the stream drives

  write(bytes: Uint8Array): boolean {
    return this.isClosed || this.#out.write(bytes);
  }

  end(): void {
    if (!this.isClosed) this.#out.end();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#in.hand();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.#shut("closed");
    this.#tell((events) => events.closed());
  }

  setNoDelay(): void {}

  // ---- the wires tell

  get isTaking(): boolean {
    return this.isClosed || (this.#events !== null && !this.#isPaused);
  }

  received(bytes: Uint8Array): void {
    if (!this.isClosed) this.#events!.received(bytes);
  }

  peerEnded(): void {
    if (this.isClosed) return;
    this.#hasPeerEnded = true;
    this.#tell((events) => events.ended());
    this.#closeIfOver();
  }

  peerClosed(): void {
    if (this.isClosed) return;
    this.#tell((events) => events.cannotWrite?.(systemError("EPIPE")));
  }

  drained(): void {
    if (!this.isClosed) this.#events!.drained();
  }

  sentEnd(): void {
    this.#closeIfOver();
  }

  /** Nothing of what it sent has arrived for too long. */
  giveUp(): void {
    const other = this.#other;
    this.#out.forget();
    this.fail(systemError("ETIMEDOUT"), () => other.fail(systemError("ECONNRESET")));
  }

  /** Both ends of the connection break, here and now. */
  breakBoth(): void {
    const other = this.#other;
    // Nobody is told that it has sent what is lost here.
    this.#out.forget();
    this.#in.forget();
    this.fail(systemError("ECONNRESET"));
    other.fail(systemError("ECONNRESET"));
  }

  /** @param last - What the other end is sent. */
  fail(error: Error, last: Message | null = null): void {
    if (this.isClosed) return;
    this.#shut(last);
    this.#tell((events) => {
      events.failed(error);
      events.closed();
    });
  }

  // ---- its end

  /** As a system does, it lets go of a stream that has ended in both directions. */
  #closeIfOver(): void {
    if (this.isClosed || !this.#hasPeerEnded || !this.#out.isEndSent) return;
    this.#shut(null);
    this.#tell((events) => events.closed());
  }

  #shut(last: Message | null): void {
    this.isClosed = true;
    this.#stopKnocking?.();
    this.#stopKnocking = null;
    this.#out.leave();
    if (this.#other.isClosed) {
      this.#out.forget();
      this.#in.forget();
      this.#route?.over();
      return;
    }
    if (last !== null) this.#out.send(last);
    // Bytes that wait for this end are dropped, and their sender goes on until it hears of the end.
    this.#in.hand();
  }
}
