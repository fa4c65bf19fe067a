// Traps and kills at every point of a greenlet's life. Guards say whether its roots were collected.
import {
  AnyGreenlet, catchExit, collect, Event, Greenlet, getCurrent, joinAll, kill, onExit, sleep, spawn, spawnLater, Status,
} from "wevent/assembly";

class Guard {
  constructor(public id: i32) {}
}

let freed = 0;
let guards = 0;
let exits = 0;
let steps = 0;
let after = 0;

// @ts-ignore: decorator
@global
function __finalize(object: usize): void {
  if (load<u32>(object - 8) == idof<Guard>()) freed++;
}

// @ts-ignore: decorator
@external("env", "explode")
declare function explode(): void;

export function exitCount(): i32 { return exits; }
export function stepCount(): i32 { return steps; }
export function afterCount(): i32 { return after; }

function countExit(guard: Guard): void {
  sleep(0);
  exits++;
}

function guarded(): Guard {
  return new Guard(guards++);
}

// ---- traps

/** Takes `steps` steps, each a few frames deep; bit 16 set: fails in that step, in the way of bits 24.. */
function walk(plan: i32): i32 {
  const guard = guarded();
  onExit(countExit, guard);
  const failAt = plan >> 8 & 0xff;
  const how = plan >> 16 & 0xff;
  let sum = 0;
  for (let i = 1; i <= (plan & 0xff); i++) {
    steps++;
    sum += down(i % 7, i == failAt ? how : 0, guard);
    if (i % 3 == 0) sleep(0);
  }
  return sum + guard.id * 0;
}

function down(depth: i32, how: i32, guard: Guard): i32 {
  if (depth > 0) return down(depth - 1, how, guard) + 1;
  sleep(how == 4 ? 1 : 0.5);
  switch (how) {
    case 1: unreachable();
    case 2: throw new Error("on purpose");
    case 3: explode();
    case 4: return load<i32>(0x7fffffff);
  }
  return 1;
}

/** 100 walkers, one of which fails. Answers how many came to their result. */
export function walkers(victim: i32, failAt: i32, how: i32): i32 {
  steps = 0;
  exits = 0;
  const greenlets: Greenlet<i32>[] = [];
  for (let i = 0; i < 100; i++) {
    greenlets.push(spawn(walk, 20 | (i == victim ? failAt << 8 | how << 16 : 0)));
  }
  joinAll(greenlets);
  let right = 0;
  for (let i = 0; i < 100; i++) {
    let expected = 0;
    for (let k = 1; k <= 20; k++) expected += k % 7 + 1;
    if (greenlets[i].successful && greenlets[i].value == expected) right++;
    if (i == victim && greenlets[i].dead && !greenlets[i].successful && greenlets[i].value == 0) right += 1000;
  }
  return right;
}

function trapInHandler(x: i32): void {
  exits += 100;
  unreachable();
}

function trapTwice(): void {
  onExit(countExit, guarded());
  onExit(trapInHandler, 0);
  onExit(countExit, guarded());
  sleep(0);
  unreachable();
}

/** A handler that traps costs itself; those below it still run. */
export function trappingHandler(): i32 {
  exits = 0;
  const greenlet = spawn(trapTwice);
  greenlet.join();
  return greenlet.successful ? -1 : exits;
}

// ---- kills

function never(): void {
  after++;
}

function parkDeep(depth: i32): i32 {
  const guard = guarded();
  const list = [guard];
  if (depth == 0) {
    onExit(countExit, guard);
    sleep(1_000_000);
    after++;
    return list.length;
  }
  return parkDeep(depth - 1) + list.length;
}

function spin(): void {
  onExit(countExit, guarded());
  for (;;) sleep(0);
}

function settle(): void {
  // Twice: what the first one finds only on the shadow stack of this frame is gone at the second.
  collect();
  sleep(0);
  collect();
  sleep(0);
}

function start(): void {
  settle();
  freed = 0;
  guards = 0;
  exits = 0;
  after = 0;
}

export function killBeforeStart(): i32 {
  start();
  const spawned = spawn(never);
  const later = spawnLater(5, never);
  const made = new Made();
  spawned.kill();
  kill(later);
  made.kill();
  const dead = spawned.dead && later.dead && made.dead && spawned.killed && spawned.successful;
  sleep(10);
  return (dead ? 1 : 0) | (made.start() == Status.Gone ? 2 : 0);
}

class Made extends Greenlet<void> {
  run(): void {
    after++;
  }
}

function killOneDeep(depth: i32): bool {
  const greenlet = spawn(parkDeep, depth);
  sleep(1);
  greenlet.kill();
  return greenlet.dead && greenlet.killed && greenlet.value == 0;
}

/** Guards still alive after the kill of a greenlet parked `depth` frames deep, or -1. */
export function killParkedDeep(depth: i32): i32 {
  start();
  if (!killOneDeep(depth)) return -1;
  settle();
  return guards - freed;
}

function killOneSpinning(): bool {
  const greenlet = spawn(spin);
  sleep(0);
  sleep(0);
  greenlet.kill();
  return greenlet.killed;
}

export function killSpinning(): i32 {
  start();
  if (!killOneSpinning()) return -1;
  settle();
  return guards - freed;
}

function stubborn(times: i32): i32 {
  catchExit();
  let seen = 0;
  for (let i = 0; i < times; i++) {
    if (sleep(1000) == Status.Killed) seen++;
  }
  return seen;
}

/** A greenlet that asked to see its kills sees each, and ends by itself. */
export function killCaught(): i32 {
  const greenlet = spawn(stubborn, 3);
  for (let i = 0; i < 3; i++) {
    sleep(1);
    kill(greenlet);
  }
  return greenlet.get();
}

function selfKill(): void {
  onExit(countExit, guarded());
  getCurrent()!.kill();
  after++;
}

export function killSelf(): i32 {
  start();
  const greenlet = spawn(selfKill);
  greenlet.join();
  return greenlet.killed ? exits : -1;
}

function order(digit: i32): void {
  sleep(0);
  exits = exits * 10 + digit;
}

function registersThree(): void {
  onExit(order, 1);
  onExit(order, 2);
  onExit(order, 3);
  sleep(1000);
}

/** Handlers of a killed greenlet, the last registered first, each allowed to block. */
export function handlerOrder(): i32 {
  start();
  const greenlet = spawn(registersThree);
  sleep(1);
  greenlet.kill();
  return exits;
}

function slowExit(x: i32): void {
  sleep(1000);
  after++;
}

function registersSlow(): void {
  onExit(order, 1);
  onExit(slowExit, 2);
  sleep(1000);
}

/** A second kill cuts the handler that blocks; the others run. */
export function killedTwice(): i32 {
  start();
  const greenlet = spawn(registersSlow);
  sleep(1);
  kill(greenlet);
  sleep(1);
  greenlet.kill();
  return after == 0 ? exits : -1;
}

function nothing(): void {}
function waits(): void { sleep(1000); }

export function churn(count: i32): void {
  for (let i = 0; i < count; i++) {
    const greenlet = spawn(nothing);
    greenlet.join();
  }
}

export function churnKills(count: i32): void {
  for (let i = 0; i < count; i++) {
    const greenlet = spawn(waits);
    if (i & 1) sleep(0);
    greenlet.kill();
  }
}
