// Owns the rules of the scheduler in plain TypeScript, to be compared with core.wasm. Written from
// the rules, not from the code: lists are arrays, an entry of the run queue knows whether it still
// counts, a waiter knows whether a dispatch serves it, and what is freed follows from one question
// asked of everything: does anybody still need it?

import { Kind, Outcome, Reason, State, Status, Turn } from "../../assembly/core/abi.ts";
import type { Actor, World } from "./core-world.ts";

type Asks = "run" | "interrupt" | "serve" | "call";

interface Entry {
  readonly asks: Asks;
  readonly thing: Thing;
  /** What it was queued for has been overtaken: its turn passes without effect. */
  isVoid: boolean;
}

interface Deadline {
  readonly atMs: number;
  readonly order: number;
  readonly isRef: boolean;
  readonly thing: Thing;
}

class Thing {
  readonly id: number;
  readonly kind: Kind;
  state: State = State.New;
  readonly waiters: Thing[] = [];
  /** Whose line it stands in. */
  line: Thing | null = null;
  /** The dispatch queued for its line will serve it. */
  isMarked = false;
  /** The dispatch that is going on serves it. */
  isServed = false;
  deadline: Deadline | null = null;
  /** The entry that will run it, while it is ready. */
  runEntry: Entry | null = null;
  /** The ticket of the park it is in, or 0: not parked for the host. */
  ticket = 0;
  /** Queue: how many more than those marked the dispatch serves, from the front of the line. */
  turns = 0;
  isPinned = false;
  /** Queue: somebody has left it, or it was unpinned. */
  isUsed = false;
  /** A line of a meeting: the other one, and whether those who stand here take. */
  other: Thing | null = null;
  isTakers = false;
  /** Timeout: whom it interrupts. */
  target: Thing | null = null;

  constructor(id: number, kind: Kind) {
    this.id = id;
    this.kind = kind;
  }

  get isTask(): boolean {
    return this.kind === Kind.HostTask || this.kind === Kind.GuestTask;
  }
}

const ENTRIES_PER_LOOK = 50;

export class Model implements World {
  private readonly actor: Actor;
  /** What exists, by id. */
  private readonly things = new Map<number, Thing>();
  private ready: Entry[] = [];
  private deadlines: Deadline[] = [];
  private nextOrder = 0;
  private nextTicket = 1;
  private switches = 0;
  private current: Thing | null = null;
  private dispatching: Thing | null = null;
  private isSpent = false;
  private endMs = 0;
  private entriesLeft = 0;
  private steps = 0;
  /** Entries to take before the deadlines are looked at. */
  private owed = Number.POSITIVE_INFINITY;
  /** A link being called, or a Timeout being delivered: it goes when that is over. */
  private delivering: Thing | null = null;
  /** The one whose taker runs: it stays meanwhile. */
  private meeting: Thing | null = null;
  private idle: Thing | null = null;
  private isStopping = false;

  constructor(actor: Actor) {
    this.actor = actor;
  }

  // ---- helpers

  private make(id: number, kind: Kind): Thing {
    const thing = new Thing(id, kind);
    this.things.set(id, thing);
    return thing;
  }

  private get(id: number): Thing | null {
    return this.things.get(id) ?? null;
  }

  private isNeeded(thing: Thing): boolean {
    return this.isNeededAlone(thing) || (thing.other !== null && this.isNeededAlone(thing.other));
  }

  private isNeededAlone(thing: Thing): boolean {
    if (
      this.meeting === thing ||
      this.dispatching === thing ||
      this.delivering === thing ||
      thing.waiters.length > 0
    )
      return true;
    if (this.ready.some((entry) => entry.thing === thing)) return true;
    if (thing.kind === Kind.Queue) return thing.isPinned || !(thing.isUsed || thing.other?.isUsed);
    return thing.state !== State.Dead;
  }

  /** Forgets what nobody needs. */
  private sweep(): void {
    for (const [id, thing] of this.things) if (!this.isNeeded(thing)) this.things.delete(id);
  }

