// Owns the read-only view of the core's table: listings for people (`hub.tree`, LoopExit). Reads
// the rows in memory at the offsets of RowField; never writes, and keeps no view.

import { Flag, Kind, Layout, Role, RowField, State } from "../../assembly/core/abi.js";
import type { Core } from "./core.js";
import type { Waiting } from "./errors.js";
import { siteOf } from "./report.js";
import { OutsideTask, type Task } from "./task.js";

export interface RowView {
  readonly address: number;
  readonly kind: Kind;
  readonly state: State;
  readonly serial: number;
  readonly queue: number;
  /** The one behind it in that line. */
  readonly next: number;
  /** The first of those who wait for it. */
  readonly head: number;
  readonly parent: number;
  readonly parentSerial: number;
  readonly hasTimer: boolean;
  readonly entry: number;
  readonly body: number;
  readonly role: Role;
  /** Bits of Flag. */
  readonly flags: number;
}

/** How a greenlet has ended. */
export type Ended = { readonly value: unknown } | { readonly error: unknown };

/** One greenlet of `hub.tree()`. */
export interface TreeNode {
  readonly id: number;
  readonly name: string;
  readonly kind: "typescript" | "guest" | "main";
  readonly state: "new" | "starting" | "ready" | "running" | "parked" | "dead";
  /** The blocking call it is parked in, or null. */
  readonly waitsFor: string | null;
  /** Name of the greenlet that holds or will end what it waits for, where one is known. */
  readonly heldBy: string | null;
  /** For how many ms it has been parked; null: it is not, or greenlets are not tracked. */
  readonly parkedMs: number | null;
  /** Where it was spawned: "file:line:column", or a guest's function; null: not recorded. */
  readonly spawnedAt: string | null;
  /** The functions it is parked in, innermost first, a guest's by name. Empty: not parked or not tracked. */
  readonly frames: readonly string[];
  /** How it ended; null: it has not. */
  readonly ended: Ended | null;
  readonly children: readonly TreeNode[];
}

/** What is noted of one greenlet while greenlets are tracked. */
export interface Track {
  readonly parkedMs: number | null;
  readonly spawnedAt: string | null;
  readonly frames: readonly string[];
  /** The blocking call that the frames show, for one whose operation is not known. */
  readonly blockingCall: string | null;
}

/** A greenlet that has ended and that somebody still holds. */
export interface EndedGreenlet {
  readonly id: number;
  readonly parentId: number;
  readonly name: string;
  readonly spawnedAt: string | null;
  readonly ended: Ended;
}

/** What `trackGreenlets` notes. */
export interface Tracks {
  of(id: number): Track | null;
  ended(): readonly EndedGreenlet[];
}

/** What a listing asks of the halves of tasks that are not in the core. */
export interface Halves {
  taskOf(row: number): Task | null;
  guestNameOf(row: RowView): string | null;
  /** What a greenlet of a guest waits for on the host's side; null: for nothing there. */
  guestWaitOf(row: RowView): string | null;
  rowAt(address: number): RowView;
  readonly tracks: Tracks | null;
}

/** A guest, as the hub sees it: the owner of rows whose entry is its own. */
export interface GuestTasks {
  /** One of its greenlets has trapped. */
  recover(row: number, error: unknown): void;
  /** The name that listings give the greenlet with this record; null: it has none. */
  nameOf(body: number): string | null;
  /** What the greenlet of a row waits for on the host's side; null: for nothing there. */
  waitOf(row: number): string | null;
  /** What it gives in a meeting. */
  offerOf(body: number): unknown;
}

const STATE_NAMES = ["dead", "new", "starting", "ready", "running", "parked", "dead"] as const;

/** One row, as it is. */
export function readRow(core: Core, address: number): RowView {
  return viewOf(new DataView(core.memory.buffer), address);
}

function viewOf(memory: DataView, address: number): RowView {
  const word = (offset: RowField) => memory.getUint32(address + offset, true);
  return {
    address,
    kind: memory.getUint8(address + RowField.Kind) as Kind,
    state: word(RowField.State) as State,
    serial: word(RowField.Serial),
    queue: word(RowField.Queue),
    next: word(RowField.Next),
    head: word(RowField.Head),
    parent: word(RowField.Parent),
    parentSerial: word(RowField.ParentSerial),
    hasTimer: word(RowField.Timer) !== 0,
    entry: word(RowField.Entry),
    role: memory.getUint8(address + RowField.Role) as Role,
    flags: memory.getUint8(address + RowField.Flags),
    body: word(RowField.Body),
  };
}

export function listRows(core: Core): RowView[] {
  const memory = new DataView(core.memory.buffer);
  const rows: RowView[] = [];
  for (let page = core.tableStart() >>> 0; page !== 0; page = memory.getUint32(page, true)) {
    for (let i = 1; i < Layout.PageBytes / Layout.RowBytes; i++) {
      const address = page + i * Layout.RowBytes;
      if (memory.getUint8(address + RowField.Kind) !== Kind.Free) rows.push(viewOf(memory, address));
    }
  }
  return rows;
}

/** The row that made a task's row, and its serial then; address 0: main. */
export function parentOf(core: Core, row: number): { address: number; serial: number } {
  const { parent, parentSerial } = readRow(core, row);
  return { address: parent, serial: parentSerial };
}

/** Whether it is a task that has not ended. */
export const isTask = (row: RowView) =>
  (row.kind === Kind.HostTask || row.kind === Kind.GuestTask) && row.state !== State.Dead;

