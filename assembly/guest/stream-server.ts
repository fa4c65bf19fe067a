// Owns StreamServer: a greenlet for every connection.

import { Status } from "./abi";
import { Address } from "./address";
import { BaseServer } from "./base-server";
import { Pool } from "./pool";
import { Listener, listen, ListenOptions, Socket } from "./socket";
import { addOwner, Owner, Task } from "./task";

/** Closes a connection when its greenlet has ended, however it has. */
class Closing extends Owner {
  constructor(private socket: Socket) {
    super();
  }

  left(task: Task): void {
    this.socket.close();
  }
}

/**
 * Listens, and runs `handle(socket)` in a greenlet for every connection, which is closed when that ends. A
 * handler that traps is reported, and touches no other connection.
 *
 * @example an echo server
 * function echo(socket: Socket): void {
 *   for (;;) {
 *     const bytes = socket.recv();
 *     if (!bytes.ok || bytes.value.length == 0) return;
 *     if (socket.sendAll(bytes.value) != Status.Ok) return;
 *   }
 * }
 * new StreamServer({ port: 7000 }, echo).serveForever();
 *
 * @source gevent.server.StreamServer, gevent 26.5
 * @since 0.1
 */
export class StreamServer extends BaseServer {
  /**
   * What every connection's `setTimeout` is set to, milliseconds: a call without a limit of its own comes to
   * `TimedOut` after so long. Less than 0: no limit. 10 minutes, unless it is changed.
   */
  timeout: f64 = 600_000;
  private listener: Listener | null = null;

  /**
   * @param place - As of `listen`.
   * @param pool - Where handlers run: a full pool takes no connection. Omitted: one of 10 000; `new Pool()` has no limit.
   */
  constructor(
    private place: ListenOptions,
    private handle: (socket: Socket) => void,
    pool: Pool | null = null,
  ) {
    super(pool);
  }

  /** Where it listens; null before it does, and once it was stopped. @noswitch */
  get address(): Address | null {
    const listener = this.listener;
    return listener == null ? null : listener.address;
  }

  /** How many connections are being handled. @noswitch */
  get connectionCount(): i32 {
    return this.handlerCount;
  }

  protected open(): Status {
    const answer = listen(this.place);
    this.failed(answer.error);
    if (answer.ok && this.listener != null) answer.value.close();
    else if (answer.ok) this.listener = answer.value;
    return answer.status;
  }

  protected closeSource(isNeeded: bool): void {
    this.listener!.close();
  }

  protected handleNext(): Status {
    const answer = this.listener!.accept();
    if (!answer.ok) return answer.status;
    const socket = answer.value;
    socket.setTimeout(this.timeout);
    const handler = this.pool.spawn(this.handle, socket);
    this.runs(handler);
    // And not in the handler's own frames: one that is killed before it begins has none.
    addOwner(handler, new Closing(socket));
    return Status.Ok;
  }
}
