// memoryLimitBytes: the scheduler's memory ends as a typed error, nothing is lost, the hub goes on.
import { expect, it } from "vitest";
import { collect, Event, Greenlet, joinAll, Queue, sleep, spawn, spawnLater, Timeout, wait } from "wevent";
import { ExhaustedError } from "wevent/hub";
import { Semaphore } from "wevent/lock";
import { Group, Pool } from "wevent/pool";
import { codeOf, inHub, rowsInUse, thrownBy, thrownIn } from "../lib/hub.ts";

const LIMIT = { memoryLimitBytes: 6 * 65536 };

/** Calls `make` until it is refused; answers how often it was not. */
function fill(make: (i: number) => unknown): number {
  for (let i = 0; ; i++) {
    try {
      make(i);
    } catch (error) {
      expect(error).toBeInstanceOf(ExhaustedError);
      expect(codeOf(error)).toBe("WEV_ERR_EXHAUSTED");
      return i;
    }
    expect(i).toBeLessThan(1e6);
  }
}

it(
  "spawn beyond the limit throws ExhaustedError; all that were spawned run; then it can spawn again",
  inHub(function* () {
    for (let round = 0; round < 3; round++) {
      const ran: number[] = [];
      const count = fill((i) => spawn(() => ran.push(i)));
      expect(count).toBeGreaterThan(500);
      yield* sleep(0);
      expect(ran).toEqual(Array.from({ length: count }, (_, i) => i));
    }
  }, LIMIT),
);

it(
  "greenlets that are parked when memory ends go on when they are woken, and may be killed",
  inHub(function* () {
    const event = new Event();
    const greenlets = [spawn(() => event.wait())];
    yield* sleep(0);
    fill(() => greenlets.push(spawn(() => event.wait())));
    yield* sleep(0);
    expect(codeOf(thrownBy(() => spawn(() => 1)))).toBe("WEV_ERR_EXHAUSTED");
    const [first, ...rest] = greenlets;
    yield* first!.kill();
    event.set();
    yield* joinAll(rest);
    expect(rest.every((greenlet) => greenlet.value === true)).toBe(true);
    expect(yield* spawn(() => 5)).toBe(5);
  }, LIMIT),
);

it(
  "a greenlet that was refused can be started later",
  inHub(function* () {
    const late = new Greenlet(() => 5);
    const other: Greenlet[] = [];
    fill(() => other.push(spawn(() => 1)));
    expect(thrownBy(() => late.start())).toBeInstanceOf(ExhaustedError);
    expect(late.started).toBe(false);
    yield* joinAll(other);
    yield* sleep(0);
    late.start();
    expect(yield* late).toBe(5);
  }, LIMIT),
);

it(
  "spawnLater that is refused leaves nothing behind",
  inHub(function* () {
    const greenlets: Greenlet[] = [];
    fill((i) => greenlets.push(spawnLater(1000 + i, () => 1) as Greenlet));
    for (let i = 0; i < 100; i++) thrownBy(() => spawnLater(1, () => 1));
    for (const greenlet of greenlets) greenlet.kill();
    yield* sleep(0);
    expect(yield* spawn(() => 5)).toBe(5);
  }, LIMIT),
);

it(
  "spawnLater that gets a row and no deadline gives the row back",
  inHub(function* ({ hub }) {
    // All memory goes to rows: none is left for the first deadline.
    fill(() => spawn(() => 1));
    yield* sleep(0);
    const before = rowsInUse(hub);
    for (let i = 0; i < 100; i++)
      expect(thrownBy(() => spawnLater(1, () => 1))).toBeInstanceOf(ExhaustedError);
    expect(rowsInUse(hub)).toBe(before);
    const late = new Greenlet(() => 5);
    expect(thrownBy(() => late.startLater(1))).toBeInstanceOf(ExhaustedError);
    late.start();
    expect(yield* late).toBe(5);
  }, LIMIT),
);

it(
  "a blocking call that is refused throws ExhaustedError where it stands, and its greenlet goes on",
  inHub(function* ({ log }) {
    const timeouts: Timeout[] = [];
    const event = new Event();
    fill(() => timeouts.push(Timeout.startNew(1000)));
    for (const blocking of [event.wait(), wait([event]), event.wait(5)]) {
      try {
        yield* blocking;
      } catch (error) {
        log.push(String(codeOf(error)));
      }
    }
    expect(log.every((code) => code === "WEV_ERR_EXHAUSTED")).toBe(true);
    expect(log.length).toBeGreaterThan(0);
    expect(event.linkCount).toBe(0);
    for (const timeout of timeouts) timeout.cancel();
    expect(yield* event.wait(5)).toBe(false);
  }, LIMIT),
);

it(
  "a link that is refused is not kept",
  inHub(function* () {
    const greenlet = spawn(() => 1);
    const event = new Event();
    const other: Greenlet[] = [];
    fill(() => other.push(spawn(() => 1)));
    expect(thrownBy(() => greenlet.rawlink(() => {}))).toBeInstanceOf(ExhaustedError);
    expect(greenlet.hasLinks()).toBe(false);
    expect(thrownBy(() => event.rawlink(() => {}))).toBeInstanceOf(ExhaustedError);
    expect(event.linkCount).toBe(0);
    yield* joinAll(other);
    yield* greenlet.join();
  }, LIMIT),
);

