// Owns random programs for the scheduler: what they consist of, how one is run against a World, and
// how two worlds are compared. A program is plain data, so a failing one prints as a script.
//
// Every program starts with `main` (0) and a pinned queue (1). Arguments that name a thing count back
// from the one made last, modulo how many there are; so every program means something, also after
// shrinking.

import fc from "fast-check";
import { Outcome, type Reason, Status } from "../../assembly/core/abi.ts";
import { Model } from "./core-model.ts";
import { type Actor, CoreWorld, type World } from "./core-world.ts";

/** What anybody may do; never blocks. */
export type Action =
  | ["spawn" | "create" | "guest", body: number]
  | ["burst", count: number, body: number]
  | ["start", task: number, delayMs: number]
  | ["wake", ticket: number]
  | ["interrupt", task: number]
  | ["queue", isPinned: 0 | 1]
  | ["meeting"]
  | ["wakeFirst" | "length", queue: number]
  | ["unpin", queue: number]
  | ["notify" | "notifyOne", queue: number]
  | ["link", line: number, callback: number]
  | ["soon", callback: number]
  | ["later", callback: number, delayMs: number, isRef: 0 | 1]
  | ["timeout", task: number, delayMs: number]
  | ["cancel", row: number]
  | ["cancelSelf"]
  | ["stop"]
  | ["tick", ms: number];

/** How a task blocks. */
export type Blocking =
  | ["park", timeoutMs: number]
  | ["waitOn", line: number, timeoutMs: number, isRef: 0 | 1]
  | ["waitFirst", line: number, timeoutMs: number]
  | ["waitForDispatch", queue: number]
  | ["sleep", delayMs: number, isRef: 0 | 1];

export type TaskAction =
  | Action
  | Blocking
  | ["giveWay"]
  | ["end"]
  | ["trap"]
  /** Something happens between the park and the return to the core: a completion that came at once, say. */
  | ["parkThen", Blocking, Action]
  | ["trapAfter", Blocking, Action];
export type CallbackAction = Action | ["resumeNow", ticket: number] | ["trap"];

/** What happens between turns. `main` is a waiter outside the hub: its resume stops the turn. */
export type TopAction = Action | ["main", Blocking] | ["run", turnMs: number, maxEntries: number];

export interface Program {
  readonly bodies: readonly (readonly TaskAction[])[];
  readonly callbacks: readonly (readonly CallbackAction[])[];
  readonly top: readonly TopAction[];
}

/** No program makes more: a body may spawn itself. */
const MAX_THINGS = 120;

class Task {
  readonly id: number;
  readonly body: readonly TaskAction[];
  at = 0;
  isOver = false;

  constructor(id: number, body: readonly TaskAction[]) {
    this.id = id;
    this.body = body;
  }
}

const MAIN = 0;

/** Runs a program in a world; `note` gets a line for everything that can be seen. */
export class Interpreter implements Actor {
  readonly world: World;
  private readonly program: Program;
  private readonly note: (line: string) => void;
  private nowMs = 0;
  private nextId = 0;
  private isDraining = false;
  private isMainParked = false;
  private idle = -1;
  private readonly tasks: Task[] = [];
  private readonly byId = new Map<number, Task>();
  private readonly queues: number[] = [];
  /** Tasks and queues: what has waiters. */
  private readonly lines: number[] = [];
  private readonly tickets: { id: number; ticket: number }[] = [];
  /** Links, callbacks and Timeouts. */
  private readonly rows: number[] = [];
  private readonly callbackOf = new Map<number, readonly CallbackAction[]>();

  constructor(program: Program, makeWorld: (actor: Actor) => World, note: (line: string) => void) {
    this.program = program;
    this.note = note;
    this.world = makeWorld(this);
  }

  // ---- what the world calls

  now(): number {
    return this.nowMs;
  }

  discard(id: number): void {
    this.note(`  discard ${id}`);
  }

