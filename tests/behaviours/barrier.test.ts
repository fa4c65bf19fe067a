// Barrier: what gevent patches into Python's threading, behaviours.md 317.
import { expect, it } from "vitest";
import { joinAll, sleep, spawn, Timeout } from "wevent";
import { Barrier, BrokenBarrierError } from "wevent/lock";
import { codeOf, inHub, thrownIn } from "../lib/hub.ts";

it(
  "317 all go on together once the last has come, each with its place, round after round",
  inHub(function* ({ log }) {
    const barrier = new Barrier(3, { action: () => log.push("action") });
    const walker = function* (ms: number) {
      const places: number[] = [];
      for (let round = 0; round < 2; round++) {
        yield* sleep(ms);
        places.push(yield* barrier.wait());
        log.push(`passed ${round}`);
      }
      return places;
    };
    const walkers = [1, 2, 3].map((ms) => spawn(walker, ms));
    yield* joinAll(walkers);
    expect(walkers.map((one) => one.value)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    const round = (n: number) => ["action", ...Array(3).fill(`passed ${n}`)];
    expect(log).toEqual([...round(0), ...round(1)]);
    expect([barrier.waiting, barrier.broken]).toEqual([0, false]);
  }),
);

it(
  "317 one who runs out of time breaks it for all, until it is reset",
  inHub(function* ({ hub }) {
    const barrier = new Barrier(3);
    const patient = spawn(() => thrownIn(barrier.wait()));
    const hasty = spawn(() => thrownIn(barrier.wait(10)));
    for (const one of [patient, hasty]) {
      const error = yield* one;
      expect(error).toBeInstanceOf(BrokenBarrierError);
      expect(codeOf(error)).toBe("WEV_ERR_BARRIER_BROKEN");
    }
    expect([hub.now(), barrier.broken, barrier.waiting]).toEqual([10, true, 0]);
    expect(codeOf(yield* thrownIn(barrier.wait()))).toBe("WEV_ERR_BARRIER_BROKEN");
    barrier.reset();
    expect(barrier.broken).toBe(false);
    const walkers = [1, 2, 3].map(() => spawn(() => barrier.wait()));
    yield* joinAll(walkers);
    expect(walkers.map((one) => one.value)).toEqual([0, 1, 2]);
  }),
);

it(
  "317 abort breaks it for who waits and who comes; reset breaks it for who waits alone",
  inHub(function* () {
    const barrier = new Barrier(2);
    for (const verb of ["abort", "reset"] as const) {
      const waiter = spawn(() => thrownIn(barrier.wait()));
      yield* sleep(1);
      expect(barrier.waiting).toBe(1);
      barrier[verb]();
      expect(codeOf(yield* waiter)).toBe("WEV_ERR_BARRIER_BROKEN");
      expect([barrier.broken, barrier.waiting]).toEqual([verb === "abort", 0]);
      barrier.reset();
    }
  }),
);

it(
  "317 an action that fails breaks it, and throws for the last",
  inHub(function* () {
    const error = new Error("broken");
    const barrier = new Barrier(2, {
      action: () => {
        throw error;
      },
    });
    const first = spawn(() => thrownIn(barrier.wait()));
    yield* sleep(0);
    expect(yield* thrownIn(barrier.wait())).toBe(error);
    expect(codeOf(yield* first)).toBe("WEV_ERR_BARRIER_BROKEN");
    expect(barrier.broken).toBe(true);
  }),
);

it(
  "317 one that is killed, or left by an outer Timeout, leaves without breaking it",
  inHub(function* () {
    const barrier = new Barrier(2);
    const waiter = spawn(() => barrier.wait());
    yield* sleep(1);
    yield* waiter.kill();
    const outer = Timeout.startNew(5);
    expect(yield* thrownIn(barrier.wait(50))).toBe(outer);
    expect([barrier.waiting, barrier.broken]).toEqual([0, false]);
    const both = [spawn(() => barrier.wait()), spawn(() => barrier.wait())];
    yield* joinAll(both);
    expect(both.map((one) => one.value)).toEqual([0, 1]);
  }),
);

it(
  "317 a barrier of one never blocks",
  inHub(function* ({ log }) {
    spawn(() => log.push("other"));
    expect(yield* new Barrier(1).wait()).toBe(0);
    expect(log).toEqual([]);
    yield* sleep(0);
  }),
);
