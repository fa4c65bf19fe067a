// Owns what a queue's row holds while both sides of the border use it: its role and its level. The
// level of an event is its flag, of a semaphore its free permits, of a channel what it carries. Kept
// here so that a guest reads it without JavaScript, and JavaScript without the guest. Every call
// names the row by its serial too, and answers GONE for a row that is no longer shared.

import { Flag, Role } from "./abi";
import { current, settle } from "./loop";
import { isCurrent, Row } from "./row";

// @ts-ignore: decorator
@inline const GONE: i32 = -1;

// @ts-ignore: decorator
@inline
function isShared(queue: Row, serial: u32): bool {
  return isCurrent(queue, serial) && queue.role != Role.None;
}

/** Shares a queue: it stays until unshare(), whoever waits or not. */
export function share(queue: Row, serial: u32, role: Role, level: i32): void {
  if (!isCurrent(queue, serial)) return;
  queue.flags |= <u8>Flag.Pinned;
  queue.role = <u8>role;
  queue.entry = level;
}

/** Ends that: handles of it name nothing any more. Who waits there goes on waiting. */
export function unshare(queue: Row, serial: u32): void {
  if (!isShared(queue, serial)) return;
  queue.role = <u8>Role.None;
  queue.flags &= ~(<u8>Flag.Pinned);
  settle(queue);
}

export function roleOf(queue: Row, serial: u32): i32 {
  return isCurrent(queue, serial) ? queue.role : Role.None;
}

export function levelOf(queue: Row, serial: u32): i32 {
  return isShared(queue, serial) ? <i32>queue.entry : GONE;
}

/** Sets the level; answers it, or GONE. */
export function setLevel(queue: Row, serial: u32, level: i32): i32 {
  if (!isShared(queue, serial)) return GONE;
  queue.entry = level;
  return level;
}

/** Takes 1 off the level if it is above 0, and notes who did. Answers whether it did, or GONE. */
export function takeLevel(queue: Row, serial: u32): i32 {
  if (!isShared(queue, serial)) return GONE;
  if (<i32>queue.entry <= 0) return 0;
  queue.entry--;
  const taker = current;
  queue.parent = changetype<usize>(taker);
  queue.parentSerial = taker == null ? 0 : taker.serial;
  return 1;
}
