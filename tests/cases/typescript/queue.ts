import { joinAll, kill, sleep, spawn } from "wevent";
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from "wevent/queue";
import { item, type Log, now, told } from "../words.ts";

// ---- getters

function* gets(log: Log, wide: Queue<number>, name: string) {
  log(`${name} ${yield* item(wide.get())}`);
}

function* getsSoon(log: Log, wide: Queue<number>, name: string) {
  log(`${name} ${yield* item(wide.get({ timeout: 10 }))}`);
}

function* peeks(log: Log, wide: Queue<number>, name: string) {
  log(`${name} sees ${yield* item(wide.peek())}`);
}

export function* queueNeedsNoSwitch(log: Log) {
  const wide = new Queue<number>();
  spawn(log, "other");
  const put = yield* told(wide.put(1));
  log(`${put} ${yield* item(wide.peek())} ${yield* item(wide.get())} ${now(() => wide.getNowait())}`);
  yield* sleep(0);
}

export function* queueServesGettersInOrder(log: Log) {
  const wide = new Queue<number>();
  const all = ["a", "b", "c", "d"].map((name) => spawn(gets, log, wide, name));
  yield* sleep(0);
  yield* wide.put(1);
  yield* sleep(0);
  log("next");
  yield* wide.put(2);
  yield* wide.put(3);
  yield* wide.put(4);
  yield* joinAll(all);
}

export function* queueItemIsNotReserved(log: Log) {
  const wide = new Queue<number>();
  const all = [spawn(gets, log, wide, "a"), spawn(gets, log, wide, "b")];
  yield* sleep(0);
  yield* wide.put(1);
  log(`stolen ${wide.getNowait()}`);
  yield* sleep(0);
  log("still empty");
  yield* wide.put(2);
  yield* wide.put(3);
  yield* joinAll(all);
}

export function* queueGetterTimesOut(log: Log) {
  const wide = new Queue<number>();
  const all = [spawn(getsSoon, log, wide, "soon"), spawn(gets, log, wide, "stays")];
  yield* sleep(20);
  yield* wide.put(1);
  yield* joinAll(all);
  log(`${wide.qsize()}`);
}

export function* queueServedInVainKeepsItsLimit(log: Log) {
  const wide = new Queue<number>();
  const soon = spawn(getsSoon, log, wide, "soon");
  yield* sleep(5);
  yield* wide.put(1);
  wide.getNowait();
  yield* soon.join(6);
  log(`dead ${soon.dead}`);
}

export function* queueKilledGetterLeavesTheItem(log: Log) {
  const wide = new Queue<number>();
  const killed = spawn(gets, log, wide, "a");
  yield* sleep(0);
  kill(killed);
  yield* wide.put(1);
  yield* killed.join();
  log(`${wide.qsize()} ${yield* item(wide.get())}`);
}

export function* queueKilledGetterPassesOn(log: Log) {
  const wide = new Queue<number>();
  const all = [spawn(gets, log, wide, "a"), spawn(gets, log, wide, "b")] as const;
  yield* sleep(0);
  kill(all[0]);
  yield* wide.put(1);
  yield* joinAll(all);
  log(`${wide.qsize()}`);
}

function* putsAndDies(wide: Queue<number>) {
  yield* wide.put(1);
  yield* sleep(1_000_000);
}

export function* queueItemOutlivesItsPutter(log: Log) {
  const wide = new Queue<number>();
  const getter = spawn(gets, log, wide, "a");
  const putter = spawn(putsAndDies, wide);
  yield* sleep(0);
  kill(putter);
  yield* joinAll([getter, putter]);
}

export function* queuePeekerPassesOn(log: Log) {
  const wide = new Queue<number>();
  const all = [spawn(peeks, log, wide, "p"), spawn(gets, log, wide, "a"), spawn(peeks, log, wide, "q")];
  yield* sleep(0);
  yield* wide.put(1);
  yield* sleep(0);
  log("next");
  yield* wide.put(2);
  yield* joinAll(all);
  log(`${wide.qsize()}`);
}

export function* queuePeekersAllSee(log: Log) {
  const wide = new Queue<number>();
  const all = [spawn(peeks, log, wide, "p"), spawn(peeks, log, wide, "q"), spawn(gets, log, wide, "a")];
  yield* sleep(0);
  yield* wide.put(1);
  yield* joinAll(all);
}

export function* queueGetTimeoutOfZero(log: Log) {
  spawn(log, "other");
  log(yield* item(new Queue<number>().get({ timeout: 0 })));
}

// ---- putters