  private queueEntry(thing: Thing, asks: Asks): Entry {
    const entry: Entry = { asks, thing, isVoid: false };
    this.ready.push(entry);
    return entry;
  }

  private makeReady(task: Thing, state: State): void {
    task.state = state;
    task.runEntry = this.queueEntry(task, "run");
  }

  private arm(thing: Thing, delayMs: number, isRef: boolean): void {
    const atMs = this.actor.now() + Math.max(0, delayMs);
    thing.deadline = { atMs, order: this.nextOrder++, isRef, thing };
    this.deadlines.push(thing.deadline);
    this.deadlines.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  }

  private disarm(thing: Thing): void {
    this.deadlines = this.deadlines.filter((deadline) => deadline.thing !== thing);
    thing.deadline = null;
  }

  private standIn(line: Thing, waiter: Thing): void {
    line.waiters.push(waiter);
    waiter.line = line;
    waiter.isMarked = false;
    waiter.isServed = false;
  }

  /** Whoever comes to stand in a line of a meeting may be the one that the other line waits for. */
  private meetSoon(line: Thing): void {
    if (line.other === null || line.waiters.length === 0 || line.other.waiters.length === 0) return;
    this.queueDispatch(line.isTakers ? line : line.other);
  }

  private leaveLine(waiter: Thing): void {
    const line = waiter.line;
    if (line === null) return;
    line.waiters.splice(line.waiters.indexOf(waiter), 1);
    line.isUsed = true;
    line.turns = Math.min(line.turns, line.waiters.length);
    waiter.line = null;
  }

  /** Out of whatever would resume it. */
  private detach(task: Thing): void {
    if (task.runEntry !== null) task.runEntry.isVoid = true;
    task.runEntry = null;
    this.leaveLine(task);
    this.disarm(task);
    task.ticket = 0;
    this.sweep();
  }

  private notify(thing: Thing): void {
    if (thing.waiters.length === 0) return;
    for (const waiter of thing.waiters) waiter.isMarked = true;
    this.queueDispatch(thing);
  }

  private isDispatchQueued(thing: Thing): boolean {
    return this.ready.some((entry) => entry.thing === thing && entry.asks === "serve");
  }

  private queueDispatch(thing: Thing): void {
    if (!this.isDispatchQueued(thing)) this.queueEntry(thing, "serve");
  }

  private finish(task: Thing): void {
    this.detach(task);
    task.state = State.Dead;
    this.notify(task);
    this.sweep();
  }

  private resume(task: Thing, reason: Reason, cause: number): void {
    this.detach(task);
    task.state = State.Running;
    this.current = task;
    this.switches++;
    const outcome = this.actor.resume(task.id, reason, cause);
    this.current = null;
    if (outcome === Outcome.Ready) this.makeReady(task, State.Ready);
    else if (outcome === Outcome.Done) this.finish(task);
  }

  private call(link: Thing, reason: Reason): void {
    this.detach(link);
    link.state = State.Dead;
    this.delivering = link;
    this.sweep();
    this.actor.callback(link.id, reason);
    this.delivering = null;
    this.sweep();
  }

  private interruptNow(task: Thing, reason: Reason, cause: number): void {
    if (task.state === State.Parked || task.state === State.Ready) this.resume(task, reason, cause);
  }

  // ---- tasks

  createTask(id: number): void {
    this.make(id, Kind.HostTask);
  }

  createGuestTask(id: number): void {
    this.make(id, Kind.GuestTask);
  }

  spawnTask(id: number): void {
    this.makeReady(this.make(id, Kind.HostTask), State.Starting);
  }

  start(id: number, delayMs: number): Status {
    const task = this.get(id)!;
    if (task.state !== State.New) return Status.Ok;
    if (delayMs >= 0) {
      this.arm(task, delayMs, true);
      task.state = State.Starting;
    } else {
      this.makeReady(task, State.Starting);
    }
    return Status.Ok;
  }

