// behaviours.md, "Timeout".
import { expect, it } from "vitest";
import { Event, Hub, joinAll, sleep, spawn, Timeout, wait, withTimeout } from "wevent";
import { inHub, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";
import { ManualDriver } from "../lib/manual-driver.ts";

it(
  "130 an armed Timeout throws itself in the greenlet that armed it",
  inHub(function* ({ hub }) {
    const timeout = Timeout.startNew(10);
    expect(timeout.pending).toBe(true);
    expect(yield* thrownIn(sleep(100))).toBe(timeout);
    expect(hub.now()).toBe(10);
    expect(timeout).toBeInstanceOf(Error);
  }),
);

it("130 main's own Timeout is thrown at main's await", async () => {
  const timeout = Timeout.startNew(5);
  expect(await rejectionOf(sleep(10_000))).toBe(timeout);
  const late = Timeout.startNew(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await rejectionOf(sleep(10_000))).toBe(late);
  const cancelled = Timeout.startNew(1);
  cancelled.cancel();
  await sleep(5);
});

it(
  "131 after firing, or a cancel, it can be started again and fires again; after close it is done",
  inHub(function* ({ hub }) {
    const timeout = new Timeout(10);
    for (let i = 1; i <= 3; i++) {
      timeout.start();
      expect(yield* thrownIn(sleep(100))).toBe(timeout);
      expect(timeout.pending).toBe(false);
      expect(hub.now()).toBe(10 * i);
    }
    timeout.start();
    timeout.cancel();
    timeout.start();
    timeout.close();
    expect(timeout.pending).toBe(false);
    yield* sleep(100);
  }),
);

it(
  "133 a string given as error throws the Timeout itself, and its text ends with the string",
  inHub(function* () {
    const timeout = Timeout.startNew(10, "too slow");
    expect(yield* thrownIn(sleep(100))).toBe(timeout);
    expect(timeout.message.endsWith("too slow")).toBe(true);
    expect(String(timeout).endsWith("too slow")).toBe(true);
  }),
);

it("134 what is not an error is refused when the Timeout is made", () => {
  for (const bad of [5, {}, true, Symbol("x")]) {
    expect(thrownBy(() => new Timeout(5, bad as never))).toBeInstanceOf(TypeError);
  }
});

it(
  "136 a silent one swallows its own expiry in run, and its text ends with (silent)",
  inHub(function* ({ log }) {
    const timeout = new Timeout(10, false);
    const result = yield* timeout.run(function* () {
      yield* sleep(100);
      log.push("not here");
      return 1;
    });
    log.push("after");
    expect(result).toBe(undefined);
    expect(log).toEqual(["after"]);
    expect(String(timeout).endsWith("(silent)")).toBe(true);
  }),
);

it(
  "136 run gives what its body gives, and throws what its body throws",
  inHub(function* () {
    expect(yield* new Timeout(10, false).run((a: number, b: number) => a + b, 2, 3)).toBe(5);
    const error = new Error("x");
    const failing = () => {
      throw error;
    };
    expect(yield* thrownIn(new Timeout(10, false).run(failing))).toBe(error);
    const loud = new Timeout(10);
    expect(yield* thrownIn(loud.run(() => sleep(100)))).toBe(loud);
  }),
);

it(
  "137 after cancel nothing is thrown, and it is not pending",
  inHub(function* () {
    const timeout = Timeout.startNew(10);
    timeout.cancel();
    expect(timeout.pending).toBe(false);
    timeout.cancel();
    yield* sleep(100);
  }),
);

it(
  "139 leaving its scope in time cancels it",
  inHub(function* () {
    const timeout = new Timeout(10);
    yield* timeout.run(function* () {
      expect(timeout.pending).toBe(true);
      yield* sleep(1);
    });
    expect(timeout.pending).toBe(false);
    let scoped: Timeout;
    {
      using ofScope = Timeout.startNew(10);
      scoped = ofScope;
      expect(scoped.pending).toBe(true);
    }
    expect(scoped.pending).toBe(false);
    scoped[Symbol.dispose]();
    yield* sleep(100);
  }),
);

it(
  "140 the error may be an instance, thrown as it is, or a class of which one is made",
  inHub(function* () {
    class Late extends Error {}
    const error = new Late("x");
    Timeout.startNew(10, error);
    expect(yield* thrownIn(sleep(100))).toBe(error);
    Timeout.startNew(10, Late);
    expect(yield* thrownIn(sleep(100))).toBeInstanceOf(Late);
    Timeout.startNew(10, RangeError);
    expect(yield* thrownIn(sleep(100))).toBeInstanceOf(RangeError);
  }),
);

it(
  "142 Timeout(null) never fires and is never pending; start and cancel do nothing",
  inHub(function* () {
    for (const timeout of [new Timeout(null), new Timeout(), new Timeout(Number.POSITIVE_INFINITY)]) {
      timeout.start();
      expect(timeout.pending).toBe(false);
      yield* sleep(1000);
      timeout.cancel();
      expect(yield* timeout.run(() => 5)).toBe(5);
    }
    expect(yield* withTimeout(null, () => sleep(10))).toBe(undefined);
  }),
);

it(
  "143 nested, the outer shorter: it is thrown inside the inner, which is pending there and not after",
  inHub(function* () {
    const outer = new Timeout(10);
    const inner = new Timeout(50, false);
    let wasPending = false;
    const caught = yield* thrownIn(
      outer.run(() =>
        inner.run(function* () {
          try {
            yield* sleep(100);
          } catch (error) {
            expect(error).toBe(outer);
            wasPending = inner.pending;
            throw error;
          }
        }),
      ),
    );
    expect(caught).toBe(outer);
    expect(wasPending).toBe(true);
    expect(inner.pending).toBe(false);
  }),
);

it(
  "145 nested, of equal ms: the one started first is thrown",
  inHub(function* () {
    const outer = new Timeout(10);
    const inner = new Timeout(10);
    expect(yield* thrownIn(outer.run(() => inner.run(() => sleep(100))))).toBe(outer);
    expect(inner.pending).toBe(false);
  }),
);

it(
  "146 withTimeout in withTimeout: the outer one is thrown, not replaced by the inner value",
  inHub(function* ({ hub }) {
    const slow = () => withTimeout(20, () => sleep(100), { timeoutValue: 1 });
    const thrown = yield* thrownIn(withTimeout(10, slow));
    expect(thrown).toBeInstanceOf(Timeout);
    expect((thrown as Timeout).ms).toBe(10);
    expect(hub.now()).toBe(10);
    expect(yield* slow()).toBe(1);
  }),
);

it(
  "146 withTimeout gives the body's result, its timeoutValue, or throws its error",
  inHub(function* () {
    expect(yield* withTimeout(10, () => 5, { timeoutValue: 1 })).toBe(5);
    expect(yield* withTimeout(10, () => sleep(50), { timeoutValue: undefined })).toBe(undefined);
    const error = new Error("late");
    const bounded = withTimeout(10, () => sleep(50), { error });
    // An operation has no state of one call: made twice, it does the same twice.
    expect(yield* thrownIn(bounded)).toBe(error);
    expect(yield* thrownIn(bounded)).toBe(error);
    const twice = withTimeout(10, () => sleep(50), { timeoutValue: "late" });
    expect(yield* wait([spawn(() => twice), spawn(() => twice)])).toHaveLength(2);
  }),
);

const clock = new ManualDriver();
it(
  "148 starting a Timeout reads the clock exactly once; so does sleep above 0",
  withHub(
    async ({ hub }) => {
      await hub.run(function* () {
        const before = clock.reads;
        const timeout = Timeout.startNew(10);
        expect(clock.reads - before).toBe(1);
        timeout.cancel();
        let during = 0;
        spawn(() => {
          during = clock.reads;
        });
        const atSleep = clock.reads;
        yield* sleep(5);
        expect(during - atSleep).toBe(1);
      });
    },
    { driver: clock, clock: "real", closed: true },
  ),
);

it(
  "149 after its scope a Timeout has let go of the error it was to throw",
  inHub(function* () {
    const error = new Error("custom");
    const timeout = new Timeout(10, error);
    expect(yield* thrownIn(timeout.run(() => sleep(100)))).toBe(error);
    timeout.start();
    expect(yield* thrownIn(sleep(100))).toBe(timeout);
  }),
);

it(
  "151 startNew of a Timeout gives that one, starting it if it is not pending",
  inHub(function* () {
    const timeout = new Timeout(10);
    expect(Timeout.startNew(timeout)).toBe(timeout);
    expect(timeout.pending).toBe(true);
    expect(Timeout.startNew(timeout)).toBe(timeout);
    expect(yield* thrownIn(sleep(100))).toBe(timeout);
  }),
);

it(
  "152 a greenlet that spins on sleep(0) is interrupted all the same",
  inHub(function* () {
    let spins = 0;
    yield* new Timeout(10, false).run(function* () {
      for (;;) {
        spins++;
        yield* sleep(0);
      }
    });
    expect(spins).toBeGreaterThan(0);
  }),
);

it(
  "154 a negative Timeout fires when the hub next looks at its timers",
  inHub(function* ({ hub, log }) {
    spawn(() => log.push("ready before"));
    const timeout = Timeout.startNew(-5);
    expect(timeout.pending).toBe(true);
    expect(yield* thrownIn(sleep(100))).toBe(timeout);
    expect(hub.now()).toBe(0);
    expect(log).toEqual(["ready before"]);
  }),
);

it(
  "155 a Timeout fires once: caught inside its scope, it is not pending",
  inHub(function* () {
    const timeout = new Timeout(10);
    yield* timeout.run(function* () {
      expect(yield* thrownIn(sleep(100))).toBe(timeout);
      expect(timeout.pending).toBe(false);
      yield* sleep(100);
    });
  }),
);

it(
  "157 a Timeout in one greenlet never affects another",
  inHub(function* () {
    const hit = spawn(function* () {
      const timeout = Timeout.startNew(10);
      return (yield* thrownIn(sleep(100))) === timeout;
    });
    const other = spawn(function* () {
      yield* sleep(100);
      return "untouched";
    });
    yield* joinAll([hit, other] as const);
    expect(hit.value).toBe(true);
    expect(other.value).toBe("untouched");
  }),
);

it(
  "157 a Timeout that outlives its greenlet hits nobody, and cancelling it late harms nobody",
  inHub(function* () {
    const timeout = new Timeout(10);
    yield* spawn(() => void timeout.start());
    yield* sleep(20);
    expect(timeout.pending).toBe(false);
    // Their rows are those that became free.
    const others = Array.from({ length: 5 }, () =>
      spawn(function* () {
        yield* sleep(5);
        return "untouched";
      }),
    );
    yield* sleep(1);
    timeout.cancel();
    yield* joinAll(others);
    expect(others.map((other) => other.value)).toEqual(Array(5).fill("untouched"));
    timeout.start();
    expect(yield* thrownIn(sleep(100))).toBe(timeout);
  }),
);

it("158 Timeouts compare by their ms", () => {
  expect((new Timeout(0) as unknown as number) < 1).toBe(true);
  expect(new Timeout(1) < new Timeout(2)).toBe(true);
  expect(new Timeout(2) < new Timeout(1)).toBe(false);
});

const overdue = new ManualDriver();
it(
  "160 a wake that is queued when the hub gets control wins over an overdue deadline",
  withHub(
    async ({ hub }) => {
      await hub.run(function* () {
        const event = new Event();
        const waiter = spawn(() => event.wait(10));
        yield* sleep(1);
        event.set();
        overdue.nowMs += 50;
        expect(yield* waiter).toBe(true);
      });
    },
    { driver: overdue, clock: "real", closed: true },
  ),
);

it(
  "a Timeout that is pending cannot be started again",
  inHub(function* () {
    const timeout = Timeout.startNew(10);
    expect(thrownBy(() => timeout.start())).toBeInstanceOf(TypeError);
    timeout.cancel();
    yield* sleep(0);
  }),
);

it(
  "the stack of a Timeout that was thrown names the call it struck",
  inHub(function* () {
    Timeout.startNew(10);
    const thrown = (yield* thrownIn(
      (function* strickenHere() {
        yield* sleep(100);
      })(),
    )) as Timeout;
    expect(thrown.stack).toContain("timeout.test.ts");
    expect(thrown.stack).toContain("strickenHere");
  }),
);

it("a real clock: a Timeout is never early", async () => {
  const hub = new Hub();
  const begin = performance.now();
  const timeout = new Timeout(20);
  expect(await rejectionOf(hub.run(() => timeout.run(() => sleep(10_000))))).toBe(timeout);
  expect(performance.now() - begin).toBeGreaterThanOrEqual(20);
  hub.destroy();
});
