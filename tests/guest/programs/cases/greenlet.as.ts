import {
  AnyGreenlet, Timeout, getCurrent, idle, joinAll, kill, onExit, sleep, spawn, spawnLater, wait, withTimeout,
} from "wevent/assembly";
import { log, told, twice } from "./words.as";

export function spawnsLater(): void {
  spawn(twice, "A");
  log("spawned");
  spawn(twice, "B");
  sleep(0);
  sleep(0);
}

function thrice(name: string): void {
  for (let i = 0; i < 3; i++) {
    log(name + i.toString());
    sleep(0);
  }
}

export function rotates(): void {
  const all = [spawn(thrice, "a"), spawn(thrice, "b")];
  thrice("m");
  joinAll(all);
}

export function timersByExpiry(): void {
  joinAll([spawnLater(30, log, "30"), spawnLater(10, log, "10"), spawnLater(20, log, "20")]);
}

function chain(): void {
  for (let i = 0; i < 5; i++) sleep(0);
  log("chain is over");
}

export function idles(): void {
  spawn(chain);
  idle();
  log("idle");
}

function naps(ms: i32): i32 {
  sleep(ms);
  return ms;
}

export function joinsWithLimit(): void {
  const slow = spawn(naps, 50);
  slow.join(10);
  log(slow.dead.toString());
  log(slow.get().toString());
  log(joinAll([spawn(naps, 30), spawn(naps, 10), spawn(naps, 60)], 40).length.toString());
}

export function waitsInReadyOrder(): void {
  const first = wait([spawn(naps, 30), spawn(naps, 10), spawn(naps, 20)], -1, 2);
  log(first[0].value.toString() + " " + first[1].value.toString());
}

export function killBeforeStart(): void {
  const greenlet = spawn(log, "never");
  kill(greenlet);
  log(greenlet.dead.toString() + " " + greenlet.successful.toString());
  sleep(0);
}

function parts(name: string): void {
  log("exit " + name);
}

function endless(name: string): void {
  onExit(parts, name);
  log("in " + name);
  sleep(1_000_000);
  log("never");
}

export function killWhileAsleep(): void {
  const all = [spawn(endless, "a"), spawn(endless, "b")];
  sleep(0);
  kill(all[1]);
  kill(all[0]);
  log("asked");
  joinAll(all);
  log(all[0].successful.toString());
}

function joins(other: AnyGreenlet): void {
  other.join();
  log("joined");
}

export function killReleasesJoiners(): void {
  const victim = spawn(endless, "v");
  const all = [spawn(joins, victim), spawn(joins, victim)];
  sleep(0);
  kill(victim);
  joinAll(all);
  log("over");
}

export function killJoinerLeavesTheOther(): void {
  const sleeper = spawn(naps, 10);
  const killed = spawn(joins, sleeper);
  const stays = spawn(joins, sleeper);
  sleep(0);
  kill(killed);
  joinAll([killed, stays]);
  log(sleeper.get().toString());
}

export function timeoutFiresOnce(): void {
  const limit = Timeout.startNew(10);
  sleep(1000);
  log(limit.fired.toString() + " " + limit.pending.toString());
  log(told(sleep(20)));
  limit.cancel();
}

export function timeoutsNest(): void {
  const outer = Timeout.startNew(5);
  const inner = Timeout.startNew(1000);
  sleep(100);
  log(outer.fired.toString() + " " + inner.fired.toString());
  inner.cancel();
  log(withTimeout(5, (ms: f64): void => { sleep(ms); }, 100.0).toString());
  log(withTimeout(100, (ms: f64): void => { sleep(ms); }, 5.0).toString());
}

function napsWithin(name: string, ms: f64): void {
  log(name + " " + withTimeout(ms, (nap: f64): void => { sleep(nap); }, 10.0).toString());
}

export function timeoutIsOfItsGreenletOnly(): void {
  joinAll([
    spawn((name: string): void => napsWithin(name, 5), "a"),
    spawn((name: string): void => napsWithin(name, 1000), "b"),
  ]);
}

export function laterStartsBehindTheReady(): void {
  const later = spawnLater(0, log, "later");
  spawn(log, "ready");
  sleep(0);
  log("goes on");
  later.join();
}

function fate(greenlet: AnyGreenlet): void {
  log(greenlet.dead.toString() + " " + greenlet.successful.toString());
}

function napsTwice(): void {
  onExit(log, "exit");
  sleep(0);
  log("first");
  sleep(1_000_000);
  log("never");
}

export function killComesAfterTheWake(): void {
  const greenlet = spawn(napsTwice);
  sleep(0);
  kill(greenlet);
  greenlet.join();
  fate(greenlet);
}

export function killIsLostOnTheEnded(): void {
  const greenlet = spawn(naps, 0);
  sleep(0);
  kill(greenlet);
  log(greenlet.get().toString());
  kill(greenlet);
  log(greenlet.value.toString() + " " + greenlet.successful.toString());
}

export function killTwiceIsKillOnce(): void {
  const greenlet = spawn(endless, "a");
  sleep(0);
  kill(greenlet);
  kill(greenlet);
  greenlet.join();
  kill(greenlet);
  fate(greenlet);
}

function endsItself(): void {
  onExit(log, "exit");
  kill(getCurrent()!);
  log("still here");
  sleep(0);
  log("never");
}

export function killOfOneself(): void {
  const greenlet = spawn(endsItself);
  greenlet.join();
  fate(greenlet);
}

function cleans(_: i32): void {
  log("cleaning");
  sleep(10);
  log("clean");
}

function cleansUp(): void {
  onExit(cleans, 0);
  log("in");
  sleep(1_000_000);
}

export function killWaitsForTheCleanup(): void {
  const greenlet = spawn(cleansUp);
  sleep(0);
  greenlet.kill();
  log("dead " + greenlet.dead.toString());
}
