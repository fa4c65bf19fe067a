// Owns the read-only view of the core's table: listings for people (`hub.tree`, LoopExit). Reads
// the rows in memory at the offsets of RowField; never writes, and keeps no view.

import { Kind, Layout, RowField, State } from "../../assembly/core/abi.js";
import type { Core } from "./core.js";
import type { Waiting } from "./errors.js";
import { OutsideTask, type Task } from "./task.js";

export interface RowView {
  readonly address: number;
  readonly kind: Kind;
  readonly state: State;
  readonly serial: number;
  readonly queue: number;
  readonly parent: number;
  readonly parentSerial: number;
  readonly hasTimer: boolean;
  readonly entry: number;
  readonly body: number;
}

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
  readonly children: readonly TreeNode[];
}

const STATE_NAMES = ["dead", "new", "starting", "ready", "running", "parked", "dead"] as const;

export function listRows(core: Core): RowView[] {
  const memory = new DataView(core.memory.buffer);
  const word = (address: number) => memory.getUint32(address, true);
  const rows: RowView[] = [];
  for (let page = core.tableStart() >>> 0; page !== 0; page = word(page)) {
    for (let i = 1; i < Layout.PageBytes / Layout.RowBytes; i++) {
      const address = page + i * Layout.RowBytes;
      const kind = memory.getUint8(address + RowField.Kind) as Kind;
      if (kind === Kind.Free) continue;
      rows.push({
        address,
        kind,
        state: word(address + RowField.State) as State,
        serial: word(address + RowField.Serial),
        queue: word(address + RowField.Queue),
        parent: word(address + RowField.Parent),
        parentSerial: word(address + RowField.ParentSerial),
        hasTimer: word(address + RowField.Timer) !== 0,
        entry: word(address + RowField.Entry),
        body: word(address + RowField.Body),
      });
    }
  }
  return rows;
}

/** The row that made a task's row, and its serial then; address 0: main. */
export function parentOf(core: Core, row: number): { address: number; serial: number } {
  const memory = new DataView(core.memory.buffer);
  return {
    address: memory.getUint32(row + RowField.Parent, true),
    serial: memory.getUint32(row + RowField.ParentSerial, true),
  };
}

const isTask = (row: RowView) =>
  (row.kind === Kind.HostTask || row.kind === Kind.GuestTask) && row.state !== State.Dead;

type TaskOf = (address: number) => Task | null;

function nameOf(row: RowView, taskOf: TaskOf): string {
  return taskOf(row.address)?.name ?? `guest greenlet ${row.serial}`;
}

function kindOf(row: RowView, taskOf: TaskOf): TreeNode["kind"] {
  if (row.kind === Kind.GuestTask) return "guest";
  return taskOf(row.address) instanceof OutsideTask ? "main" : "typescript";
}

function waitsFor(row: RowView, taskOf: TaskOf): string {
  const label = taskOf(row.address)?._op?.label;
  if (label !== undefined) return label;
  if (row.queue !== 0) return row.hasTimer ? "an object, with a timeout" : "an object";
  return row.hasTimer ? "a timer" : "a completion";
}

/** Who ends the wait: the row whose line it stands in, if that is a task's, or the holder its call knows of. */
function heldBy(row: RowView, byAddress: Map<number, RowView>, taskOf: TaskOf): string | null {
  const owner = byAddress.get(row.queue);
  if (owner !== undefined && isTask(owner)) return nameOf(owner, taskOf);
  return taskOf(row.address)?._op?.holder?.name ?? null;
}

export function treeOf(rows: RowView[], taskOf: TaskOf): TreeNode {
  const tasks = rows.filter((row) => isTask(row) && kindOf(row, taskOf) !== "main");
  const byAddress = new Map(tasks.map((row) => [row.address, row]));
  const childrenOf = new Map<number, RowView[]>();
  for (const row of tasks) {
    const parent = byAddress.get(row.parent);
    const key = parent !== undefined && parent.serial === row.parentSerial ? parent.address : 0;
    childrenOf.set(key, [...(childrenOf.get(key) ?? []), row]);
  }
  const build = (address: number): TreeNode[] =>
    (childrenOf.get(address) ?? [])
      .sort((a, b) => a.serial - b.serial)
      .map((row) => ({
        id: row.serial,
        name: nameOf(row, taskOf),
        kind: kindOf(row, taskOf),
        state: STATE_NAMES[row.state] ?? "dead",
        waitsFor: row.state === State.Parked ? waitsFor(row, taskOf) : null,
        heldBy: row.state === State.Parked ? heldBy(row, byAddress, taskOf) : null,
        children: build(row.address),
      }));
  return {
    id: 0,
    name: "main",
    kind: "main",
    state: "running",
    waitsFor: null,
    heldBy: null,
    children: build(0),
  };
}

/** Every parked task, for LoopExit. */
export function waitingOf(rows: RowView[], taskOf: TaskOf): Waiting[] {
  const byAddress = new Map(rows.map((row) => [row.address, row]));
  return rows
    .filter((row) => isTask(row) && row.state === State.Parked)
    .map((row) => ({
      name: nameOf(row, taskOf),
      id: row.serial,
      kind: kindOf(row, taskOf),
      waitsFor: waitsFor(row, taskOf),
      heldBy: heldBy(row, byAddress, taskOf),
    }));
}
