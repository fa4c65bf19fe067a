// Long because a guest's calls and what guards them share what the instance may not show. Owns one
// instance of a guest module and its tie to a hub: the table slot through which the core resumes its
// greenlets, wasm to wasm, and what JavaScript may call. It must not know where the module came from.
//
// Two kinds of row belong to a guest. What it spawns itself is a GuestTask: JavaScript sees none of
// its switches. What call() and spawn() make is a HostTask whose body is an export (ExportGreenlet).

import { Kind, State } from "../../assembly/core/abi.js";
import { Refusal } from "../../assembly/guest/abi.js";
import { outsideTasks } from "../core/current.js";
import { UsageError } from "../core/errors.js";
import type { Frame } from "../core/frame.js";
import type { Body, Greenlet } from "../core/greenlet.js";
import { enterHub, type Hub } from "../core/hub.js";
import { listRows, nameOf } from "../core/inspect.js";
import { done, Operation, type Step } from "../core/operation.js";
import type { Task } from "../core/task.js";
import type { DatagramSocket, Listener, Socket } from "../socket.js";
import { retire, takeEntry } from "./entries.js";
import { GuestCorrupt, GuestTrap, NotInstrumented, ReentryError, StackTooDeep } from "./errors.js";
import { ExportGreenlet } from "./export-greenlet.js";
import { HostCalls } from "./host-calls.js";
import { readItem } from "./items.js";
import { GreenletNames, type NamedControls } from "./names.js";
import { environment, guestServices, type Home } from "./services.js";
import { GuestSockets, type GuestTls } from "./sockets.js";
import { Texts } from "./texts.js";

/** What crosses the border of a WebAssembly function. */
export type GuestValue = number | bigint;

/** A function of a guest. */
export type GuestFunction = (...args: GuestValue[]) => GuestValue | undefined;

/** What assembly/guest/exports.ts exports for the loader. */
export interface Controls extends NamedControls {
  __wevent_adopt(row: number): number;
  __wevent_collect(): void;
  __wevent_enter(body: number, reason: number, cause: number): number;
  __wevent_fate(body: number): number;
  __wevent_inside(top: number): void;
  __wevent_leave(): number;
  __wevent_limit(sizeBytes: number): void;
  __wevent_offer(body: number): number;
  __wevent_outside(): number;
  __wevent_recover(): number;
  __wevent_resume: WebAssembly.ExportValue;
}

export interface GuestOptions {
  /** The hub whose scheduler runs it; omitted: the default one. */
  readonly hub?: Hub;
  /** What the module imports beside "wevent" and AssemblyScript's own "env". Entries here come first. */
  readonly imports?: Record<string, Record<string, unknown>>;
  /** Most bytes the stack of a parked greenlet may take. Omitted: 262144. */
  readonly stackBytes?: number;
  /** What `arguments()` gives in the guest. Omitted: none. */
  readonly args?: readonly string[];
  /** What its sockets use where it asks for TLS. Omitted: the runtime's defaults, and no server. */
  readonly tls?: GuestTls;
}

const DEFAULT_STACK_BYTES = 256 << 10;
const PRIVATE = /^__wevent_/;

/**
 * A guest module that is loaded: WebAssembly whose greenlets run on a hub.
 *
 * @since 0.1
 */
export class Guest implements Home {
  readonly hub: Hub;
  readonly args: readonly string[];
  /**
   * The module's exports, to call from plain code. Such a call runs to its end: a blocking call in
   * it throws; for those there are `call` and `spawn`.
   */
  readonly exports: Record<string, WebAssembly.ExportValue> = {};
  /** @internal */ readonly controls: Controls;
  /** @internal Failures that the guest has told of, by row, until the greenlet ends. */
  readonly tooDeep = new Map<number, StackTooDeep>();
  /** @internal */ readonly texts = new Texts(() => this.memory);
  /** @internal What its greenlets wait for on the host's side. */
  readonly calls: HostCalls;
  readonly #sockets: GuestSockets;
  readonly #greenletNames: GreenletNames;
  readonly #stackBytes: number;
  readonly #entry: number;
  readonly #functions = new Map<string, GuestFunction>();
  readonly #bodies = new Map<string, Body<[], undefined>>();
  /** JavaScript functions that the guest has called and that have not returned, the innermost last. */
  readonly #imports: string[] = [];
  /** Exports on the stack that JavaScript has called as plain functions. */
  #exportDepth = 0;
  #isCorrupt = false;
  #isReported = false;
  #isDisposed = false;

