// Owns what a test program sees of a scheduler, and core.wasm as one implementation of it. The other
// is the model (core-model.ts). Things have ids, given by the program in order of creation; an id
// outlives what it named, so that late calls can be tried.

import { Count, Outcome, Reason, type Status } from "../../assembly/core/abi.ts";
import type { Core } from "../../host/core/core.ts";
import { checkStructure, type Instance, instantiate } from "./core-harness.ts";

/** The program: what the scheduler calls. */
export interface Actor {
  now(): number;
  /** `cause` is the id of a Timeout, or -1. */
  resume(id: number, reason: Reason, cause: number): Outcome;
  callback(id: number, reason: Reason): void;
  /** A guest task was killed before its first run. */
  discard(id: number): void;
}

export interface World {
  createTask(id: number): void;
  createGuestTask(id: number): void;
  spawnTask(id: number): void;
  createQueue(id: number, isPinned: boolean): void;
  /** Two queues whose waiters meet. */
  createMeeting(takers: number, givers: number): void;
  idleRow(id: number): void;
  start(id: number, delayMs: number): Status;
  /** Answers a ticket, in this world's own numbers. */
  park(id: number, timeoutMs: number): number;
  sleep(id: number, delayMs: number, isRef: boolean): Status;
  waitOn(id: number, queue: number, timeoutMs: number, isRef: boolean): Status;
  waitFirst(id: number, queue: number, timeoutMs: number): Status;
  waitForDispatch(id: number, queue: number): Status;
  wake(id: number, ticket: number): boolean;
  /** As wake, from a callback: the task runs before this returns. */
  resumeNow(id: number, ticket: number): boolean;
  interrupt(id: number): Status;
  end(id: number): void;
  unpinQueue(id: number): void;
  notifyQueue(id: number): void;
  notifyOneOf(id: number): void;
  /** The id of the waiter that was made ready, or -1. */
  wakeFirst(id: number): number;
  lengthOf(id: number): number;
  /** False: the queue is gone. */
  link(id: number, queue: number): boolean;
  callSoon(id: number): void;
  callLater(id: number, delayMs: number, isRef: boolean): void;
  armTimeout(id: number, task: number, delayMs: number): void;
  cancelRow(id: number): void;
  stop(): void;
  seedOrder(seed: number): void;
  /** The id of the task whose run was cut, or -1. */
  abandonedTask(): number;
  currentTask(): number;
  run(turnMs: number, maxEntries: number): number;
  /** Rows, ready entries, timers, timers that keep the hub alive, switches. */
  counts(): readonly number[];
  /** Throws if something inside does not fit together. */
  check(): void;
}

interface Name {
  row: number;
  serial: number;
}

export class CoreWorld implements World {
  readonly core: Core;
  private readonly entry: number;
  private readonly names: Name[] = [];
  /** Who a row was given to last. */
  private readonly ids = new Map<number, number>();
  private readonly actor: Actor;
  private nextSerial = 1;

  constructor(actor: Actor) {
    this.actor = actor;
    const instance: Instance = instantiate({
      now: () => actor.now(),
      resume: (row, reason, cause) =>
        actor.resume(this.idOf(row), reason, cause === 0 ? -1 : this.idOf(cause)),
      callback: (row, reason) => actor.callback(this.idOf(row), reason),
      guest: (id, reason, cause) => this.guest(id, reason, cause),
    });
    this.core = instance.core;
    this.entry = instance.entry;
  }

  private guest(id: number, reason: Reason, cause: number): Outcome {
    // Reason.Discard: the row is about to be freed; whatever is answered is not looked at.
    if (reason === Reason.Discard) {
      this.actor.discard(id);
      return Outcome.Done;
    }
    return this.actor.resume(id, reason, cause === 0 ? -1 : this.idOf(cause));
  }

  private idOf(row: number): number {
    const id = this.ids.get(row);
    if (id === undefined) throw new Error(`the core named row ${row}, which it never handed out`);
    return id;
  }

  private serial(): number {
    const serial = this.nextSerial;
    this.nextSerial += 2;
    return serial;
  }

  private name(id: number, row: number): boolean {
    if (row === 0) return false;
    const former = this.ids.get(row);
    if (former !== undefined && this.names[former]!.serial === this.core.serialOf(row) && former !== id) {
      throw new Error(`row ${row} was given to ${id} while ${former} has it`);
    }
    this.names[id] = { row, serial: this.core.serialOf(row) };
    this.ids.set(row, id);
    return true;
  }

  private mustName(id: number, row: number): void {
    if (!this.name(id, row)) throw new Error("the core says that memory is exhausted");
  }

