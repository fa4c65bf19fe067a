// Owns what servers have in common: starting once, taking what comes, one by one, into greenlets of a pool,
// and stopping them. It must not know what comes, nor where from.

import { call } from "./core/call.js";
import { requireBody, requireOptions } from "./core/check.js";
import { describe, UsageError } from "./core/errors.js";
import { GreenletExit } from "./core/exit.js";
import type { Body, Greenlet } from "./core/greenlet.js";
import { currentHub } from "./core/hub.js";
import { SocketError } from "./core/net-errors.js";
import type { Operation } from "./core/operation.js";
import { Timeout, type TimeoutArgument } from "./core/timeout.js";
import { Event } from "./event.js";
import { killAll, spawn } from "./greenlet.js";
import { Pool } from "./pool.js";
import { Semaphore } from "./semaphore.js";
import { sleep } from "./sleep.js";
import { joinAll } from "./wait.js";

/** How long a server waits after a failure to take: until a file descriptor is free, say. */
const RETRY_MS = 100;
/** Handlers at once, unless told otherwise: what a process can hold the state of, and no flood is. */
const MOST_HANDLERS = 10_000;

/** How many handlers a server runs at once. */
export interface SpawnOptions {
  /**
   * Most handlers at once, or the Pool that they run in with others; null: no limit. "default" or
   * omitted: 10 000.
   */
  readonly spawn?: "default" | number | Pool | null;
}

/** What a server takes from: a listener, a socket for datagrams. */
interface Source {
  readonly address: unknown;
  close(): void;
}

/** A server that takes from an `S`, and calls its handler with `A`. */
export abstract class BaseServer<S extends Source, A extends unknown[]> implements AsyncDisposable {
  readonly #handle: Body<A, unknown>;
  readonly #handlers: Pool;
  readonly #running = new Set<Greenlet>();
  readonly #stopped = new Event();
  /** Held while it opens its source: who else starts it meanwhile waits for that. */
  readonly #starting = new Semaphore();
  #source: S | null = null;
  #acceptor: Greenlet | null = null;
  #isClosed = false;

  constructor(handle: Body<A, unknown>, options: SpawnOptions) {
    requireBody(handle, "serve with");
    requireOptions(options);
    this.#handle = handle;
    this.#handlers = handlersOf(options.spawn === undefined ? "default" : options.spawn);
  }

  /** What listings and reports call it. */
  protected abstract readonly label: string;

  protected abstract open(): Operation<S>;

  /** Waits for the next: what the handler is called with. */
  protected abstract take(source: S): Generator<unknown, A, unknown>;

  /** Its handler has ended, or there is none for it. */
  protected letGo(..._taken: A): void {}

  /** It is being stopped: nobody new is to come. Closes the source, if handlers can do without. */
  protected refuse(_source: S): void {}

  /** null before it has started. */
  protected get source(): S | null {
    return this.#source;
  }

  protected get runningCount(): number {
    return this.#running.size;
  }

  /** Whether it takes what comes, or would after `startAccepting`. */
  get started(): boolean {
    return this.#source !== null && !this.#isClosed;
  }

  /** Whether it was stopped. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /** Where it is; null before it has started. */
  get address(): S["address"] | null {
    return this.#source?.address ?? null;
  }

  /**
   * Opens what it takes from, and begins to accept. One that has started already goes on.
   *
   * @switches unless it has started
   * @throws {@link SocketError} WEV_ERR_SOCKET_ADDRESS when it cannot be there
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it was stopped: a server starts once
   */
  start(): Operation<void> {
    return this.#starting.with(() => this.#start());
  }

