// Long because it is one seam: every call between the host's tasks and the core goes through it, most
// of them a few lines. Owns one scheduler: a core instance, a driver, and the table that leads from a
// row to the host's half of it. When the core runs is the pump's; main and reports have their own
// files. It knows tasks, not what greenlets or events mean.

import { Count, Layout, type Outcome, Reason, Status, Turn } from "../../assembly/core/abi.js";
import { requireBody, requireCallback, requireOptions } from "./check.js";
import { Contexts } from "./context.js";
import { type Core, instantiateCore } from "./core.js";
import { current, outsideTasks } from "./current.js";
import type { Capability, Driver, DriverParts } from "./driver.js";
import { checkInteger, describe, HubDestroyed, UnsupportedError, UsageError } from "./errors.js";
import { GreenletExit } from "./exit.js";
import { type AnyBody, type Body, Greenlet } from "./greenlet.js";
import { checkedOptions, type HubOptions } from "./hub-options.js";
import {
  type GuestTasks,
  type Halves,
  isTask,
  listRows,
  parentOf,
  type RowView,
  readRow,
  type Tracks,
  type TreeNode,
  treeOf,
} from "./inspect.js";
import { Link } from "./link.js";
import { MainWaits } from "./main-waits.js";
import { Offer } from "./meeting.js";
import type { NetDriver } from "./net.js";
import type { Network } from "./network.js";
import { type Observer, Observers } from "./observe.js";
import { type Operation, setOutside } from "./operation.js";
import { Pump } from "./pump.js";
import type { ErrorReport, Failed, Failure } from "./report.js";
import { Reports } from "./reports.js";
import { countRows, type HubStats } from "./stats.js";
import { exhausted, OutsideTask, Task } from "./task.js";
import { type Limits, limited, type Timeout } from "./timeout.js";
import { type Clock, VirtualClock } from "./virtual.js";
import { WaitIdle } from "./wait-idle.js";

/** Spawn sites recorded in one turn: what a site costs is bounded, and a flood of spawns is not slowed. */
const SITES_PER_TURN = 64;

/** Serial of the queue behind wait(): the host's first. */
export const QUIET_SERIAL = 1;

/** What interrupts a task when its time comes: a Timeout, or an abort. */
export interface Deadline {
  _row: number;
  _serial: number;
  /** Its time has come: the error to throw into the task. */
  fire(): unknown;
}

type Slot = Task | Link | Deadline | undefined;

/** What `getCurrent()` answers outside greenlets. */
export interface Main {
  readonly name: "main";
  readonly id: 0;
  readonly hub: Hub;
  /** Shared with what main spawns. */
  readonly locals: Record<PropertyKey, unknown>;
}

/**
 * One scheduler with its run queue, timers and greenlets. Most programs use the default one and
 * never see it; a test makes its own with a virtual clock.
 *
 * @since 0.1
 */
export class Hub {
  /** @internal */ readonly core: Core;
  /** @internal Row address >>> RowShift → the host's half of that row. */
  readonly slots: Slot[] = [];
  /** @internal Completions from outside that tasks wait for. */
  completions = 0;
  /** @internal Tasks in wait() that are served when nothing is left to do. */
  quietWaiters = 0;
  /** @internal Whether a callback of the hub is running. */
  isInCallback = false;
  /** @internal */ siteBudget = SITES_PER_TURN;
  /** @internal */ spawnListeners: Set<(greenlet: Greenlet) => void> | null = null;
  /** @internal Guests by their place in the core's table, so that a row finds its guest. */
  readonly guests = new Map<number, GuestTasks>();
  /** @internal What is noted of greenlets while they are tracked. */
  tracks: Tracks | null = null;
  /** @internal What closes the sockets, listeners and the like that were opened in it. */
  readonly resources = new Set<() => void>();
  /** @internal Main's copies of what `local` gave, by the local. */
  readonly mainCopies = new WeakMap<object, object>();
  /** The network that its sockets use; null: the runtime's. */
  readonly network: Network | null;
  readonly main: Main = { name: "main", id: 0, hub: this, locals: Object.create(null) };

