// The guest's side of the bench: the same work as bench/cases, in stackful greenlets.

import { Event, Greenlet, joinAll, sleep, spawn } from "wevent/assembly";

let yields: i32 = 0;
let frames: i32 = 0;

function body(): void {
  for (let i = 0; i < yields; i++) sleep(0);
}

/** Frames with live locals: what a switch has to take off the stack and put back. */
function nested(depth: i32, seed: i32): i32 {
  const a = seed * 3;
  const b = seed ^ depth;
  if (depth > 0) return nested(depth - 1, a) + b;
  for (let i = 0; i < yields; i++) sleep(0);
  return a + b;
}

function deepBody(): void {
  nested(frames, 1);
}

function empty(): void {}

export function switches(tasks: i32, count: i32): void {
  yields = count;
  const all: Greenlet<void>[] = [];
  for (let i = 0; i < tasks; i++) all.push(spawn(body));
  joinAll(all);
}

export function deepSwitches(depth: i32, count: i32): void {
  yields = count;
  frames = depth;
  joinAll([spawn(deepBody), spawn(deepBody)]);
}

export function spawnAndJoin(count: i32): void {
  const all: Greenlet<void>[] = [];
  for (let i = 0; i < count; i++) all.push(spawn(empty));
  joinAll(all);
}

const event: Event = new Event();
let left: i32 = 0;

function waiter(): void {
  event.wait();
  left--;
}

/** Parks that many; release() lets them go. */
export function park(count: i32): void {
  left = count;
  for (let i = 0; i < count; i++) spawn(waiter);
  sleep(0);
}

export function release(): i32 {
  event.set();
  sleep(0);
  event.clear();
  return left;
}

let state: i32 = 12345;

function sleeper(ms: i32): void {
  sleep(ms);
}

/** Sleeps of 0 to 100 ms: the linear congruential generator of ANSI C. */
export function sleeps(count: i32): void {
  state = 12345;
  const all: Greenlet<void>[] = [];
  for (let i = 0; i < count; i++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    all.push(spawn(sleeper, (state >> 8) % 101));
  }
  joinAll(all);
}