/** What listings call a row's task. */
export function nameOf(row: RowView, halves: Halves): string {
  const task = halves.taskOf(row.address);
  return task === null ? (halves.guestNameOf(row) ?? `guest greenlet ${row.serial}`) : nameOfTask(task);
}

/** The task's name; its class's, where a user's own getter fails: a listing must not (trace.test.ts). */
export function nameOfTask(task: Task): string {
  try {
    return String(task.name);
  } catch {
    return task.constructor.name;
  }
}

export function kindOf(row: RowView, halves: Halves): TreeNode["kind"] {
  if (row.kind === Kind.GuestTask) return "guest";
  return halves.taskOf(row.address) instanceof OutsideTask ? "main" : "typescript";
}

/** The blocking call that a parked task is in, as well as it can be told. */
export function waitsFor(row: RowView, line: RowView | undefined, halves: Halves): string {
  const known =
    halves.taskOf(row.address)?._op?.label ??
    halves.guestWaitOf(row) ??
    halves.tracks?.of(row.serial)?.blockingCall ??
    undefined;
  if (known !== undefined) return known;
  // A deadline and no line: an operation of the host would have said so, and a guest has one such call.
  if (line === undefined) return row.hasTimer ? "sleep" : "a completion";
  if (isTask(line)) return "join";
  if (line.role === Role.Event) return "Event.wait";
  if (line.role === Role.Semaphore) return "Semaphore.acquire";
  if (line.flags & Flag.Takers) return "Channel.get";
  if (line.flags & Flag.Givers) return "Channel.put";
  return row.hasTimer ? "an object, with a timeout" : "an object";
}

/**
 * The name of whoever ends a wait, or null: the task that is joined, the holder that the blocking call
 * knows of, or the one who took the last permit of a shared semaphore.
 */
export function heldBy(row: RowView, line: RowView | undefined, halves: Halves): string | null {
  if (line !== undefined && isTask(line)) return nameOf(line, halves);
  const holder = halves.taskOf(row.address)?._op?.holder;
  if (holder) return holder.name;
  if (line?.role !== Role.Semaphore || line.entry !== 0 || line.parent === 0) return null;
  const taker = halves.rowAt(line.parent);
  return taker.serial === line.parentSerial ? nameOf(taker, halves) : null;
}

type Leaf = Omit<TreeNode, "children">;

function leafOf(row: RowView, byAddress: ReadonlyMap<number, RowView>, halves: Halves): Leaf {
  const track = halves.tracks?.of(row.serial) ?? null;
  const isParked = row.state === State.Parked;
  const line = byAddress.get(row.queue);
  return {
    id: row.serial,
    name: nameOf(row, halves),
    kind: kindOf(row, halves),
    state: STATE_NAMES[row.state] ?? "dead",
    waitsFor: isParked ? waitsFor(row, line, halves) : null,
    heldBy: isParked ? heldBy(row, line, halves) : null,
    parkedMs: isParked ? (track?.parkedMs ?? null) : null,
    spawnedAt: track?.spawnedAt ?? siteOf(halves.taskOf(row.address)?._spawnSite ?? null),
    frames: isParked ? (track?.frames ?? []) : [],
    ended: null,
  };
}

const MAIN: Leaf = {
  id: 0,
  name: "main",
  kind: "main",
  state: "running",
  waitsFor: null,
  heldBy: null,
  parkedMs: null,
  spawnedAt: null,
  frames: [],
  ended: null,
};

function leafOfEnded({ id, name, spawnedAt, ended }: EndedGreenlet): Leaf {
  return { ...MAIN, id, name, kind: "typescript", state: "dead", spawnedAt, ended };
}

export function treeOf(rows: RowView[], halves: Halves): TreeNode {
  const byAddress = new Map(rows.map((row) => [row.address, row]));
  const ended = halves.tracks?.ended() ?? [];
  const leaves = new Map<number, { readonly leaf: Leaf; readonly parentId: number }>();
  for (const one of ended) leaves.set(one.id, { leaf: leafOfEnded(one), parentId: one.parentId });
  for (const row of rows) {
    if (!isTask(row) || kindOf(row, halves) === "main") continue;
    leaves.set(row.serial, { leaf: leafOf(row, byAddress, halves), parentId: row.parentSerial });
  }
  const childrenOf = new Map<number, Leaf[]>();
  for (const { leaf, parentId } of leaves.values()) {
    // Main, and those that are not known any more, have no leaf: what they spawned stands under main.
    const key = leaves.has(parentId) ? parentId : MAIN.id;
    const siblings = childrenOf.get(key);
    if (siblings === undefined) childrenOf.set(key, [leaf]);
    else siblings.push(leaf);
  }
  const grow = (leaf: Leaf): TreeNode => ({
    ...leaf,
    children: (childrenOf.get(leaf.id) ?? []).sort((a, b) => a.id - b.id).map(grow),
  });
  return grow(MAIN);
}

/** Every parked task, for LoopExit. */
export function waitingOf(rows: RowView[], halves: Halves): Waiting[] {
  const byAddress = new Map(rows.map((row) => [row.address, row]));
  return rows
    .filter((row) => isTask(row) && row.state === State.Parked)
    .map((row) => ({
      name: nameOf(row, halves),
      id: row.serial,
      kind: kindOf(row, halves),
      waitsFor: waitsFor(row, byAddress.get(row.queue), halves),
      heldBy: heldBy(row, byAddress.get(row.queue), halves),
    }));
}
