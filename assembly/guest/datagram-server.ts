// Owns DatagramServer: a greenlet for every datagram.

import { Status } from "./abi";
import { Address } from "./address";
import { BaseServer } from "./base-server";
import { Datagram, DatagramOptions, DatagramSocket } from "./datagram";
import { Pool } from "./pool";

/**
 * Receives, and runs `handle(datagram)` in a greenlet for every datagram; it answers with the server's
 * `sendTo`. A handler that traps is reported, and touches no other. Stopped, it receives nothing more; its
 * handlers can still send.
 *
 * @source gevent.server.DatagramServer, gevent 26.5
 * @since 0.1
 */
export class DatagramServer extends BaseServer {
  private socket: DatagramSocket | null = null;

  /**
   * @param place - As of `DatagramSocket.bind`.
   * @param pool - Where handlers run: a full pool receives nothing. Omitted: one of 10 000; `new Pool()` has no limit.
   */
  constructor(
    private place: DatagramOptions,
    private handle: (datagram: Datagram) => void,
    pool: Pool | null = null,
  ) {
    super(pool);
  }

  /** Where it receives; null before it does, and once it was stopped. @noswitch */
  get address(): Address | null {
    const socket = this.socket;
    return socket == null ? null : socket.address;
  }

  /** How many datagrams came when nothing more could wait: they are lost. @noswitch */
  get dropped(): i32 {
    const socket = this.socket;
    return socket == null ? 0 : socket.dropped;
  }

  /** Sends a datagram from where the server receives. @switches always @returns as `sendTo` of a DatagramSocket; `Closed` unless it receives. */
  sendTo<T>(data: T, to: string, port: i32, timeoutMs: f64 = -1): Status {
    const socket = this.socket;
    return socket == null ? Status.Closed : socket.sendTo<T>(data, to, port, timeoutMs);
  }

  protected open(): Status {
    const answer = DatagramSocket.bind(this.place);
    this.failed(answer.error);
    if (answer.ok && this.socket != null) answer.value.close();
    else if (answer.ok) this.socket = answer.value;
    return answer.status;
  }

  protected closeSource(isNeeded: bool): void {
    if (!isNeeded) this.socket!.close();
  }

  protected handleNext(): Status {
    const answer = this.socket!.recvFrom();
    if (!answer.ok) return answer.status;
    this.runs(this.pool.spawn(this.handle, answer.value));
    return Status.Ok;
  }
}