  readonly #driver: Driver;
  readonly #capabilities: ReadonlySet<Capability>;
  readonly #clock: Clock;
  readonly #virtual: VirtualClock | null;
  readonly #isClosed: boolean;
  readonly #pump: Pump;
  readonly #reports = new Reports();
  readonly #mainWaits: MainWaits;
  readonly #observers: Observers;
  readonly #interruptions = new Map<Task, unknown[]>();
  /** Null: the hub follows no context. */
  #contexts: Contexts | null = null;
  #serial = QUIET_SERIAL + 2;
  #quietRow = 0;
  #isDestroyed = false;

  constructor(options: HubOptions = {}) {
    const { turnMs, seed, clock, closed, driver, onError, memoryLimitBytes, context, network } =
      checkedOptions(options);
    this.network = network ?? null;
    this.#capabilities = network?._capabilitiesWith(driver.capabilities) ?? driver.capabilities;
    this.#driver = driver;
    this.#virtual = clock === "virtual" ? new VirtualClock(driver) : null;
    this.#clock = this.#virtual ?? driver;
    this.#isClosed = closed ?? clock === "virtual";
    if (onError !== undefined) this.#reports.addHandler(onError);
    const time = this.#clock;
    const slots = this.slots;
    this.core = instantiateCore({
      now: () => time.now(),
      resume: (row, reason, cause) => this.advance(slots[row >>> Layout.RowShift] as Task, reason, cause),
      callback: (row, reason) => this.#callLink(row, reason),
      observed: (what, row, detail) => this.#observers.tell(what, row, detail),
    });
    this.#observers = new Observers(this.core);
    this.#pump = new Pump(this.core, driver, this.#virtual, turnMs, {
      recover: (error) => this.#recover(error),
      turnEnded: (when) => this.#turnEnded(when),
    });
    this.#mainWaits = new MainWaits(
      this,
      // Virtual time goes on however little the runtime has to do.
      this.#isClosed || this.#virtual !== null ? null : (callback) => driver.whenExhausted(callback),
    );
    if (seed !== 0) this.core.seedOrder(seed);
    if (memoryLimitBytes !== undefined) {
      this.core.limitMemory(Math.max(2, Math.floor(memoryLimitBytes / Layout.PageBytes)));
    }
    if (context ?? surroundingHub()?.isFollowing(driver)) this.followContext();
    network?._attach(this, seed);
  }

  /**
   * Runs `body` as a greenlet of this hub and gives what it returns; rejects with what it throws,
   * or with LoopExit if nothing can wake it.
   *
   * @switches always
   */
  run<A extends unknown[], T>(body: Body<A, T>, ...args: A): Promise<T> {
    requireBody(body, "run");
    // Outside tasks: called in a greenlet of another hub, what is made here is still this one's.
    return enterHub(this, () =>
      outsideTasks(() => {
        const greenlet = new Greenlet<T>(body as unknown as AnyBody<T>, ...args);
        greenlet.start();
        return awaitOutside(greenlet.get(), this);
      }),
    );
  }

  /**
   * Waits until nothing is left to do: no greenlet ready, no deadline that counts, no completion
   * awaited. Greenlets parked forever do not count. Gives false if `timeout` ms pass first.
   *
   * @switches always
   * @throws the signal's reason when that is aborted first
   * @source gevent.hub.Hub.join
   */
  join(options: Limits = {}): Promise<boolean> {
    requireOptions(options);
    return awaitOutside(
      limited(options, (ms) => new WaitIdle(ms)),
      this,
    );
  }

  /** The clock of this hub: monotonic ms. @noswitch */
  now(): number {
    return this.#clock.now();
  }

  /** Whether this runtime, or the hub's network, has a capability, such as "tcp.listen". @noswitch */
  can(capability: Capability): boolean {
    return this.#capabilities.has(capability);
  }

  /** @internal The network's streams, or the runtime's; throws where it has none. */
  netFor(capability: Capability): NetDriver {
    const net = this.network === null ? this.#driver.net : this.network._net;
    if (net !== undefined && this.can(capability)) return net;
    const where = this.network === null ? this.runtime : `${this.runtime} with ${this.network.label}`;
    throw new UnsupportedError(capability, where);
  }

  /** The runtime's name, as error texts give it. */
  get runtime(): string {
    return this.#driver.runtime;
  }

  /** @internal Most connections at a time; null: any number. */
  get connectionLimit(): number | null {
    return this.#driver.connectionLimit ?? null;
  }

  get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /**
   * From here on greenlets see the asynchronous context (AsyncLocalStorage) as async functions do: each
   * begins in the one it is started in, keeps its own across switches, and changes none but its own.
   * Callbacks run in the one they were registered in, main's operations in the one of their `await`.
   * So do hubs that are made in this one later. Otherwise what is seen after a switch is not defined.
   *
   * Off at first because a switch and a spawn then cost two to three times as much
   * (docs/decisions/0004-context.md). Calling it again does nothing. @noswitch
   *
   * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED when the runtime lacks the capability "context"
   * @example For the whole program
   * ```ts
   * getHub().followContext();
   * storage.run(request, () => spawn(handle));
   * ```
   */
  followContext(): void {
    const driver = this.#driver;
    if (driver.captureContext === undefined) throw new UnsupportedError("context", driver.runtime);
    this.#contexts ??= new Contexts(() => driver.captureContext!());
  }

  /**
   * @internal A part of the driver that not every runtime has.
   *
   * @throws UnsupportedError when this one does not
   */
  part<K extends keyof DriverParts>(capability: K): NonNullable<DriverParts[K]> {
    const part = this.can(capability) ? this.#driver[capability] : undefined;
    if (part === undefined) throw new UnsupportedError(capability, this.runtime);
    return part as NonNullable<DriverParts[K]>;
  }

  /** @internal Whether a hub of this driver that is made in it is to follow contexts. */
  isFollowing(driver: Driver): boolean {
    return this.#contexts !== null && driver.captureContext !== undefined;
  }

  /**
   * Adds a handler for errors nobody read; with any handler set, console.error is not used.
   * Returns what removes it. @noswitch
   */
  onError(handler: (report: ErrorReport) => void): () => void {
    requireCallback(handler, "report errors to");
    return this.#reports.addHandler(handler);
  }

  /** Counts, at little cost. @noswitch */
  stats(): HubStats {
    const { core } = this;
    return {
      ...countRows(core, (row) => this.#slot(row.address) instanceof OutsideTask),
      ready: core.count(Count.Ready),
      timers: core.count(Count.Timers),
      completions: this.completions,
      main: this.#mainWaits.count,
      switches: core.count(Count.Switches) >>> 0,
      observers: this.#observers.count,
      memoryBytes: core.memory.buffer.byteLength,
    };
  }

  /**
   * Every greenlet that has not ended, under the one that spawned it; while `trackGreenlets` is on, also
   * those that have ended and that the program still holds. @noswitch
   */
  tree(): TreeNode {
    return treeOf(this.#rows(), this.halves);
  }

  /**
   * Kills the greenlet that listings and traces call by this number, of either kind, as `Greenlet.kill` does,
   * and waits for nothing. For those who look at a hub from outside: a console, a page. @noswitch
   *
   * @param id - Main has 0, and cannot be killed.
   * @returns false: no greenlet has that number, or it has ended.
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when `id` is not an integer from 0
   */
  kill(id: number): boolean {
    checkInteger(id, 0, "kill the greenlet with the id");
    const row = this.#rows().find((one) => one.serial === id && isTask(one));
    return row !== undefined && this.killRow(row.address, id);
  }

  /** @internal Kills the greenlet in a row. False: the row is not that greenlet's. */
  killRow(row: number, serial: number): boolean {
    const task = this.taskOf(row);
    if (task === null) {
      const status = this.core.interrupt(row, serial);
      if (status === Status.Exhausted) throw exhausted("kill");
      this.schedule();
      return status !== Status.Gone;
    }
    if (task._serial !== serial || !(task instanceof Greenlet)) return false;
    task.throw(new GreenletExit());
    return true;
  }

  /**
   * Ends the hub: throws GreenletExit into every greenlet, which runs its cleanup up to the first
   * call that would block, then drops the rest. What awaits from outside is rejected with
   * HubDestroyed. Called by one of its own greenlets, it does so once that one blocks. Calling it
   * again does nothing. @noswitch
   */
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    // A generator that is running cannot be thrown into.
    if (this.#pump.isRunning) this.#pump.stop();
    else if (current?.hub === this) this.#driver.soon(() => this.#dropAll());
    else this.#dropAll();
  }

  #dropAll(): void {
    for (const close of [...this.resources]) close();
    for (const task of this.#tasks()) {
      if (task instanceof OutsideTask) continue;
      if (task._frame !== null) {
        this.#pushInterruption(task, new GreenletExit());
        this.advance(task, Reason.Interrupt, 0);
        task._frame = null;
      }
      (task as Greenlet).drop(new GreenletExit());
    }
    this.#mainWaits.reject((task, error) => {
      this.#pushInterruption(task, error);
      this.advance(task, Reason.Interrupt, 0);
    });
    this.#pump.end();
    this.#reports.flush(Number.POSITIVE_INFINITY);
    this.slots.length = 0;
    this.#contexts = null;
    if (defaultHub === this) defaultHub = null;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  // ---- rows: what tasks, operations and links ask of the core

  /** @internal Odd numbers are the host's; the core gives guests even ones. */
  nextSerial(): number {
    const serial = this.#serial;
    this.#serial = (serial + 2) & 0x7fffffff;
    return serial;
  }

  /** @internal */
  checkAlive(what: string): void {
    if (this.#isDestroyed) throw new HubDestroyed(`could not ${what} because the hub was destroyed`);
  }

  /** @internal Gives the task a row that has not started. */
  createTask(task: Task): void {
    this.checkAlive("make a greenlet");
    task._serial = this.nextSerial();
    this.#adopt(task, this.core.createTask(task._serial), "make a greenlet");
  }

  /** @internal Gives the task a row at the back of the run queue. */
  spawnTask(task: Task): void {
    this.checkAlive("spawn");
    task._serial = this.nextSerial();
    this.#adopt(task, this.core.spawnTask(task._serial), "spawn");
    this.schedule();
  }

  /** @internal Runs a task's turn. */
  advance(task: Task, reason: Reason, cause: number): Outcome {
    return this.#contexts === null
      ? task._advance(reason, cause)
      : this.#contexts.advance(task, reason, cause);
  }

  /** @internal Starts a task that has a row; after `delayMs` if that is 0 or more. */
  startTask(task: Task, delayMs: number): void {
    // The row may have been made elsewhere, for a link or a number.
    this.#contexts?.capture(task._row);
    if (this.core.start(task._row, delayMs) === Status.Exhausted) throw exhausted("start a greenlet");
    this.schedule();
  }

  /** @internal Gives back the row of a task that has not started. */
  dropRow(task: Task): void {
    this.release(task);
    this.core.interrupt(task._row, task._serial);
    task._row = 0;
    task._serial = 0;
  }

  #adopt(owner: Task | Link | Deadline, row: number, what: string): void {
    if (row === 0) {
      owner._serial = 0;
      throw exhausted(what);
    }
    owner._row = row;
    const { slots } = this;
    const slot = row >>> Layout.RowShift;
    // Filled up to the row: an array with a gap this wide would become a hash table.
    while (slots.length < slot) slots.push(undefined);
    slots[slot] = owner;
    if (this.#contexts !== null) this.#contexts.capture(row);
  }

  #vacate(row: number): void {
    this.slots[row >>> Layout.RowShift] = undefined;
    if (this.#contexts !== null) this.#contexts.forget(row);
  }

  /** @internal The task has ended: the core serves its waiters, the host forgets it. */
  release(task: Task): void {
    this.#vacate(task._row);
    if (this.#interruptions.size !== 0) this.#interruptions.delete(task);
  }

  /** @internal */
  sleep(task: Task, delayMs: number, isRef: boolean): void {
    if (this.core.sleep(task._row, delayMs, isRef ? 1 : 0) !== Status.Ok) throw exhausted("sleep");
  }

  /** @internal False: the queue's row is gone. */
  waitOn(task: Task, queue: number, serial: number, timeoutMs: number, isRef = true): boolean {
    const status = this.core.waitOn(task._row, queue, serial, timeoutMs, isRef ? 1 : 0);
    if (status === Status.Exhausted) throw exhausted("wait");
    return status === Status.Ok;
  }

  /** @internal As waitOn, at the head of the line. */
  waitFirst(task: Task, queue: number, serial: number, timeoutMs: number): boolean {
    const status = this.core.waitFirst(task._row, queue, serial, timeoutMs);
    if (status === Status.Exhausted) throw exhausted("wait");
    return status === Status.Ok;
  }

  /** @internal Parks the task behind those whom the queue's dispatch is serving; false: there is none. */
  waitForDispatch(task: Task, queue: number, serial: number): boolean {
    return this.core.waitForDispatch(task._row, queue, serial) === Status.Ok;
  }

  /** @internal Parks the task for a completion from outside; wake() takes the ticket. */
  park(task: Task, timeoutMs = -1): number {
    const ticket = this.core.park(task._row, timeoutMs);
    if (ticket === 0) throw exhausted("wait");
    return ticket;
  }

  /**
   * @internal A completion arrived. False: the task no longer waits for it. If the hub is idle it
   * runs here and now.
   */
  wake(task: Task, ticket: number): boolean {
    if (this.#isDestroyed || this.core.wake(task._row, ticket) === 0) return false;
    if (!this.#pump.isScheduled) this.#pump.runTurn();
    return true;
  }

  /** @internal As wake, from a callback of the hub: the task runs inside that callback. */
  resumeNow(task: Task, ticket: number): void {
    this.core.resumeNow(task._row, ticket);
  }

  /** @internal Throws `error` into the task, behind what is ready. */
  interrupt(task: Task, error: unknown): Status {
    const status = this.core.interrupt(task._row, task._serial);
    if (status === Status.Exhausted) throw exhausted("kill");
    if (status === Status.Ok) this.#pushInterruption(task, error);
    this.schedule();
    return status;
  }

  #pushInterruption(task: Task, error: unknown): void {
    const errors = this.#interruptions.get(task);
    if (errors === undefined) this.#interruptions.set(task, [error]);
    else errors.push(error);
  }

  /** @internal The error that a resume for this reason throws into the task. */
  interruption(task: Task, reason: Reason, cause: number): unknown {
    if (reason === Reason.Timeout) {
      const deadline = this.#slot(cause) as Deadline;
      this.#vacate(cause);
      return deadline.fire();
    }
    const errors = this.#interruptions.get(task)!;
    const error = errors.shift();
    if (errors.length === 0) this.#interruptions.delete(task);
    return error;
  }

  /** @internal A wait queue's row. */
  createQueue(serial: number, isPinned = false): number {
    const row = this.core.createQueue(serial, isPinned ? 1 : 0);
    if (row === 0) throw exhausted("wait");
    return row;
  }

  /** @internal Queues a dispatch of those who wait there now. */
  notify(queue: number, serial: number): void {
    this.core.notifyQueue(queue, serial);
    this.schedule();
  }

  /** @internal Queues a dispatch of one more from the head of the line. */
  notifyOne(queue: number, serial: number): void {
    this.core.notifyOneOf(queue, serial);
    this.schedule();
  }

  /** @internal Puts a callback in a row's line. False: that row is gone. */
  link(link: Link, queue: number, queueSerial: number): boolean {
    this.checkAlive("link");
    link._serial = this.nextSerial();
    const row = this.core.link(link._serial, queue, queueSerial);
    if (row === 0) return false;
    this.#adopt(link, row, "link");
    return true;
  }

  /** @internal Puts a callback at the back of the run queue. */
  callSoon(link: Link): void {
    this.checkAlive("schedule a callback");
    link._serial = this.nextSerial();
    this.#adopt(link, this.core.callSoon(link._serial), "schedule a callback");
    this.schedule();
  }

  /** @internal Calls back when `delayMs` have passed. */
  callLater(link: Link, delayMs: number, isRef = true): void {
    this.checkAlive("set a timer");
    link._serial = this.nextSerial();
    this.#adopt(link, this.core.callLater(link._serial, delayMs, isRef ? 1 : 0), "set a timer");
    this.schedule();
  }

  /** @internal */
  cancelLink(link: Link | Deadline): void {
    if (!this.#isDestroyed) {
      this.core.cancelRow(link._row, link._serial);
      const slot = link._row >>> Layout.RowShift;
      // The deadline of a greenlet that has ended is freed when it comes, and its row may be
      // another's by the time it is cancelled (timeout.test.ts, "outlives its greenlet").
      if (this.slots[slot]?._serial === link._serial) this.#vacate(link._row);
      this.schedule();
    }
    link._row = 0;
  }

  #callLink(row: number, reason: Reason): void {
    const link = this.#slot(row) as Link;
    this.slots[row >>> Layout.RowShift] = undefined;
    link._row = 0;
    this.isInCallback = true;
    if (this.#contexts === null) this.#fire(link, reason);
    else this.#contexts.callBack(row, () => this.#fire(link, reason));
    this.isInCallback = false;
  }

  #fire(link: Link, reason: Reason): void {
    this.guard(() => link.fire(reason, link), link.context);
  }

  /** @internal Runs code of a user in the hub's name: no task, and its error is reported, not thrown. */
  guard(body: () => void, context: unknown): void {
    try {
      enterHub(this, () => outsideTasks(body));
    } catch (error) {
      this.report({ error, context, name: "a callback" });
    }
  }

  /** @internal Whether its row is still its own: the core frees one whose task has ended. */
  hasRow(link: Link | Deadline): boolean {
    return this.core.serialOf(link._row) === link._serial;
  }

  /** @internal Sets a deadline that interrupts the task; null: main. */
  armTimeout(timeout: Timeout, task: Task | null, delayMs: number): void {
    this.checkAlive("start a timeout");
    if (task === null) {
      const link = new Link(this, () => {
        timeout._row = 0;
        this.#mainWaits.raise(timeout);
      });
      this.callLater(link, delayMs);
      timeout._row = link._row;
      timeout._serial = link._serial;
      return;
    }
    this.armDeadline(timeout, task, delayMs);
  }

  /** @internal Sets a deadline that interrupts the task, which may be one of main's. */
  armDeadline(deadline: Deadline, task: Task, delayMs: number): void {
    this.checkAlive("start a timeout");
    deadline._serial = this.nextSerial();
    this.#adopt(deadline, this.core.armTimeout(deadline._serial, task._row, delayMs), "start a timeout");
    this.schedule();
  }

  #slot(row: number): Slot {
    return this.slots[row >>> Layout.RowShift];
  }

  /** @internal The host's half of a task's row; null: a guest's own, or none. */
  taskOf(row: number): Task | null {
    const slot = this.#slot(row);
    return slot instanceof Task ? slot : null;
  }

  /** @internal The task or main that made this one; null once that has ended. */
  parentOf(task: Task): Task | Main | null {
    if (task._row === 0) return null;
    const { address, serial } = parentOf(this.core, task._row);
    if (address === 0) return this.main;
    const parent = this.taskOf(address);
    if (parent instanceof OutsideTask) return this.main;
    return parent?._serial === serial ? parent : null;
  }

  /** @internal What listings need to know beside the rows. */
  get halves(): Halves {
    return {
      taskOf: (row) => this.taskOf(row),
      guestNameOf: (row) => this.guests.get(row.entry)?.nameOf(row.body) ?? null,
      guestWaitOf: (row) => this.guests.get(row.entry)?.waitOf(row.address) ?? null,
      rowAt: (address) => this.rowAt(address),
      tracks: this.tracks,
    };
  }

  /** @internal A row as it is. */
  rowAt(address: number): RowView {
    return readRow(this.core, address);
  }

  #rows(): RowView[] {
    return listRows(this.core);
  }

  #tasks(): Task[] {
    return this.slots.filter((slot) => slot instanceof Task);
  }

  /** @internal Tells an observer of every switch, at a cost; answers what takes it back. */
  observe(observer: Observer): () => void {
    return this.#observers.add(observer);
  }

  // ---- main

  /** @internal An await from outside begins here and now, as a call of main. */
  beginOutside(task: OutsideTask): void {
    this.#mainWaits.begin(task);
  }

  /** @internal Main goes on: the turn ends, so that its next steps come before what is ready. */
  outsideEnded(task: OutsideTask): void {
    this.release(task);
    this.#mainWaits.end(task);
    this.#pump.stop();
  }

  // ---- turns

  /** @internal Calls back once the runtime has had a turn, and with it the hub if anything is ready. */
  afterTurn(callback: () => void): void {
    this.#driver.soon(callback);
  }

  /** @internal A callback of the runtime has made something ready: it runs here and now, if none is running. */
  runReady(): void {
    if (!this.#isDestroyed && current === null) this.#pump.runTurn();
  }

  /** @internal Asks for a turn, unless one is coming or going on. */
  schedule(): void {
    if (!this.#isDestroyed) this.#pump.schedule();
  }

  #recover(error: unknown): void {
    const row = this.core.abandonedTask();
    const guest = row === 0 ? undefined : this.guests.get(this.rowAt(row).entry);
    if (guest === undefined) throw error;
    this.#observers.cut(row);
    guest.recover(row, error);
  }

  /** @internal What a task or a link that stands in a meeting gives. */
  offerOf(row: number): unknown {
    const slot = this.#slot(row);
    const offer = slot instanceof Task ? slot._inbox : slot instanceof Link ? slot.context : null;
    if (offer instanceof Offer) return offer.item;
    const { entry, body } = this.rowAt(row);
    return this.guests.get(entry)?.offerOf(body);
  }

  /** @internal What those give who stand in a line, in their order. */
  *offersIn(line: number): Generator<unknown, void> {
    for (let row = this.rowAt(line).head; row !== 0; row = this.rowAt(row).next) yield this.offerOf(row);
  }

  #turnEnded(when: number): void {
    this.siteBudget = SITES_PER_TURN;
    this.#observers.turnEnded();
    if (this.#isDestroyed) {
      this.#dropAll();
      return;
    }
    const pump = this.#pump;
    this.#reports.flush(pump.turn);
    // Whoever is told of an error may destroy the hub: a deadline armed now would keep the process alive.
    if (this.#isDestroyed) return;
    if (when === Turn.Again) {
      pump.schedule();
      return;
    }
    const hasRefTimers = this.core.count(Count.RefTimers) !== 0;
    const isQuiet = this.completions === 0 && !hasRefTimers;
    if (isQuiet && this.quietWaiters > 0) {
      this.notify(this.quietRow(), QUIET_SERIAL);
      return;
    }
    const isStuck = isQuiet && this.#isClosed && this.#mainWaits.count > 0;
    // wait()'s own deadline is none that it waits for, but the process must live to see it. And
    // virtual time must not jump to a deadline that does not count before main is told.
    pump.arm(isStuck && this.#virtual !== null ? Turn.Idle : when, hasRefTimers || this.quietWaiters > 0);
    if (this.#reports.hasUnread) pump.schedule();
    if (isStuck) {
      const { turn } = pump;
      // One turn of the runtime later, so that microtasks begun in this one may still act.
      this.#driver.soon(() => {
        if (turn === pump.turn && !pump.isScheduled && !this.#isDestroyed) this.#mainWaits.loopExit();
      });
    }
  }

  /** @internal The queue of those who wait until nothing is left to do. */
  quietRow(): number {
    if (this.#quietRow === 0) this.#quietRow = this.createQueue(QUIET_SERIAL, true);
    return this.#quietRow;
  }

  // ---- errors nobody read

  /** @internal A greenlet failed: reported after this turn, if nobody has read it by then. */
  noteFailure(failed: Failed): void {
    this.#reports.note(failed, this.#pump.turn);
    this.schedule();
  }

  /** @internal */
  report(failure: Failure): void {
    this.#reports.report(failure);
  }
}

/** Makes the operation's call as main; in its home hub, or else the default one. */
export function awaitOutside<T>(op: Operation<T>, hub: Hub = op.home ?? currentHub()): Promise<T> {
  return new Promise((resolve, reject) => {
    hub.beginOutside(new OutsideTask(hub, op, resolve as (value: unknown) => void, reject));
  });
}

setOutside(awaitOutside);

let defaultHub: Hub | null = null;
let enteredHub: Hub | null = null;

/** The default hub, made on first use with the runtime's driver and the real clock. @noswitch */
export function getHub(): Hub {
  defaultHub ??= new Hub();
  return defaultHub;
}

/** The hub that what is made here belongs to: the running greenlet's, or the default one. */
export function currentHub(): Hub {
  return surroundingHub() ?? getHub();
}

/** The hub that code runs in; null: in none, and there is no default one yet. */
function surroundingHub(): Hub | null {
  return current?.hub ?? enteredHub ?? defaultHub;
}

/** Runs plain code in a hub's name: what it makes belongs to that hub. */
export function enterHub<T>(hub: Hub, body: () => T): T {
  const outer = enteredHub;
  enteredHub = hub;
  try {
    return body();
  } finally {
    enteredHub = outer;
  }
}

/** Throws unless what belongs to `home` is used in it. */
export function checkHome(home: Hub, task: Task, label: string): void {
  if (home === task.hub) return;
  throw new UsageError(
    "WEV_ERR_FOREIGN_HUB",
    `could not use ${label} because its object belongs to another hub; make one object for each hub`,
  );
}

/** Throws unless it is a hub. */
export function requireHub(hub: unknown, verb: string): asserts hub is Hub {
  if (hub instanceof Hub) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not ${verb} ${describe(hub)} because it is not a hub; give a Hub, or nothing for the current one`,
  );
}