function* putsThree(log: Log, pair: Queue<number>, name: string) {
  for (let i = 1; i <= 3; i++) {
    yield* pair.put(i);
    log(`${name}${i}`);
  }
}

export function* queueBlocksThirdPut(log: Log) {
  const pair = new Queue<number>(2);
  const putter = spawn(putsThree, log, pair, "p");
  yield* sleep(0);
  log(`${pair.full()} ${yield* item(pair.get())}`);
  yield* putter.join();
  log(`${yield* item(pair.get())} ${yield* item(pair.get())}`);
}

function* puts(log: Log, one: Queue<number>, x: number) {
  log(`put ${x} ${yield* told(one.put(x))}`);
}

function* putsSoon(log: Log, one: Queue<number>, x: number) {
  log(`put ${x} ${yield* told(one.put(x, { timeout: 10 }))}`);
}

export function* queueServesPuttersInOrder(log: Log) {
  const one = new Queue<number>(1, [0]);
  const all = [1, 2, 3].map((x) => spawn(puts, log, one, x));
  yield* sleep(0);
  for (let i = 0; i < 4; i++) log(yield* item(one.get()));
  yield* joinAll(all);
}

export function* queuePlaceIsNotReserved(log: Log) {
  const one = new Queue<number>(1, [0]);
  const waiting = spawn(puts, log, one, 1);
  yield* sleep(0);
  log(`${yield* item(one.get())} ${now(() => one.putNowait(9))}`);
  yield* sleep(0);
  log(`still ${waiting.dead}`);
  log(yield* item(one.get()));
  yield* waiting.join();
  log(yield* item(one.get()));
}

export function* queuePutterTimesOut(log: Log) {
  const one = new Queue<number>(1, [0]);
  const all = [spawn(putsSoon, log, one, 1), spawn(puts, log, one, 2)];
  yield* sleep(20);
  log(yield* item(one.get()));
  yield* joinAll(all);
  log(`${yield* item(one.get())} ${one.qsize()}`);
}

export function* queueKilledPutterTakesItsItemAlong(log: Log) {
  const one = new Queue<number>(1, [0]);
  const all = [spawn(puts, log, one, 1), spawn(puts, log, one, 2)] as const;
  yield* sleep(0);
  kill(all[0]);
  yield* one.get();
  yield* joinAll(all);
  log(`${yield* item(one.get())} ${now(() => one.getNowait())}`);
}

export function* queueFullRefuses(log: Log) {
  const one = new Queue<number>(1);
  const refused = [now(() => one.putNowait(1)), now(() => one.putNowait(2))];
  log(`${refused.join(" ")} ${yield* told(one.put(3, { timeout: 5 }))}`);
  log(`${one.full()} ${one.empty()} ${one.qsize()}`);
}

export function* queueMaxSizeLetsInByTheNextGet(log: Log) {
  const one = new Queue<number>(1, [0]);
  const all = [1, 2, 3].map((x) => spawn(puts, log, one, x));
  yield* sleep(0);
  one.maxSize = 3;
  yield* sleep(0);
  log(`raised ${one.qsize()}`);
  log(yield* item(one.get()));
  yield* joinAll(all);
  log(`${one.qsize()}`);
}

function* produces(log: Log, queue: Queue<number>) {
  for (let i = 0; i < 4; i++) {
    yield* queue.put(i);
    log(`p${i}`);
  }
}

function* consumes(log: Log, queue: Queue<number>) {
  for (let i = 0; i < 4; i++) log(`c${yield* item(queue.get())}`);
}

export function* queueOfOneAlternates(log: Log) {
  const one = new Queue<number>(1);
  yield* joinAll([spawn(produces, log, one), spawn(consumes, log, one)]);
}

export function* queueWithoutLimitRunsAhead(log: Log) {
  const wide = new Queue<number>();
  yield* joinAll([spawn(consumes, log, wide), spawn(produces, log, wide)]);
}

// ---- tasks, shutdown

function* worksOff(log: Log, wide: Queue<number>, name: string) {
  for (;;) {
    const task = yield* item(wide.get());
    if (task === "closed") break;
    yield* sleep(10);
    log(`${name} did ${task}`);
    wide.taskDone();
  }
  log(`${name} ends`);
}

export function* queueJoinsItsTasks(log: Log) {
  const wide = new Queue<number>();
  log(`${yield* wide.join()}`);
  const all = [spawn(worksOff, log, wide, "a"), spawn(worksOff, log, wide, "b")];
  for (let i = 0; i < 3; i++) yield* wide.put(i);
  log(`${yield* wide.join(15)}`);
  log(`${yield* wide.join()}`);
  wide.shutdown();
  yield* joinAll(all);
}

