import { Event, joinAll, kill, sleep, spawn } from "wevent";
import type { Log } from "../words.ts";

function* enters(log: Log, door: Event, name: string) {
  log(`${name} ${yield* door.wait()}`);
}

function* entersSoon(log: Log, door: Event, name: string) {
  log(`${name} ${yield* door.wait(20)}`);
}

export function* eventReleasesAll(log: Log) {
  const door = new Event();
  const all = [
    spawn(enters, log, door, "a"),
    spawn(entersSoon, log, door, "b"),
    spawn(enters, log, door, "c"),
  ];
  yield* sleep(0);
  door.set();
  door.clear();
  const late = spawn(enters, log, door, "late");
  yield* joinAll(all);
  yield* sleep(5);
  log(`${late.dead}`);
  door.set();
  yield* late.join();
}

export function* eventTimesOut(log: Log) {
  const door = new Event();
  const stays = spawn(enters, log, door, "stays");
  spawn(entersSoon, log, door, "soon");
  yield* sleep(0);
  log(`${yield* door.wait(0)}`);
  yield* sleep(30);
  door.set();
  yield* stays.join();
}

export function* eventKilledWaiter(log: Log) {
  const door = new Event();
  const all = [spawn(enters, log, door, "a"), spawn(enters, log, door, "b"), spawn(enters, log, door, "c")];
  yield* sleep(0);
  door.set();
  kill(all[1]!);
  yield* joinAll(all);
  log("over");
}

export function* eventStaysSet(log: Log) {
  const door = new Event();
  const other = spawn(enters, log, door, "other");
  door.set();
  log(`${yield* door.wait()} ${yield* door.wait(0)} ${door.isSet()}`);
  yield* other.join();
}

function* passes(log: Log, door: Event, name: string) {
  yield* enters(log, door, `${name}1`);
  door.clear();
  yield* enters(log, door, `${name}2`);
}

export function* eventWaitsAgain(log: Log) {
  const door = new Event();
  const all = [spawn(passes, log, door, "a"), spawn(passes, log, door, "b")];
  yield* sleep(0);
  door.set();
  yield* sleep(1);
  log("again");
  door.set();
  yield* joinAll(all);
}