  resume(id: number, reason: Reason, cause: number): Outcome {
    this.note(`  resume ${id} reason ${reason} cause ${cause} current ${this.world.currentTask()}`);
    this.world.check();
    const task = this.byId.get(id);
    if (task === undefined || task.isOver) throw new Error(`${id} is resumed, and is over`);
    if (this.isDraining) return this.over(task);
    if (id === MAIN) {
      this.isMainParked = false;
      this.world.stop();
      return Outcome.Parked;
    }
    while (task.at < task.body.length) {
      const action = task.body[task.at++]!;
      switch (action[0]) {
        case "end":
          return this.over(task);
        case "giveWay":
          return Outcome.Ready;
        case "trap":
          throw new Trap();
        case "trapAfter":
          if (this.block(id, action[1])) this.act(id, action[2]);
          throw new Trap();
        case "parkThen":
          if (this.block(id, action[1])) {
            this.act(id, action[2]);
            return Outcome.Parked;
          }
          break;
        case "park":
        case "waitOn":
        case "waitFirst":
        case "waitForDispatch":
        case "sleep":
          if (this.block(id, action)) return Outcome.Parked;
          break;
        default:
          this.act(id, action);
      }
    }
    return this.over(task);
  }

  callback(id: number, reason: Reason): void {
    this.note(`  callback ${id} reason ${reason} current ${this.world.currentTask()}`);
    this.world.check();
    if (this.isDraining) return;
    for (const action of this.callbackOf.get(id)!) {
      if (action[0] === "trap") throw new Trap();
      if (action[0] === "resumeNow") {
        const ticket = this.pick(this.tickets, action[1]);
        if (ticket !== undefined) this.after(id, action, this.world.resumeNow(ticket.id, ticket.ticket));
      } else {
        this.act(id, action);
      }
    }
  }

  private over(task: Task): Outcome {
    task.isOver = true;
    return Outcome.Done;
  }

  // ---- actions

  private pick<T>(list: readonly T[], index: number): T | undefined {
    return list[list.length - 1 - (index % Math.max(1, list.length))];
  }

  /** Half of them queues, which are few, so that programs meet in them. */
  private pickLine(index: number): number {
    return index % 2 === 0 ? this.pick(this.queues, index >> 1)! : this.pick(this.lines, index >> 1)!;
  }

  private newTask(body: number, make: (id: number) => void): void {
    if (this.nextId >= MAX_THINGS) return;
    const id = this.nextId++;
    const task = new Task(id, this.program.bodies[body % Math.max(1, this.program.bodies.length)] ?? []);
    this.tasks.push(task);
    this.byId.set(id, task);
    this.lines.push(id);
    make(id);
  }

  private newQueue(make: (id: number) => void): void {
    if (this.nextId >= MAX_THINGS) return;
    const id = this.nextId++;
    this.queues.push(id);
    this.lines.push(id);
    make(id);
  }

  private newMeeting(): void {
    if (this.nextId >= MAX_THINGS - 1) return;
    const takers = this.nextId++;
    const givers = this.nextId++;
    this.queues.push(takers, givers);
    this.lines.push(takers, givers);
    this.world.createMeeting(takers, givers);
  }

  private newRow(callback: number, make: (id: number) => void): void {
    if (this.nextId >= MAX_THINGS) return;
    const id = this.nextId++;
    const { callbacks } = this.program;
    this.callbackOf.set(id, callbacks[callback % Math.max(1, callbacks.length)] ?? []);
    this.rows.push(id);
    make(id);
  }

  /** Says whether the task is parked. */
  private block(id: number, action: Blocking): boolean {
    let status: Status = Status.Ok;
    switch (action[0]) {
      case "park":
        this.tickets.push({ id, ticket: this.world.park(id, action[1]) });
        break;
      case "sleep":
        status = this.world.sleep(id, action[1], action[2] === 1);
        break;
      case "waitOn":
        status = this.world.waitOn(id, this.pickLine(action[1]), action[2], action[3] === 1);
        break;
      case "waitFirst":
        status = this.world.waitFirst(id, this.pickLine(action[1]), action[2]);
        break;
      case "waitForDispatch":
        status = this.world.waitForDispatch(id, this.pick(this.queues, action[1])!);
    }
    this.after(id, action, status);
    return status === Status.Ok;
  }

  /** The idle queue is the core's: nobody unpins it. */
  private unpin(queue: number): void {
    if (queue !== this.idle) this.world.unpinQueue(queue);
  }

