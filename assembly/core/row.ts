// Owns the table: every greenlet, wait queue, link and timer is a row, and a row's address is its
// name. Addresses never move and never leave the table, so a row in hand needs no lookup; a
// `serial` tells a reused row from the one somebody remembers.
//
// A page of the table (65 536 bytes): a header the size of a row, whose first word is the address
// of the next table page, then 1023 rows.
//
//   0 state       where it is in its life
//   4 ticket      bumped at every park and when the row is freed: a wake that comes late does not match
//   8 queue       row in whose waiter list this row stands, or null
//  12 next        neighbour in that list; on the free list, the next free row
//  16 prev        the other one. Queue: how many stand in its line
//  20 head        this row's own waiters, oldest first
//  24 tail
//  28 mark        last waiter that the queued dispatch serves
//  32 timer       place in the timer heap + 1, or 0
//  36 entries     (u16) run-queue entries that name this row: it is not reused before they are popped
//  38 stale       (u16) Resume entries among them that must do nothing
//  40 kind        (u8) what it is
//  41 flags       (u8)
//  42 role        (u8) shared queue: a Role
//  44 parent      the task that spawned it, valid while parentSerial is its serial.
//                 Timer: the task it interrupts. Line of a meeting: the other line.
//                 Shared semaphore: who took its last permit
//  48 parentSerial
//  52 entry       guest task, or host task that runs an export: table index of the guest's
//                 trampoline. Shared queue: its level, which is the
//                 flag of an event, the free permits of a semaphore, or what a channel carries
//  56 body        the same tasks: their record in guest memory. Queue: how many from the head of its line
//                 the queued dispatch serves.
//  60 serial      odd: given by the host; even: by the core, for guests; 0: free

import { Kind, Layout, State } from "./abi";
import { allocatePages, freePages } from "./memory";
import { reserveEntries } from "./run-queue";

@unmanaged
export class Row {
  state: i32;
  ticket: u32;
  queue: Row | null;
  next: Row | null;
  prev: Row | null;
  head: Row | null;
  tail: Row | null;
  mark: Row | null;
  timer: u32;
  entries: u16;
  stale: u16;
  kind: u8;
  flags: u8;
  role: u8;
  parent: usize;
  parentSerial: u32;
  entry: u32;
  body: usize;
  serial: u32;
}

let firstFree: Row | null = null;
let firstPage: usize = 0;
let nextSerial: u32 = 2;
/** Rows in use, of any kind. */
export let rowCount: i32 = 0;
/** Rows the table has room for. */
let capacity: i32 = 0;

/** First page of the table: the head of the chain that a listing walks. */
export function tableStart(): usize {
  return firstPage;
}

/** Zeroes a row. memory.fill would be a call out of the module for these few bytes. */
// @ts-ignore: decorator
@inline
function clear(row: usize): void {
  for (let i: usize = 0; i < <usize>Layout.RowBytes; i += 8) store<u64>(row + i, 0);
}

function growTable(): bool {
  const perPage = Layout.PageBytes / Layout.RowBytes - 1;
  const page = allocatePages(1);
  if (page == 0) return false;
  // Every row may stand in the run queue twice (resume, dispatch). The room is taken here, where
  // it can be refused, and not at a wake, which must not fail.
  if (!reserveEntries((capacity + perPage) * 2)) {
    freePages(page, 1);
    return false;
  }
  store<usize>(page, firstPage);
  firstPage = page;
  capacity += perPage;
  let row = page + Layout.PageBytes - Layout.RowBytes;
  for (let i: i32 = perPage; i > 0; i--) {
    clear(row);
    changetype<Row>(row).next = firstFree;
    firstFree = changetype<Row>(row);
    row -= Layout.RowBytes;
  }
  return true;
}

/**
 * A row with no links, or null when memory is exhausted.
 * `serial` 0 asks for the core's next one. @grows
 */
export function allocateRow(kind: Kind, serial: u32): Row | null {
  if (firstFree == null && !growTable()) return null;
  const row = firstFree!;
  firstFree = row.next;
  row.next = null;
  row.kind = <u8>kind;
  row.state = State.New;
  if (serial == 0) {
    serial = nextSerial;
    nextSerial = nextSerial + 2 || 2;
  }
  row.serial = serial;
  rowCount++;
  return row;
}

/** Gives a row back. Nothing may refer to it: no list, no timer, no entry of the run queue. */
export function freeRow(row: Row): void {
  const ticket = row.ticket + 1;
  clear(changetype<usize>(row));
  row.ticket = ticket;
  row.next = firstFree;
  firstFree = row;
  rowCount--;
}

/** Whether `row` still is the row that `serial` was given to. */
// @ts-ignore: decorator
@inline
export function isCurrent(row: Row | null, serial: u32): bool {
  return row != null && row.serial == serial;
}
