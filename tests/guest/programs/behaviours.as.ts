// What guests do beside the shared cases (tests/cases/list.ts), one export each; each logs what it does.
import {
  AnyGreenlet, Event, Greenlet, Group, Pool, Semaphore, Status, Timeout, getCurrent, idle, joinAll, kill, onExit, sleep, spawn, spawnLater,
  wait, withTimeout,
} from "wevent/assembly";
import { log, twice } from "./cases/words.as";

// ---- order

export { rotates, spawnsLater } from "./cases/greenlet.as";

// ---- results

class Point {
  constructor(public x: f64, public y: f64) {}
}

function nothing(): void {}
function int(): i32 { return 42; }
function long(x: i64): i64 { return x * 2; }
function float(x: f32): f64 { return x / 2; }
function text(x: string): string { sleep(1); return x + "!"; }
function point(p: Point): Point { sleep(1); return new Point(p.y, p.x); }
function maybe(x: i32): Point | null { return x > 0 ? new Point(x, x) : null; }

export function results(): void {
  const p = spawn(point, new Point(1, 2)).get();
  spawn(nothing).get();
  log([
    spawn(int).get().toString(),
    spawn(long, <i64>1 << 40).get().toString(),
    spawn(float, <f32>3).get().toString(),
    spawn(text, "hey").get(),
    p.x.toString() + "," + p.y.toString(),
    (spawn(maybe, 0).get() == null).toString(),
    (spawn(maybe, 2).get() != null).toString(),
  ].join(" "));
}

function states(): void {
  const me = getCurrent()!;
  log("inside " + me.started.toString() + " " + me.dead.toString() + " " + me.ready.toString());
}

export function state(): void {
  const greenlet = spawn(states);
  log("before " + greenlet.started.toString() + " " + greenlet.dead.toString() + " " + greenlet.successful.toString());
  greenlet.join();
  log("after " + greenlet.started.toString() + " " + greenlet.dead.toString() + " " + greenlet.successful.toString());
  log((greenlet.start() == Status.Gone).toString());
}

// ---- join, wait

function sleeps(ms: i32): i32 {
  sleep(ms);
  return ms;
}

export function joins(): void {
  const slow = spawn(sleeps, 50);
  log((slow.join(10) == Status.TimedOut).toString() + " " + slow.dead.toString());
  log((slow.join() == Status.Ok).toString() + " " + slow.value.toString());
  log((slow.join() == Status.Ok).toString());
  const all = [spawn(sleeps, 30), spawn(sleeps, 10), spawn(sleeps, 1000)];
  log(joinAll(all, 40).length.toString());
  log(joinAll<Greenlet<i32>>([]).length.toString());
}

class Unstarted extends Greenlet<i32> {
  run(): i32 { return 5; }
}

export function joinsUnstarted(): void {
  const greenlet = new Unstarted();
  log((greenlet.join(5) == Status.TimedOut).toString());
  greenlet.start();
  greenlet.start();
  log(greenlet.get().toString());
}

export function waits(): void {
  const all = [spawn(sleeps, 30), spawn(sleeps, 10), spawn(sleeps, 20)];
  const first = wait(all, -1, 2);
  log(first.length.toString() + " " + first[0].value.toString() + " " + first[1].value.toString());
  log(wait(all, 5).length.toString());
  log(wait(all)[2].value.toString());
  const events = [new Event(), new Event()];
  events[1].set();
  log(wait(events, 1).length.toString());
}

// ---- Timeout

export function timeouts(): void {
  const limit = Timeout.startNew(10);
  log(limit.pending.toString() + " " + (sleep(1000) == Status.Expired).toString());
  log(limit.fired.toString() + " " + limit.pending.toString());
  log((sleep(20) == Status.Ok).toString());
  limit.start();
  log(limit.pending.toString() + " " + limit.fired.toString());
  limit.cancel();
  log(limit.pending.toString() + " " + (sleep(20) == Status.Ok).toString());
  const outer = Timeout.startNew(5);
  const inner = Timeout.startNew(1000);
  sleep(100);
  log(outer.fired.toString() + " " + inner.fired.toString() + " " + inner.pending.toString());
  inner.cancel();
  log(withTimeout(5, (ms: f64): void => { sleep(ms); }, 100.0).toString());
  log(withTimeout(100, (ms: f64): void => { sleep(ms); }, 5.0).toString());
}

function five(): i32 {
  onExit(said5);
  sleep(5);
  return 5;
}

function said5(): void {
  log("five is over");
}

export function withoutArgument(): void {
  log(spawn(five).get().toString());
  log(new Group().apply(five).toString());
  log(withTimeout(100, five).toString() + " " + withTimeout(1, five).toString());
}

function spins(limit: Timeout): i32 {
  limit.start();
  let turns = 0;
  while (sleep(0) == Status.Ok && turns < 1_000_000) turns++;
  return turns;
}

export function timeoutInSpin(): void {
  const limit = new Timeout(3);
  log((spawn(spins, limit).get() < 1_000_000).toString() + " " + limit.fired.toString());
}

function leavesTimeout(): void {
  Timeout.startNew(60_000);
}

/** The deadline of a greenlet that has ended does not hold the hub. */
export function timeoutDiesWithGreenlet(): void {
  spawn(leavesTimeout).join();
}

// ---- where nothing can be suspended

export function blocks(): void {
  sleep(1);
}

export function spawnsOnly(): void {
  spawn(twice, "X");
}

// @ts-ignore: decorator
@external("env", "callBack")
declare function callBack(): void;

export function reenters(): void {
  callBack();
}

// ---- greenlets of others

export function joinRemote(handle: u64): void {
  const other = AnyGreenlet.fromHandle(handle);
  log(other.dead.toString());
  log((other.join(5) == Status.TimedOut).toString());
  log((other.join() == Status.Ok).toString() + " " + other.dead.toString());
}

export function killRemote(handle: u64): void {
  const other = AnyGreenlet.fromHandle(handle);
  other.kill();
  log(other.dead.toString());
}

function said(x: string): void {
  log("exit " + x);
}

function endless(): void {
  onExit(said, "endless");
  sleep(1_000_000);
}

let kept: AnyGreenlet | null = null;

export function spawnEndless(): u64 {
  const greenlet = spawn(endless);
  kept = greenlet;
  return greenlet.handle;
}

export function isKeptDead(): bool {
  return kept!.dead;
}

export function double(x: i32): i32 {
  sleep(5);
  return x * 2;
}

export function traps(): void {
  sleep(1);
  unreachable();
}

export function spawnsTrapping(): void {
  spawn(traps).join();
}

export function digs(depth: i32): i32 {
  if (depth == 0) {
    sleep(1);
    return 0;
  }
  return digs(depth - 1) + 1;
}
