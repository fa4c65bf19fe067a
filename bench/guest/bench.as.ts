// The guest's side of the bench: the same work as bench/cases, in stackful greenlets.

import { Channel, Event, Greenlet, joinAll, Pool, Queue, Semaphore, sleep, spawn } from "wevent/assembly";

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

// ---- tools

/** One of two parties that pass tokens round over two queues. */
class Side {
  constructor(
    readonly from: Queue<i32>,
    readonly to: Queue<i32>,
    readonly count: i32,
  ) {}
}

function pass(side: Side): void {
  for (let i = 0; i < side.count; i++) side.to.put(side.from.get().value);
}

export function queueMessages(maxSize: i32, tokens: i32, count: i32): void {
  const there = new Queue<i32>(maxSize);
  const back = new Queue<i32>(maxSize);
  for (let i = 0; i < tokens; i++) back.put(i);
  joinAll([spawn(pass, new Side(back, there, count / 2)), spawn(pass, new Side(there, back, count / 2))]);
}

class End {
  constructor(
    readonly channel: Channel<i32>,
    readonly count: i32,
  ) {}
}

export function channelMessages(count: i32): void {
  const end = new End(new Channel<i32>(), count);
  joinAll([
    spawn((to: End): void => {
      for (let i = 0; i < to.count; i++) to.channel.put(i);
    }, end),
    spawn((from: End): void => {
      for (let i = 0; i < from.count; i++) from.channel.get();
    }, end),
  ]);
}

class Holding {
  constructor(
    readonly semaphore: Semaphore,
    readonly count: i32,
  ) {}
}

export function semaphoreTurns(holders: i32, count: i32): void {
  const holding = new Holding(new Semaphore(1), count / holders);
  const all: Greenlet<void>[] = [];
  for (let i = 0; i < holders; i++) {
    all.push(
      spawn((it: Holding): void => {
        for (let turn = 0; turn < it.count; turn++) {
          it.semaphore.acquire();
          sleep(0);
          it.semaphore.release();
        }
      }, holding),
    );
  }
  joinAll(all);
}

export function broadcast(count: i32): void {
  const signal = new Event();
  const all: Greenlet<void>[] = [];
  for (let i = 0; i < count; i++) {
    all.push(
      spawn((it: Event): void => {
        it.wait();
      }, signal),
    );
  }
  sleep(0);
  signal.set();
  joinAll(all);
}

export function mapInPool(limit: i32, count: i32): i32 {
  const items: i32[] = [];
  for (let i = 0; i < count; i++) items.push(i);
  const squares = new Pool(limit).map((item: i32): i32 => {
    sleep(0);
    return item * item;
  }, items);
  return squares.length;
}
