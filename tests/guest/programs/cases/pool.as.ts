import { Event, Group, Pool, joinAll, kill, onExit, sleep, spawn } from "wevent/assembly";
import { log } from "./words.as";

const two = new Pool(2);
const group = new Group();

function naps(ms: i32): i32 {
  sleep(ms);
  return ms;
}

function works(name: string): void {
  log("+" + name);
  sleep(10);
  log("-" + name);
}

export function poolBoundsItsGreenlets(): void {
  two.spawn(works, "a");
  two.spawn(works, "b");
  log("full " + two.full().toString());
  two.spawn(works, "c");
  log("spawned " + two.freeCount().toString());
  two.join();
  log("over " + two.freeCount().toString());
}

function spawnsInTwo(name: string): void {
  two.spawn(works, name);
  log("spawned " + name);
}

export function poolAdmitsInOrder(): void {
  two.spawn(naps, 5);
  two.spawn(naps, 12);
  const all = [spawn(spawnsInTwo, "a"), spawn(spawnsInTwo, "b")];
  joinAll(all);
  two.join();
}

export function poolKilledSpawnerTakesNoPlace(): void {
  two.spawn(naps, 5);
  two.spawn(naps, 5);
  const killed = spawn(spawnsInTwo, "a");
  const stays = spawn(spawnsInTwo, "b");
  sleep(0);
  kill(killed);
  joinAll([killed, stays]);
  two.join();
  log(two.freeCount().toString());
}

export function poolTriesToSpawn(): void {
  log((two.trySpawn(naps, 5) != null).toString() + (two.trySpawn(naps, 9) != null).toString() + (two.trySpawn(naps, 5) != null).toString());
  log(two.waitAvailable().toString());
  two.join();
  log(two.waitAvailable().toString());
}

export function poolPlaceIsFreeAfterGet(): void {
  const greenlet = two.spawn(naps, 1);
  log(two.freeCount().toString());
  greenlet.get();
  log(two.freeCount().toString());
}

export function poolWithoutLimit(): void {
  const wide = new Pool();
  for (let i = 0; i < 5; i++) wide.spawn(naps, 5);
  log(wide.freeCount().toString() + " " + wide.full().toString() + " " + wide.size.toString());
  log(wide.join(2).toString() + " " + wide.join().toString());
}

export function poolMapsInOrder(): void {
  log(two.map<i32, i32>(naps, [5, 1, 3]).join(" "));
  log(two.map<i32, i32>(naps, []).length.toString());
}

export function poolGivesResultsInOrder(): void {
  const results = two.imap<i32, i32>(naps, [10, 1, 2]);
  while (results.next()) log(results.value.toString());
}

export function poolGivesResultsAsTheyCome(): void {
  const parallel = new Pool(3).imapUnordered<i32, i32>(naps, [10, 1, 2]);
  while (parallel.next()) log(parallel.value.toString());
  const single = new Pool(1).imapUnordered<i32, i32>(naps, [10, 1, 2]);
  while (single.next()) log(single.value.toString());
}

function begins(x: i32): i32 {
  log("begin " + x.toString());
  return x;
}

export function poolMapsNoFurtherThanAsked(): void {
  const results = two.imap<i32, i32>(begins, [1, 2, 3, 4], 2);
  sleep(5);
  log("ask");
  results.next();
  log("got " + results.value.toString());
  sleep(5);
  while (results.next()) log("got " + results.value.toString());
}

export function groupJoinsAll(): void {
  group.spawn(works, "a");
  group.spawn(works, "b");
  log(group.size.toString() + " " + group.join(5).toString());
  log(group.join().toString() + " " + group.size.toString());
}

function parts(name: string): void {
  log("exit " + name);
}

function endless(name: string): void {
  onExit(parts, name);
  sleep(1_000_000);
}

export function groupKillsAll(): void {
  group.spawn(endless, "a");
  group.spawn(endless, "b");
  sleep(0);
  group.kill();
  log("over " + group.size.toString());
}

function respawns(name: string): void {
  group.spawn(endless, name);
}

function leavesAnother(): void {
  onExit(respawns, "late");
  sleep(1_000_000);
}

export function groupKillsWhoComesMeanwhile(): void {
  group.spawn(leavesAnother);
  sleep(0);
  group.kill();
  log("over " + group.size.toString());
}

export function groupGoesOnAfterKill(): void {
  group.spawn(endless, "a");
  sleep(0);
  group.kill();
  group.spawn(works, "b");
  group.join();
}

function kills(): void {
  group.kill();
  log("never");
}

export function groupKillerIsKilled(): void {
  const stubborn = group.spawn(leavesSlowly);
  sleep(0);
  const killer = spawn(kills);
  sleep(0);
  kill(killer);
  killer.join();
  group.spawn(works, "b");
  log(stubborn.dead.toString());
  group.join();
}

function leavesSlowly(): void {
  onExit(naps, 30);
  sleep(1_000_000);
}

export function poolKillEndsItsMappings(): void {
  killsWhileMapping(0);
}

export function poolKillEndsItsMappingThatWaitsForTheReader(): void {
  killsWhileMapping(1);
}

function killsWhileMapping(maxSize: i32): void {
  const one = new Pool(1);
  const mapped = one.imapUnordered<i32, i32>(naps, [10, 20, 30], maxSize);
  log(mapped.next().toString() + " " + mapped.value.toString());
  log(one.kill().toString());
  log(mapped.next().toString());
}

export function poolJoinDoesNotWaitForWhatIsToCome(): void {
  const mapped = two.imap<i32, i32>(naps, [5, 6, 7]);
  log(two.join(1).toString());
  while (mapped.next()) log(mapped.value.toString());
}

export function groupAddsAndDiscards(): void {
  const a = spawn(naps, 5);
  const b = spawn(naps, 50);
  group.add(a);
  group.add(b);
  group.add(b);
  log(group.size.toString());
  group.discard(b);
  group.discard(b);
  log(group.size.toString() + " " + group.join().toString() + " " + b.dead.toString());
}

export function groupOfOneKilled(): void {
  const a = group.spawn(endless, "a");
  const b = group.spawn(works, "b");
  sleep(0);
  group.killOne(a);
  log(group.size.toString());
  b.join();
}

const door = new Event();

function consumes(): void {
  log("cons1");
  door.wait();
  log("cons2");
}

function produces(): void {
  log("prod");
  sleep(10);
  door.set();
}

export function poolOfTwoMeets(): void {
  two.spawn(consumes);
  two.spawn(produces);
  two.join();
}

export function poolApplies(): void {
  log(two.apply(naps, 3).toString());
  two.spawn(naps, 5);
  two.spawn(naps, 20);
  log(two.apply(naps, 4).toString() + " " + two.freeCount().toString());
}
