import {
  LifoQueue, PriorityQueue, Queue, SimpleQueue, joinAll, kill, sleep, spawn,
} from "wevent/assembly";
import { item, log, told } from "./words.as";

const wide = new Queue<i32>();
const one = new Queue<i32>(1);
const pair = new Queue<i32>(2);

// ---- getters

function gets(name: string): void {
  log(name + " " + item(wide.get()));
}

function getsSoon(name: string): void {
  log(name + " " + item(wide.get(10)));
}

function peeks(name: string): void {
  log(name + " sees " + item(wide.peek()));
}

export function queueNeedsNoSwitch(): void {
  spawn(log, "other");
  log(told(wide.put(1)) + " " + item(wide.peek()) + " " + item(wide.get()) + " " + item(wide.getNowait()));
  sleep(0);
}

export function queueServesGettersInOrder(): void {
  const all = [spawn(gets, "a"), spawn(gets, "b"), spawn(gets, "c"), spawn(gets, "d")];
  sleep(0);
  wide.put(1);
  sleep(0);
  log("next");
  wide.put(2);
  wide.put(3);
  wide.put(4);
  joinAll(all);
}

export function queueItemIsNotReserved(): void {
  const all = [spawn(gets, "a"), spawn(gets, "b")];
  sleep(0);
  wide.put(1);
  log("stolen " + item(wide.getNowait()));
  sleep(0);
  log("still empty");
  wide.put(2);
  wide.put(3);
  joinAll(all);
}

export function queueGetterTimesOut(): void {
  const all = [spawn(getsSoon, "soon"), spawn(gets, "stays")];
  sleep(20);
  wide.put(1);
  joinAll(all);
  log(wide.qsize().toString());
}

export function queueServedInVainKeepsItsLimit(): void {
  const soon = spawn(getsSoon, "soon");
  sleep(5);
  wide.put(1);
  wide.getNowait();
  soon.join(6);
  log("dead " + soon.dead.toString());
}

export function queueKilledGetterLeavesTheItem(): void {
  const killed = spawn(gets, "a");
  sleep(0);
  kill(killed);
  wide.put(1);
  killed.join();
  log(wide.qsize().toString() + " " + item(wide.get()));
}

export function queueKilledGetterPassesOn(): void {
  const all = [spawn(gets, "a"), spawn(gets, "b")];
  sleep(0);
  kill(all[0]);
  wide.put(1);
  joinAll(all);
  log(wide.qsize().toString());
}

function putsAndDies(): void {
  wide.put(1);
  sleep(1_000_000);
}

export function queueItemOutlivesItsPutter(): void {
  const getter = spawn(gets, "a");
  const putter = spawn(putsAndDies);
  sleep(0);
  kill(putter);
  joinAll([getter, putter]);
}

export function queuePeekerPassesOn(): void {
  const all = [spawn(peeks, "p"), spawn(gets, "a"), spawn(peeks, "q")];
  sleep(0);
  wide.put(1);
  sleep(0);
  log("next");
  wide.put(2);
  joinAll(all);
  log(wide.qsize().toString());
}

export function queuePeekersAllSee(): void {
  const all = [spawn(peeks, "p"), spawn(peeks, "q"), spawn(gets, "a")];
  sleep(0);
  wide.put(1);
  joinAll(all);
}

export function queueGetTimeoutOfZero(): void {
  spawn(log, "other");
  log(item(wide.get(0)));
}

// ---- putters

function putsThree(name: string): void {
  for (let i = 1; i <= 3; i++) {
    pair.put(i);
    log(name + i.toString());
  }
}

export function queueBlocksThirdPut(): void {
  const putter = spawn(putsThree, "p");
  sleep(0);
  log(pair.full().toString() + " " + item(pair.get()));
  putter.join();
  log(item(pair.get()) + " " + item(pair.get()));
}

function puts(x: i32): void {
  log("put " + x.toString() + " " + told(one.put(x)));
}

function putsSoon(x: i32): void {
  log("put " + x.toString() + " " + told(one.put(x, 10)));
}

export function queueServesPuttersInOrder(): void {
  one.put(0);
  const all = [spawn(puts, 1), spawn(puts, 2), spawn(puts, 3)];
  sleep(0);
  for (let i = 0; i < 4; i++) log(item(one.get()));
  joinAll(all);
}

export function queuePlaceIsNotReserved(): void {
  one.put(0);
  const waiting = spawn(puts, 1);
  sleep(0);
  log(item(one.get()) + " " + told(one.putNowait(9)));
  sleep(0);
  log("still " + waiting.dead.toString());
  log(item(one.get()));
  waiting.join();
  log(item(one.get()));
}

export function queuePutterTimesOut(): void {
  one.put(0);
  const all = [spawn(putsSoon, 1), spawn(puts, 2)];
  sleep(20);
  log(item(one.get()));
  joinAll(all);
  log(item(one.get()) + " " + one.qsize().toString());
}

export function queueKilledPutterTakesItsItemAlong(): void {
  one.put(0);
  const all = [spawn(puts, 1), spawn(puts, 2)];
  sleep(0);
  kill(all[0]);
  one.get();
  joinAll(all);
  log(item(one.get()) + " " + item(one.getNowait()));
}

export function queueFullRefuses(): void {
  log(told(one.putNowait(1)) + " " + told(one.putNowait(2)) + " " + told(one.put(3, 5)));
  log(one.full().toString() + " " + one.empty().toString() + " " + one.qsize().toString());
}