  private act(actor: number, action: Action): void {
    const world = this.world;
    let answer: unknown = "";
    switch (action[0]) {
      case "spawn":
        this.newTask(action[1], (id) => world.spawnTask(id));
        break;
      case "burst":
        for (let i = 0; i < action[1]; i++) this.newTask(action[2], (id) => world.spawnTask(id));
        break;
      case "create":
        this.newTask(action[1], (id) => world.createTask(id));
        break;
      case "guest":
        this.newTask(action[1], (id) => world.createGuestTask(id));
        break;
      case "start": {
        const task = this.pick(this.tasks, action[1])!;
        if (!task.isOver && task.id !== MAIN) answer = world.start(task.id, action[2]);
        break;
      }
      case "wake": {
        const ticket = this.pick(this.tickets, action[1]);
        if (ticket !== undefined) answer = world.wake(ticket.id, ticket.ticket);
        break;
      }
      case "interrupt": {
        const task = this.pick(this.tasks, action[1])!;
        answer = world.interrupt(task.id);
        if (answer === Status.Discarded) task.isOver = true;
        break;
      }
      case "queue":
        this.newQueue((id) => {
          if (action[1] === 1 && this.idle < 0) {
            this.idle = id;
            world.idleRow(id);
          } else {
            world.createQueue(id, action[1] === 1);
          }
        });
        break;
      case "meeting":
        this.newMeeting();
        break;
      case "wakeFirst":
        answer = world.wakeFirst(this.pick(this.queues, action[1])!);
        break;
      case "length":
        answer = world.lengthOf(this.pick(this.queues, action[1])!);
        break;
      case "unpin":
        this.unpin(this.pick(this.queues, action[1])!);
        break;
      case "notify":
        world.notifyQueue(this.pick(this.queues, action[1])!);
        break;
      case "notifyOne":
        world.notifyOneOf(this.pick(this.queues, action[1])!);
        break;
      case "link": {
        const line = this.pickLine(action[1]);
        this.newRow(action[2], (id) => {
          answer = world.link(id, line);
          if (answer === false) this.rows.pop();
        });
        break;
      }
      case "soon":
        this.newRow(action[1], (id) => world.callSoon(id));
        break;
      case "later":
        this.newRow(action[1], (id) => world.callLater(id, action[2], action[3] === 1));
        break;
      case "timeout": {
        const task = this.pick(this.tasks, action[1])!;
        if (!task.isOver) this.newRow(0, (id) => world.armTimeout(id, task.id, action[2]));
        break;
      }
      case "cancel":
        if (this.rows.length > 0) world.cancelRow(this.pick(this.rows, action[1])!);
        break;
      case "cancelSelf":
        if (this.callbackOf.has(actor)) world.cancelRow(actor);
        break;
      case "stop":
        world.stop();
        break;
      case "tick":
        this.nowMs += action[1];
    }
    this.after(actor, action, answer);
  }

  private after(actor: number, action: readonly unknown[], answer: unknown): void {
    this.note(`  ${actor}: ${JSON.stringify(action)} -> ${answer} counts ${this.world.counts()}`);
    this.world.check();
  }

  private turn(turnMs: number, maxEntries: number): number {
    this.note(`run(${turnMs}, ${maxEntries}) at ${this.nowMs}`);
    let answer: number | string;
    try {
      answer = this.world.run(turnMs, maxEntries);
    } catch (error) {
      if (!(error instanceof Trap)) throw error;
      // As the hub does: the one that was running ends, and a later turn goes on.
      const id = this.world.abandonedTask();
      answer = `trap in ${id}`;
      if (id >= 0) {
        this.byId.get(id)!.isOver = true;
        this.world.end(id);
      }
    }
    this.note(`run -> ${answer} counts ${this.world.counts()}`);
    this.world.check();
    return typeof answer === "number" ? answer : 0;
  }

  run(): void {
    this.newTask(0, (id) => this.world.createTask(id));
    this.newQueue((id) => this.world.createQueue(id, true));
    for (const action of this.program.top) {
      if (action[0] === "run") {
        this.turn(action[1], action[2]);
      } else if (action[0] === "main") {
        if (this.isMainParked || this.byId.get(MAIN)!.isOver) continue;
        this.isMainParked = this.block(MAIN, action[1]);
      } else {
        this.act(-1, action);
      }
    }
    this.drain();
  }

