// Owns a bare instance of core.wasm for tests: no hub, no driver. Says what its exports are, gives
// guest tasks a trampoline, and reads the core's memory to prove that it is consistent.
// The layouts are those drawn in assembly/core/row.ts and assembly/core/timers.ts.

import { readFileSync } from "node:fs";
import {
  Count,
  Flag,
  Kind,
  Layout,
  type Observed,
  type Outcome,
  type Reason,
  State,
} from "../../assembly/core/abi.ts";
import type { Core } from "../../host/core/core.ts";

/** What the core asks of its host; `guest` stands for every guest's trampoline. */
export interface TestHost {
  now(): number;
  resume(row: number, reason: Reason, cause: number): Outcome;
  callback(row: number, reason: Reason): void;
  /** Of what the core tells while core.observe() is on. */
  observed?(what: Observed, row: number, detail: number): void;
  guest?(body: number, reason: Reason, cause: number): Outcome;
}

const file = process.env["WEVENT_CORE"] ?? new URL("../../build/core.wasm", import.meta.url);
const coreModule = new WebAssembly.Module(readFileSync(file));

// Only a WebAssembly function can stand in the table: this module imports one from JavaScript,
// (i32, i32, i32) -> i32, and exports it again.
const trampolineModule = new WebAssembly.Module(
  new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f, 2, 7, 1, 1, 0x68, 1, 0x66,
    0, 0, 7, 5, 1, 1, 0x66, 0, 0,
  ]),
);

export interface Instance {
  readonly core: Core;
  /** Place of the trampoline in the core's table, for createGuestTask(). */
  readonly entry: number;
}

export function instantiate(host: TestHost): Instance {
  const instance = new WebAssembly.Instance(coreModule, {
    host: {
      now: () => host.now(),
      resume: (row: number, reason: Reason, cause: number) => host.resume(row, reason, cause),
      callback: (row: number, reason: Reason) => host.callback(row, reason),
      observed: (what: Observed, row: number, detail: number) => host.observed?.(what, row, detail),
    },
  });
  const core = instance.exports as unknown as Core;
  const trampoline = new WebAssembly.Instance(trampolineModule, {
    h: { f: (body: number, reason: Reason, cause: number) => host.guest!(body, reason, cause) },
  });
  const entry = core.table.grow(1);
  core.table.set(entry, trampoline.exports["f"]);
  return { core, entry };
}

/** Words of a row: its offsets in assembly/core/row.ts, divided by 4. */
const enum Word {
  State = 0,
  Queue = 2,
  Next = 3,
  Prev = 4,
  Head = 5,
  Tail = 6,
  Mark = 7,
  Timer = 8,
  /** entries in the low half, stale in the high one. */
  Entries = 9,
  /** kind in the lowest byte, flags in the next. */
  Kind = 10,
  Serial = 15,
}

export const serialWord: number = Word.Serial;

const ROW_WORDS = Layout.RowBytes / 4;
const PAGE_WORDS = Layout.PageBytes / 4;
const HEAP_ENTRY_WORDS = 4;

/** Addresses (in words) of the rows in use, and of the table's pages. */
function walkTable(core: Core, words: Int32Array): { rows: number[]; pages: Set<number> } {
  const rows: number[] = [];
  const pages = new Set<number>();
  for (let page = core.tableStart() / 4; page !== 0; page = words[page]! / 4) {
    pages.add(page);
    for (let row = page + ROW_WORDS; row < page + PAGE_WORDS; row += ROW_WORDS) {
      if (words[row + Word.Serial] !== 0) rows.push(row);
      else if ((words[row + Word.Kind]! & 0xff) !== Kind.Free)
        throw new Error(`row ${row * 4} is free but has a kind`);
    }
  }
  return { rows, pages };
}

function checkLists(words: Int32Array, rows: number[]): void {
  const inUse = new Set(rows);
  const standing = new Map<number, number>();
  for (const queue of rows) {
    let prev = 0;
    let isMarkSeen = words[queue + Word.Mark] === 0;
    for (let waiter = words[queue + Word.Head]! / 4; waiter !== 0; waiter = words[waiter + Word.Next]! / 4) {
      if (!inUse.has(waiter)) throw new Error(`list of ${queue * 4}: ${waiter * 4} is no row in use`);
      if (standing.has(waiter)) throw new Error(`list of ${queue * 4}: ${waiter * 4} stands twice`);
      if (words[waiter + Word.Prev]! !== prev * 4) throw new Error(`prev of ${waiter * 4} is wrong`);
      standing.set(waiter, queue);
      if (words[queue + Word.Mark] === waiter * 4) isMarkSeen = true;
      prev = waiter;
    }
    if (words[queue + Word.Tail]! !== prev * 4) throw new Error(`tail of ${queue * 4} is wrong`);
    if (!isMarkSeen) throw new Error(`mark of ${queue * 4} is not among its waiters`);
  }
  for (const row of rows) {
    const queue = words[row + Word.Queue]! / 4;
    if (queue !== (standing.get(row) ?? 0)) throw new Error(`${row * 4} says it waits for ${queue * 4}`);
  }
}

