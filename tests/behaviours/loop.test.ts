// behaviours.md, "The loop".
import { expect, it } from "vitest";
import { Event, Hub, joinAll, LoopExit, run, sleep, spawn, spawnLater, wait } from "wevent";
import { Semaphore } from "wevent/lock";
import { codeOf, inHub, rejectionOf, withHub } from "../lib/hub.ts";
import { ManualDriver } from "../lib/manual-driver.ts";

it(
  "1 blocking in a callback of the hub is an error",
  inHub(function* ({ takeReports }) {
    const event = new Event();
    const greenlet = spawn(() => 1);
    greenlet.rawlink(() => [...(sleep(5) as Iterable<unknown>)]);
    greenlet.rawlink(function* () {
      yield* sleep(5);
    });
    event.rawlink(function* () {
      yield* sleep(5);
    });
    event.set();
    yield* sleep(1);
    expect(takeReports().map((report) => codeOf(report.error))).toEqual([
      "WEV_ERR_CALLBACK_BLOCKS",
      "WEV_ERR_NOT_IN_GREENLET",
      "WEV_ERR_CALLBACK_BLOCKS",
    ]);
  }),
);

it(
  "2 a drain is first in, first out, with what is added meanwhile; then come the deadlines that are due",
  withHub(async ({ hub, log }) => {
    const note = (text: string) => void log.push(text);
    await hub.run(function* () {
      spawnLater(0, note, "timer");
      spawn(() => {
        log.push("first");
        spawn(note, "added");
      });
      spawn(note, "second");
      yield* sleep(0);
      log.push("main");
      yield* sleep(1);
    });
    expect(log).toEqual(["first", "second", "main", "added", "timer"]);
  }),
);

const overdue = new ManualDriver();
it(
  "2 of two overdue deadlines A and B, where A queues X, the order is A B X",
  withHub(
    async ({ hub, log }) => {
      const note = (text: string) => void log.push(text);
      await hub.run(function* () {
        spawnLater(2, note, "B");
        spawnLater(1, () => {
          log.push("A");
          spawn(note, "X");
        });
        overdue.nowMs += 10;
        yield* sleep(1);
      });
      expect(log).toEqual(["A", "B", "X"]);
    },
    { driver: overdue, clock: "real", closed: true },
  ),
);

const busy = new ManualDriver();
it(
  "2 a drain ends at the turn budget, looked at every 50 entries",
  withHub(
    async ({ hub }) => {
      let count = 0;
      const seenByRuntime: number[] = [];
      await hub.run(function* () {
        const greenlets = Array.from({ length: 119 }, () =>
          spawn(() => {
            if (count % 20 === 0) setImmediate(() => seenByRuntime.push(count));
            busy.nowMs += 1;
            count++;
          }),
        );
        yield* joinAll(greenlets);
      });
      expect(count).toBe(119);
      // The first entry of the first turn is the spawner's.
      expect(seenByRuntime).toEqual([49, 49, 49, 99, 99]);
    },
    { driver: busy, clock: "real", closed: true },
  ),
);

it(
  "3 set never runs a waiter itself: it queues one dispatch, which keeps its place",
  inHub(function* ({ log }) {
    const event = new Event();
    const waiter = function* (name: string) {
      yield* event.wait();
      log.push(name);
    };
    spawn(waiter, "w1");
    spawn(waiter, "w2");
    yield* sleep(0);
    spawn(() => void log.push("before"));
    event.set();
    spawn(() => void log.push("after"));
    event.clear();
    event.set();
    expect(log).toEqual([]);
    yield* sleep(0);
    expect(log).toEqual(["before", "w1", "w2", "after"]);
  }),
);

it(
  "3 link queues its callback: it never runs it",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => 1);
    yield* greenlet.join();
    yield* sleep(0);
    spawn(() => void log.push("before"));
    greenlet.rawlink(() => void log.push("linked"));
    spawn(() => void log.push("after"));
    expect(log).toEqual([]);
    yield* sleep(0);
    expect(log).toEqual(["before", "linked", "after"]);
  }),
);

it(
  "4 a woken waiter is not promised the permit, and goes back to the head of the line",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(0);
    const taker = function* (name: string) {
      yield* semaphore.acquire();
      log.push(name);
    };
    spawn(taker, "first");
    spawn(taker, "second");
    yield* sleep(0);
    semaphore.release();
    expect(yield* semaphore.acquire({ block: false })).toBe(true);
    yield* sleep(0);
    expect(log).toEqual([]);
    semaphore.release();
    yield* sleep(0);
    expect(log).toEqual(["first"]);
    semaphore.release();
    yield* sleep(0);
    expect(log).toEqual(["first", "second"]);
  }),
);

it(
  "5 an error is stored, links are queued, the handler is told, others go on",
  inHub(function* ({ log, reports }) {
    const error = new Error("broken");
    const failing = spawn(() => {
      throw error;
    });
    spawn(() => void log.push("other"));
    failing.rawlink(() => void log.push("link"));
    yield* sleep(1);
    expect(log).toEqual(["other", "link"]);
    expect((yield* reports()).map((report) => report.error)).toEqual([error]);
    expect(failing.error).toBe(error);
  }),
);

it(
  "5 a listener that fails never stops the others",
  inHub(function* ({ log, takeReports }) {
    const greenlet = spawn(() => 1);
    const error = new Error("listener");
    greenlet.rawlink(() => void log.push("a"));
    greenlet.rawlink(() => {
      throw error;
    });
    greenlet.rawlink(() => void log.push("b"));
    yield* sleep(1);
    expect(log).toEqual(["a", "b"]);
    expect(takeReports().map((report) => report.error)).toEqual([error]);
  }),
);

it(
  "6 when nothing can wake main, main alone gets LoopExit and the hub stays usable",
  withHub(async ({ hub }) => {
    const event = new Event();
    const parked = hub.run(function* () {
      return yield* event.wait();
    });
    expect(await rejectionOf(parked)).toBeInstanceOf(LoopExit);
    expect(hub.stats().greenlets).toBe(1);
    expect(await hub.run(() => 7)).toBe(7);
    event.set();
    expect(await hub.join()).toBe(true);
  }),
);

it(
  "6 a deadline with ref false does not count",
  withHub(
    async ({ hub }) => {
      expect(await rejectionOf(hub.run(() => sleep(5, { ref: false })))).toBeInstanceOf(LoopExit);
    },
    { leaves: "the sleep that does not count" },
  ),
);

it("7 run() drops what is left when its body ends", async () => {
  const log: string[] = [];
  await run(function* () {
    spawn(function* () {
      try {
        yield* sleep(1);
        log.push("went on");
      } finally {
        log.push("cleaned up");
      }
    });
    yield* sleep(0);
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(log).toEqual(["cleaned up"]);
});

it("7 to drain: wait()", async () => {
  const log: string[] = [];
  const hub = new Hub({ clock: "virtual" });
  await hub.run(function* () {
    spawn(function* () {
      yield* sleep(1);
      log.push("went on");
    });
    yield* wait();
  });
  hub.destroy();
  expect(log).toEqual(["went on"]);
});
