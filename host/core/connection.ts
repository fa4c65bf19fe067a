// Owns one stream's life between the driver and the ByteStream that greenlets read and write: it turns
// what the driver reports into typed errors, and closes the stream with its hub. It must not know what
// a Socket offers.

import { ByteStream } from "./byte-stream.js";
import { currentHub, type Hub } from "./hub.js";
import type { Accepted, StreamEvents, StreamHandle } from "./net.js";
import { socketError } from "./net-errors.js";

export class Connection implements StreamEvents {
  readonly hub: Hub = currentHub();
  readonly stream: ByteStream;
  readonly handle: StreamHandle;
  /** What it is connected to, for error texts. */
  readonly #peer: string;
  /** Told how connecting went; null: it is connected. */
  #onOpened: ((error: Error | null) => void) | null;
  readonly #close = () => this.close();

  /** @param open - Makes the driver's stream; nothing is called back before it returns. */
  constructor(
    peer: string,
    open: (events: StreamEvents) => StreamHandle,
    onOpened: ((error: Error | null) => void) | null,
  ) {
    this.#peer = peer;
    this.#onOpened = onOpened;
    this.handle = open(this);
    this.stream = new ByteStream(this.handle, { label: "Socket" });
    this.hub.resources.add(this.#close);
  }

  /** Takes up a stream that is there already. */
  static over(accepted: Pick<Accepted, "open">, peer: string): Connection {
    return new Connection(peer, (events) => accepted.open(events), null);
  }

  close(): void {
    this.hub.resources.delete(this.#close);
    this.stream.close();
  }

  // ---- the driver tells

  opened(): void {
    const tell = this.#onOpened;
    this.#onOpened = null;
    tell?.(null);
  }

  received(chunk: Uint8Array): void {
    this.stream.received(chunk);
  }

  ended(): void {
    this.stream.ended();
  }

  drained(): void {
    this.stream.drained();
  }

  cannotWrite(error: Error): void {
    this.stream.outgoing.failed(socketError(`send to ${this.#peer}`, error));
  }

  failed(error: unknown): void {
    const tell = this.#onOpened;
    this.#onOpened = null;
    if (tell === null) this.stream.failed(socketError(`go on with the connection to ${this.#peer}`, error));
    else tell(socketError(`connect to ${this.#peer}`, error));
  }

  closed(): void {
    this.hub.resources.delete(this.#close);
    this.stream.closed();
  }
}