  /** @internal Use loadGuest. */
  constructor(module: WebAssembly.Module, hub: Hub, options: GuestOptions) {
    this.hub = hub;
    this.args = options.args ?? [];
    this.calls = new HostCalls(hub);
    this.#sockets = new GuestSockets(this, options.tls ?? {});
    this.#stackBytes = options.stackBytes ?? DEFAULT_STACK_BYTES;
    requireInstrumented(module);
    const { table } = hub.core;
    this.#entry = takeEntry(hub);
    const instance = enterHub(
      hub,
      () => new WebAssembly.Instance(module, this.#link(module, options.imports ?? {})),
    );
    this.controls = instance.exports as unknown as Controls;
    this.#greenletNames = new GreenletNames(module, this.controls);
    table.set(this.#entry, this.controls.__wevent_resume);
    this.controls.__wevent_limit(this.#stackBytes);
    hub.guests.set(this.#entry, {
      recover: (row, error) => this.#recover(row, error),
      nameOf: (body) => this.#greenletNames.of(body),
      waitOf: (row) => this.calls.waitOf(row),
      offerOf: (body) => readItem(this.memory, this.controls.__wevent_offer(body)),
    });
    for (const [name, value] of Object.entries(instance.exports)) {
      if (PRIVATE.test(name)) continue;
      if (typeof value === "function") this.#functions.set(name, value as GuestFunction);
      this.exports[name] = typeof value === "function" ? this.#fence(value as GuestFunction) : value;
    }
    // What the module's start function has spawned.
    hub.schedule();
  }

  /** The guest's memory. Any call into the guest may grow it: take a view anew after each. */
  get memory(): WebAssembly.Memory {
    return this.controls.memory;
  }

  /**
   * Runs an export in a greenlet of its own and gives its result. Any number may run at once. A
   * caller that is interrupted takes the export's greenlet with it.
   *
   * @switches when yielded or awaited
   * @param name - An exported function.
   * @param args - Its arguments, numbers and bigints as WebAssembly takes them.
   * @throws {@link UsageError} WEV_ERR_GUEST_MISSING_EXPORT when there is no such function
   * @throws {@link GuestTrap} WEV_ERR_GUEST_TRAP when its code fails
   * @throws {@link StackTooDeep} WEV_ERR_GUEST_STACK_TOO_DEEP when it parks above the limit
   */
  call(name: string, ...args: GuestValue[]): Operation<GuestValue | undefined> {
    this.functionOf(name);
    return new CallExport(this, name, args);
  }

  /**
   * Runs an export in a greenlet of its own.
   *
   * @noswitch
   * @throws {@link UsageError} WEV_ERR_GUEST_MISSING_EXPORT when there is no such function
   */
  spawn(name: string, ...args: GuestValue[]): Greenlet<GuestValue | undefined> {
    const body = this.#bodyOf(name);
    const greenlet = enterHub(this.hub, () => outsideTasks(() => new ExportGreenlet(this, name, body, args)));
    greenlet.start();
    return greenlet;
  }

  /**
   * Gives what is open to the guest, which finds it with `fromHandle` of its class and closes it. It is
   * closed with the guest at the latest.
   *
   * @noswitch
   * @returns its number in this guest: an argument for `call` or `spawn`.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when the guest was disposed
   * @example a server of TypeScript whose connections a guest handles
   * new StreamServer({ port: 7000 }, (socket) => guest.call("handle", guest.give(socket)));
   */
  give(socket: Socket | Listener | DatagramSocket): number {
    this.checkUsable();
    return this.#sockets.give(socket);
  }

  /** A full collection of the guest's memory: at once, or with the minimal runtime at its next switch. @noswitch */
  collect(): void {
    this.checkUsable();
    this.controls.__wevent_collect();
  }

  /**
   * Kills the greenlets that are left, and closes the sockets. Nothing can be spawned afterwards. Calling
   * it again does nothing. @noswitch
   */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const { core, slots } = this.hub;
    for (const row of listRows(core)) {
      if (row.state === State.Dead) continue;
      if (row.kind === Kind.GuestTask && row.entry === this.#entry) core.interrupt(row.address, row.serial);
      else if (row.kind === Kind.HostTask) {
        const task = this.hub.taskOf(row.address);
        if (task instanceof ExportGreenlet && task.guest === this) task.kill(undefined, { block: false });
      }
    }
    if (slots.length > 0) this.hub.schedule();
    // A turn later: what the greenlets do at their end may still send.
    this.hub.afterTurn(() => this.#sockets.closeAll());
    retire(this.hub, {
      entry: this.#entry,
      isOnStack: () => this.#exportDepth > 0 || this.#imports.length > 0,
    });
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal The export itself, not fenced. */
  functionOf(name: string): GuestFunction {
    const found = this.#functions.get(name);
    if (found !== undefined) return found;
    throw new UsageError(
      "WEV_ERR_GUEST_MISSING_EXPORT",
      `could not call ${name} because the guest exports no such function; it has ${[...this.#functions.keys()].join(", ") || "none"}`,
    );
  }

  /** @internal */
  checkUsable(): void {
    if (this.#isCorrupt) throw new GuestCorrupt();
    if (this.#isDisposed) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        "could not use the guest because it was disposed; load it anew",
      );
    }
  }

  /** A body with the export's name, for listings. Its frame is made, and never run. */
  #bodyOf(name: string): Body<[], undefined> {
    this.checkUsable();
    let body = this.#bodies.get(name);
    if (body === undefined) {
      this.functionOf(name);
      body = function* () {} as Body<[], undefined>;
      Object.defineProperty(body, "name", { value: name });
      this.#bodies.set(name, body);
    }
    return body;
  }

  /** The export as plain code may call it: nothing may park below it. */
  #fence(call: GuestFunction): GuestFunction {
    return (...args) => {
      this.checkUsable();
      const top = this.controls.__wevent_outside();
      this.#exportDepth++;
      try {
        return call(...args);
      } finally {
        this.#exportDepth--;
        this.controls.__wevent_inside(top);
        this.hub.schedule();
      }
    };
  }

  #link(module: WebAssembly.Module, given: Record<string, Record<string, unknown>>): WebAssembly.Imports {
    const own: Record<string, Record<string, unknown>> = {
      env: environment(this),
      wevent: {
        ...this.hub.core,
        ...guestServices(this),
        ...this.#sockets.services,
        entry: this.#entry,
        refuse: (why: Refusal) => this.#refuse(why),
        tooDeep: (row: number, sizeBytes: number) => this.#noteTooDeep(row, sizeBytes),
        killRemote: (row: number, serial: number) => void this.hub.killRow(row, serial),
      },
    };
    const linked: Record<string, Record<string, unknown>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      const users = given[from]?.[name];
      const value =
        typeof users === "function"
          ? this.#wrap(`${from}.${name}`, users as (...args: unknown[]) => unknown)
          : users;
      linked[from] ??= {};
      linked[from][name] = value ?? own[from]?.[name];
    }
    return linked as WebAssembly.Imports;
  }

