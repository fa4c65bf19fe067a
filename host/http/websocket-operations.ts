// Owns the waits of a WebSocket: for a message, for room to send one, and the iteration over messages.

import { Attempt } from "../core/attempt.js";
import { call } from "../core/call.js";
import { DONE, done, type Operation, PARKED, type Step } from "../core/operation.js";
import type { Task } from "../core/task.js";
import { expired } from "../core/timeout.js";
import type { WaitQueue } from "../core/wait-queue.js";
import { Steps } from "../operation-iterator.js";
import { WebSocketClosed } from "./errors.js";
import type { Message, WebSocketConnection } from "./websocket.js";

/** A wait that something outside ends: it keeps `wait()` and the hub from taking it for a wait forever. */
abstract class WaitForPeer<T> extends Attempt<T> {
  protected readonly connection: WebSocketConnection;
  readonly #line: WaitQueue;

  constructor(connection: WebSocketConnection, line: WaitQueue, ms: number) {
    super(ms);
    this.connection = connection;
    this.#line = line;
  }

  protected line(): WaitQueue {
    return this.#line;
  }

  override start(task: Task): Step<T> {
    return counted(task, super.start(task));
  }

  override resume(task: Task): Step<T> {
    task.hub.completions--;
    return counted(task, super.resume(task));
  }

  override abandon(task: Task): void {
    task.hub.completions--;
    super.abandon(task);
  }

  protected giveUp(): never {
    throw expired(this.timeoutMs);
  }
}

function counted<T>(task: Task, step: Step<T>): Step<T> {
  if (step === PARKED) task.hub.completions++;
  return step;
}

export class Receive extends WaitForPeer<Message> {
  protected attempt(): Step<Message> | null {
    const message = this.connection._take();
    return message === undefined ? null : done(message);
  }

  protected override passOn(): void {
    if (this.connection._canReceive) this.line().notifyOne();
  }
}

export class Send extends WaitForPeer<void> {
  readonly #message: Message;

  constructor(connection: WebSocketConnection, line: WaitQueue, message: Message, ms: number) {
    super(connection, line, ms);
    this.#message = message;
  }

  protected attempt(): Step<void> | null {
    return this.connection._give(this.#message) ? DONE : null;
  }

  protected override passOn(): void {
    if (this.connection._canSend) this.line().notifyOne();
  }
}

type NextMessage = IteratorResult<Message, undefined>;

export class Messages extends Steps<Message> {
  readonly #connection: WebSocketConnection;
  #isEnded = false;

  constructor(connection: WebSocketConnection) {
    super();
    this.#connection = connection;
  }

  next(): Operation<NextMessage> {
    return call(() => this.#next());
  }

  *#next(): Generator<unknown, NextMessage, unknown> {
    if (this.#isEnded) return { done: true, value: undefined };
    try {
      return { done: false, value: yield* this.#connection.receive() };
    } catch (error) {
      if (!(error instanceof WebSocketClosed)) throw error;
      return { done: true, value: undefined };
    }
  }

  close(): void {
    this.#isEnded = true;
  }
}