  end(id: number): void {
    this.finish(this.get(id)!);
  }

  // ---- parking

  park(id: number, timeoutMs: number): number {
    const task = this.get(id)!;
    if (timeoutMs >= 0) this.arm(task, timeoutMs, true);
    task.state = State.Parked;
    task.ticket = this.nextTicket++;
    return task.ticket;
  }

  sleep(id: number, delayMs: number, isRef: boolean): Status {
    const task = this.get(id)!;
    this.arm(task, delayMs, isRef);
    task.state = State.Parked;
    return Status.Ok;
  }

  waitOn(id: number, queue: number, timeoutMs: number, isRef: boolean): Status {
    const task = this.get(id)!;
    const line = this.get(queue);
    if (line === null || line.state === State.Dead) return Status.Gone;
    if (timeoutMs >= 0) this.arm(task, timeoutMs, isRef);
    task.state = State.Parked;
    this.standIn(line, task);
    this.meetSoon(line);
    return Status.Ok;
  }

  waitFirst(id: number, queue: number, timeoutMs: number): Status {
    const status = this.waitOn(id, queue, timeoutMs, true);
    if (status !== Status.Ok) return status;
    const { waiters } = this.get(queue)!;
    const task = waiters.pop()!;
    // A line is served from its front: who goes before somebody to be served is served as well.
    task.isMarked = waiters.some((waiter) => waiter.isMarked);
    task.isServed = waiters.some((waiter) => waiter.isServed);
    waiters.unshift(task);
    return status;
  }

  waitForDispatch(id: number, queue: number): Status {
    const task = this.get(id)!;
    const line = this.get(queue);
    if (line === null || this.dispatching !== line || !line.waiters.some((waiter) => waiter.isServed)) {
      return Status.Gone;
    }
    task.state = State.Parked;
    this.standIn(line, task);
    // A line is served from its front: whoever stands before the one who joins is served as well.
    for (const waiter of line.waiters) waiter.isServed = true;
    return Status.Ok;
  }

  // ---- waking

  wake(id: number, ticket: number): boolean {
    const task = this.get(id);
    if (task === null || task.state !== State.Parked || task.ticket !== ticket) return false;
    this.detach(task);
    this.makeReady(task, State.Ready);
    return true;
  }

  resumeNow(id: number, ticket: number): boolean {
    const task = this.get(id);
    if (task === null || task.state !== State.Parked || task.ticket !== ticket) return false;
    this.resume(task, Reason.Wake, -1);
    return true;
  }

  interrupt(id: number): Status {
    const task = this.get(id);
    if (task === null || task.state === State.Dead) return Status.Gone;
    if (task.state === State.New || task.state === State.Starting) {
      if (task.kind === Kind.GuestTask) this.actor.discard(id);
      this.finish(task);
      return Status.Discarded;
    }
    this.queueEntry(task, "interrupt");
    return Status.Ok;
  }

  // ---- queues, links, deadlines

  createQueue(id: number, isPinned: boolean): void {
    this.make(id, Kind.Queue).isPinned = isPinned;
  }

  createMeeting(takers: number, givers: number): void {
    const [taking, giving] = [this.make(takers, Kind.Queue), this.make(givers, Kind.Queue)];
    taking.isTakers = true;
    taking.other = giving;
    giving.other = taking;
  }

  wakeFirst(id: number): number {
    const waiter = this.get(id)?.waiters[0];
    if (waiter === undefined) return -1;
    this.detach(waiter);
    this.makeReadyOutOfTurn(waiter);
    return waiter.id;
  }

  private makeReadyOutOfTurn(waiter: Thing): void {
    if (waiter.isTask) this.makeReady(waiter, State.Ready);
    else this.queueEntry(waiter, "call");
  }

