// behaviours.md, "sleep and idle".
import { expect, it } from "vitest";
import { Hub, idle, sleep, spawn, wait } from "wevent";
import { inHub } from "../lib/hub.ts";

it(
  "163 sleep(100) takes 100 ms",
  inHub(function* ({ hub }) {
    expect(yield* sleep(100)).toBe(undefined);
    expect(hub.now()).toBe(100);
    yield* sleep(0.5);
    expect(hub.now()).toBe(100.5);
  }),
);

it("163 a real clock: sleep is never short, and the shorter sleep ends first", async () => {
  const hub = new Hub();
  const log: string[] = [];
  const begin = performance.now();
  await hub.run(function* () {
    spawn(function* () {
      yield* sleep(5);
      log.push("short");
    });
    yield* sleep(25);
    log.push("long");
  });
  expect(performance.now() - begin).toBeGreaterThanOrEqual(25);
  expect(log).toEqual(["short", "long"]);
  hub.destroy();
});

it(
  "164 a negative sleep is sleep(0), and so is sleep()",
  inHub(function* ({ hub, log }) {
    for (const nap of [sleep(-5), sleep(), sleep(0), sleep(Number.NEGATIVE_INFINITY)]) {
      spawn(() => log.push("other"));
      expect(yield* nap).toBe(undefined);
      log.push("main");
    }
    expect(hub.now()).toBe(0);
    expect(log).toEqual(["other", "main", "other", "main", "other", "main", "other", "main"]);
  }),
);

it(
  "166 idle gives back behind everything that is ready, chains of sleep(0) too",
  inHub(function* ({ hub, log }) {
    const chain = function* (name: string, length: number) {
      for (let i = 0; i < length; i++) {
        log.push(`${name}${i}`);
        yield* sleep(0);
      }
    };
    spawn(chain, "a", 2);
    spawn(function* () {
      yield* sleep(0);
      spawn(chain, "b", 3);
    });
    expect(yield* idle()).toBe(undefined);
    expect(log).toEqual(["a0", "a1", "b0", "b1", "b2"]);
    expect(hub.now()).toBe(0);
  }),
);

it(
  "166 idle gives back at once to one that a timer has resumed, when nothing else is ready",
  inHub(function* ({ hub }) {
    const other = spawn(() => sleep(100));
    yield* sleep(5);
    yield* idle();
    expect(hub.now()).toBe(5);
    yield* other.kill();
    yield* sleep(5);
    yield* idle();
    expect(hub.now()).toBe(10);
  }),
);

it(
  "166 several in idle go on in the order they came",
  inHub(function* ({ log }) {
    const idler = function* (name: string) {
      yield* idle();
      log.push(name);
    };
    spawn(idler, "a");
    spawn(idler, "b");
    spawn(() => log.push("ready"));
    yield* sleep(1);
    expect(log).toEqual(["ready", "a", "b"]);
  }),
);

it(
  "sleep(Infinity) lasts until it is interrupted, and is nothing that wait() waits for",
  inHub(function* ({ hub }) {
    const forever = spawn(() => sleep(Number.POSITIVE_INFINITY));
    expect(yield* wait()).toBe(true);
    expect(hub.now()).toBe(0);
    expect(forever.dead).toBe(false);
    yield* forever.kill();
  }),
);