  /** Ends everything, and sees that nothing is left but the idle queue. */
  private drain(): void {
    this.isDraining = true;
    const world = this.world;
    for (const row of this.rows) world.cancelRow(row);
    for (const queue of this.queues) this.unpin(queue);
    for (const task of this.tasks) {
      if (!task.isOver && world.interrupt(task.id) === Status.Discarded) task.isOver = true;
    }
    for (let round = 0; round < 20 && this.turn(1, 1e9) !== -2; round++) this.nowMs += 1e6;
    const main = this.byId.get(MAIN)!;
    if (!main.isOver) {
      world.end(MAIN);
      main.isOver = true;
    }
    world.check();
    const lost = this.tasks.filter((task) => !task.isOver).map((task) => task.id);
    if (lost.length > 0) throw new Error(`tasks ${lost} were never resumed`);
    const [rows, ready, timers, refTimers] = world.counts();
    if (rows !== (this.idle < 0 ? 0 : 1) || ready !== 0 || timers !== 0 || refTimers !== 0) {
      throw new Error(`left over: rows, ready, timers, refTimers = ${world.counts()}`);
    }
  }
}

class Trap extends Error {}

/** Lines of a run, or the error with the lines before it. */
function linesOf(program: Program, makeWorld: (actor: Actor) => World, note: (line: string) => void): void {
  new Interpreter(program, makeWorld, note).run();
}