  /** The first of either line meet: one is made ready, the other runs at once. */
  private meet(takers: Thing): void {
    const [taker, giver] = [takers.waiters[0], takers.other!.waiters[0]];
    takers.isUsed = true;
    if (taker === undefined || giver === undefined) {
      this.sweep();
      return;
    }
    this.leaveLine(taker);
    this.disarm(taker);
    this.leaveLine(giver);
    this.disarm(giver);
    giver.ticket = 0;
    this.makeReadyOutOfTurn(giver);
    this.meetSoon(takers);
    this.meeting = takers;
    if (taker.isTask) this.resume(taker, Reason.Wake, giver.id);
    else this.call(taker, Reason.Wake);
    this.meeting = null;
    this.sweep();
  }

  lengthOf(id: number): number {
    return this.get(id)?.waiters.length ?? 0;
  }

  idleRow(id: number): void {
    this.idle = this.make(id, Kind.Queue);
    this.idle.isPinned = true;
  }

  unpinQueue(id: number): void {
    const queue = this.get(id);
    if (queue === null) return;
    queue.isPinned = false;
    queue.isUsed = true;
    this.sweep();
  }

  notifyQueue(id: number): void {
    const queue = this.get(id);
    if (queue !== null) this.notify(queue);
  }

  notifyOneOf(id: number): void {
    const queue = this.get(id);
    if (queue === null || queue.waiters.length === 0) return;
    // No more than stand there: whoever comes finds what there is by himself.
    queue.turns = Math.min(queue.turns + 1, queue.waiters.length);
    this.queueDispatch(queue);
  }

  link(id: number, queue: number): boolean {
    const line = this.get(queue);
    if (line === null) return false;
    const isToBeServed = this.dispatching === line || this.isDispatchQueued(line);
    if (line.state === State.Dead && !isToBeServed) return false;
    this.standIn(line, this.make(id, Kind.Link));
    this.meetSoon(line);
    return true;
  }

  callSoon(id: number): void {
    this.queueEntry(this.make(id, Kind.Link), "call");
  }

  callLater(id: number, delayMs: number, isRef: boolean): void {
    this.arm(this.make(id, Kind.Link), delayMs, isRef);
  }

  armTimeout(id: number, task: number, delayMs: number): void {
    const timeout = this.make(id, Kind.Timer);
    timeout.target = this.get(task);
    this.arm(timeout, delayMs, true);
  }

  cancelRow(id: number): void {
    const thing = this.get(id);
    if (thing === null || thing === this.delivering) return;
    for (const entry of this.ready) if (entry.thing === thing) entry.isVoid = true;
    thing.state = State.Dead;
    this.detach(thing);
  }

  // ---- the turn

  stop(): void {
    this.isStopping = true;
  }

  seedOrder(): void {
    throw new Error("the model has no order but first in, first out");
  }

  abandonedTask(): number {
    const task = this.current;
    this.current = null;
    return task === null ? -1 : task.id;
  }

  currentTask(): number {
    return this.current === null ? -1 : this.current.id;
  }

  /** Serves the line that is being dispatched. A greenlet that ended serves all, a queue those it marked. */
  private serve(): void {
    const line = this.dispatching!;
    for (;;) {
      if (this.isStopping || this.isSpent) return;
      const waiter = line.waiters[0];
      if (waiter === undefined) break;
      if (line.state !== State.Dead && !line.waiters.some((other) => other.isServed)) {
        if (line.turns === 0) break;
        line.turns--;
      }
      this.spend();
      if (waiter.isTask) this.resume(waiter, Reason.Wake, -1);
      else this.call(waiter, Reason.Wake);
    }
    this.dispatching = null;
    // A turn is for somebody who waits: when all have gone it is not kept for those who come.
    if (!this.isDispatchQueued(line)) line.turns = 0;
    line.isUsed = true;
    this.sweep();
  }

