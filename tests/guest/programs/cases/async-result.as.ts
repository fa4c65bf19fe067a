import { AsyncResult, joinAll, kill, sleep, spawn, wait } from "wevent/assembly";
import { item, log } from "./words.as";

const result = new AsyncResult<i32>();

function gets(name: string): void {
  const answer = result.get();
  log(name + " " + (answer.ok ? answer.value.toString() : result.error!));
}

function getsSoon(name: string): void {
  log(name + " " + item(result.get(5)));
}

export function resultReleasesAll(): void {
  const all = [spawn(gets, "a"), spawn(gets, "b")];
  sleep(0);
  result.set(7);
  log("set " + result.ready.toString());
  joinAll(all);
  gets("late");
}

export function resultFails(): void {
  const all = [spawn(gets, "a"), spawn(gets, "b")];
  sleep(0);
  result.setError("broken");
  joinAll(all);
  log(result.ready.toString() + " " + result.successful.toString());
}

export function resultLastSetStands(): void {
  result.setError("broken");
  result.set(1);
  gets("a");
  result.setError("again");
  gets("b");
  result.set(2);
  gets("c");
}

export function resultTimesOut(): void {
  log(result.ready.toString() + " " + item(result.getNowait()));
  const all = [spawn(getsSoon, "soon"), spawn(gets, "patient")];
  sleep(10);
  result.set(3);
  joinAll(all);
  log(item(result.getNowait()));
}

export function resultKilledWaiter(): void {
  const all = [spawn(gets, "a"), spawn(gets, "b")];
  sleep(0);
  result.set(4);
  kill(all[0]);
  joinAll(all);
  log(all[0].dead.toString());
}

function sets(ms: i32): void {
  sleep(ms);
  result.set(ms);
}

export function resultIsWaitedFor(): void {
  const other = new AsyncResult<i32>();
  spawn(sets, 5);
  const ready = wait([other, result], 10);
  log(ready.length.toString() + " " + ready[0].value.toString());
}
