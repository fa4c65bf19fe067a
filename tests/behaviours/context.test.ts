// hub.followContext(): AsyncLocalStorage follows greenlets and callbacks as it follows async functions.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  call,
  Event,
  Greenlet,
  getHub,
  Hub,
  joinAll,
  sleep,
  spawn,
  spawnLater,
  Timeout,
  wait,
  withTimeout,
} from "wevent";
import type { Driver } from "wevent/hub";
import { codeOf, inHub, rejectionOf, rowsInUse, thrownBy, thrownIn, withHub } from "../lib/hub.ts";
import { ManualDriver } from "../lib/manual-driver.ts";

const ON = { context: true } as const;
const storage = new AsyncLocalStorage<string>();
const store = () => storage.getStore() ?? "none";
/** As in `storage.run`, for a body that blocks. */
const spawnIn = <T>(value: string, body: () => T) => storage.run(value, () => spawn(body));

describe("a greenlet", () => {
  it(
    "keeps its context across every kind of wait",
    inHub(function* () {
      const event = new Event();
      const other = spawnIn("other", function* () {
        yield* sleep(3);
        event.set();
        return 1;
      });
      const seen = yield* spawnIn("mine", function* () {
        const stores = [store()];
        const note = () => stores.push(store());
        yield* sleep(0);
        note();
        yield* sleep(1);
        note();
        yield* event.wait();
        note();
        yield* other.join();
        note();
        yield* wait(Promise.resolve(1));
        note();
        yield* wait(storage.run("elsewhere", () => delay(1)));
        note();
        yield* joinAll([spawn(() => sleep(1))]);
        note();
        yield* call(function* () {
          yield* sleep(1);
          note();
        });
        yield* withTimeout(1, () => sleep(10), { timeoutValue: 0 });
        note();
        return stores;
      });
      expect(seen).toEqual(new Array(10).fill("mine"));
    }, ON),
  );

  it(
    "inherits the context it is spawned in, at that moment",
    inHub(function* () {
      storage.enterWith("first");
      const before = spawn(() => store());
      const later = spawnLater(5, () => store());
      const made = new Greenlet(() => store());
      void made.id;
      storage.enterWith("second");
      made.start();
      const after = spawn(function* () {
        yield* sleep(1);
        return yield* spawn(() => store());
      });
      storage.enterWith("third");
      yield* joinAll([before, later, made, after]);
      expect([before, later, made, after].map((greenlet) => greenlet.value)).toEqual([
        "first",
        "first",
        "second",
        "second",
      ]);
    }, ON),
  );

  it(
    "that enters a store keeps it to itself and to what it spawns afterwards",
    inHub(function* ({ log }) {
      function* body(name: string) {
        log.push(`${name} begins in ${store()}`);
        storage.enterWith(name);
        yield* sleep(1);
        log.push(`${name} sees ${store()}`);
        log.push(`child of ${name} sees ${yield* spawn(() => store())}`);
        storage.enterWith(`${name}2`);
        yield* sleep(1);
        log.push(`${name} sees ${store()}`);
        return storage.run("inner", () => store());
      }
      storage.enterWith("parent");
      const both = [spawn(body, "a"), spawn(body, "b")];
      yield* joinAll(both);
      expect(log).toEqual([
        "a begins in parent",
        "b begins in parent",
        "a sees a",
        "b sees b",
        "child of a sees a",
        "child of b sees b",
        "a sees a2",
        "b sees b2",
      ]);
      expect(both.map((greenlet) => greenlet.value)).toEqual(["inner", "inner"]);
      expect(store()).toBe("parent");
    }, ON),
  );

  it(
    "has its context where it is killed, timed out, aborted or cleaned up",
    inHub(function* ({ log }) {
      const controller = new AbortController();
      function* body(name: string) {
        try {
          yield* sleep(Number.POSITIVE_INFINITY, { signal: controller.signal });
        } catch (error) {
          log.push(`${name} caught in ${store()}`);
          throw error;
        } finally {
          yield* sleep(1);
          log.push(`${name} cleaned up in ${store()}`);
        }
      }
      const killed = spawnIn("K", () => call(body, "killed"));
      const timedOut = spawnIn("T", () => thrownIn(new Timeout(2).run(body, "timed out")));
      const aborted = spawnIn("A", () => thrownIn(call(body, "aborted")));
      yield* sleep(1);
      storage.run("killer", () => killed.kill());
      yield* joinAll([killed, timedOut]);
      storage.run("aborter", () => controller.abort());
      yield* aborted;
      expect(log).toEqual([
        "killed caught in K",
        "timed out caught in T",
        "killed cleaned up in K",
        "timed out cleaned up in T",
        "aborted caught in A",
        "aborted cleaned up in A",
      ]);
    }, ON),
  );

  it("is cleaned up in its context when its hub is destroyed", async () => {
    const hub = new Hub({ clock: "virtual", ...ON });
    let seen = "";
    await hub.run(function* () {
      spawnIn("mine", function* () {
        try {
          yield* sleep(Number.POSITIVE_INFINITY);
        } finally {
          seen = store();
        }
      });
      yield* sleep(0);
    });
    storage.run("destroyer", () => hub.destroy());
    expect(seen).toBe("mine");
  });

  it(
    "with an async body has what async functions have",
    inHub(function* () {
      const seen = yield* spawnIn("mine", async () => {
        await null;
        const before = store();
        storage.enterWith("entered");
        await delay(1);
        return [before, store()];
      });
      expect(seen).toEqual(["mine", "entered"]);
    }, ON),
  );
});