/** Runs the program in the model and in core.wasm; throws at the first difference. */
export function expectSame(program: Program): void {
  const expected: string[] = [];
  linesOf(
    program,
    (actor) => new Model(actor),
    (line) => expected.push(line),
  );
  let at = 0;
  const seen: string[] = [];
  try {
    linesOf(
      program,
      (actor) => new CoreWorld(actor),
      (line) => {
        seen.push(line);
        if (line !== expected[at++])
          throw new Difference(`the model says\n${expected[at - 1] ?? "nothing more"}`);
      },
    );
    if (at !== expected.length) throw new Difference(`the model goes on with\n${expected[at]}`);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nafter\n${seen.slice(-12).join("\n")}`, { cause: error });
  }
}

class Difference extends Error {}

/** Runs the program in core.wasm alone with its order shuffled; answers what it did. */
export function shuffled(program: Program, seed: number): string[] {
  const lines: string[] = [];
  linesOf(
    program,
    (actor) => {
      const world = new CoreWorld(actor);
      world.seedOrder(seed);
      return world;
    },
    (line) => lines.push(line),
  );
  return lines;
}

/** The program as a script to paste into a test. */
export function script(program: Program, call = "expectSame"): string {
  const list = (name: string, items: readonly unknown[]): string =>
    `  ${name}: [\n${items.map((item) => `    ${JSON.stringify(item)},\n`).join("")}  ],\n`;
  return `${call}({\n${list("bodies", program.bodies)}${list("callbacks", program.callbacks)}${list("top", program.top)}});`;
}

// ---- arbitraries

const index = fc.nat({ max: 7 });
const bit = fc.constantFrom(0 as const, 1 as const);
const spanMs = fc.constantFrom(0, 1, 1, 2, 3, 5, 10, -3);
const timeoutMs = fc.constantFrom(-1, -1, 0, 1, 2, 5);

const act = <T extends unknown[]>(...parts: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.tuple(...parts) as unknown as fc.Arbitrary<T>;
const is = <T extends string>(name: T): fc.Arbitrary<T> => fc.constant(name);

const arbitraryAction = fc.oneof(
  { weight: 5, arbitrary: act(is("spawn"), index) },
  { weight: 1, arbitrary: act(is("create"), index) },
  { weight: 2, arbitrary: act(is("guest"), index) },
  { weight: 1, arbitrary: act(is("burst"), fc.constantFrom(3, 60), index) },
  { weight: 3, arbitrary: act(is("start"), index, fc.constantFrom(-1, 0, 2)) },
  { weight: 6, arbitrary: act(is("wake"), index) },
  { weight: 4, arbitrary: act(is("interrupt"), index) },
  { weight: 3, arbitrary: act(is("queue"), bit) },
  { weight: 2, arbitrary: act(is("meeting")) },
  { weight: 1, arbitrary: act(is("wakeFirst"), index) },
  { weight: 1, arbitrary: act(is("length"), index) },
  { weight: 1, arbitrary: act(is("unpin"), index) },
  { weight: 5, arbitrary: act(is("notify"), index) },
  { weight: 3, arbitrary: act(is("notifyOne"), index) },
  { weight: 3, arbitrary: act(is("link"), index, index) },
  { weight: 2, arbitrary: act(is("soon"), index) },
  { weight: 2, arbitrary: act(is("later"), index, spanMs, bit) },
  { weight: 2, arbitrary: act(is("timeout"), index, spanMs) },
  { weight: 2, arbitrary: act(is("cancel"), index) },
  { weight: 1, arbitrary: act(is("stop")) },
  { weight: 2, arbitrary: act(is("tick"), fc.constantFrom(1, 2, 5)) },
) as fc.Arbitrary<Action>;

const arbitraryBlocking = fc.oneof(
  { weight: 3, arbitrary: act(is("park"), timeoutMs) },
  { weight: 4, arbitrary: act(is("waitOn"), index, timeoutMs, bit) },
  { weight: 2, arbitrary: act(is("waitFirst"), index, timeoutMs) },
  { weight: 2, arbitrary: act(is("waitForDispatch"), index) },
  { weight: 3, arbitrary: act(is("sleep"), spanMs, bit) },
) as fc.Arbitrary<Blocking>;

export interface Taste {
  /** Whether tasks and callbacks throw. */
  readonly traps: boolean;
  /** Turn lengths and entry limits to choose from. */
  readonly turns: readonly (readonly [turnMs: number, maxEntries: number])[];
}

export function arbitraryProgram(taste: Taste): fc.Arbitrary<Program> {
  const traps = taste.traps ? 1 : 0;
  const taskAction = fc.oneof(
    { weight: 9, arbitrary: arbitraryAction },
    { weight: 8, arbitrary: arbitraryBlocking },
    { weight: 2, arbitrary: act(is("parkThen"), arbitraryBlocking, arbitraryAction) },
    { weight: 4, arbitrary: act(is("giveWay")) },
    { weight: 1, arbitrary: act(is("end")) },
    { weight: traps, arbitrary: act(is("trap")) },
    { weight: traps, arbitrary: act(is("trapAfter"), arbitraryBlocking, arbitraryAction) },
  ) as fc.Arbitrary<TaskAction>;
  const callbackAction = fc.oneof(
    { weight: 8, arbitrary: arbitraryAction },
    { weight: 1, arbitrary: act(is("cancelSelf")) },
    { weight: 2, arbitrary: act(is("resumeNow"), index) },
    { weight: traps, arbitrary: act(is("trap")) },
  ) as fc.Arbitrary<CallbackAction>;
  const topAction = fc.oneof(
    { weight: 6, arbitrary: arbitraryAction },
    { weight: 2, arbitrary: act(is("main"), arbitraryBlocking) },
    { weight: 4, arbitrary: fc.constantFrom(...taste.turns).map(([ms, most]) => ["run", ms, most]) },
  ) as fc.Arbitrary<TopAction>;
  return fc.record({
    bodies: fc.array(fc.array(taskAction, { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
    callbacks: fc.array(fc.array(callbackAction, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    top: fc.array(topAction, { minLength: 1, maxLength: 24 }),
  });
}

/** Programs per property: WEVENT_RUNS, or what keeps a file under 15 s. */
export const RUNS = Number(process.env["WEVENT_RUNS"] ?? 1500);

/** Checks random programs; a failing one is printed as a script with the seed that made it. */
export function checkPrograms(
  taste: Taste,
  check: (program: Program, seed: number) => void,
  runs = RUNS,
  call = "expectSame",
): void {
  const property = fc.property(arbitraryProgram(taste), fc.integer({ min: 1, max: 0xffff }), check);
  fc.assert(property, {
    numRuns: runs,
    reporter(details) {
      if (!details.failed) return;
      const [program, seed] = details.counterexample!;
      const error = details.errorInstance instanceof Error ? details.errorInstance.message : "";
      throw new Error(
        `${error}\n\nafter ${details.numRuns} programs and ${details.numShrinks} shrinks; ` +
          `fast-check seed ${details.seed}, path "${details.counterexamplePath}", order seed ${seed}\n${script(program, call)}`,
      );
    },
  });
}
