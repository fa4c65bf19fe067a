// behaviours.md, "joinall, wait, iwait".
import { expect, it } from "vitest";
import {
  AsyncResult,
  collect,
  Event,
  forEach,
  type Greenlet,
  iwait,
  joinAll,
  LoopExit,
  sleep,
  spawn,
  Timeout,
  wait,
} from "wevent";
import { Semaphore } from "wevent/lock";
import { inHub, rejectionOf, thrownIn, withHub } from "../lib/hub.ts";

const after = (ms: number, value: string) =>
  spawn(function* () {
    yield* sleep(ms);
    return value;
  });
const failAfter = (ms: number, error: Error): Greenlet<string> =>
  spawn(function* () {
    yield* sleep(ms);
    throw error;
  });
const valuesOf = (greenlets: readonly Greenlet<string>[]) => greenlets.map((greenlet) => greenlet.value);

it(
  "100 joinAll({ raiseError }) on successful greenlets gives them, with their values",
  inHub(function* () {
    const greenlets = [after(2, "a"), after(1, "b")];
    expect(valuesOf(yield* joinAll(greenlets, { raiseError: true }))).toEqual(["b", "a"]);
    expect(valuesOf(greenlets)).toEqual(["a", "b"]);
  }),
);

it(
  "101 joinAll({ raiseError }) throws the first failure in time, not in the list",
  inHub(function* ({ hub }) {
    const early = new Error("early");
    const late = new Error("late");
    const greenlets = [failAfter(20, late), failAfter(10, early), after(5, "c")];
    expect(yield* thrownIn(joinAll(greenlets, { raiseError: true }))).toBe(early);
    expect(hub.now()).toBe(10);
    yield* joinAll(greenlets);
    expect(greenlets[0]!.error).toBe(late);
  }),
);

it(
  "103 after joinAll has thrown, the others are left running",
  inHub(function* () {
    const other = after(20, "other");
    yield* thrownIn(joinAll([other, failAfter(10, new Error("x"))], { raiseError: true }));
    expect(other.dead).toBe(false);
    expect(other.hasLinks()).toBe(false);
    expect(yield* other).toBe("other");
  }),
);

it(
  "104 joinAll({ count: 1 }) gives back after one has ended, failed or not, and the others run on",
  inHub(function* ({ hub }) {
    const failing = failAfter(10, new Error("x"));
    const other = after(20, "other");
    const ended = yield* joinAll([other, failing], { raiseError: false, count: 1 });
    expect(ended.map((greenlet) => greenlet.name)).toEqual([failing.name]);
    expect(ended[0]).toBe(failing);
    expect(hub.now()).toBe(10);
    expect(failing.error).toBeInstanceOf(Error);
    expect(yield* other).toBe("other");
  }),
);

it(
  "106 joinAll with a timeout gives only those that have ended, and throws nothing",
  inHub(function* ({ hub }) {
    const greenlets = [after(5, "a"), after(50, "b"), after(1, "c")];
    expect(valuesOf(yield* joinAll(greenlets, { timeout: 10 }))).toEqual(["c", "a"]);
    expect(hub.now()).toBe(10);
    expect(valuesOf(yield* joinAll(greenlets, { timeout: 10, count: 3 }))).toEqual(["a", "c"]);
    expect(hub.now()).toBe(20);
    yield* joinAll(greenlets);
  }),
);

it(
  "107 joinAll([]) gives [], count 0 gives [] at once, a larger count waits for all",
  inHub(function* ({ hub }) {
    expect(yield* joinAll([])).toEqual([]);
    const greenlets = [after(5, "a"), after(1, "b")];
    expect(yield* joinAll(greenlets, { count: 0 })).toEqual([]);
    expect(hub.now()).toBe(0);
    expect(valuesOf(yield* joinAll(greenlets, { count: 10 }))).toEqual(["b", "a"]);
    expect(hub.now()).toBe(5);
  }),
);

it(
  "109 joinAll on greenlets that have ended yields to the loop and gives them in the order of the list",
  inHub(function* ({ log }) {
    const greenlets = [after(2, "a"), after(1, "b")];
    yield* sleep(5);
    spawn(() => log.push("other"));
    expect(valuesOf(yield* joinAll(greenlets))).toEqual(["a", "b"]);
    expect(log).toEqual(["other"]);
  }),
);

it(
  "110 wait() with nothing to do gives true; with a spawned greenlet it runs that and gives true",
  inHub(function* ({ log }) {
    expect(yield* wait()).toBe(true);
    for (let i = 0; i < 3; i++) {
      spawn(function* () {
        yield* sleep(5);
        log.push("ran");
      });
      expect(yield* wait()).toBe(true);
      expect(log.length).toBe(i + 1);
    }
  }),
);