  private row(id: number): number {
    return this.names[id]!.row;
  }

  createTask(id: number): void {
    this.mustName(id, this.core.createTask(this.serial()));
  }

  createGuestTask(id: number): void {
    this.mustName(id, this.core.createGuestTask(this.entry, id));
  }

  spawnTask(id: number): void {
    this.mustName(id, this.core.spawnTask(this.serial()));
  }

  createQueue(id: number, isPinned: boolean): void {
    this.mustName(id, this.core.createQueue(this.serial(), isPinned));
  }

  createMeeting(takers: number, givers: number): void {
    this.mustName(takers, this.core.createMeeting(this.serial(), this.serial()));
    const { row, serial } = this.names[takers]!;
    this.mustName(givers, this.core.otherLine(row, serial));
  }

  idleRow(id: number): void {
    this.mustName(id, this.core.idleRow());
  }

  start(id: number, delayMs: number): Status {
    return this.core.start(this.row(id), delayMs);
  }

  park(id: number, timeoutMs: number): number {
    const ticket = this.core.park(this.row(id), timeoutMs);
    if (ticket === 0) throw new Error("the core says that memory is exhausted");
    return ticket;
  }

  sleep(id: number, delayMs: number, isRef: boolean): Status {
    return this.core.sleep(this.row(id), delayMs, isRef);
  }

  waitOn(id: number, queue: number, timeoutMs: number, isRef: boolean): Status {
    const { row, serial } = this.names[queue]!;
    return this.core.waitOn(this.row(id), row, serial, timeoutMs, isRef);
  }

  waitFirst(id: number, queue: number, timeoutMs: number): Status {
    const { row, serial } = this.names[queue]!;
    return this.core.waitFirst(this.row(id), row, serial, timeoutMs);
  }

  waitForDispatch(id: number, queue: number): Status {
    const { row, serial } = this.names[queue]!;
    return this.core.waitForDispatch(this.row(id), row, serial);
  }

  wake(id: number, ticket: number): boolean {
    return this.core.wake(this.row(id), ticket) !== 0;
  }

  resumeNow(id: number, ticket: number): boolean {
    return this.core.resumeNow(this.row(id), ticket) !== 0;
  }

  interrupt(id: number): Status {
    const { row, serial } = this.names[id]!;
    return this.core.interrupt(row, serial);
  }

  end(id: number): void {
    this.core.end(this.row(id));
  }

  unpinQueue(id: number): void {
    const { row, serial } = this.names[id]!;
    this.core.unpinQueue(row, serial);
  }

  notifyQueue(id: number): void {
    const { row, serial } = this.names[id]!;
    this.core.notifyQueue(row, serial);
  }

  notifyOneOf(id: number): void {
    const { row, serial } = this.names[id]!;
    this.core.notifyOneOf(row, serial);
  }

  wakeFirst(id: number): number {
    const { row, serial } = this.names[id]!;
    const waiter = this.core.wakeFirst(row, serial);
    return waiter === 0 ? -1 : this.idOf(waiter);
  }

  lengthOf(id: number): number {
    const { row, serial } = this.names[id]!;
    return this.core.waitersOf(row, serial);
  }

  link(id: number, queue: number): boolean {
    const { row, serial } = this.names[queue]!;
    return this.name(id, this.core.link(this.serial(), row, serial));
  }

  callSoon(id: number): void {
    this.mustName(id, this.core.callSoon(this.serial()));
  }

  callLater(id: number, delayMs: number, isRef: boolean): void {
    this.mustName(id, this.core.callLater(this.serial(), delayMs, isRef));
  }

  armTimeout(id: number, task: number, delayMs: number): void {
    this.mustName(id, this.core.armTimeout(this.serial(), this.row(task), delayMs));
  }

  cancelRow(id: number): void {
    const { row, serial } = this.names[id]!;
    this.core.cancelRow(row, serial);
  }

  stop(): void {
    this.core.stop();
  }

  seedOrder(seed: number): void {
    this.core.seedOrder(seed);
  }

  abandonedTask(): number {
    const row = this.core.abandonedTask();
    return row === 0 ? -1 : this.idOf(row);
  }

  currentTask(): number {
    const row = this.core.currentTask();
    return row === 0 ? -1 : this.idOf(row);
  }

  run(turnMs: number, maxEntries: number): number {
    return this.core.run(turnMs, maxEntries);
  }

  counts(): readonly number[] {
    return [Count.Rows, Count.Ready, Count.Timers, Count.RefTimers, Count.Switches].map((n) =>
      this.core.count(n),
    );
  }

  check(): void {
    checkStructure(this.core);
  }
}
