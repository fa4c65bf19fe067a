// What api.md promises beyond gevent: yield without *, foreign values, await outside greenlets.
import { expect, it } from "vitest";
import {
  call,
  collect,
  Event,
  type Greenlet,
  getCurrent,
  getHub,
  idle,
  iwait,
  joinAll,
  killAll,
  Operation,
  sleep,
  spawn,
  wait,
  withTimeout,
} from "wevent";
import { YieldError } from "wevent/hub";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

/** The line of this file that the stack names first. */
const lineOf = (error: unknown): number =>
  Number(/operations\.test\.ts:(\d+)/.exec((error as Error).stack ?? "")?.[1]);

it(
  "yield without * throws TypeError at that line, and its text says yield*",
  inHub(function* () {
    const wrong = [sleep(5), spawn(() => 1), Promise.resolve(1), 5, undefined, null, "x", () => 1, {}];
    for (const value of wrong) {
      let caught: unknown;
      const here = lineOf(new Error());
      try {
        yield value;
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(TypeError);
      expect(caught).toBeInstanceOf(YieldError);
      expect((caught as Error).message).toContain("yield*");
      expect(codeOf(caught)).toBe("WEV_ERR_YIELD");
      expect(here).toBeGreaterThan(0);
    }
    yield* sleep(0);
  }),
);

/** An operation as JavaScriptCore's yield* hands it on: each step in an object of its own. */
const copied = <T>(op: Operation<T>): Iterable<unknown, T, unknown> => ({
  [Symbol.iterator]() {
    const steps = op[Symbol.iterator]();
    return {
      next: () => ({ ...steps.next() }) as IteratorResult<unknown, T>,
      throw: (error) => ({ ...steps.throw!(error) }) as IteratorResult<unknown, T>,
    };
  },
});

it(
  "steps are known by their values where yield* copies them",
  inHub(function* ({ hub, log }) {
    const other = spawn(function* () {
      log.push("other");
      yield* copied(sleep(0));
      log.push("other again");
      return 1;
    });
    yield* copied(sleep(0));
    log.push("mine");
    yield* copied(sleep(3));
    expect(hub.now()).toBe(3);
    expect(yield* copied(call(() => other.get()))).toBe(1);
    const killed = spawn(function* () {
      try {
        yield* copied(sleep(1000));
      } finally {
        log.push("cleaned up");
      }
    });
    yield* sleep(0);
    yield* killed.kill();
    expect(log).toEqual(["other", "mine", "other again", "cleaned up"]);
  }),
);

it(
  "yield without * of a promise says how a promise is waited for",
  inHub(function* () {
    let text = "";
    try {
      yield Promise.resolve(1);
    } catch (error) {
      text = (error as Error).message;
    }
    expect(text).toContain("yield* wait(promise)");
    yield* sleep(0);
  }),
);

it(
  "yield without * that nobody catches fails the greenlet with that error, in nested generators too",
  inHub(function* () {
    const deep = function* () {
      yield* sleep(0);
      yield sleep(5);
    };
    const middle = function* () {
      yield* deep();
    };
    expect(codeOf(yield* thrownIn(spawn(middle)))).toBe("WEV_ERR_YIELD");
    expect(codeOf(yield* thrownIn(spawn(() => call(middle))))).toBe("WEV_ERR_YIELD");
  }),
);

it(
  "yield* of something foreign throws at that line and leaves the greenlet usable",
  inHub(function* () {
    // The engine's own error here: an array's iterator has nothing to throw into.
    expect(yield* thrownIn([1, 2])).toBeInstanceOf(TypeError);
    expect(yield* thrownIn(5 as never)).toBeInstanceOf(TypeError);
    expect(yield* thrownIn(Promise.resolve(5) as never)).toBeInstanceOf(TypeError);
    yield* sleep(1);
  }),
);

it("an operation is lazy: nothing happens before it is yielded or awaited, and it happens anew each time", async () => {
  const event = new Event();
  const op = event.wait(0);
  expect(op).toBeInstanceOf(Operation);
  expect(await op).toBe(false);
  event.set();
  expect(await op).toBe(true);
});

it(
  "the same operation may be used by several greenlets at a time",
  inHub(function* ({ hub }) {
    const nap = sleep(10);
    yield* joinAll([spawn(() => nap), spawn(() => nap), spawn(() => nap)]);
    expect(hub.now()).toBe(10);
    const event = new Event();
    const limited = event.wait(10);
    yield* joinAll([spawn(() => limited), spawn(() => limited)]);
    expect(hub.now()).toBe(20);
  }),
);

it("every operation can be awaited outside greenlets", async () => {
  expect(await sleep(0)).toBe(undefined);
  expect(await idle()).toBe(undefined);
  expect(await call(() => 5)).toBe(5);
  expect(
    await call(function* () {
      yield* sleep(1);
      return 6;
    }),
  ).toBe(6);
  expect(await wait(Promise.resolve(7))).toBe(7);
  expect(await withTimeout(1000, () => 8)).toBe(8);
  const greenlet = spawn(() => 9);
  expect(await greenlet.get()).toBe(9);
  expect(await greenlet.join()).toBe(undefined);
  expect((await joinAll([greenlet]))[0]).toBe(greenlet);
  expect(await wait([Promise.resolve(1)])).toEqual([1]);
  expect((await collect(iwait([greenlet]))).length).toBe(1);
  expect(await killAll([spawn(() => sleep(1000))])).toBe(undefined);
  expect(await wait()).toBe(true);
  const error = new Error("broken");
  const failing = spawn(() => {
    throw error;
  });
  expect(await rejectionOf(failing.get())).toBe(error);
});

it("an operation that is awaited gives a real promise: then, all, race", async () => {
  expect(await Promise.all([call(() => 1), sleep(1), call(() => 2)])).toEqual([1, undefined, 2]);
  expect(await Promise.race([sleep(10_000, { ref: false }), call(() => 2)])).toBe(2);
  expect(await sleep(1).then(() => 3)).toBe(3);
  expect(sleep(0).then(() => {})).toBeInstanceOf(Promise);
});

it("main is the current one outside greenlets, the greenlet inside", async () => {
  expect(getCurrent()).toBe(getHub().main);
  const greenlet: Greenlet<boolean> = spawn(() => getCurrent() === greenlet);
  expect(await greenlet.get()).toBe(true);
  expect(getCurrent()).toBe(getHub().main);
});

it("iterating an operation where no greenlet runs is an error that says await", () => {
  const error = thrownBy(() => [...(sleep(0) as Iterable<unknown>)]);
  expect(codeOf(error)).toBe("WEV_ERR_NOT_IN_GREENLET");
  expect((error as Error).message).toContain("await");
});

it("several mains rotate with greenlets in the order they came", async () => {
  const log: string[] = [];
  const main = async (name: string) => {
    for (let i = 0; i < 3; i++) {
      log.push(`${name}${i}`);
      await sleep(0);
    }
  };
  const greenlet = spawn(function* () {
    for (let i = 0; i < 3; i++) {
      log.push(`g${i}`);
      yield* sleep(0);
    }
  });
  await Promise.all([main("m"), main("n"), greenlet.get()]);
  expect(log.join(" ")).toBe("m0 n0 g0 m1 n1 g1 m2 n2 g2");
});

it(
  "an await begun inside a greenlet does not change what that greenlet does",
  inHub(function* ({ hub, log }) {
    const begun: Promise<unknown>[] = [];
    begun.push(sleep(0).then(() => log.push("outside")));
    yield* sleep(5);
    expect(hub.now()).toBe(5);
    expect(log).toEqual(["outside"]);
    yield* wait(Promise.all(begun));
  }),
);

it(
  "code that blocks in the middle of another blocking call of its greenlet is refused",
  inHub(function* () {
    const wrong = function* () {
      const iterator = sleep(5)[Symbol.iterator]();
      iterator.next();
      yield* sleep(1);
    };
    expect(codeOf(yield* thrownIn(spawn(wrong)))).toBe("WEV_ERR_OPERATION_BUSY");
  }),
);

it(
  "return() of a generator that is parked lets go of what it waited for",
  withHub(async ({ hub }) => {
    const event = new Event();
    await hub.run(function* () {
      const inner = (function* () {
        yield* wait([event]);
      })();
      const outer = spawn(() => inner);
      yield* sleep(0);
      expect(event.linkCount).toBe(1);
      yield* outer.kill();
      expect(event.linkCount).toBe(0);
    });
  }),
);
