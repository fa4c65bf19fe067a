// behaviours.md, "Greenlet state, value, get, join".
import { expect, it } from "vitest";
import {
  Event,
  Greenlet,
  GreenletExit,
  getCurrent,
  joinAll,
  LoopExit,
  Queue,
  sleep,
  spawn,
  Timeout,
  wait,
} from "wevent";
import { Semaphore } from "wevent/lock";
import { inHub, rejectionOf, thrownIn, withHub } from "../lib/hub.ts";

const stateOf = (greenlet: Greenlet) => ({
  started: greenlet.started,
  dead: greenlet.dead,
  ready: greenlet.ready(),
  successful: greenlet.successful(),
  value: greenlet.value,
  error: greenlet.error,
});

const NOT_ENDED = { dead: false, ready: false, successful: false, value: undefined, error: undefined };

it(
  "20 before start: not started, not dead, not ready, no value, no error",
  inHub(function* () {
    const greenlet = new Greenlet(() => 1);
    expect(stateOf(greenlet)).toEqual({ started: false, ...NOT_ENDED });
    yield* sleep(0);
    expect(stateOf(greenlet)).toEqual({ started: false, ...NOT_ENDED });
  }),
);

it(
  "20 after start and while it waits: started, and nothing else",
  inHub(function* () {
    const greenlet = spawn(() => sleep(5));
    expect(stateOf(greenlet)).toEqual({ started: true, ...NOT_ENDED });
    yield* sleep(1);
    expect(stateOf(greenlet)).toEqual({ started: true, ...NOT_ENDED });
    yield* greenlet.join();
  }),
);

it(
  "22 after returning: dead, not started, ready, successful, with its value",
  inHub(function* () {
    const greenlet = spawn(function* () {
      yield* sleep(1);
      return 5;
    });
    yield* greenlet.join();
    const ended = { started: false, dead: true, ready: true, successful: true, value: 5, error: undefined };
    expect(stateOf(greenlet as Greenlet)).toEqual(ended);
  }),
);

it(
  "23 after throwing: dead, not started, ready, not successful, no value, the error itself",
  inHub(function* () {
    const error = new Error("broken");
    const greenlet: Greenlet = spawn(() => {
      throw error;
    });
    yield* greenlet.join();
    const ended = { started: false, dead: true, ready: true, successful: false, value: undefined, error };
    expect(stateOf(greenlet)).toEqual(ended);
    expect(greenlet.error).toBe(error);
  }),
);

it(
  "25 the running greenlet never reports itself dead",
  inHub(function* () {
    const seen: boolean[] = [];
    const body = function* () {
      const me = getCurrent() as Greenlet;
      seen.push(me.dead, me.ready());
      yield* sleep(0);
      seen.push(me.dead, me.ready());
    };
    yield* spawn(body);
    expect(seen).toEqual([false, false, false, false]);
  }),
);

it(
  "26 join(timeout) of one that sleeps gives undefined after the timeout and throws nothing",
  inHub(function* ({ hub }) {
    const greenlet = spawn(() => sleep(100));
    expect(yield* greenlet.join(10)).toBe(undefined);
    expect(hub.now()).toBe(10);
    expect(greenlet.dead).toBe(false);
    yield* greenlet.join();
  }),
);

it(
  "28 get with a Timeout throws that Timeout",
  inHub(function* ({ hub }) {
    const greenlet = spawn(() => sleep(100));
    const timeout = new Timeout(10);
    expect(yield* thrownIn(greenlet.get({ timeout }))).toBe(timeout);
    expect(hub.now()).toBe(10);
    yield* greenlet.join();
  }),
);

it(
  "28 get with a Timeout that carries an error throws that error",
  inHub(function* () {
    const greenlet = spawn(() => sleep(100));
    const error = new Error("too late");
    const timeout = new Timeout(10, error);
    expect(yield* thrownIn(greenlet.get({ timeout }))).toBe(error);
    yield* greenlet.join();
  }),
);

