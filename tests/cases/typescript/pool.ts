import { Event, forEach, GreenletExit, joinAll, kill, sleep, spawn } from "wevent";
import { Group, Pool } from "wevent/pool";
import type { Log } from "../words.ts";

function* naps(ms: number) {
  yield* sleep(ms);
  return ms;
}

function* works(log: Log, name: string) {
  log(`+${name}`);
  yield* sleep(10);
  log(`-${name}`);
}

export function* poolBoundsItsGreenlets(log: Log) {
  const two = new Pool(2);
  yield* two.spawn(works, log, "a");
  yield* two.spawn(works, log, "b");
  log(`full ${two.full()}`);
  yield* two.spawn(works, log, "c");
  log(`spawned ${two.freeCount()}`);
  yield* two.join();
  log(`over ${two.freeCount()}`);
}

function* spawnsIn(log: Log, two: Pool, name: string) {
  yield* two.spawn(works, log, name);
  log(`spawned ${name}`);
}

export function* poolAdmitsInOrder(log: Log) {
  const two = new Pool(2);
  yield* two.spawn(naps, 5);
  yield* two.spawn(naps, 12);
  yield* joinAll([spawn(spawnsIn, log, two, "a"), spawn(spawnsIn, log, two, "b")]);
  yield* two.join();
}

export function* poolKilledSpawnerTakesNoPlace(log: Log) {
  const two = new Pool(2);
  yield* two.spawn(naps, 5);
  yield* two.spawn(naps, 5);
  const killed = spawn(spawnsIn, log, two, "a");
  const stays = spawn(spawnsIn, log, two, "b");
  yield* sleep(0);
  kill(killed);
  yield* joinAll([killed, stays]);
  yield* two.join();
  log(`${two.freeCount()}`);
}

export function* poolTriesToSpawn(log: Log) {
  const two = new Pool(2);
  log(`${two.trySpawn(naps, 5) !== null}${two.trySpawn(naps, 9) !== null}${two.trySpawn(naps, 5) !== null}`);
  log(`${yield* two.waitAvailable()}`);
  yield* two.join();
  log(`${yield* two.waitAvailable()}`);
}

export function* poolPlaceIsFreeAfterGet(log: Log) {
  const two = new Pool(2);
  const greenlet = yield* two.spawn(naps, 1);
  log(`${two.freeCount()}`);
  yield* greenlet.get();
  log(`${two.freeCount()}`);
}

export function* poolWithoutLimit(log: Log) {
  const wide = new Pool();
  for (let i = 0; i < 5; i++) yield* wide.spawn(naps, 5);
  log(`${wide.freeCount()} ${wide.full()} ${wide.size}`);
  log(`${yield* wide.join({ timeout: 2 })} ${yield* wide.join()}`);
}

export function* poolMapsInOrder(log: Log) {
  const two = new Pool(2);
  log((yield* two.map(naps, [5, 1, 3])).join(" "));
  log(`${(yield* two.map(naps, [])).length}`);
}

export function* poolGivesResultsInOrder(log: Log) {
  yield* forEach(new Pool(2).imap(naps, [10, 1, 2]), (ms) => log(`${ms}`));
}

export function* poolGivesResultsAsTheyCome(log: Log) {
  yield* forEach(new Pool(3).imapUnordered(naps, [10, 1, 2]), (ms) => log(`${ms}`));
  yield* forEach(new Pool(1).imapUnordered(naps, [10, 1, 2]), (ms) => log(`${ms}`));
}

export function* poolMapsNoFurtherThanAsked(log: Log) {
  const begins = (x: number) => {
    log(`begin ${x}`);
    return x;
  };
  const results = new Pool(2).imap(begins, [1, 2, 3, 4], { maxSize: 2 });
  yield* sleep(5);
  log("ask");
  log(`got ${(yield* results.next()).value}`);
  yield* sleep(5);
  yield* forEach(results, (x) => log(`got ${x}`));
}

export function* groupJoinsAll(log: Log) {
  const group = new Group();
  group.spawn(works, log, "a");
  group.spawn(works, log, "b");
  log(`${group.size} ${yield* group.join({ timeout: 5 })}`);
  log(`${yield* group.join()} ${group.size}`);
}

