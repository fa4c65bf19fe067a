// Owns the deadlines: a 4-ary heap ordered by (deadline, sequence), so that equal deadlines fire in
// the order they were set. A row knows its place, so cancelling is O(log n) like setting.
// It must not know what a deadline is for.
//
// An entry, 16 bytes: deadline (f64, ms) · sequence (u32) · row (u32).

import { Flag, Layout } from "./abi";
import { allocatePages, freePages } from "./memory";
import { Row } from "./row";

let heap: usize = 0;
let heapPages: i32 = 0;
let capacity: u32 = 0;
let count: u32 = 0;
let sequence: u32 = 0;
/** Deadlines that keep the hub alive. */
let refCount: u32 = 0;

export function timerCount(): u32 {
  return count;
}

export function refTimerCount(): u32 {
  return refCount;
}

// @ts-ignore: decorator
@inline
function at(index: u32): usize {
  return heap + (<usize>index << 4);
}

/** The earliest deadline in ms; only when there is one. */
// @ts-ignore: decorator
@inline
export function earliest(): f64 {
  return load<f64>(heap);
}

// @ts-ignore: decorator
@inline
export function firstRow(): Row {
  return changetype<Row>(<usize>load<u32>(heap, 12));
}

// @ts-ignore: decorator
@inline
function isBefore(deadline: f64, order: u32, other: usize): bool {
  const its = load<f64>(other);
  return deadline < its || (deadline == its && <i32>(order - load<u32>(other, 8)) < 0);
}

// @ts-ignore: decorator
@inline
function place(index: u32, deadline: f64, order: u32, row: u32): void {
  const entry = at(index);
  store<f64>(entry, deadline);
  store<u32>(entry, order, 8);
  store<u32>(entry, row, 12);
  changetype<Row>(<usize>row).timer = index + 1;
}

function moveInto(index: u32, from: usize): void {
  place(index, load<f64>(from), load<u32>(from, 8), load<u32>(from, 12));
}

function siftUp(index: u32, deadline: f64, order: u32, row: u32): void {
  while (index > 0) {
    const parent = (index - 1) >> 2;
    if (!isBefore(deadline, order, at(parent))) break;
    moveInto(index, at(parent));
    index = parent;
  }
  place(index, deadline, order, row);
}

function siftDown(index: u32, deadline: f64, order: u32, row: u32): void {
  for (;;) {
    const first = (index << 2) + 1;
    if (first >= count) break;
    const end = min(first + 4, count);
    let least = first;
    for (let child = first + 1; child < end; child++) {
      if (isBefore(load<f64>(at(child)), load<u32>(at(child), 8), at(least))) least = child;
    }
    if (isBefore(deadline, order, at(least))) break;
    moveInto(index, at(least));
    index = least;
  }
  place(index, deadline, order, row);
}

function grow(): bool {
  const pages = heapPages == 0 ? 1 : heapPages * 2;
  const bigger = allocatePages(pages);
  if (bigger == 0) return false;
  if (heap != 0) {
    memory.copy(bigger, heap, <usize>count << 4);
    freePages(heap, heapPages);
  }
  heap = bigger;
  heapPages = pages;
  capacity = <u32>((pages * Layout.PageBytes) >> 4);
  return true;
}

/** The next sequence number: what is set from here on comes after it. */
export function mark(): u32 {
  return sequence;
}

/**
 * Whether the earliest deadline is due at `now` and was set before mark() answered `newest`. Compared with
 * how many were set since, not by sign: a deadline can stand longer than 2^31 others take (core-timers.test.ts).
 */
// @ts-ignore: decorator
@inline
export function isDueBefore(now: f64, newest: u32): bool {
  return count != 0 && load<f64>(heap) <= now && load<u32>(heap, 8) - newest >= sequence - newest;
}

/** Sets the row's deadline, which must not be set. False: no memory, nothing changed. @grows */
export function arm(row: Row, deadline: f64, isRef: bool): bool {
  if (count == capacity && !grow()) return false;
  if (isRef) {
    row.flags &= ~(<u8>Flag.Unref);
    refCount++;
  } else {
    row.flags |= <u8>Flag.Unref;
  }
  siftUp(count++, deadline, sequence++, <u32>changetype<usize>(row));
  return true;
}

/** Takes the row's deadline back, if it has one. */
export function cancel(row: Row): void {
  if (row.timer == 0) return;
  const index = row.timer - 1;
  row.timer = 0;
  if (!(row.flags & Flag.Unref)) refCount--;
  count--;
  if (index == count) return;
  const last = at(count);
  const deadline = load<f64>(last);
  const order = load<u32>(last, 8);
  const moved = load<u32>(last, 12);
  if (index > 0 && isBefore(deadline, order, at((index - 1) >> 2))) {
    siftUp(index, deadline, order, moved);
  } else {
    siftDown(index, deadline, order, moved);
  }
}