  private take(entry: Entry): void {
    const thing = entry.thing;
    this.sweep();
    if (entry.isVoid) return;
    switch (entry.asks) {
      case "run":
        if (thing.state !== State.Dead) this.resume(thing, Reason.Wake, -1);
        break;
      case "interrupt":
        this.interruptNow(thing, Reason.Interrupt, -1);
        break;
      case "call":
        this.call(thing, Reason.Wake);
        break;
      case "serve":
        if (thing.isTakers) {
          this.meet(thing);
          break;
        }
        for (const waiter of thing.waiters) {
          waiter.isServed = waiter.isMarked;
          waiter.isMarked = false;
        }
        this.dispatching = thing;
        this.serve();
    }
  }

  private fire(thing: Thing): void {
    if (thing.kind === Kind.Link) {
      this.call(thing, Reason.TimedOut);
    } else if (thing.kind === Kind.Timer) {
      this.disarm(thing);
      this.delivering = thing;
      const target = thing.target;
      thing.state = State.Dead;
      if (target !== null && this.things.get(target.id) === target) {
        this.interruptNow(target, Reason.Timeout, thing.id);
      }
      this.delivering = null;
      this.sweep();
    } else {
      this.resume(thing, thing.state === State.Starting ? Reason.Wake : Reason.TimedOut, -1);
    }
  }

  private isTimeUp(): boolean {
    const isUp = ++this.steps % ENTRIES_PER_LOOK === 0 && this.actor.now() >= this.endMs;
    if (isUp) this.isSpent = true;
    return isUp;
  }

  /** An entry taken, or a waiter served. */
  private spend(): void {
    if (--this.entriesLeft <= 0) this.isSpent = true;
    this.isTimeUp();
  }

  run(turnMs: number, maxEntries: number): number {
    this.isStopping = false;
    this.isSpent = maxEntries <= 0;
    this.endMs = this.actor.now() + turnMs;
    this.entriesLeft = maxEntries;
    this.steps = 0;
    // Where the turn before was cut.
    this.delivering = null;
    this.meeting = null;
    this.sweep();
    if (this.dispatching !== null) this.serve();
    for (;;) {
      while (!this.isStopping && !this.isSpent && this.owed > 0 && this.ready.length > 0) {
        this.owed--;
        this.take(this.ready.shift()!);
        this.spend();
      }
      if (this.isStopping) {
        // What is ready at this moment comes before the deadlines, and nothing that comes later.
        if (this.owed === Number.POSITIVE_INFINITY) this.owed = this.ready.length;
        return Turn.Again;
      }
      const isDrained = this.owed === Number.POSITIVE_INFINITY && this.ready.length === 0;
      if (isDrained && !this.isSpent && this.idle !== null && this.idle.waiters.length > 0) {
        this.notify(this.idle);
        continue;
      }
      this.owed = Number.POSITIVE_INFINITY;
      const isOld = this.nextOrder;
      // What is due after the turn's end is the next turn's, unless this one has used up what it had.
      const first = this.deadlines[0]?.atMs ?? Number.POSITIVE_INFINITY;
      const nowMs = this.isSpent || first <= this.endMs ? this.actor.now() : Number.NEGATIVE_INFINITY;
      while (
        this.deadlines[0] !== undefined &&
        this.deadlines[0].atMs <= nowMs &&
        this.deadlines[0].order < isOld
      ) {
        this.fire(this.deadlines[0].thing);
        if (this.isStopping) {
          this.owed = 0;
          return Turn.Again;
        }
        if (this.isTimeUp()) return Turn.Again;
      }
      const isIdleWaited = this.idle !== null && this.idle.waiters.length > 0;
      const isLeft = this.dispatching !== null || this.ready.length > 0 || isIdleWaited;
      if (!isLeft) return this.deadlines[0]?.atMs ?? Turn.Idle;
      if (this.isSpent) return Turn.Again;
    }
  }

  counts(): readonly number[] {
    const refs = this.deadlines.filter((deadline) => deadline.isRef).length;
    return [this.things.size, this.ready.length, this.deadlines.length, refs, this.switches];
  }

  check(): void {}
}