  /** An import of the user's: what it makes belongs to this hub, and its name is known if it re-enters. */
  #wrap(label: string, call: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
    return (...args) => {
      this.#imports.push(label);
      try {
        return enterHub(this.hub, () => outsideTasks(() => call(...args)));
      } finally {
        this.#imports.pop();
      }
    };
  }

  #refuse(why: Refusal): never {
    const between = this.#imports.at(-1);
    if (why === Refusal.Poisoned) {
      this.#isCorrupt = true;
      throw new GuestCorrupt();
    }
    if (why === Refusal.FramesBelow) {
      if (this.#isCorrupt) throw new GuestCorrupt();
      throw new ReentryError("resume a greenlet of the guest", between ?? "an export that JavaScript called");
    }
    if (between !== undefined) throw new ReentryError("park a greenlet of the guest", between);
    throw new UsageError(
      "WEV_ERR_NOT_IN_GREENLET",
      `could not block in the guest because no greenlet is running${this.#exportDepth > 0 ? "; an export that blocks is called with guest.call() or guest.spawn()" : "; a start function cannot block, it can spawn"}`,
    );
  }

  #noteTooDeep(row: number, sizeBytes: number): void {
    const task = this.hub.taskOf(row);
    const name = task?.name ?? this.#nameOf(row);
    const error = new StackTooDeep(name, sizeBytes, this.#stackBytes);
    if (task !== null) this.tooDeep.set(row, error);
    else this.hub.report({ error, context: this, name });
  }

  /** One of its own greenlets has trapped: JavaScript learns of it here, and nowhere else. */
  #recover(row: number, error: unknown): void {
    const name = this.#nameOf(row);
    const failure = this.recover(name, error);
    if (failure instanceof GuestCorrupt) {
      this.hub.core.end(row);
      // All its greenlets end like this; that it is corrupt is said once.
      if (this.#isReported) return;
      this.#isReported = true;
    }
    this.hub.report({ error: failure, context: this, name });
  }

  /**
   * @internal Puts the guest in order after a trap, and answers what the greenlet failed with. After
   * GuestTrap the guest has made it ready once more; after GuestCorrupt it is not resumed any more.
   */
  recover(name: string, error: unknown): GuestTrap | GuestCorrupt {
    if (error instanceof GuestCorrupt) return error;
    if (!this.#isCorrupt) {
      try {
        if (this.controls.__wevent_recover() !== 0) return new GuestTrap(name, error);
      } catch {
        // Not even that goes through.
      }
      this.#isCorrupt = true;
    }
    return new GuestCorrupt(error);
  }

  #nameOf(row: number): string {
    return nameOf(this.hub.rowAt(row), this.hub.halves);
  }
}