describe("a callback", () => {
  it(
    "runs in the context it was registered in; what link spawns inherits that",
    inHub(function* ({ log }) {
      const event = new Event();
      const greenlet = spawnIn("greenlet", () => sleep(1));
      storage.run("rawlink", () => greenlet.rawlink(() => log.push(`rawlink in ${store()}`)));
      storage.run("link", () =>
        greenlet.link(function* () {
          yield* sleep(1);
          log.push(`link in ${store()}`);
        }),
      );
      storage.run("event", () => event.rawlink(() => log.push(`event in ${store()}`)));
      yield* greenlet.join();
      storage.run("setter", () => event.set());
      yield* sleep(5);
      storage.run("late", () => greenlet.rawlink(() => log.push(`late in ${store()}`)));
      yield* sleep(0);
      expect(log).toEqual(["rawlink in rawlink", "event in event", "link in link", "late in late"]);
    }, ON),
  );
});

describe("main", () => {
  it(
    "is not changed by what greenlets enter",
    withHub(async ({ hub }) => {
      storage.enterWith("main");
      await hub.run(function* () {
        storage.enterWith("greenlet");
        yield* sleep(1);
      });
      expect(store()).toBe("main");
      const entered = call(function* () {
        storage.enterWith("called");
        yield* sleep(1);
        return store();
      });
      expect(await entered).toBe("called");
      expect(store()).toBe("main");
      await storage.run("inner", async () => {
        expect(await call(() => store())).toBe("inner");
        await sleep(1);
        expect(store()).toBe("inner");
      });
      storage.enterWith(undefined as unknown as string);
    }, ON),
  );

  it(
    "handlers of several requests at once each see their own store",
    withHub(async ({ hub }) => {
      function* query() {
        yield* sleep(1);
        yield* wait(delay(1));
        return store();
      }
      const handle = (id: string) =>
        storage.run(id, () =>
          hub.run(function* () {
            const both = yield* joinAll([spawn(query), spawn(query)]);
            return [store(), ...both.map((greenlet) => greenlet.value)];
          }),
        );
      const answers = await Promise.all(["a", "b", "c"].map(handle));
      expect(answers).toEqual(["a", "b", "c"].map((id) => [id, id, id]));
    }, ON),
  );
});