it(
  "112 wait with a timeout gives false after it while something is pending beyond it",
  inHub(function* ({ hub }) {
    const greenlet = after(50, "a");
    expect(yield* wait(null, { timeout: 10 })).toBe(false);
    expect(hub.now()).toBe(10);
    expect(yield* wait(undefined, { timeout: 100 })).toBe(true);
    expect(hub.now()).toBe(50);
    expect(greenlet.dead).toBe(true);
  }),
);

it(
  "113 wait([event]) gives [event] when it is set, though other timers are pending",
  inHub(function* ({ hub }) {
    const event = new Event();
    const other = after(50, "other");
    spawn(function* () {
      yield* sleep(5);
      event.set();
    });
    const ready = yield* wait([event]);
    expect(ready.length).toBe(1);
    expect(ready[0]).toBe(event);
    expect(hub.now()).toBe(5);
    yield* other.join();
  }),
);

it(
  "115 a greenlet in sleep(5, { ref: false }) does not keep wait() alive",
  inHub(function* ({ hub }) {
    const greenlet = spawn(() => sleep(5, { ref: false }));
    expect(yield* wait()).toBe(true);
    expect(hub.now()).toBe(0);
    expect(greenlet.dead).toBe(false);
    yield* sleep(5);
  }),
);

it(
  "116 wait() gives true although a greenlet is parked forever",
  inHub(function* () {
    const event = new Event();
    const parked = spawn(() => event.wait());
    expect(yield* wait()).toBe(true);
    expect(parked.dead).toBe(false);
    event.set();
    yield* parked.join();
  }),
);

it(
  "118 hub.join() can be called any number of times, and the hub works in between",
  withHub(async ({ hub, log }) => {
    expect(await hub.join()).toBe(true);
    for (let i = 0; i < 5; i++) {
      void hub.run(() => {
        spawn(function* () {
          yield* sleep(5);
          log.push("ran");
        });
      });
      expect(await hub.join()).toBe(true);
      expect(await hub.join()).toBe(true);
      expect(log.length).toBe(i + 1);
    }
    const greenlet = hub.run(() => sleep(50));
    expect(await hub.join({ timeout: 10 })).toBe(false);
    await greenlet;
  }),
);

it(
  "119 wait on events, greenlets, results and promises gives all when all are ready, or count, or what is ready in time",
  inHub(function* ({ hub }) {
    const events = Array.from({ length: 3 }, () => new Event());
    const greenlets = [1, 3, 5].map((ms) => after(ms, `after ${ms}`));
    const promise = Promise.resolve("promised");
    const setLater = function* () {
      for (const event of events) {
        yield* sleep(2);
        event.set();
      }
    };
    const setter = spawn(setLater);
    const result = new AsyncResult<string>();
    greenlets[2]!.link(result);
    const objects = [...events, ...greenlets, promise, result];
    const two = yield* wait(objects, { count: 2 });
    expect(two.length).toBe(2);
    expect(hub.now()).toBe(1);
    for (const event of events.slice(1)) expect(event.linkCount).toBe(0);
    const inTime = yield* wait(objects, { timeout: 2.5 });
    expect(hub.now()).toBe(3.5);
    expect(inTime.length).toBe(4);
    expect(inTime).toContain("promised");
    const all = yield* wait(objects);
    expect(hub.now()).toBe(6);
    expect(all.length).toBe(8);
    expect(all).toContain(result);
    yield* setter.join();
  }),
);

it(
  "119 wait throws the error of a promise that is rejected, and gives a failed greenlet",
  inHub(function* () {
    const error = new Error("rejected");
    const failing = failAfter(1, new Error("x"));
    expect(yield* thrownIn(wait([Promise.reject(error), failing]))).toBe(error);
    const ready = yield* wait([failing]);
    expect(ready[0]).toBe(failing);
    expect(failing.successful()).toBe(false);
    expect(failing.error).toBeInstanceOf(Error);
  }),
);

it(
  "121 wait and iwait of several objects find a free semaphore at once and do not take the permit",
  inHub(function* ({ hub }) {
    const [free, held] = [new Semaphore(1), new Semaphore(0)];
    expect(yield* wait([free])).toEqual([free]);
    expect(free.counter).toBe(1);
    spawn(function* () {
      yield* sleep(10);
      held.release();
    });
    using ready = iwait([held, free]);
    expect(yield* ready.next()).toEqual({ done: false, value: free });
    expect(yield* ready.next()).toEqual({ done: false, value: held });
    expect([hub.now(), held.counter, held.linkCount]).toEqual([10, 1, 0]);
  }),
);

