import {
  type Greenlet,
  getCurrent,
  idle,
  joinAll,
  kill,
  sleep,
  spawn,
  spawnLater,
  Timeout,
  wait,
  withTimeout,
} from "wevent";
import type { Log } from "../words.ts";

function* twice(log: Log, name: string) {
  log(`1${name}`);
  yield* sleep(0);
  log(`2${name}`);
}

export function* spawnsLater(log: Log) {
  spawn(twice, log, "A");
  log("spawned");
  spawn(twice, log, "B");
  yield* sleep(0);
  yield* sleep(0);
}

function* thrice(log: Log, name: string) {
  for (let i = 0; i < 3; i++) {
    log(name + i);
    yield* sleep(0);
  }
}

export function* rotates(log: Log) {
  const all = [spawn(thrice, log, "a"), spawn(thrice, log, "b")];
  yield* thrice(log, "m");
  yield* joinAll(all);
}

export function* timersByExpiry(log: Log) {
  yield* joinAll([spawnLater(30, log, "30"), spawnLater(10, log, "10"), spawnLater(20, log, "20")]);
}

function* chain(log: Log) {
  for (let i = 0; i < 5; i++) yield* sleep(0);
  log("chain is over");
}

export function* idles(log: Log) {
  spawn(chain, log);
  yield* idle();
  log("idle");
}

function* naps(ms: number) {
  yield* sleep(ms);
  return ms;
}

export function* joinsWithLimit(log: Log) {
  const slow = spawn(naps, 50);
  yield* slow.join(10);
  log(`${slow.dead}`);
  log(`${yield* slow.get()}`);
  const ended = yield* joinAll([spawn(naps, 30), spawn(naps, 10), spawn(naps, 60)], { timeout: 40 });
  log(`${ended.length}`);
}

export function* waitsInReadyOrder(log: Log) {
  const first = yield* wait([spawn(naps, 30), spawn(naps, 10), spawn(naps, 20)], { count: 2 });
  log(first.map((greenlet) => (greenlet as Greenlet<number>).value).join(" "));
}

export function* killBeforeStart(log: Log) {
  const greenlet = spawn(log, "never");
  kill(greenlet);
  log(`${greenlet.dead} ${greenlet.successful()}`);
  yield* sleep(0);
}

function* endless(log: Log, name: string) {
  try {
    log(`in ${name}`);
    yield* sleep(1_000_000);
    log("never");
  } finally {
    log(`exit ${name}`);
  }
}

export function* killWhileAsleep(log: Log) {
  const all = [spawn(endless, log, "a"), spawn(endless, log, "b")] as const;
  yield* sleep(0);
  kill(all[1]);
  kill(all[0]);
  log("asked");
  yield* joinAll(all);
  log(`${all[0].successful()}`);
}

function* joins(log: Log, other: Greenlet<unknown>) {
  yield* other.join();
  log("joined");
}

export function* killReleasesJoiners(log: Log) {
  const victim = spawn(endless, log, "v");
  const all = [spawn(joins, log, victim), spawn(joins, log, victim)];
  yield* sleep(0);
  kill(victim);
  yield* joinAll(all);
  log("over");
}

export function* killJoinerLeavesTheOther(log: Log) {
  const sleeper = spawn(naps, 10);
  const killed = spawn(joins, log, sleeper);
  const stays = spawn(joins, log, sleeper);
  yield* sleep(0);
  kill(killed);
  yield* joinAll([killed, stays]);
  log(`${yield* sleeper.get()}`);
}

export function* timeoutFiresOnce(log: Log) {
  const limit = Timeout.startNew(10);
  let fired = false;
  try {
    yield* sleep(1000);
  } catch (error) {
    fired = error === limit;
  }
  log(`${fired} ${limit.pending}`);
  yield* sleep(20);
  log("ok");
  limit.cancel();
}

export function* timeoutsNest(log: Log) {
  const outer = Timeout.startNew(5);
  const inner = Timeout.startNew(1000);
  let fired: unknown;
  try {
    yield* sleep(100);
  } catch (error) {
    fired = error;
  }
  log(`${fired === outer} ${fired === inner}`);
  inner.cancel();
  log(`${yield* withTimeout(5, () => goesThrough(100), { timeoutValue: false })}`);
  log(`${yield* withTimeout(100, () => goesThrough(5), { timeoutValue: false })}`);
}

function* goesThrough(ms: number) {
  yield* sleep(ms);
  return true;
}

function* napsWithin(log: Log, name: string, ms: number) {
  log(`${name} ${yield* withTimeout(ms, () => goesThrough(10), { timeoutValue: false })}`);
}

export function* timeoutIsOfItsGreenletOnly(log: Log) {
  yield* joinAll([spawn(napsWithin, log, "a", 5), spawn(napsWithin, log, "b", 1000)]);
}

export function* laterStartsBehindTheReady(log: Log) {
  const later = spawnLater(0, log, "later");
  spawn(log, "ready");
  yield* sleep(0);
  log("goes on");
  yield* later.join();
}

function* napsTwice(log: Log) {
  try {
    yield* sleep(0);
    log("first");
    yield* sleep(1_000_000);
    log("never");
  } finally {
    log("exit");
  }
}

export function* killComesAfterTheWake(log: Log) {
  const greenlet = spawn(napsTwice, log);
  yield* sleep(0);
  kill(greenlet);
  yield* greenlet.join();
  log(`${greenlet.dead} ${greenlet.successful()}`);
}

export function* killIsLostOnTheEnded(log: Log) {
  const greenlet = spawn(naps, 0);
  yield* sleep(0);
  kill(greenlet);
  log(`${yield* greenlet.get()}`);
  kill(greenlet);
  log(`${greenlet.value} ${greenlet.successful()}`);
}

export function* killTwiceIsKillOnce(log: Log) {
  const greenlet = spawn(endless, log, "a");
  yield* sleep(0);
  kill(greenlet);
  kill(greenlet);
  yield* greenlet.join();
  kill(greenlet);
  log(`${greenlet.dead} ${greenlet.successful()}`);
}

function* endsItself(log: Log) {
  try {
    kill(getCurrent() as Greenlet);
    log("still here");
    yield* sleep(0);
    log("never");
  } finally {
    log("exit");
  }
}

export function* killOfOneself(log: Log) {
  const greenlet = spawn(endsItself, log);
  yield* greenlet.join();
  log(`${greenlet.dead} ${greenlet.successful()}`);
}

function* cleansUp(log: Log) {
  try {
    log("in");
    yield* sleep(1_000_000);
  } finally {
    log("cleaning");
    yield* sleep(10);
    log("clean");
  }
}

export function* killWaitsForTheCleanup(log: Log) {
  const greenlet = spawn(cleansUp, log);
  yield* sleep(0);
  yield* greenlet.kill();
  log(`dead ${greenlet.dead}`);
}
