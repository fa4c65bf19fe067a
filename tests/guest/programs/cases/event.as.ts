import { Event, joinAll, kill, sleep, spawn } from "wevent/assembly";
import { log } from "./words.as";

const door = new Event();

function enters(name: string): void {
  log(name + " " + door.wait().toString());
}

function entersSoon(name: string): void {
  log(name + " " + door.wait(20).toString());
}

export function eventReleasesAll(): void {
  const all = [spawn(enters, "a"), spawn(entersSoon, "b"), spawn(enters, "c")];
  sleep(0);
  door.set();
  door.clear();
  const late = spawn(enters, "late");
  joinAll(all);
  sleep(5);
  log(late.dead.toString());
  door.set();
  late.join();
}

export function eventTimesOut(): void {
  const stays = spawn(enters, "stays");
  spawn(entersSoon, "soon");
  sleep(0);
  log(door.wait(0).toString());
  sleep(30);
  door.set();
  stays.join();
}

export function eventKilledWaiter(): void {
  const all = [spawn(enters, "a"), spawn(enters, "b"), spawn(enters, "c")];
  sleep(0);
  door.set();
  kill(all[1]);
  joinAll(all);
  log("over");
}

export function eventStaysSet(): void {
  const other = spawn(enters, "other");
  door.set();
  log(door.wait().toString() + " " + door.wait(0).toString() + " " + door.isSet().toString());
  other.join();
}

function passes(name: string): void {
  enters(name + "1");
  door.clear();
  enters(name + "2");
}

export function eventWaitsAgain(): void {
  const all = [spawn(passes, "a"), spawn(passes, "b")];
  sleep(0);
  door.set();
  sleep(1);
  log("again");
  door.set();
  joinAll(all);
}