function* endless(log: Log, name: string) {
  try {
    yield* sleep(1_000_000);
  } finally {
    log(`exit ${name}`);
  }
}

export function* groupKillsAll(log: Log) {
  const group = new Group();
  group.spawn(endless, log, "a");
  group.spawn(endless, log, "b");
  yield* sleep(0);
  yield* group.kill();
  log(`over ${group.size}`);
}

function* leavesAnother(log: Log, group: Group) {
  try {
    yield* sleep(1_000_000);
  } finally {
    group.spawn(endless, log, "late");
  }
}

export function* groupKillsWhoComesMeanwhile(log: Log) {
  const group = new Group();
  group.spawn(leavesAnother, log, group);
  yield* sleep(0);
  yield* group.kill();
  log(`over ${group.size}`);
}

export function* groupGoesOnAfterKill(log: Log) {
  const group = new Group();
  group.spawn(endless, log, "a");
  yield* sleep(0);
  yield* group.kill();
  group.spawn(works, log, "b");
  yield* group.join();
}

function* kills(log: Log, group: Group) {
  yield* group.kill();
  log("never");
}

function* leavesSlowly() {
  try {
    yield* sleep(1_000_000);
  } finally {
    yield* sleep(30);
  }
}

export function* groupKillerIsKilled(log: Log) {
  const group = new Group();
  const stubborn = spawn(leavesSlowly);
  group.add(stubborn);
  yield* sleep(0);
  const killer = spawn(kills, log, group);
  yield* sleep(0);
  kill(killer);
  yield* killer.join();
  group.spawn(works, log, "b");
  log(`${stubborn.dead}`);
  yield* group.join();
}

export function* poolKillEndsItsMappings(log: Log) {
  yield* killsWhileMapping(log, {});
}

export function* poolKillEndsItsMappingThatWaitsForTheReader(log: Log) {
  yield* killsWhileMapping(log, { maxSize: 1 });
}

function* killsWhileMapping(log: Log, options: { maxSize?: number }) {
  const one = new Pool(1);
  const mapped = one.imapUnordered(naps, [10, 20, 30], options);
  const first = yield* mapped.next();
  log(`${!first.done} ${first.value}`);
  yield* one.kill();
  log("true");
  // There the exit of the one that was killed is a result, here it is none.
  let next: IteratorResult<unknown> = yield* mapped.next();
  while (!next.done && next.value instanceof GreenletExit) next = yield* mapped.next();
  log(`${!next.done}`);
}

export function* poolJoinDoesNotWaitForWhatIsToCome(log: Log) {
  const two = new Pool(2);
  const mapped = two.imap(naps, [5, 6, 7]);
  log(`${yield* two.join({ timeout: 1 })}`);
  yield* forEach(mapped, (ms) => log(`${ms}`));
}

export function* groupAddsAndDiscards(log: Log) {
  const group = new Group();
  const a = spawn(naps, 5);
  const b = spawn(naps, 50);
  group.add(a);
  group.add(b);
  group.add(b);
  log(`${group.size}`);
  group.discard(b);
  group.discard(b);
  log(`${group.size} ${yield* group.join()} ${b.dead}`);
}

export function* groupOfOneKilled(log: Log) {
  const group = new Group();
  const a = spawn(endless, log, "a");
  group.add(a);
  const b = spawn(works, log, "b");
  group.add(b);
  yield* sleep(0);
  yield* group.killOne(a);
  log(`${group.size}`);
  yield* b.join();
}

export function* poolOfTwoMeets(log: Log) {
  const two = new Pool(2);
  const door = new Event();
  yield* two.spawn(function* consumes() {
    log("cons1");
    yield* door.wait();
    log("cons2");
  });
  yield* two.spawn(function* produces() {
    log("prod");
    yield* sleep(10);
    door.set();
  });
  yield* two.join();
}

export function* poolApplies(log: Log) {
  const two = new Pool(2);
  log(`${yield* two.apply(naps, [3])}`);
  yield* two.spawn(naps, 5);
  yield* two.spawn(naps, 20);
  log(`${yield* two.apply(naps, [4])} ${two.freeCount()}`);
}