it(
  "what a pool cannot spawn, or take in, leaves its place free and runs nothing",
  inHub(function* ({ log }) {
    const pool = new Pool(2);
    const late = new Greenlet(() => log.push("late"));
    const other: Greenlet[] = [];
    fill(() => other.push(spawn(() => 1)));
    const refused = [
      thrownBy(() => pool.trySpawn(() => log.push("tried"))),
      yield* thrownIn(pool.spawn(() => log.push("spawned"))),
      yield* thrownIn(pool.add(late)),
      thrownBy(() => new Group().spawn(() => log.push("in a group"))),
    ];
    for (const error of refused) expect(codeOf(error)).toBe("WEV_ERR_EXHAUSTED");
    expect([pool.size, pool.freeCount()]).toEqual([0, 2]);
    yield* joinAll(other);
    yield* sleep(0);
    expect(log).toEqual([]);
    expect(yield* pool.apply(() => 5)).toBe(5);
  }, LIMIT),
);

it(
  "a greenlet that got the last row and no link is not left running outside its group",
  inHub(function* ({ log }) {
    const group = new Group();
    const event = new Event();
    const last = () => {};
    event.rawlink(last);
    fill(() => event.rawlink(() => {}));
    // One row is free: enough for a greenlet alone.
    event.unlink(last);
    const error = thrownBy(() => group.spawn(() => log.push("ran")));
    expect([codeOf(error), group.size]).toEqual(["WEV_ERR_EXHAUSTED", 0]);
    event.set();
    yield* sleep(0);
    yield* sleep(0);
    expect(log).toEqual([]);
  }, LIMIT),
);

it(
  "a queue's call that is refused puts and takes nothing, and leaves nobody in the line",
  inHub(function* () {
    const queue = new Queue<number>(1);
    const timeouts: Timeout[] = [];
    fill(() => timeouts.push(Timeout.startNew(1000)));
    const errors: unknown[] = [];
    const attempt = function* (blocking: Iterable<unknown>) {
      try {
        yield* blocking;
      } catch (error) {
        errors.push(codeOf(error));
      }
    };
    yield* attempt(queue.get({ timeout: 5 }));
    yield* queue.put(1);
    yield* attempt(queue.put(2, { timeout: 5 }));
    yield* attempt(queue.join(5));
    expect(errors).toEqual(["WEV_ERR_EXHAUSTED", "WEV_ERR_EXHAUSTED", "WEV_ERR_EXHAUSTED"]);
    for (const timeout of timeouts) timeout.cancel();
    yield* sleep(0);
    expect([queue.size, queue.unfinishedTasks]).toEqual([1, 1]);
    expect(yield* queue.get({ timeout: 5 })).toBe(1);
    const getter = spawn(() => queue.get());
    yield* sleep(0);
    yield* queue.put(3, { timeout: 5 });
    expect(yield* getter).toBe(3);
  }, LIMIT),
);

it.each(["imap", "imapUnordered"] as const)(
  "%s that finds the memory limit reached ends its reader with the error, however many rows are free",
  async (name) => {
    for (let free = 0; free <= 8; free++) {
      await inHub(function* () {
        const pool = new Pool();
        const event = new Event();
        const links = Array.from({ length: 8 }, () => () => {});
        for (const link of links) event.rawlink(link);
        const gate = new Event();
        const reader = spawn(function* () {
          yield* gate.wait();
          return yield* collect(pool[name]((item: number) => item, [1, 2, 3]));
        });
        yield* sleep(0);
        fill(() => event.rawlink(() => {}));
        for (const link of links.slice(0, free)) event.unlink(link);
        gate.set();
        for (let i = 0; i < 20 && !reader.dead; i++) yield* sleep(0);
        expect(reader.dead, `${free} rows free`).toBe(true);
        expect(reader.error === undefined || codeOf(reader.error) === "WEV_ERR_EXHAUSTED").toBe(true);
        event.set();
        yield* sleep(0);
        expect(yield* pool.map((item) => item, [4])).toEqual([4]);
      }, LIMIT)();
    }
  },
);

it(
  "wait() that is refused for one object leaves no link to the others",
  inHub(function* () {
    const events = [new Event(), new Event(), new Event()];
    const filler = new Event();
    const last = [() => {}, () => {}, () => {}];
    for (const link of last) filler.rawlink(link);
    const waiter = spawn(() => wait(events));
    fill(() => filler.rawlink(() => {}));
    // Each needs a line and a link.
    for (const link of last) filler.unlink(link);
    yield* sleep(0);
    expect([waiter.dead, codeOf(waiter.error)]).toEqual([true, "WEV_ERR_EXHAUSTED"]);
    expect(events.map((event) => event.linkCount)).toEqual([0, 0, 0]);
    filler.set();
    yield* sleep(0);
    const again = spawn(() => wait(events));
    yield* sleep(0);
    for (const event of events) event.set();
    expect(yield* again).toEqual(events);
  }, LIMIT),
);

it(
  "an object whose first callback is refused keeps no row",
  inHub(function* () {
    const filler = new Event();
    const last = () => {};
    filler.rawlink(last);
    fill(() => filler.rawlink(() => {}));
    filler.unlink(last);
    // Enough for the line, and not for the link: each takes the row and gives it back.
    const refused = [new Event(), new Semaphore(0), new Event()];
    for (const object of refused) {
      expect(codeOf(thrownBy(() => object.rawlink(() => {})))).toBe("WEV_ERR_EXHAUSTED");
    }
    expect(() => filler.rawlink(() => {})).not.toThrow();
    filler.set();
    yield* sleep(0);
    const called: unknown[] = [];
    for (const event of refused.filter((object) => object instanceof Event)) {
      event.rawlink((source) => called.push(source));
      event.set();
    }
    yield* sleep(0);
    expect(called).toEqual([refused[0], refused[2]]);
  }, LIMIT),
);
