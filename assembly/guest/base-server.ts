// Owns what servers have in common: when they take what comes, the greenlets that handle it, and how they
// stop. It must not know what comes: a subclass opens its source and takes one thing after another.

import { Status } from "./abi";
import { Address } from "./address";
import { sleep } from "./blocking";
import { Event } from "./event";
import { AnyGreenlet, kill, spawn } from "./greenlet";
import { Group } from "./group";
import { Pool } from "./pool";
import { Selectable } from "./selectable";
import { SocketError } from "./socket-error";
import { reportFailure } from "./socket-imports";

/** How long a server that could not take the next waits, milliseconds: until a file descriptor is free, say. */
// @ts-ignore: decorator
@inline const RETRY_MS: f64 = 100;
/** Handlers at once, unless told otherwise. */
// @ts-ignore: decorator
@inline const MOST_HANDLERS: i32 = 10_000;

export abstract class BaseServer {
  protected readonly pool: Pool;
  private acceptor: AnyGreenlet | null = null;
  private failure: SocketError | null = null;
  private running: Group = new Group();
  private stopped: Event = new Event();
  private hasStarted: bool = false;
  private hasStopped: bool = false;

  constructor(pool: Pool | null) {
    this.pool = pool == null ? new Pool(MOST_HANDLERS) : pool;
  }

  /** Opens what it takes from, and keeps it unless there is one; tells `failed` why it could not. @switches always */
  protected abstract open(): Status;
  /** Closes it, or lets it be until no handler needs it. Twice does nothing. */
  protected abstract closeSource(isNeeded: bool): void;
  /** Takes the next, and has it handled. @switches when there is none */
  protected abstract handleNext(): Status;

  /** Where it is reached; null before it has started, and once it was stopped. @noswitch */
  abstract get address(): Address | null;

  /** Whether it takes what comes, or could. @noswitch */
  get started(): bool {
    return this.hasStarted && !this.hasStopped;
  }

  /** Whether it was stopped. @noswitch */
  get closed(): bool {
    return this.hasStopped;
  }

  /** Why it could not start; null: nothing has failed. @noswitch */
  get error(): SocketError | null {
    return this.failure;
  }

  /** How many handlers run. @noswitch */
  get handlerCount(): i32 {
    return this.running.size;
  }

  /**
   * Begins to take what comes. One that has started already goes on.
   *
   * @switches unless it has started
   * @returns `Ok`; `Closed` when it was stopped: a server starts once; `Failed` with `error`; `Unsupported`
   *   where the runtime cannot; or what cut the wait short.
   */
  start(): Status {
    if (this.hasStopped) return Status.Closed;
    if (this.hasStarted) return Status.Ok;
    const status = this.open();
    // Another may have been faster, and then it cannot be opened again where it is.
    if (this.hasStarted) return Status.Ok;
    if (status != Status.Ok) return status;
    // While it was opened, it may have been stopped.
    if (this.hasStopped) {
      this.closeSource(false);
      return Status.Closed;
    }
    this.hasStarted = true;
    this.startAccepting();
    return Status.Ok;
  }

  /** Takes what comes again, after `stopAccepting`. @noswitch */
  startAccepting(): void {
    if (this.started && this.acceptor == null) this.acceptor = spawn(takeAll, this);
  }

  /** Takes nothing until `startAccepting`: what comes waits. @noswitch */
  stopAccepting(): void {
    const acceptor = this.acceptor;
    this.acceptor = null;
    if (acceptor != null) kill(acceptor);
  }

  /**
   * Takes nothing more at once. Waits up to `timeoutMs` for the handlers that run, and then kills them.
   *
   * @switches when handlers run
   * @param timeoutMs - Milliseconds. Omitted or 0: kills at once. Less than 0: waits as long as it takes.
   * @source gevent.baseserver.BaseServer.stop, gevent 26.5
   */
  stop(timeoutMs: f64 = 0): void {
    if (!this.hasStopped) {
      this.hasStopped = true;
      this.stopAccepting();
      if (this.hasStarted) this.closeSource(this.running.size > 0);
      this.stopped.set();
    }
    if (this.running.size == 0) return;
    if (timeoutMs != 0) this.running.join(timeoutMs);
    this.running.kill();
    this.closeSource(false);
  }

  /** Starts if need be, and waits until it is stopped. @switches always @returns as `start`, or what cut the wait short. */
  serveForever(): Status {
    const status = this.start();
    if (status != Status.Ok) return status;
    return this.stopped.wait() ? Status.Ok : Status.Expired;
  }

  /** Takes one after another, for ever. */
  takeAll(): void {
    for (;;) {
      // A place first: a full server takes nothing, so what comes waits with the system.
      if (this.pool.waitAvailable() == 0) return;
      const status = this.handleNext();
      if (status == Status.Ok) continue;
      if (status != Status.Failed) return;
      reportFailure();
      if (sleep(RETRY_MS) != Status.Ok) return;
    }
  }

  protected failed(error: SocketError | null): void {
    if (!this.hasStarted) this.failure = error;
  }

  protected runs(handler: AnyGreenlet): void {
    this.running.add(handler);
  }
}

function takeAll(server: BaseServer): void {
  server.takeAll();
}
