// Owns StreamServer: a greenlet for every connection. It must not know the host: listen and accept do.

import { Status } from "./abi";
import { Address } from "./address";
import { Event } from "./event";
import { AnyGreenlet, kill, spawn } from "./greenlet";
import { Group } from "./group";
import { Pool } from "./pool";
import { sleep } from "./blocking";
import { Listener, listen, ListenOptions, Socket } from "./socket";
import { SocketError } from "./socket-error";
import { reportFailure } from "./socket-imports";
import { addOwner, Owner, Task } from "./task";

/** How long a server that could not accept waits, milliseconds: until a file descriptor is free, say. */
// @ts-ignore: decorator
@inline const RETRY_MS: f64 = 100;
/** Connections at once, unless told otherwise. */
// @ts-ignore: decorator
@inline const MOST_CONNECTIONS: i32 = 10_000;

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
export class StreamServer {
  /**
   * What every connection's `setTimeout` is set to, milliseconds: a call without a limit of its own comes to
   * `TimedOut` after so long. Less than 0: no limit. 10 minutes, unless it is changed.
   */
  timeout: f64 = 600_000;
  private pool: Pool;
  private listener: Listener | null = null;
  private acceptor: AnyGreenlet | null = null;
  private failure: SocketError | null = null;
  private running: Group = new Group();
  private stopped: Event = new Event();
  private hasStopped: bool = false;

  /**
   * @param place - As of `listen`.
   * @param pool - Where handlers run: a full pool takes no connection. Omitted: one of 10 000; `new Pool()` has no limit.
   */
  constructor(
    private place: ListenOptions,
    private handle: (socket: Socket) => void,
    pool: Pool | null = null,
  ) {
    this.pool = pool == null ? new Pool(MOST_CONNECTIONS) : pool;
  }

  /** Whether it listens. @noswitch */
  get started(): bool {
    return this.listener != null && !this.hasStopped;
  }

  /** Whether it was stopped. @noswitch */
  get closed(): bool {
    return this.hasStopped;
  }

  /** Where it listens; null before it does, and once it was stopped. @noswitch */
  get address(): Address | null {
    const listener = this.listener;
    return listener == null ? null : listener.address;
  }

  /** What it could not listen for; null: nothing has failed. @noswitch */
  get error(): SocketError | null {
    return this.failure;
  }

  /** How many connections are being handled. @noswitch */
  get connectionCount(): i32 {
    return this.running.size;
  }

  /**
   * Begins to listen and to accept. One that has started already goes on.
   *
   * @switches unless it has started
   * @returns `Ok`; `Closed` when it was stopped: a server starts once; else as `listen`.
   */
  start(): Status {
    if (this.hasStopped) return Status.Closed;
    if (this.listener != null) return Status.Ok;
    const answer = listen(this.place);
    if (!answer.ok) {
      this.failure = answer.error;
      return answer.status;
    }
    // While it began, it may have been stopped, or started by another.
    if (this.hasStopped || this.listener != null) {
      answer.value.close();
      return this.hasStopped ? Status.Closed : Status.Ok;
    }
    this.listener = answer.value;
    this.startAccepting();
    return Status.Ok;
  }

  /** Accepts again after `stopAccepting`. @noswitch */
  startAccepting(): void {
    if (this.started && this.acceptor == null) this.acceptor = spawn(acceptAll, this);
  }

  /** Accepts nobody until `startAccepting`: who connects waits. @noswitch */
  stopAccepting(): void {
    const acceptor = this.acceptor;
    this.acceptor = null;
    if (acceptor != null) kill(acceptor);
  }

  /** Takes connections for ever. */
  acceptAll(): void {
    const listener = this.listener!;
    for (;;) {
      // A place first: a full server takes nobody, so who connects waits with the system.
      if (this.pool.waitAvailable() == 0) return;
      const connection = listener.accept();
      if (connection.ok) this.begin(connection.value);
      else if (connection.status != Status.Failed) return;
      else {
        reportFailure();
        if (sleep(RETRY_MS) != Status.Ok) return;
      }
    }
  }

  private begin(socket: Socket): void {
    socket.setTimeout(this.timeout);
    const greenlet = this.pool.spawn(this.handle, socket);
    this.running.add(greenlet);
    // And not in the handler's own frames: one that is killed before it begins has none.
    addOwner(greenlet, new Closing(socket));
  }

  /**
   * Stops listening at once. Waits up to `timeoutMs` for the connections that are being handled, and then
   * kills their greenlets.
   *
   * @switches when connections are being handled
   * @param timeoutMs - Milliseconds. Omitted or 0: kills at once. Less than 0: waits as long as it takes.
   * @source gevent.baseserver.BaseServer.stop, gevent 26.5
   */
  stop(timeoutMs: f64 = 0): void {
    this.close();
    if (this.running.size == 0) return;
    if (timeoutMs != 0) this.running.join(timeoutMs);
    this.running.kill();
  }

  /** Starts if need be, and waits until it is stopped. @switches always @returns as `start`, or what cut the wait short. */
  serveForever(): Status {
    const status = this.start();
    if (status != Status.Ok) return status;
    return this.stopped.wait() ? Status.Ok : Status.Expired;
  }

  private close(): void {
    if (this.hasStopped) return;
    this.hasStopped = true;
    this.stopAccepting();
    const listener = this.listener;
    if (listener != null) listener.close();
    this.stopped.set();
  }
}

function acceptAll(server: StreamServer): void {
  server.acceptAll();
}