it(
  "28 get with a number of ms throws a Timeout of it; with block false at once",
  inHub(function* ({ hub }) {
    const greenlet = spawn(() => sleep(100));
    const overdue = yield* thrownIn(greenlet.get({ timeout: 10 }));
    expect(overdue).toBeInstanceOf(Timeout);
    expect((overdue as Timeout).ms).toBe(10);
    expect(hub.now()).toBe(10);
    const refused = yield* thrownIn(greenlet.get({ block: false }));
    expect(refused).toBeInstanceOf(Timeout);
    expect(hub.now()).toBe(10);
    yield* greenlet.join();
  }),
);

it(
  "29 an outer Timeout that was armed wins over a longer timeout argument, as itself",
  inHub(function* () {
    const never = new Event();
    const slow = spawn(() => never.wait());
    const calls: Record<string, Iterable<unknown>> = {
      join: slow.join(50),
      get: slow.get({ timeout: 50 }),
      "join with a Timeout": slow.join(new Timeout(50)),
      joinAll: joinAll([slow], { timeout: 50 }),
      "joinAll of one": joinAll([slow], { timeout: 50, count: 1 }),
      sleep: sleep(50),
      "Event.wait": never.wait(50),
      "Semaphore.acquire": new Semaphore(0).acquire({ timeout: 50 }),
      "Queue.get": new Queue().get({ timeout: 50 }),
      "Queue.put": new Queue(1, [1]).put(2, { timeout: 50 }),
      "Queue.join": new Queue(1, [1]).join(50),
      wait: wait([never], { timeout: 50 }),
      "wait()": wait(null, { timeout: 50 }),
    };
    for (const [name, blocking] of Object.entries(calls)) {
      const outer = Timeout.startNew(10);
      expect(yield* thrownIn(blocking), name).toBe(outer);
    }
    yield* slow.kill();
  }),
);

it(
  "31 get throws the very same error each time and to each waiter",
  inHub(function* () {
    const error = new Error("broken");
    const failing = spawn(function* () {
      yield* sleep(1);
      throw error;
    });
    const seen: unknown[] = [];
    const waiter = function* () {
      try {
        yield* failing;
      } catch (thrown) {
        seen.push(thrown);
      }
    };
    yield* joinAll([spawn(waiter), spawn(waiter), spawn(waiter)]);
    yield* waiter();
    yield* waiter();
    expect(seen.length).toBe(5);
    expect(seen.every((thrown) => thrown === error)).toBe(true);
  }),
);

it(
  "32 join of one that failed gives undefined and throws nothing",
  inHub(function* () {
    const failing = spawn(() => {
      throw new Error("broken");
    });
    expect(yield* failing.join()).toBe(undefined);
    expect(failing.error).toBeInstanceOf(Error);
  }),
);

it(
  "34 join of one that has ended gives back at once",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => 1);
    yield* greenlet.join();
    spawn(() => void log.push("other"));
    yield* greenlet.join();
    yield* greenlet.get();
    expect(log).toEqual([]);
    yield* sleep(0);
  }),
);

it(
  "35 joining one that was never started gives undefined after a timeout, and joinAll []",
  inHub(function* ({ hub }) {
    const greenlet = new Greenlet(() => 1);
    expect(yield* greenlet.join(5)).toBe(undefined);
    expect(yield* joinAll([greenlet], { timeout: 5 })).toEqual([]);
    expect(hub.now()).toBe(10);
    greenlet.kill();
  }),
);

it(
  "35 joining one that was never started, with nothing else: LoopExit in main",
  withHub(async ({ hub }) => {
    let greenlet: Greenlet | undefined;
    const waiting = hub.run(() => {
      greenlet = new Greenlet(() => 1);
      return greenlet.join();
    });
    expect(await rejectionOf(waiting)).toBeInstanceOf(LoopExit);
    greenlet!.start();
    await hub.join();
  }),
);

it(
  "37 at the end of its scope a greenlet is joined",
  withHub(async ({ hub, log }) => {
    let greenlet: Greenlet<number> | undefined;
    await hub.run(() => {
      greenlet = spawn(function* () {
        yield* sleep(5);
        log.push("ended");
        return 1;
      });
    });
    {
      await using ofScope = greenlet!;
      log.push(`scope ${ofScope.dead}`);
    }
    expect(log).toEqual(["scope false", "ended"]);
    expect(greenlet!.value).toBe(1);
  }),
);

