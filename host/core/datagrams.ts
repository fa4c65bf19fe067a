// Owns one socket for datagrams between the driver and greenlets: what has come and nobody has taken, who
// waits until the system has what he sends, and closing it with its hub. It turns what the driver reports
// into typed errors. It must not know what a DatagramSocket offers.
//
// At most MOST_DATAGRAMS and MOST_BYTES are held for a receiver that does not come. What comes then is
// dropped and counted, as systems do: a sender of datagrams cannot be told to wait.

import { Arrivals } from "./arrivals.js";
import { isTimedOut } from "./current.js";
import { currentHub, type Hub } from "./hub.js";
import { IoWait } from "./io-wait.js";
import type { DatagramEvents, DatagramHandle, DatagramTarget, InetAddress } from "./net.js";
import { datagramError, SocketError } from "./net-errors.js";
import { done, Operation, PARKED, type Step } from "./operation.js";
import { ClosedError } from "./stream-errors.js";
import type { Task } from "./task.js";
import { expired } from "./timeout.js";

/** What came, and from where. */
export interface Datagram {
  readonly data: Uint8Array;
  readonly address: InetAddress;
}

const MOST_DATAGRAMS = 1024;
const MOST_BYTES = 256 * 1024;

/** One call that sends: its task's inbox. */
interface Sending {
  readonly wait: IoWait;
  /** What the driver said: null, sent; undefined: nothing yet. */
  outcome: unknown;
}

export class Datagrams implements DatagramEvents {
  readonly hub: Hub = currentHub();
  readonly arrivals: Arrivals<Datagram | SocketError>;
  isClosed = false;
  /** How many came and were not held. */
  dropped = 0;
  /** null: it is not bound yet. */
  address: InetAddress | null = null;
  readonly #handle: DatagramHandle;
  /** Where it is bound to, for error texts. */
  readonly #place: string;
  readonly #onBound: (error: Error | null) => void;
  readonly #sendings = new Set<Sending>();
  #heldBytes = 0;
  /** Whether a failure waits to be taken: systems keep one. */
  #hasFailed = false;
  readonly #close = () => this.close();

  /**
   * @param open - Makes the driver's socket; nothing is called back before it returns.
   * @param onBound - Told how binding went.
   */
  constructor(
    place: string,
    open: (events: DatagramEvents) => DatagramHandle,
    onBound: (error: Error | null) => void,
  ) {
    this.#place = place;
    this.#onBound = onBound;
    this.#handle = open(this);
    this.arrivals = new Arrivals(this.hub, "DatagramSocket.recvFrom", this.#handle.isExternal);
    this.hub.resources.add(this.#close);
  }

  // ---- the driver tells

  bound(address: InetAddress): void {
    this.address = address;
    this.#onBound(null);
  }

  received(data: Uint8Array, address: InetAddress): void {
    if (this.arrivals.count >= MOST_DATAGRAMS || this.#heldBytes + data.length > MOST_BYTES) {
      this.dropped++;
      return;
    }
    this.#heldBytes += data.length;
    this.arrivals.add({ data, address });
  }

  failed(error: unknown): void {
    if (this.address === null) {
      this.#onBound(datagramError(`bind to ${this.#place}`, error));
    } else if (!this.#hasFailed) {
      this.#hasFailed = true;
      this.arrivals.add(datagramError(`receive at ${this.#place}`, error));
    }
  }

  // ---- greenlets ask

  /** What a receiver was given, out of what is held. */
  take(arrival: Datagram | SocketError): Datagram {
    if (arrival instanceof SocketError) {
      this.#hasFailed = false;
      throw arrival;
    }
    this.#heldBytes -= arrival.data.length;
    return arrival;
  }

  /** Parks the task until the system has the bytes; see SendDatagram. */
  send(task: Task, data: Uint8Array, to: DatagramTarget | null, timeoutMs: number): void {
    const sending: Sending = {
      wait: new IoWait(task, timeoutMs, this.arrivals.isExternal),
      outcome: undefined,
    };
    task._inbox = sending;
    this.#sendings.add(sending);
    this.#handle.send(data, to, (error) => {
      this.#sendings.delete(sending);
      sending.outcome = error;
      sending.wait.wake();
    });
  }

  /** The task no longer waits. Gives what the driver said. */
  leave(task: Task): unknown {
    const sending = task._takeInbox() as Sending;
    sending.wait.leave();
    this.#sendings.delete(sending);
    return sending.outcome;
  }

  /** Whoever waits is thrown ClosedError; what is held is let go of. Twice does nothing. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.hub.resources.delete(this.#close);
    this.#handle.close();
    this.arrivals.end(new ClosedError("receive a datagram"));
    for (const { wait } of this.#sendings) wait.wakeLater();
    this.#sendings.clear();
  }
}

/** Sends one datagram and waits until the system has it. Gives its length. */
export class SendDatagram extends Operation<number> {
  readonly #datagrams: Datagrams;
  readonly #data: Uint8Array;
  readonly #to: DatagramTarget | null;
  readonly #toName: string;
  readonly #timeoutMs: number;

  /** @param to - null: the peer, which is `toName`. */
  constructor(
    datagrams: Datagrams,
    data: Uint8Array,
    to: DatagramTarget | null,
    toName: string,
    timeoutMs: number,
  ) {
    super();
    this.#datagrams = datagrams;
    this.#data = data;
    this.#to = to;
    this.#toName = toName;
    this.#timeoutMs = timeoutMs;
  }

  get label(): string {
    return this.#to === null ? "DatagramSocket.send" : "DatagramSocket.sendTo";
  }

  override get home(): Hub | null {
    const { hub } = this.#datagrams;
    return hub.isDestroyed ? null : hub;
  }

  start(task: Task): Step<number> {
    if (this.#datagrams.isClosed) throw new ClosedError(this.#action);
    this.#datagrams.send(task, this.#data, this.#to, this.#timeoutMs);
    return PARKED;
  }

  resume(task: Task): Step<number> {
    const outcome = this.#datagrams.leave(task);
    if (isTimedOut()) throw expired(this.#timeoutMs);
    if (outcome === null) return done(this.#data.length);
    throw outcome === undefined ? new ClosedError(this.#action) : datagramError(this.#action, outcome);
  }

  override abandon(task: Task): void {
    this.#datagrams.leave(task);
  }

  get #action(): string {
    return `send a datagram of ${this.#data.length} bytes to ${this.#toName}`;
  }
}
