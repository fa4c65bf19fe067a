import { joinAll, kill, sleep, spawn, wait } from "wevent";
import { AsyncResult } from "wevent/event";
import { item, type Log, now } from "../words.ts";

function* gets(log: Log, result: AsyncResult<number>, name: string) {
  try {
    log(`${name} ${yield* result.get()}`);
  } catch (error) {
    log(`${name} ${(error as Error).message}`);
  }
}

function* getsSoon(log: Log, result: AsyncResult<number>, name: string) {
  log(`${name} ${yield* item(result.get({ timeout: 5 }))}`);
}

export function* resultReleasesAll(log: Log) {
  const result = new AsyncResult<number>();
  const all = [spawn(gets, log, result, "a"), spawn(gets, log, result, "b")];
  yield* sleep(0);
  result.set(7);
  log(`set ${result.ready()}`);
  yield* joinAll(all);
  yield* gets(log, result, "late");
}

export function* resultFails(log: Log) {
  const result = new AsyncResult<number>();
  const all = [spawn(gets, log, result, "a"), spawn(gets, log, result, "b")];
  yield* sleep(0);
  result.setError(new Error("broken"));
  yield* joinAll(all);
  log(`${result.ready()} ${result.successful()}`);
}

export function* resultLastSetStands(log: Log) {
  const result = new AsyncResult<number>();
  result.setError(new Error("broken"));
  result.set(1);
  yield* gets(log, result, "a");
  result.setError(new Error("again"));
  yield* gets(log, result, "b");
  result.set(2);
  yield* gets(log, result, "c");
}

export function* resultTimesOut(log: Log) {
  const result = new AsyncResult<number>();
  log(`${result.ready()} ${now(() => result.getNowait())}`);
  const all = [spawn(getsSoon, log, result, "soon"), spawn(gets, log, result, "patient")];
  yield* sleep(10);
  result.set(3);
  yield* joinAll(all);
  log(now(() => result.getNowait()));
}

export function* resultKilledWaiter(log: Log) {
  const result = new AsyncResult<number>();
  const all = [spawn(gets, log, result, "a"), spawn(gets, log, result, "b")] as const;
  yield* sleep(0);
  result.set(4);
  kill(all[0]);
  yield* joinAll(all);
  log(`${all[0].dead}`);
}

function* sets(result: AsyncResult<number>, ms: number) {
  yield* sleep(ms);
  result.set(ms);
}

export function* resultIsWaitedFor(log: Log) {
  const result = new AsyncResult<number>();
  spawn(sets, result, 5);
  const ready = yield* wait([new AsyncResult<number>(), result], { timeout: 10 });
  log(`${ready.length} ${ready[0] === result ? result.value : "another"}`);
}