function checkRow(words: Int32Array, row: number): void {
  const state = words[row + Word.State]!;
  const kind = words[row + Word.Kind]! & 0xff;
  const entries = words[row + Word.Entries]! & 0xffff;
  const stale = words[row + Word.Entries]! >>> 16;
  if (kind === Kind.Free || kind > Kind.Queue) throw new Error(`${row * 4} has kind ${kind}`);
  if (state === State.Free || state > State.Dead) throw new Error(`${row * 4} has state ${state}`);
  if (stale > entries) throw new Error(`${row * 4} has ${stale} stale of ${entries} entries`);
  if (state === State.Ready && entries === stale) throw new Error(`${row * 4} is ready without an entry`);
  if (words[row + Word.Queue] !== 0 && kind !== Kind.Link && state !== State.Parked) {
    throw new Error(`${row * 4} stands in a list in state ${state}`);
  }
  if (
    words[row + Word.Timer] !== 0 &&
    (state === State.Dead || state === State.Ready || state === State.Running)
  ) {
    throw new Error(`${row * 4} has a deadline in state ${state}`);
  }
}

/** Whether the heap could start at this word: every entry's row points back, and the order holds. */
function isHeap(words: Int32Array, page: number, timed: Map<number, number>): boolean {
  const deadlines = new Float64Array(
    words.buffer,
    page * 4,
    Math.min(timed.size * 2, (words.length - page) / 2),
  );
  for (let i = 0; i < timed.size; i++) {
    if (words[page + i * HEAP_ENTRY_WORDS + 3] !== timed.get(i + 1)! * 4) return false;
    if (i === 0) continue;
    const parent = (i - 1) >> 2;
    const difference = deadlines[i * 2]! - deadlines[parent * 2]!;
    const order = words[page + i * HEAP_ENTRY_WORDS + 2]! - words[page + parent * HEAP_ENTRY_WORDS + 2]!;
    if (!(difference > 0 || (difference === 0 && (order | 0) > 0))) return false;
  }
  return true;
}

/** Word address of the timer heap. Other pages can hold the same addresses: entries of the run queue. */
function findHeap(words: Int32Array, timed: Map<number, number>, pages: Set<number>): number {
  const first = timed.get(1);
  for (let page = PAGE_WORDS; page < words.length; page += PAGE_WORDS) {
    if (!pages.has(page) && words[page + 3] === first! * 4 && isHeap(words, page, timed)) return page;
  }
  throw new Error("no page holds an ordered timer heap whose rows point back");
}

function checkTimers(core: Core, words: Int32Array, rows: number[], pages: Set<number>): void {
  const timed = new Map<number, number>();
  let refCount = 0;
  for (const row of rows) {
    const timer = words[row + Word.Timer]!;
    if (timer === 0) continue;
    if (timed.has(timer)) throw new Error(`two rows claim place ${timer} in the timer heap`);
    timed.set(timer, row);
    if (((words[row + Word.Kind]! >> 8) & Flag.Unref) === 0) refCount++;
  }
  if (timed.size !== core.count(Count.Timers)) throw new Error(`${timed.size} rows have a deadline`);
  if (refCount !== core.count(Count.RefTimers)) throw new Error(`${refCount} rows keep the hub alive`);
  if (timed.size === 0) return;
  for (let i = 1; i <= timed.size; i++)
    if (!timed.has(i)) throw new Error(`no row has place ${i} of the heap`);
  findHeap(words, timed, pages);
}

/** Byte address of the timer heap. */
export function heapAddress(core: Core): number {
  const words = new Int32Array(core.memory.buffer);
  const { rows, pages } = walkTable(core, words);
  const timed = new Map<number, number>();
  for (const row of rows) if (words[row + Word.Timer] !== 0) timed.set(words[row + Word.Timer]!, row);
  return findHeap(words, timed, pages) * 4;
}

/**
 * Throws an error that names the first thing in the core's memory that does not fit: counts, waiter
 * lists (head, next, prev, tail, mark), run-queue entries per row, the timer heap and its back-pointers.
 */
export function checkStructure(core: Core): void {
  const words = new Int32Array(core.memory.buffer);
  const { rows, pages } = walkTable(core, words);
  if (rows.length !== core.count(Count.Rows)) {
    throw new Error(`${rows.length} rows are in use; the core counts ${core.count(Count.Rows)}`);
  }
  let entries = 0;
  for (const row of rows) {
    checkRow(words, row);
    entries += words[row + Word.Entries]! & 0xffff;
  }
  if (entries !== core.count(Count.Ready)) {
    throw new Error(`rows count ${entries} entries; the run queue has ${core.count(Count.Ready)}`);
  }
  checkLists(words, rows);
  checkTimers(core, words, rows, pages);
}