function reportsDone(log: Log, wide: Queue<number>) {
  wide.taskDone();
  log("never");
}

export function* queueNoticesTooManyDone(log: Log) {
  const wide = new Queue<number>();
  yield* wide.put(1);
  yield* wide.get();
  wide.taskDone();
  const mistaken = spawn(reportsDone, log, wide);
  yield* mistaken.join();
  log(`${mistaken.successful()} ${yield* wide.join()}`);
}

export function* queueStartsWithItems(log: Log) {
  const filled = new Queue<number>(null, [3, 1, 2]);
  log(`${filled.qsize()} ${yield* filled.join(5)}`);
  log(`${yield* item(filled.get())}${yield* item(filled.get())}${yield* item(filled.get())}`);
}

export function* queueShutDownIsEmptiedFirst(log: Log) {
  const wide = new Queue<number>();
  yield* wide.put(1);
  yield* wide.put(2);
  wide.shutdown();
  log(`${wide.isShutdown} ${yield* told(wide.put(3))} ${now(() => wide.putNowait(3))}`);
  log(`${yield* item(wide.get())} ${yield* item(wide.peek())} ${yield* item(wide.get())}`);
  log(`${yield* item(wide.get())} ${now(() => wide.getNowait())} ${yield* item(wide.get({ timeout: 5 }))}`);
  wide.taskDone();
  wide.taskDone();
  log(`${yield* wide.join()}`);
}

function* joins(log: Log, wide: Queue<number>) {
  log(`joined ${yield* wide.join()}`);
}

export function* queueShutDownAtOnceDropsItems(log: Log) {
  const wide = new Queue<number>();
  yield* wide.put(1);
  yield* wide.put(2);
  const joiner = spawn(joins, log, wide);
  yield* sleep(0);
  wide.shutdown(true);
  log(`${wide.qsize()} ${yield* item(wide.get())}`);
  yield* joiner.join();
  const mistaken = spawn(reportsDone, log, wide);
  yield* mistaken.join();
  log(`${mistaken.successful()}`);
}

export function* queueShutDownReleasesGetters(log: Log) {
  const wide = new Queue<number>();
  const all = [spawn(gets, log, wide, "a"), spawn(getsSoon, log, wide, "b"), spawn(peeks, log, wide, "p")];
  yield* sleep(0);
  wide.shutdown();
  yield* joinAll(all);
}

export function* queueShutDownReleasesPutters(log: Log) {
  const one = new Queue<number>(1, [0]);
  const all = [spawn(puts, log, one, 1), spawn(putsSoon, log, one, 2)];
  yield* sleep(0);
  one.shutdown();
  yield* joinAll(all);
  log(`${yield* item(one.get())} ${yield* item(one.get())}`);
}

// ---- other orders

export function* lifoQueueGivesTheNewest(log: Log) {
  const lifo = new LifoQueue<string>();
  for (const text of ["a", "b", "c"]) yield* lifo.put(text);
  log(`${yield* item(lifo.peek())} ${yield* item(lifo.get())}${yield* item(lifo.get())}`);
  yield* lifo.put("d");
  log(`${yield* item(lifo.get())}${yield* item(lifo.get())} ${lifo.empty()}`);
}

export function* priorityQueueGivesTheSmallest(log: Log) {
  const smallest = new PriorityQueue<number>();
  for (const draw of [5, 3, 8, 1, 9, 2, 8, 0]) yield* smallest.put(draw);
  log(yield* item(smallest.peek()));
  let order = "";
  while (!smallest.empty()) order += yield* item(smallest.get());
  log(order);
}

export function* priorityQueueComparesAsTold(log: Log) {
  const longest = new PriorityQueue<string>((a, b) => b.length - a.length);
  for (const text of ["a", "ccc", "bb"]) yield* longest.put(text);
  log(`${yield* item(longest.get())} ${yield* item(longest.get())} ${yield* item(longest.get())}`);
}

function* putsSimple(log: Log, simple: SimpleQueue<string>, text: string) {
  log(`put ${text} ${yield* told(simple.put(text))}`);
}

export function* simpleQueueHandsOver(log: Log) {
  const simple = new SimpleQueue<string>(1);
  const all = [spawn(putsSimple, log, simple, "a"), spawn(putsSimple, log, simple, "b")];
  yield* sleep(0);
  log(`${yield* item(simple.peek())} ${simple.full()}`);
  log(yield* item(simple.get()));
  yield* joinAll(all);
  log(`${yield* item(simple.get())} ${now(() => simple.getNowait())}`);
}
