// `using` and `await using`: what is held for a scope ends with it, however the scope is left.
import { expect, it } from "vitest";
import { Event, Hub, iwait, sleep, spawn, Timeout } from "wevent";
import { codeOf, inHub, thrownIn, withHub } from "../lib/hub.ts";

it(
  "using a Timeout takes it back at the end of the scope",
  inHub(function* ({ hub }) {
    {
      using timeout = Timeout.startNew(5);
      yield* sleep(1);
      expect(timeout.pending).toBe(true);
    }
    yield* sleep(10);
    expect(hub.now()).toBe(11);
  }),
);

it(
  "using a Timeout lets its own error out of the scope, and no second one",
  inHub(function* () {
    let held: Timeout | undefined;
    function* scope() {
      using timeout = Timeout.startNew(5);
      held = timeout;
      yield* sleep(10);
    }
    expect(yield* thrownIn(scope())).toBe(held);
    expect(held!.pending).toBe(false);
    yield* sleep(10);
  }),
);

it(
  "using a Timeout takes it back when the scope is left by kill, return or an error",
  inHub(function* () {
    const made: Timeout[] = [];
    function* scope(leave: string) {
      using timeout = Timeout.startNew(50);
      made.push(timeout);
      if (leave === "return") return 1;
      if (leave === "throw") throw new RangeError("x");
      yield* sleep(100);
      return 2;
    }
    const killed = spawn(scope, "kill");
    yield* sleep(1);
    yield* killed.kill();
    expect(yield* scope("return")).toBe(1);
    expect(yield* thrownIn(scope("throw"))).toBeInstanceOf(RangeError);
    expect(made.map((timeout) => timeout.pending)).toEqual([false, false, false]);
  }),
);

it(
  "using two Timeouts takes back the inner first, and each strikes only its own scope",
  inHub(function* ({ log }) {
    using outer = Timeout.startNew(20);
    try {
      using inner = Timeout.startNew(5);
      log.push(`${inner.pending}`);
      yield* sleep(10);
    } catch (error) {
      log.push(`${(error as Timeout).ms}`);
    }
    expect(outer.pending).toBe(true);
    expect(log).toEqual(["true", "5"]);
  }),
);

it(
  "using a Timeout of main takes it back",
  withHub(async ({ hub }) => {
    await hub.run(() => sleep(1));
    {
      using timeout = Timeout.startNew(5);
      expect(timeout.pending).toBe(true);
    }
    await hub.run(() => sleep(10));
  }),
);

it(
  "await using a greenlet joins it at the end of the scope, and throws nothing of its",
  withHub(async ({ hub, takeReports }) => {
    let greenlet = await hub.run(() => spawn(() => sleep(5)));
    {
      await using held = greenlet;
      expect(held.dead).toBe(false);
    }
    expect(greenlet.dead).toBe(true);
    greenlet = await hub.run(() =>
      spawn(function* () {
        yield* sleep(5);
        throw new RangeError("x");
      }),
    );
    {
      await using held = greenlet;
      expect(held.dead).toBe(false);
    }
    expect(greenlet.error).toBeInstanceOf(RangeError);
    takeReports();
  }),
);

it("await using a greenlet joins it when the scope throws, and the scope's error is the one that leaves", async () => {
  const hub = new Hub({ clock: "virtual" });
  const greenlet = await hub.run(() => spawn(() => sleep(5)));
  const scope = async () => {
    await using held = greenlet;
    throw new RangeError(held.name);
  };
  await expect(scope()).rejects.toBeInstanceOf(RangeError);
  expect(greenlet.dead).toBe(true);
  hub.destroy();
});

it("using a hub destroys it at the end of the scope, with what is left running", async () => {
  const ended: string[] = [];
  let left: Hub;
  {
    using hub = new Hub({ clock: "virtual" });
    left = hub;
    await hub.run(function* () {
      spawn(function* () {
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          ended.push("cleaned up");
        }
      });
      yield* sleep(0);
    });
    expect(ended).toEqual([]);
  }
  expect(left.isDestroyed).toBe(true);
  expect(ended).toEqual(["cleaned up"]);
});

it(
  "using an iwait forgets what was not given, and its Timeout",
  inHub(function* () {
    const event = new Event();
    const timeout = new Timeout(50);
    {
      using ready = iwait([spawn(() => sleep(1)), event], { timeout });
      const step = yield* ready.next();
      expect(step.done).toBe(false);
      expect(event.linkCount).toBe(1);
      expect(timeout.pending).toBe(true);
    }
    expect(event.linkCount).toBe(0);
    expect(timeout.pending).toBe(false);
    yield* sleep(100);
  }),
);

it(
  "using an iwait leaves a Timeout that its caller has started to the caller",
  inHub(function* () {
    const timeout = Timeout.startNew(50);
    {
      using ready = iwait([spawn(() => sleep(1))], { timeout });
      yield* ready.next();
    }
    expect(timeout.pending).toBe(true);
    expect(codeOf(yield* thrownIn(sleep(100)))).toBe("WEV_ERR_TIMEOUT");
  }),
);
