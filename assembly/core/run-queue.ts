// Owns the order of everything that is ready: one ring of entries, first in, first out. An entry
// is a row's address with what to do in the low bits, so nothing is allocated to be ready.
// It must not know what resuming means. A seed makes pop() take a random entry instead of the
// oldest, the same ones for the same seed.

import { Entry, Layout, Observed, State } from "./abi";
import { allocatePages, freePages } from "./memory";
import { tell } from "./observe";
import { Row } from "./row";

// @ts-ignore: decorator
@inline const OP_MASK: usize = Layout.RowBytes - 1;

let ring: usize = 0;
let ringPages: i32 = 0;
/** Entries the ring has room for: a power of two. */
let size: u32 = 0;
let head: u32 = 0;
let tail: u32 = 0;
/** Interrupts that wait in the ring: they are not part of the two entries each row has room for. */
let interrupts: u32 = 0;
/** Room promised to rows. */
let reserved: u32 = 0;
let random: u32 = 0;

// @ts-ignore: decorator
@inline
export function isEmpty(): bool {
  return head == tail;
}

export function readyCount(): u32 {
  return tail - head;
}

export function seedOrder(seed: u32): void {
  random = seed;
}

// @ts-ignore: decorator
@inline
function slot(index: u32): usize {
  return ring + (<usize>(index & (size - 1)) << 2);
}

function grow(): bool {
  const pages = ringPages == 0 ? 1 : ringPages * 2;
  const bigger = allocatePages(pages);
  if (bigger == 0) return false;
  const count = tail - head;
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(bigger + (<usize>i << 2), load<u32>(slot(head + i)));
  }
  if (ring != 0) freePages(ring, ringPages);
  ring = bigger;
  ringPages = pages;
  size = <u32>(pages * (Layout.PageBytes >> 2));
  head = 0;
  tail = count;
  return true;
}

/** Promises room for `count` entries of rows. False: no memory. @grows */
export function reserveEntries(count: u32): bool {
  while (count + interrupts > size) if (!grow()) return false;
  reserved = count;
  return true;
}

/** Promises room for one more interrupt. False: no memory. @grows */
export function reserveInterrupt(): bool {
  if (reserved + interrupts + 1 > size && !grow()) return false;
  interrupts++;
  return true;
}

/**
 * Puts an entry at the back. Its room was promised; what can fill the ring, or a row's count of its
 * entries, all the same are stale ones: they are dropped (core-entries.test.ts). @grows
 */
// @ts-ignore: decorator
@inline
export function place(row: Row, op: Entry): void {
  if ((tail - head == size && !grow()) || row.entries == u16.MAX_VALUE) dropStale();
  store<u32>(slot(tail), changetype<usize>(row) | op);
  tail++;
  row.entries++;
}

/** As place, for what somebody has caused: an observer is told. @grows */
// @ts-ignore: decorator
@inline
export function push(row: Row, op: Entry): void {
  place(row, op);
  tell(Observed.Queued, row, op);
}

/** Takes the next entry; the ring must not be empty. */
// @ts-ignore: decorator
@inline
export function pop(): usize {
  if (random != 0) shuffle();
  const entry: usize = load<u32>(slot(head));
  head++;
  entryRow(entry).entries--;
  if (entryOp(entry) == Entry.Interrupt) interrupts--;
  return entry;
}

/** Puts a random entry first. */
function shuffle(): void {
  // Marsaglia, "Xorshift RNGs" (2003), the 32-bit triple 13, 17, 5.
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  const chosen = slot(head + random % (tail - head));
  const first = slot(head);
  const entry = load<u32>(chosen);
  store<u32>(chosen, load<u32>(first));
  store<u32>(first, entry);
}

// @ts-ignore: decorator
@inline
export function entryRow(entry: usize): Row {
  return changetype<Row>(entry & ~OP_MASK);
}

// @ts-ignore: decorator
@inline
export function entryOp(entry: usize): i32 {
  return <i32>(entry & OP_MASK);
}

function dropStale(): void {
  let kept = head;
  for (let i = head; i != tail; i++) {
    const entry: usize = load<u32>(slot(i));
    const row = entryRow(entry);
    // The last entry of a task that ended stays: the row is freed when that is taken.
    const isLast = row.entries == 1 && row.state == State.Dead;
    if (entryOp(entry) == Entry.Resume && row.stale > 0 && !isLast) {
      row.stale--;
      row.entries--;
    } else {
      store<u32>(slot(kept++), <u32>entry);
    }
  }
  tail = kept;
}
