import {
  BoundedSemaphore, DummySemaphore, RLock, Semaphore, joinAll, kill, sleep, spawn, wait,
} from "wevent/assembly";
import { log } from "./words.as";

const two = new Semaphore(2);
const none = new Semaphore(0);

function worksWithTwo(name: string): void {
  two.acquire();
  log("+" + name);
  sleep(10);
  log("-" + name);
  two.release();
}

export function semaphoreAdmitsInOrder(): void {
  joinAll([spawn(worksWithTwo, "a"), spawn(worksWithTwo, "b"), spawn(worksWithTwo, "c"), spawn(worksWithTwo, "d")]);
  log(two.counter.toString());
}

function takes(name: string): void {
  log(name + " " + none.acquire().toString());
}

function takesSoon(name: string): void {
  log(name + " " + none.acquire(10).toString());
}

function peeks(name: string): void {
  log(name + " " + none.wait().toString());
}

export function semaphoreIsNotReserved(): void {
  const all = [spawn(takes, "a"), spawn(takes, "b")];
  sleep(0);
  none.release();
  log("stolen " + none.tryAcquire().toString());
  sleep(0);
  log("still " + none.counter.toString());
  none.release();
  none.release();
  joinAll(all);
}

export function semaphoreServedInVainKeepsItsLimit(): void {
  const soon = spawn(takesSoon, "soon");
  sleep(5);
  none.release();
  none.tryAcquire();
  soon.join(6);
  log("dead " + soon.dead.toString());
}

export function semaphoreTimedOutLeavesTheLine(): void {
  const all = [spawn(takesSoon, "soon"), spawn(takes, "stays")];
  sleep(20);
  none.release();
  joinAll(all);
  log(none.counter.toString());
}

export function semaphoreKillComesAfterTheRelease(): void {
  const all = [spawn(takes, "a"), spawn(takes, "b")];
  sleep(0);
  none.release();
  kill(all[0]);
  all[0].join();
  log("dead " + all[1].dead.toString());
  none.release();
  all[1].join();
}

export function semaphoreKilledWaiterIsSkipped(): void {
  const all = [spawn(takes, "a"), spawn(takes, "b"), spawn(takes, "c")];
  sleep(0);
  kill(all[0]);
  none.release();
  none.release();
  joinAll(all);
  log(none.counter.toString());
}

export function semaphorePeekerPassesOn(): void {
  const all = [spawn(peeks, "p"), spawn(takes, "a"), spawn(peeks, "q")];
  sleep(0);
  none.release();
  all[1].join();
  log(all[2].dead.toString());
  none.release();
  joinAll(all);
  log(none.counter.toString());
}

export function semaphoreCounts(): void {
  log(none.release().toString() + " " + none.release().toString());
  log(none.wait().toString() + " " + none.locked().toString());
  log(none.tryAcquire().toString() + none.tryAcquire().toString() + none.tryAcquire().toString());
  log(none.acquire(0).toString() + " " + none.wait(5).toString());
}

function frees(ms: i32): void {
  sleep(ms);
  none.release();
}

export function semaphoreIsWaitedFor(): void {
  spawn(frees, 5);
  log(wait([none, two], 10).length.toString());
}

function releases(bounded: BoundedSemaphore): void {
  bounded.release();
  log("never");
}

export function boundedSemaphoreNoticesOverRelease(): void {
  const bounded = new BoundedSemaphore(1);
  bounded.acquire();
  log(bounded.release().toString());
  const mistaken = spawn(releases, bounded);
  mistaken.join();
  log(mistaken.successful.toString() + " " + bounded.counter.toString());
}

export function dummySemaphoreAdmitsAll(): void {
  const dummy = new DummySemaphore();
  log(dummy.acquire().toString() + " " + dummy.acquire().toString() + " " + dummy.locked().toString());
  dummy.release();
}

const lock = new RLock();

function enters(name: string): void {
  lock.acquire();
  lock.acquire();
  log("+" + name);
  sleep(0);
  lock.release();
  sleep(0);
  log("-" + name);
  lock.release();
}

function entersSoon(name: string): void {
  log(name + " " + lock.acquire(10).toString());
}

export function rlockReenters(): void {
  joinAll([spawn(enters, "a"), spawn(enters, "b"), spawn(enters, "c")]);
  log(lock.locked().toString());
}

export function rlockTimesOut(): void {
  lock.acquire();
  const soon = spawn(entersSoon, "soon");
  const patient = spawn(enters, "p");
  sleep(20);
  lock.release();
  joinAll([soon, patient]);
}

export function rlockKilledWaiterIsSkipped(): void {
  lock.acquire();
  const all = [spawn(enters, "a"), spawn(enters, "b")];
  sleep(0);
  kill(all[0]);
  lock.release();
  joinAll(all);
  log(lock.locked().toString());
}

function releasesOther(): void {
  lock.release();
  log("never");
}

export function rlockIsReleasedByItsHolderOnly(): void {
  const early = spawn(releasesOther);
  early.join();
  lock.acquire();
  const other = spawn(releasesOther);
  other.join();
  log(early.successful.toString() + " " + other.successful.toString() + " " + lock.locked().toString());
  lock.release();
}