  *#start(): Generator<unknown, void, unknown> {
    if (this.#isClosed) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not start a ${this.label} because it was stopped; make another one`,
      );
    }
    if (this.#source !== null) return;
    const source = yield* this.open();
    if (this.#isClosed) {
      source.close();
      return;
    }
    this.#source = source;
    this.startAccepting();
  }

  /** Accepts again after `stopAccepting`. One that accepts goes on. @noswitch */
  startAccepting(): void {
    if (!this.started || this.#acceptor !== null) return;
    this.#acceptor = spawn(() => this.#accept(this.#source!)) as Greenlet;
    this.#acceptor.name = this.label;
  }

  /** Accepts nothing until `startAccepting`: what comes waits. @noswitch */
  stopAccepting(): void {
    this.#acceptor?.kill(undefined, { block: false });
    this.#acceptor = null;
  }

  *#accept(source: S): Generator<unknown, void, unknown> {
    for (;;) {
      // A place first: a full server takes nothing, so what comes waits where its source says.
      yield* this.#handlers.waitAvailable();
      const taken = yield* this.#next(source);
      // Killed by `stop`, which closes the source too: in a shuffled order that may be noticed first.
      if (this.#isClosed) return taken === null ? undefined : this.letGo(...taken);
      if (taken === null) continue;
      try {
        const greenlet: Greenlet = yield* this.#handlers.spawn(this.#handle, ...taken);
        this.#running.add(greenlet);
        // And not in a frame around the handler: one that is killed before it begins has none.
        greenlet.rawlink(() => this.#ended(greenlet, taken));
      } catch (error) {
        this.letGo(...taken);
        if (error instanceof GreenletExit) throw error;
        this.#report(error);
      }
    }
  }

  /** The next; null: it could not be taken, which is reported, and after some time others may. */
  *#next(source: S): Generator<unknown, A | null, unknown> {
    try {
      return yield* this.take(source);
    } catch (error) {
      if (this.#isClosed) return null;
      if (!(error instanceof SocketError)) throw error;
      this.#report(error);
      yield* sleep(RETRY_MS);
      return null;
    }
  }

  #ended(greenlet: Greenlet, taken: A): void {
    this.#running.delete(greenlet);
    this.letGo(...taken);
    this.#closeIfDone();
  }

  #report(error: unknown): void {
    currentHub().report({ error, context: this, name: this.label });
  }

  /**
   * Takes nothing more from this call on. Waits up to `timeout` for the handlers that run, and then kills
   * them.
   *
   * @switches when handlers run
   * @param timeout - Milliseconds, or a Timeout. Omitted or 0: kills at once. null: waits as long as it takes.
   * @source gevent.baseserver.BaseServer.stop, where a server without a pool lets them run
   */
  stop(timeout: TimeoutArgument = 0): Operation<void> {
    this.#close();
    return call(() => this.#end(timeout));
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#acceptor?.kill(undefined, { block: false });
    if (this.#source !== null) this.refuse(this.#source);
    this.#closeIfDone();
    this.#stopped.set();
  }

  #closeIfDone(): void {
    if (this.#isClosed && this.#running.size === 0) this.#source?.close();
  }

  *#end(timeout: TimeoutArgument): Generator<unknown, void, unknown> {
    if (this.#running.size === 0) return;
    const limit = timeout instanceof Timeout ? timeout : new Timeout(timeout, false);
    yield* limit.run(joinAll, [...this.#running]);
    if (this.#running.size > 0) yield* killAll(this.#running);
  }

  /** Starts if need be, and waits until it is stopped. @switches always @throws as `start` does */
  serveForever(): Operation<void> {
    return call(() => this.#serveForever());
  }

  *#serveForever(): Generator<unknown, void, unknown> {
    yield* this.start();
    try {
      yield* this.#stopped.wait();
    } finally {
      // One that is killed here serves nobody any more.
      this.#close();
    }
  }

  /** Stops it at the end of a scope. @switches as `stop` does */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function handlersOf(how: SpawnOptions["spawn"]): Pool {
  if (how instanceof Pool) return how;
  if (how === "default") return new Pool(MOST_HANDLERS);
  if (typeof how === "number" || how === null) return new Pool(how);
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not serve with ${describe(how)} as spawn because it is no way to spawn; give a number, a Pool or null`,
  );
}
