import { joinAll, kill, sleep, spawn, wait } from "wevent";
import { BoundedSemaphore, DummySemaphore, RLock, Semaphore } from "wevent/lock";
import type { Log } from "../words.ts";

function* works(log: Log, two: Semaphore, name: string) {
  yield* two.acquire();
  log(`+${name}`);
  yield* sleep(10);
  log(`-${name}`);
  two.release();
}

export function* semaphoreAdmitsInOrder(log: Log) {
  const two = new Semaphore(2);
  yield* joinAll(["a", "b", "c", "d"].map((name) => spawn(works, log, two, name)));
  log(`${two.counter}`);
}

function* takes(log: Log, none: Semaphore, name: string) {
  log(`${name} ${yield* none.acquire()}`);
}

function* takesSoon(log: Log, none: Semaphore, name: string) {
  log(`${name} ${yield* none.acquire({ timeout: 10 })}`);
}

function* peeks(log: Log, none: Semaphore, name: string) {
  log(`${name} ${yield* none.wait()}`);
}

function* tries(none: Semaphore) {
  return yield* none.acquire({ block: false });
}

export function* semaphoreIsNotReserved(log: Log) {
  const none = new Semaphore(0);
  const all = [spawn(takes, log, none, "a"), spawn(takes, log, none, "b")];
  yield* sleep(0);
  none.release();
  log(`stolen ${yield* tries(none)}`);
  yield* sleep(0);
  log(`still ${none.counter}`);
  none.release();
  none.release();
  yield* joinAll(all);
}

export function* semaphoreServedInVainKeepsItsLimit(log: Log) {
  const none = new Semaphore(0);
  const soon = spawn(takesSoon, log, none, "soon");
  yield* sleep(5);
  none.release();
  yield* tries(none);
  yield* soon.join(6);
  log(`dead ${soon.dead}`);
}

export function* semaphoreTimedOutLeavesTheLine(log: Log) {
  const none = new Semaphore(0);
  const all = [spawn(takesSoon, log, none, "soon"), spawn(takes, log, none, "stays")];
  yield* sleep(20);
  none.release();
  yield* joinAll(all);
  log(`${none.counter}`);
}

export function* semaphoreKillComesAfterTheRelease(log: Log) {
  const none = new Semaphore(0);
  const all = [spawn(takes, log, none, "a"), spawn(takes, log, none, "b")] as const;
  yield* sleep(0);
  none.release();
  kill(all[0]);
  yield* all[0].join();
  log(`dead ${all[1].dead}`);
  none.release();
  yield* all[1].join();
}

export function* semaphoreKilledWaiterIsSkipped(log: Log) {
  const none = new Semaphore(0);
  const all = ["a", "b", "c"].map((name) => spawn(takes, log, none, name));
  yield* sleep(0);
  kill(all[0]!);
  none.release();
  none.release();
  yield* joinAll(all);
  log(`${none.counter}`);
}

export function* semaphorePeekerPassesOn(log: Log) {
  const none = new Semaphore(0);
  const all = [
    spawn(peeks, log, none, "p"),
    spawn(takes, log, none, "a"),
    spawn(peeks, log, none, "q"),
  ] as const;
  yield* sleep(0);
  none.release();
  yield* all[1].join();
  log(`${all[2].dead}`);
  none.release();
  yield* joinAll(all);
  log(`${none.counter}`);
}

export function* semaphoreCounts(log: Log) {
  const none = new Semaphore(0);
  log(`${none.release()} ${none.release()}`);
  log(`${yield* none.wait()} ${none.locked()}`);
  log(`${yield* tries(none)}${yield* tries(none)}${yield* tries(none)}`);
  log(`${yield* none.acquire({ timeout: 0 })} ${yield* none.wait(5)}`);
}

function* frees(none: Semaphore, ms: number) {
  yield* sleep(ms);
  none.release();
}

export function* semaphoreIsWaitedFor(log: Log) {
  const none = new Semaphore(0);
  spawn(frees, none, 5);
  log(`${(yield* wait([none, new Semaphore(2)], { timeout: 10 })).length}`);
}

function releases(log: Log, bounded: BoundedSemaphore) {
  bounded.release();
  log("never");
}

export function* boundedSemaphoreNoticesOverRelease(log: Log) {
  const bounded = new BoundedSemaphore(1);
  yield* bounded.acquire();
  log(`${bounded.release()}`);
  const mistaken = spawn(releases, log, bounded);
  yield* mistaken.join();
  log(`${mistaken.successful()} ${bounded.counter}`);
}

export function* dummySemaphoreAdmitsAll(log: Log) {
  const dummy = new DummySemaphore();
  log(`${yield* dummy.acquire()} ${yield* dummy.acquire()} ${dummy.locked()}`);
  dummy.release();
}

function* enters(log: Log, lock: RLock, name: string) {
  yield* lock.acquire();
  yield* lock.acquire();
  log(`+${name}`);
  yield* sleep(0);
  lock.release();
  yield* sleep(0);
  log(`-${name}`);
  lock.release();
}

function* entersSoon(log: Log, lock: RLock, name: string) {
  log(`${name} ${yield* lock.acquire({ timeout: 10 })}`);
}

export function* rlockReenters(log: Log) {
  const lock = new RLock();
  yield* joinAll(["a", "b", "c"].map((name) => spawn(enters, log, lock, name)));
  log(`${lock.locked()}`);
}

export function* rlockTimesOut(log: Log) {
  const lock = new RLock();
  yield* lock.acquire();
  const soon = spawn(entersSoon, log, lock, "soon");
  const patient = spawn(enters, log, lock, "p");
  yield* sleep(20);
  lock.release();
  yield* joinAll([soon, patient]);
}

export function* rlockKilledWaiterIsSkipped(log: Log) {
  const lock = new RLock();
  yield* lock.acquire();
  const all = [spawn(enters, log, lock, "a"), spawn(enters, log, lock, "b")] as const;
  yield* sleep(0);
  kill(all[0]);
  lock.release();
  yield* joinAll(all);
  log(`${lock.locked()}`);
}

function releasesOther(log: Log, lock: RLock) {
  lock.release();
  log("never");
}

export function* rlockIsReleasedByItsHolderOnly(log: Log) {
  const lock = new RLock();
  const early = spawn(releasesOther, log, lock);
  yield* early.join();
  yield* lock.acquire();
  const other = spawn(releasesOther, log, lock);
  yield* other.join();
  log(`${early.successful()} ${other.successful()} ${lock.locked()}`);
  lock.release();
}