function requireInstrumented(module: WebAssembly.Module): void {
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from === "asyncify") {
      throw new NotInstrumented(
        name,
        `it still imports asyncify.${name}, so it was built without the wevent transform`,
      );
    }
  }
  const entry = "__wevent_resume";
  if (WebAssembly.Module.exports(module).some(({ name }) => name === entry)) return;
  throw new NotInstrumented(
    entry,
    `it does not export ${entry}, so it has no greenlets or was built without the wevent transform`,
  );
}

class CallExport extends Operation<GuestValue | undefined> {
  readonly #guest: Guest;
  readonly #name: string;
  readonly #args: GuestValue[];

  constructor(guest: Guest, name: string, args: GuestValue[]) {
    super();
    this.#guest = guest;
    this.#name = name;
    this.#args = args;
  }

  override get label(): string {
    return `Guest.call(${this.#name})`;
  }

  override get home(): Hub {
    return this.#guest.hub;
  }

  start(task: Task): Step<GuestValue | undefined> {
    return task._push(this.#run() as Frame);
  }

  resume(task: Task): Step<GuestValue | undefined> {
    return done(task._takeInbox() as GuestValue | undefined);
  }

  *#run(): Generator<unknown, GuestValue | undefined, unknown> {
    const greenlet = this.#guest.spawn(this.#name, ...this.#args);
    try {
      return yield* greenlet.get();
    } finally {
      if (!greenlet.dead) greenlet.kill(undefined, { block: false });
    }
  }
}
