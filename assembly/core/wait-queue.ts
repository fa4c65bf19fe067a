// Owns who waits for what. Every row has a list of waiters, oldest first; a waiter is a task or a
// link, stands in one list at most, and leaves from the middle in O(1). It must not know why
// anybody waits, nor resume anybody.
//
// notify() marks the waiters present at that moment and queues one dispatch for the row. Whoever
// comes later is not part of it: an Event that is set and cleared at once releases those who
// waited, and nobody else.

import { Entry, Flag, Kind } from "./abi";
import { Row } from "./row";
import { push } from "./run-queue";

/** The row whose waiters are being served, and the last of them to serve. */
export let dispatching: Row | null = null;
let dispatchMark: Row | null = null;

/** How many stand in a queue's line. A queue stands in none itself, so its `prev` is free for that. */
// @ts-ignore: decorator
@inline
export function lengthOf(queue: Row): u32 {
  return load<u32>(changetype<usize>(queue), offsetof<Row>("prev"));
}

// @ts-ignore: decorator
@inline
function setLength(queue: Row, length: u32): void {
  store<u32>(changetype<usize>(queue), length, offsetof<Row>("prev"));
}

/** Whether it is one of the two lines of a meeting. */
// @ts-ignore: decorator
@inline
export function isLineOfMeeting(queue: Row): bool {
  return (queue.flags & (Flag.Takers | Flag.Givers)) != 0;
}

export function enqueue(queue: Row, waiter: Row): void {
  const last = queue.tail;
  waiter.queue = queue;
  waiter.prev = last;
  if (last == null) queue.head = waiter;
  else last.next = waiter;
  queue.tail = waiter;
  if (queue.kind == Kind.Queue) setLength(queue, lengthOf(queue) + 1);
}

/** Puts a waiter back at the head: it was served, and found that another had been faster. */
export function enqueueFirst(queue: Row, waiter: Row): void {
  const first = queue.head;
  waiter.queue = queue;
  waiter.next = first;
  if (first == null) queue.tail = waiter;
  else first.prev = waiter;
  queue.head = waiter;
  if (queue.kind == Kind.Queue) setLength(queue, lengthOf(queue) + 1);
}

/** Takes a waiter out of the list it stands in, if any. */
export function leave(waiter: Row): void {
  const queue = waiter.queue;
  if (queue == null) return;
  const next = waiter.next;
  const prev = waiter.prev;
  if (next == null) queue.tail = prev;
  else next.prev = prev;
  if (prev == null) queue.head = next;
  else prev.next = next;
  if (queue.mark == waiter) queue.mark = prev;
  if (dispatching == queue && dispatchMark == waiter) dispatchMark = prev;
  waiter.queue = null;
  waiter.next = null;
  waiter.prev = null;
  if (queue.kind == Kind.Queue) {
    const left = lengthOf(queue) - 1;
    setLength(queue, left);
    if (<u32>queue.body > left) queue.body = left;
  }
}

/** Queues one dispatch that serves the waiters standing here. */
export function notify(queue: Row): void {
  if (queue.tail == null) return;
  queue.mark = queue.tail;
  queueDispatch(queue);
}

/**
 * Queues a dispatch that serves one waiter more: whoever stands first when it comes to it. So one
 * who leaves before passes his turn on, and no release is lost. It never serves more than stand
 * there: whoever is served first may take what all the calls were for, and would be served again in
 * vain when he comes back (core-order.test.ts).
 */
export function notifyOne(queue: Row): void {
  if (queue.tail == null) return;
  if (<u32>queue.body < lengthOf(queue)) queue.body++;
  queueDispatch(queue);
}

export function queueDispatch(queue: Row): void {
  if (queue.flags & Flag.DispatchQueued) return;
  queue.flags |= <u8>Flag.DispatchQueued;
  push(queue, Entry.Dispatch);
}

export function beginDispatch(queue: Row): void {
  queue.flags &= ~(<u8>Flag.DispatchQueued);
  dispatching = queue;
  dispatchMark = queue.mark;
  queue.mark = null;
}

/**
 * The next waiter to serve, out of the list, or null when the dispatch is over.
 * `all`: also those who came after the dispatch was queued (a greenlet that ended).
 */
export function nextWaiter(queue: Row, all: bool): Row | null {
  const waiter = queue.head;
  if (waiter == null) return null;
  if (!all && dispatchMark == null) {
    if (queue.kind != Kind.Queue || queue.body == 0) return null;
    queue.body--;
  }
  leave(waiter);
  return waiter;
}

export function endDispatch(): void {
  const queue = dispatching!;
  if (queue.kind == Kind.Queue && !(queue.flags & Flag.DispatchQueued)) queue.body = 0;
  dispatching = null;
  dispatchMark = null;
}

/** Lets a waiter that has just queued be served by the dispatch that is going on. */
export function joinDispatch(queue: Row): void {
  dispatchMark = queue.tail;
}

export function isDispatching(queue: Row): bool {
  return dispatching == queue && dispatchMark != null;
}