export function queueMaxSizeLetsInByTheNextGet(): void {
  one.put(0);
  const all = [spawn(puts, 1), spawn(puts, 2), spawn(puts, 3)];
  sleep(0);
  one.maxSize = 3;
  sleep(0);
  log("raised " + one.qsize().toString());
  log(item(one.get()));
  joinAll(all);
  log(one.qsize().toString());
}

function produces(): void {
  for (let i = 0; i < 4; i++) {
    one.put(i);
    log("p" + i.toString());
  }
}

function consumes(): void {
  for (let i = 0; i < 4; i++) log("c" + item(one.get()));
}

export function queueOfOneAlternates(): void {
  joinAll([spawn(produces), spawn(consumes)]);
}

function producesWide(): void {
  for (let i = 0; i < 4; i++) {
    wide.put(i);
    log("p" + i.toString());
  }
}

function consumesWide(): void {
  for (let i = 0; i < 4; i++) log("c" + item(wide.get()));
}

export function queueWithoutLimitRunsAhead(): void {
  joinAll([spawn(consumesWide), spawn(producesWide)]);
}

// ---- tasks, shutdown

function worksOff(name: string): void {
  for (;;) {
    const task = wide.get();
    if (!task.ok) break;
    sleep(10);
    log(name + " did " + task.value.toString());
    wide.taskDone();
  }
  log(name + " ends");
}

export function queueJoinsItsTasks(): void {
  log(wide.join().toString());
  const all = [spawn(worksOff, "a"), spawn(worksOff, "b")];
  for (let i = 0; i < 3; i++) wide.put(i);
  log(wide.join(15).toString());
  log(wide.join().toString());
  wide.shutdown();
  joinAll(all);
}

function reportsDone(): void {
  wide.taskDone();
  log("never");
}

export function queueNoticesTooManyDone(): void {
  wide.put(1);
  wide.get();
  wide.taskDone();
  const mistaken = spawn(reportsDone);
  mistaken.join();
  log(mistaken.successful.toString() + " " + wide.join().toString());
}

export function queueStartsWithItems(): void {
  const filled = new Queue<i32>(0, [3, 1, 2]);
  log(filled.qsize().toString() + " " + filled.join(5).toString());
  log(item(filled.get()) + item(filled.get()) + item(filled.get()));
}

export function queueShutDownIsEmptiedFirst(): void {
  wide.put(1);
  wide.put(2);
  wide.shutdown();
  log(wide.isShutdown.toString() + " " + told(wide.put(3)) + " " + told(wide.putNowait(3)));
  log(item(wide.get()) + " " + item(wide.peek()) + " " + item(wide.get()));
  log(item(wide.get()) + " " + item(wide.getNowait()) + " " + item(wide.get(5)));
  wide.taskDone();
  wide.taskDone();
  log(wide.join().toString());
}

function joinsWide(): void {
  log("joined " + wide.join().toString());
}

export function queueShutDownAtOnceDropsItems(): void {
  wide.put(1);
  wide.put(2);
  const joiner = spawn(joinsWide);
  sleep(0);
  wide.shutdown(true);
  log(wide.qsize().toString() + " " + item(wide.get()));
  joiner.join();
  const mistaken = spawn(reportsDone);
  mistaken.join();
  log(mistaken.successful.toString());
}

export function queueShutDownReleasesGetters(): void {
  const all = [spawn(gets, "a"), spawn(getsSoon, "b"), spawn(peeks, "p")];
  sleep(0);
  wide.shutdown();
  joinAll(all);
}

export function queueShutDownReleasesPutters(): void {
  one.put(0);
  const all = [spawn(puts, 1), spawn(putsSoon, 2)];
  sleep(0);
  one.shutdown();
  joinAll(all);
  log(item(one.get()) + " " + item(one.get()));
}

// ---- other orders

export function lifoQueueGivesTheNewest(): void {
  const lifo = new LifoQueue<string>();
  lifo.put("a");
  lifo.put("b");
  lifo.put("c");
  log(item(lifo.peek()) + " " + item(lifo.get()) + item(lifo.get()));
  lifo.put("d");
  log(item(lifo.get()) + item(lifo.get()) + " " + lifo.empty().toString());
}

export function priorityQueueGivesTheSmallest(): void {
  const smallest = new PriorityQueue<i32>();
  const draws = [5, 3, 8, 1, 9, 2, 8, 0];
  for (let i = 0; i < draws.length; i++) smallest.put(draws[i]);
  log(item(smallest.peek()));
  let order = "";
  while (!smallest.empty()) order += item(smallest.get());
  log(order);
}

export function priorityQueueComparesAsTold(): void {
  const longest = new PriorityQueue<string>((a: string, b: string): i32 => b.length - a.length);
  longest.put("a");
  longest.put("ccc");
  longest.put("bb");
  log(item(longest.get()) + " " + item(longest.get()) + " " + item(longest.get()));
}

const simple = new SimpleQueue<string>(1);

function putsSimple(text: string): void {
  log("put " + text + " " + told(simple.put(text)));
}

export function simpleQueueHandsOver(): void {
  const all = [spawn(putsSimple, "a"), spawn(putsSimple, "b")];
  sleep(0);
  log(item(simple.peek()) + " " + simple.full().toString());
  log(item(simple.get()));
  joinAll(all);
  log(item(simple.get()) + " " + item(simple.getNowait()));
}