describe("followContext", () => {
  it("is off at first, and on from where it is called", async () => {
    const hub = new Hub({ clock: "virtual" });
    const before = await hub.run(function* () {
      const greenlet = spawnIn("before", function* () {
        yield* sleep(5);
        return "ended";
      });
      hub.followContext();
      hub.followContext();
      expect(yield* spawnIn("after", () => call(later))).toBe("after");
      expect(yield* greenlet).toBe("ended");
      return "done";
    });
    function* later() {
      yield* sleep(1);
      return store();
    }
    expect(before).toBe("done");
    hub.destroy();
  });

  it(
    "holds for hubs made in one that follows, and for no others",
    inHub(function* () {
      function* body() {
        yield* sleep(1);
        return store();
      }
      const inner = new Hub({ clock: "virtual" });
      const off = new Hub({ clock: "virtual", context: false });
      expect(yield* wait(storage.run("inner", () => inner.run(body)))).toBe("inner");
      storage.run("off", () => off.run(body).catch(() => {}));
      yield* sleep(0);
      expect(store()).toBe("none");
      // Where there is no context to follow there is nothing to hold for.
      new Hub({ driver: new ManualDriver() }).destroy();
      inner.destroy();
      off.destroy();
    }, ON),
  );

  it("holds for the whole program when the default hub follows", async () => {
    getHub().followContext();
    const hub = new Hub({ clock: "virtual" });
    function* body() {
      yield* sleep(1);
      return store();
    }
    expect(await storage.run("mine", () => hub.run(body))).toBe("mine");
    expect(await storage.run("default", () => spawn(body).get())).toBe("default");
    hub.destroy();
    getHub().destroy();
  });

  it("throws where the runtime has no context, and hub.can tells before", () => {
    const hub = new Hub({ driver: new ManualDriver() });
    expect(hub.can("context")).toBe(false);
    expect(codeOf(thrownBy(() => hub.followContext()))).toBe("WEV_ERR_UNSUPPORTED");
    expect(codeOf(thrownBy(() => new Hub({ driver: new ManualDriver(), context: true })))).toBe(
      "WEV_ERR_UNSUPPORTED",
    );
    hub.destroy();
    const real = new Hub({ context: true });
    expect(real.can("context")).toBe(true);
    real.destroy();
  });

  it("asks the driver for nothing unless it was called", async () => {
    let captured = 0;
    const driver: Driver = new ManualDriver();
    driver.captureContext = () => {
      captured++;
      return { enter: (body, ...args) => body(...args) };
    };
    const run = async (hub: Hub) => {
      await hub.run(function* () {
        const greenlets = Array.from({ length: 10 }, () => spawn(() => sleep(1)));
        greenlets[0]!.rawlink(() => {});
        yield* joinAll(greenlets);
      });
      hub.destroy();
    };
    await run(new Hub({ driver }));
    expect(captured).toBe(0);
    await run(new Hub({ driver, context: true }));
    expect(captured).toBeGreaterThan(10);
  });

  it("holds on to no context of what has ended, was called or was taken back", async () => {
    const held = new Set<object>();
    const registry = new FinalizationRegistry<object>((token) => held.delete(token));
    const track = (value: object) => {
      const token = {};
      held.add(token);
      registry.register(value, token);
      return value;
    };
    const objects = new AsyncLocalStorage<object>();
    const hub = new Hub({ clock: "virtual", ...ON });
    await hub.run(function* () {
      const event = new Event();
      const callback = () => {};
      const gone: Greenlet[] = [];
      for (let i = 0; i < 20; i++) {
        objects.run(track({}), () => gone.push(spawn(() => sleep(1))));
        objects.run(track({}), () => event.rawlink(callback));
        objects.run(track({}), () => gone[i]!.rawlink(() => {}));
        event.unlink(callback);
        objects.run(track({}), () => spawnLater(1000, () => 1).kill());
      }
      yield* joinAll(gone);
      yield* sleep(1);
    });
    expect(held.size).toBe(80);
    expect(rowsInUse(hub)).toBeLessThan(3);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (let i = 0; i < 50 && held.size > 0; i++) {
      collect();
      await delay(2);
    }
    expect(held.size).toBe(0);
    hub.destroy();
  });
});

it(
  "an operation that is refused leaves the context as it was",
  withHub(async () => {
    storage.enterWith("main");
    expect(codeOf(await rejectionOf(call(() => wait([], { count: -1 }))))).toBe("WEV_ERR_RANGE");
    expect(store()).toBe("main");
    storage.enterWith(undefined as unknown as string);
  }, ON),
);