it(
  "38 at the end of its scope its error does not escape, and is there for get",
  withHub(async ({ hub }) => {
    const error = new Error("broken");
    let greenlet: Greenlet | undefined;
    await hub.run(() => {
      greenlet = spawn(function* () {
        yield* sleep(5);
        throw error;
      });
    });
    await greenlet![Symbol.asyncDispose]();
    expect(await rejectionOf(greenlet!.get())).toBe(error);
  }),
);

it(
  "41 toString gives the class, the function's name, also after the end, and the arguments until then",
  inHub(function* () {
    function* question(_a: number, _b: string) {
      yield* sleep(0);
    }
    class Subclass extends Greenlet {
      override run(..._args: unknown[]) {}
    }
    const greenlet = spawn(question, 1, "b");
    expect(String(greenlet)).toBe(`<Greenlet ${greenlet.id}: question(1, "b")>`);
    yield* greenlet.join();
    expect(String(greenlet)).toMatch(/^<Greenlet \d+: question\(\)>$/);
    const other = new Subclass(null, "question", 42);
    expect(String(other)).toBe('<Subclass new: Subclass("question", 42)>');
    other.kill();
  }),
);

it(
  "43 ids are above 0, one for each greenlet, given when they are first needed",
  inHub(function* () {
    const early = new Greenlet(() => 1);
    const late = new Greenlet(() => 1);
    expect(late.id).toBeGreaterThan(0);
    expect(early.id).toBeGreaterThan(late.id);
    expect(early.id).toBe(early.id);
    const dead = new Greenlet(() => 1);
    for (const greenlet of [early, late, dead]) greenlet.kill();
    expect(dead.id).toBeGreaterThan(early.id);
  }),
);

it(
  "44 an unbounded recursion fails only its greenlet, and is reported once",
  inHub(function* ({ reports }) {
    const recurse = function* (): Generator<unknown, void, unknown> {
      yield* recurse();
    };
    const failing = spawn(recurse);
    const other = spawn(function* () {
      yield* sleep(1);
      return 1;
    });
    const [report, ...more] = yield* reports();
    expect(more).toEqual([]);
    expect(report?.context).toBe(failing);
    expect(report?.error).toBeInstanceOf(RangeError);
    expect(yield* thrownIn(failing)).toBe(report?.error);
    expect(yield* other).toBe(1);
  }),
);

it(
  "46 200 levels of spawn(...).get()",
  inHub(function* () {
    const nest = function* (level: number): Generator<unknown, number, unknown> {
      if (level === 0) return 0;
      return 1 + (yield* spawn(nest, level - 1).get());
    };
    expect(yield* nest(200)).toBe(200);
  }),
);

it(
  "a greenlet is not thenable: a promise can resolve to one",
  withHub(async ({ hub }) => {
    const greenlet = await hub.run(async () => spawn(() => 5));
    expect(greenlet).toBeInstanceOf(Greenlet);
    expect("then" in greenlet).toBe(false);
    expect(await greenlet.get()).toBe(5);
    expect(await greenlet.promise()).toBe(5);
  }),
);

it(
  "parent is the spawner, and null once the greenlet or the spawner has ended",
  withHub(async ({ hub }) => {
    let orphan: Greenlet | undefined;
    await hub.run(function* () {
      expect((getCurrent() as Greenlet).parent).toBe(hub.main);
      const spawner: Greenlet = spawn(() => {
        orphan = spawn(() => sleep(5));
        expect(orphan.parent).toBe(spawner);
      });
      yield* spawner.join();
      expect(orphan!.parent).toBe(null);
      yield* orphan!.join();
      expect(orphan!.parent).toBe(null);
    });
  }),
);

it(
  "signal is aborted with the outcome when the greenlet ends",
  inHub(function* () {
    const killed = spawn(() => sleep(100));
    const { signal } = killed;
    expect(signal.aborted).toBe(false);
    yield* killed.kill();
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(GreenletExit);
    const ended = spawn(() => 1);
    yield* ended.join();
    expect(ended.signal.aborted).toBe(true);
  }),
);