it(
  "122 one that waits for an event from inside its dispatch, after clearing it, is not woken by that",
  inHub(function* ({ hub }) {
    const event = new Event();
    const results: unknown[] = [];
    spawn(function* () {
      yield* event.wait();
      event.clear();
      results.push(yield* wait([event], { timeout: 10 }));
      results.push(hub.now());
    });
    yield* sleep(1);
    event.set();
    yield* sleep(20);
    expect(results).toEqual([[], 11]);
    expect(event.linkCount).toBe(0);
  }),
);

it(
  "124 iwait can be left half way: what was not taken is unlinked when it is disposed of",
  inHub(function* () {
    const set = new Event();
    const unset = new Event();
    set.set();
    const ready = iwait([set, unset]);
    const step = yield* ready.next();
    expect(step.done).toBe(false);
    expect(step.value).toBe(set);
    expect(unset.linkCount).toBe(1);
    ready[Symbol.dispose]();
    expect(unset.linkCount).toBe(0);
    expect(set.linkCount).toBe(0);
    expect((yield* ready.next()).done).toBe(true);
  }),
);

it(
  "125 the consumer of iwait may sleep between items: none is lost",
  inHub(function* () {
    const early = after(1, "early");
    yield* early.join();
    const ready = iwait([after(5, "a"), early, after(1, "b"), after(30, "c")]);
    const values: unknown[] = [];
    yield* forEach(ready, function* (greenlet) {
      values.push(greenlet.value);
      yield* sleep(10);
    });
    expect(values).toEqual(["early", "b", "a", "c"]);
  }),
);

it(
  "125 collect gives them all, in the order they became ready",
  inHub(function* () {
    const ready = yield* collect(iwait([after(5, "a"), after(1, "b")]));
    expect(valuesOf(ready)).toEqual(["b", "a"]);
  }),
);

it("125 outside greenlets iwait is iterated with for await", async () => {
  const values: unknown[] = [];
  for await (const greenlet of iwait([after(5, "a"), after(1, "b")])) values.push(greenlet.value);
  expect(values).toEqual(["b", "a"]);
});

it(
  "127 after a wait that ended by its count or its timeout nothing stays linked",
  inHub(function* () {
    const event = new Event();
    const slow = after(50, "slow");
    yield* wait([event, slow, after(1, "a")], { count: 1 });
    expect(event.linkCount).toBe(0);
    expect(slow.hasLinks()).toBe(false);
    yield* wait([event, slow], { timeout: 5 });
    expect(event.linkCount).toBe(0);
    yield* thrownIn(wait([event, slow], { timeout: new Timeout(5) }));
    expect(event.linkCount).toBe(0);
    const outer = Timeout.startNew(5);
    expect(yield* thrownIn(wait([event, slow]))).toBe(outer);
    expect(event.linkCount).toBe(0);
    const waiter = spawn(() => wait([event]));
    yield* sleep(1);
    expect(event.linkCount).toBe(1);
    yield* waiter.kill();
    expect(event.linkCount).toBe(0);
    yield* slow.join();
  }),
);

it(
  "128 wait on what nobody will signal: LoopExit in main",
  withHub(async ({ hub }) => {
    const event = new Event();
    expect(await rejectionOf(hub.run(() => wait([event])))).toBeInstanceOf(LoopExit);
    event.set();
    await hub.join();
  }),
);

it(
  "joinAll gives each greenlet once that it was given twice, in both places",
  inHub(function* () {
    const greenlet = after(1, "a");
    expect(valuesOf(yield* joinAll([greenlet, greenlet]))).toEqual(["a", "a"]);
  }),
);

it(
  "wait(promise) gives its value or throws its error",
  inHub(function* () {
    expect(yield* wait(Promise.resolve(5))).toBe(5);
    const error = new Error("rejected");
    expect(yield* thrownIn(wait(Promise.reject(error)))).toBe(error);
    // biome-ignore lint/suspicious/noThenProperty: any PromiseLike will do.
    const thenable = { then: (resolve: (value: string) => void) => resolve("now") } as PromiseLike<string>;
    expect(yield* wait(thenable)).toBe("now");
  }),
);

it(
  "iwait: closing it ends the wait of another greenlet for its next object",
  inHub(function* () {
    const event = new Event();
    const ready = iwait([event]);
    const reader = spawn(() => ready.next());
    yield* sleep(0);
    ready.close();
    ready.close();
    yield* reader.join(1);
    expect(reader.value).toEqual({ done: true, value: undefined });
    expect(event.linkCount).toBe(0);
  }),
);
