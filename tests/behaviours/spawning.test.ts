// behaviours.md, "Spawning and running order".
import { expect, it } from "vitest";
import { Greenlet, joinAll, sleep, spawn, spawnLater } from "wevent";
import { inHub, thrownBy, withHub } from "../lib/hub.ts";

it(
  "1 a spawned greenlet does not run until the spawner yields",
  inHub(function* () {
    const list: number[] = [];
    spawn(() => list.push(1));
    expect(list).toEqual([]);
    yield* sleep(0);
    expect(list).toEqual([1]);
  }),
);

it("1 spawned by main, it does not run before main blocks", async () => {
  const list: number[] = [];
  const greenlet = spawn(() => list.push(1));
  expect(list).toEqual([]);
  await greenlet.join();
  expect(list).toEqual([1]);
});

it(
  "2 greenlets spawned in a row start in that order",
  inHub(function* ({ log }) {
    for (let i = 0; i < 200; i++) spawn(() => log.push(String(i)));
    yield* sleep(0);
    expect(log).toEqual(Array.from({ length: 200 }, (_, i) => String(i)));
  }),
);

it(
  "4 two that log, sleep(0) and log: 1A 2A 1B 2B",
  inHub(function* ({ log }) {
    const body = function* (name: string) {
      log.push(`${name}A`);
      yield* sleep(0);
      log.push(`${name}B`);
    };
    yield* joinAll([spawn(body, "1"), spawn(body, "2")]);
    expect(log).toEqual(["1A", "2A", "1B", "2B"]);
  }),
);

it("5 main, a and b on sleep(0) rotate strictly", async () => {
  const log: string[] = [];
  const loop = function* (name: string) {
    for (let i = 0; i < 5; i++) {
      log.push(`${name}${i}`);
      yield* sleep(0);
    }
  };
  const greenlets = [spawn(loop, "a"), spawn(loop, "b")];
  for (let i = 0; i < 5; i++) {
    log.push(`m${i}`);
    await sleep(0);
  }
  await joinAll(greenlets);
  expect(log.join(" ")).toBe("m0 a0 b0 m1 a1 b1 m2 a2 b2 m3 a3 b3 m4 a4 b4");
});

it("7 spawn(1) throws TypeError at once", () => {
  expect(thrownBy(() => spawn(1 as never))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => new Greenlet(1 as never))).toBeInstanceOf(TypeError);
});

it("8 spawnLater(1) and spawnLater(1, 1) throw TypeError at once", () => {
  expect(thrownBy(() => spawnLater(1, undefined as never))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => spawnLater(1, 1 as never))).toBeInstanceOf(TypeError);
});

it(
  "10 spawnLater runs on a timer: spawnLater(0) comes after a later spawn and after main's sleep(0)",
  inHub(function* ({ log }) {
    spawnLater(0, () => log.push("later"));
    spawn(() => log.push("spawned"));
    yield* sleep(0);
    log.push("main");
    yield* sleep(1);
    expect(log).toEqual(["spawned", "main", "later"]);
  }),
);

it(
  "11 timers fire in the order of their expiry",
  inHub(function* ({ hub, log }) {
    for (const ms of [30, 10, 50, 20, 40]) spawnLater(ms, () => log.push(`${ms} at ${hub.now()}`));
    yield* sleep(60);
    expect(log).toEqual(["10 at 10", "20 at 20", "30 at 30", "40 at 40", "50 at 50"]);
  }),
);

it(
  "13 timers of one expiry fire in the order they were set",
  inHub(function* ({ log }) {
    for (let i = 0; i < 12; i++) spawnLater(5, () => log.push(String(i)));
    yield* sleep(6);
    expect(log).toEqual(Array.from({ length: 12 }, (_, i) => String(i)));
  }),
);

it(
  "14 starting twice has no further effect, also after the end",
  inHub(function* ({ log }) {
    const greenlet = new Greenlet(() => log.push("ran"));
    greenlet.start();
    greenlet.start();
    greenlet.startLater(1);
    yield* greenlet.join();
    greenlet.start();
    greenlet.startLater(1);
    yield* sleep(5);
    expect(log).toEqual(["ran"]);
  }),
);

it(
  "16 a subclass that only defines run gets the constructor's further arguments",
  inHub(function* () {
    class Adder extends Greenlet<number> {
      override *run(a: number, b: number) {
        yield* sleep(0);
        return a + b;
      }
    }
    const greenlet = new Adder(null, 2, 3);
    greenlet.start();
    expect(yield* greenlet).toBe(5);
  }),
);

it(
  "16 a greenlet with nothing to run ends successfully with no value",
  inHub(function* () {
    const greenlet = new Greenlet();
    greenlet.start();
    yield* greenlet.join();
    expect(greenlet.successful()).toBe(true);
    expect(greenlet.value).toBe(undefined);
  }),
);

it(
  "17 spawn callbacks run once for each started greenlet, before start returns, until removed",
  inHub(function* () {
    const seen: string[] = [];
    const callback = (greenlet: Greenlet) => void seen.push(greenlet.name);
    const remove = Greenlet.onSpawn(callback);
    Greenlet.onSpawn(callback);
    const a = spawn(function a() {});
    expect(seen).toEqual(["a"]);
    const b = spawnLater(1, function b() {});
    expect(seen).toEqual(["a", "b"]);
    const c = new Greenlet(function c() {});
    expect(seen).toEqual(["a", "b"]);
    c.start();
    c.start();
    expect(seen).toEqual(["a", "b", "c"]);
    remove();
    const d = spawn(() => 1);
    expect(seen).toEqual(["a", "b", "c"]);
    yield* joinAll([a, b, c, d]);
  }),
);

it(
  "17 a spawn callback that fails is reported and the greenlet starts all the same",
  inHub(function* ({ takeReports }) {
    const error = new Error("listener");
    const remove = Greenlet.onSpawn(() => {
      throw error;
    });
    expect(yield* spawn(() => 3)).toBe(3);
    remove();
    expect(takeReports().map((report) => report.error)).toEqual([error]);
  }),
);

it(
  "19 a greenlet knows who spawned it, and shares the locals of that one",
  withHub(async ({ hub }) => {
    await hub.run(function* () {
      const outer: Greenlet = spawn(function* () {
        outer.locals = { user: "ada" };
        const inner: Greenlet = spawn(function* () {
          yield* sleep(1);
        });
        expect(inner.parent).toBe(outer);
        expect(inner.locals).toBe(outer.locals);
        yield* inner.join();
        expect(inner.parent).toBe(null);
      });
      yield* outer;
    });
    expect(hub.main.locals).toEqual({});
  }),
);
