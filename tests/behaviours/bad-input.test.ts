// Bad input to every public function is a typed error at the call that makes it.
import { expect, it } from "vitest";
import {
  call,
  collect,
  Event,
  forEach,
  Greenlet,
  getHub,
  Hub,
  iwait,
  joinAll,
  kill,
  killAll,
  Queue,
  run,
  sleep,
  spawn,
  spawnLater,
  Timeout,
  wait,
  withTimeout,
} from "wevent";
import { LifoQueue, PriorityQueue, SimpleQueue } from "wevent/queue";
import { codeOf, inHub, rejectionOf, thrownBy } from "../lib/hub.ts";

const NOT_FUNCTIONS = [undefined, null, 5, "x", {}, []];
const NOT_MS = ["5", {}, true, 5n, Symbol("x")];
const NOT_LISTS = [5, {}, () => 1, Promise.resolve(1)];
const NOT_OPTIONS = [5, "x", null, true];

function refused(body: () => unknown, code: string, type: new () => Error, what: string): void {
  const error = thrownBy(body);
  expect(error, what).toBeInstanceOf(type);
  expect(codeOf(error), what).toBe(code);
  expect((error as Error).message, what).toMatch(/^could not .* because /);
}

const describeValue = (value: unknown) => (typeof value === "symbol" ? "a symbol" : `${value}`);

it(
  "a body that is not a function",
  inHub(function* ({ hub }) {
    const uses: Record<string, (body: never) => unknown> = {
      spawn: (body) => spawn(body),
      spawnLater: (body) => spawnLater(1, body),
      "Greenlet.spawn": (body) => Greenlet.spawn(body),
      "Greenlet.spawnLater": (body) => Greenlet.spawnLater(1, body),
      call: (body) => call(body),
      withTimeout: (body) => withTimeout(1, body),
      "Timeout.run": (body) => new Timeout(1).run(body),
      "hub.run": (body) => hub.run(body),
      forEach: (body) => forEach(iwait([]), body),
    };
    for (const [name, use] of Object.entries(uses)) {
      for (const bad of NOT_FUNCTIONS) {
        refused(() => use(bad as never), "WEV_ERR_BODY", TypeError, `${name} ${describeValue(bad)}`);
      }
    }
    for (const bad of [5, "x", {}]) {
      refused(() => new Greenlet(bad as never), "WEV_ERR_BODY", TypeError, "new Greenlet");
    }
    yield* sleep(0);
  }),
);

it("run rejects for a body that is not a function", async () => {
  for (const bad of NOT_FUNCTIONS) expect(codeOf(await rejectionOf(run(bad as never)))).toBe("WEV_ERR_BODY");
});

it(
  "a callback that is not a function",
  inHub(function* ({ hub }) {
    const greenlet = new Greenlet();
    const event = new Event();
    const uses: Record<string, (callback: never) => unknown> = {
      link: (callback) => greenlet.link(callback),
      rawlink: (callback) => greenlet.rawlink(callback),
      "Event.rawlink": (callback) => event.rawlink(callback),
      onSpawn: (callback) => Greenlet.onSpawn(callback),
      "hub.onError": (callback) => hub.onError(callback),
    };
    for (const [name, use] of Object.entries(uses)) {
      for (const bad of NOT_FUNCTIONS) {
        refused(() => use(bad as never), "WEV_ERR_ARGUMENT", TypeError, `${name} ${describeValue(bad)}`);
      }
    }
    yield* sleep(0);
  }),
);

it(
  "a number of ms that is none, or NaN",
  inHub(function* ({ hub }) {
    const greenlet = new Greenlet();
    const event = new Event();
    const queue = new Queue();
    const uses: Record<string, (ms: never) => unknown> = {
      sleep: (ms) => sleep(ms),
      spawnLater: (ms) => spawnLater(ms, () => 1),
      startLater: (ms) => greenlet.startLater(ms),
      Timeout: (ms) => new Timeout(ms),
      "Timeout.startNew": (ms) => Timeout.startNew(ms),
      withTimeout: (ms) => withTimeout(ms, () => 1),
      join: (ms) => greenlet.join(ms),
      get: (ms) => greenlet.get({ timeout: ms }),
      kill: (ms) => greenlet.kill(undefined, { timeout: ms }),
      killAll: (ms) => killAll([greenlet], undefined, { timeout: ms }),
      joinAll: (ms) => joinAll([greenlet], { timeout: ms }),
      "joinAll count": (ms) => joinAll([greenlet], { timeout: ms, count: 1 }),
      wait: (ms) => wait([greenlet], { timeout: ms }),
      "wait()": (ms) => wait(null, { timeout: ms }),
      iwait: (ms) => iwait([greenlet], { timeout: ms }),
      "Event.wait": (ms) => event.wait(ms),
      "Queue.get": (ms) => queue.get({ timeout: ms }),
      "Queue.peek": (ms) => queue.peek({ timeout: ms }),
      "Queue.put": (ms) => queue.put(1, { timeout: ms }),
      "Queue.join": (ms) => queue.join({ timeout: ms }),
      "hub.join": (ms) => hub.join({ timeout: ms }),
      "Hub turnMs": (ms) => new Hub({ turnMs: ms }),
    };
    for (const [name, use] of Object.entries(uses)) {
      for (const bad of NOT_MS) {
        refused(() => use(bad as never), "WEV_ERR_ARGUMENT", TypeError, `${name} ${describeValue(bad)}`);
      }
      refused(() => use(Number.NaN as never), "WEV_ERR_RANGE", RangeError, `${name} NaN`);
    }
    for (const bad of [undefined, null]) {
      refused(() => spawnLater(bad as never, () => 1), "WEV_ERR_ARGUMENT", TypeError, "spawnLater");
      refused(() => greenlet.startLater(bad as never), "WEV_ERR_ARGUMENT", TypeError, "startLater");
    }
    refused(() => spawnLater(Number.POSITIVE_INFINITY, () => 1), "WEV_ERR_RANGE", RangeError, "spawnLater");
    expect(greenlet.dead).toBe(false);
    yield* sleep(0);
  }),
);

it(
  "a list that is none, also a greenlet or an operation, which are iterable",
  inHub(function* () {
    const greenlet = new Greenlet();
    const uses: Record<string, (list: never) => unknown> = {
      joinAll: (list) => joinAll(list),
      "joinAll count": (list) => joinAll(list, { count: 1 }),
      killAll: (list) => killAll(list),
      iwait: (list) => iwait(list),
    };
    for (const Class of [Queue, SimpleQueue, LifoQueue]) {
      for (const bad of [...NOT_LISTS, null, greenlet, sleep(0)]) {
        const make = () => new Class(null, bad as never);
        refused(make, "WEV_ERR_ARGUMENT", TypeError, `${Class.name} ${describeValue(bad)}`);
      }
    }
    for (const [name, use] of Object.entries(uses)) {
      for (const bad of [...NOT_LISTS, undefined, null, greenlet, sleep(0)]) {
        refused(() => use(bad as never), "WEV_ERR_ARGUMENT", TypeError, `${name} ${describeValue(bad)}`);
      }
    }
    for (const bad of [5, {}, () => 1, greenlet]) {
      refused(() => wait(bad as never), "WEV_ERR_ARGUMENT", TypeError, `wait ${describeValue(bad)}`);
    }
    yield* sleep(0);
  }),
);

it(
  "an element that is no greenlet, or nothing to wait for",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => log.push("ran"));
    for (const bad of [5, null, undefined, {}, () => 1, "x"]) {
      const list = [greenlet, bad] as never;
      refused(() => joinAll(list), "WEV_ERR_ARGUMENT", TypeError, `joinAll ${bad}`);
      refused(() => joinAll(list, { count: 1 }), "WEV_ERR_ARGUMENT", TypeError, `joinAll count ${bad}`);
      refused(() => killAll(list), "WEV_ERR_ARGUMENT", TypeError, `killAll ${bad}`);
      refused(() => kill(bad as never), "WEV_ERR_ARGUMENT", TypeError, `kill ${bad}`);
      refused(() => wait(list), "WEV_ERR_ARGUMENT", TypeError, `wait ${bad}`);
      refused(() => iwait(list), "WEV_ERR_ARGUMENT", TypeError, `iwait ${bad}`);
    }
    yield* sleep(0);
    // Nothing was killed on the way.
    expect(log).toEqual(["ran"]);
  }),
);

it(
  "a count that is none",
  inHub(function* () {
    for (const bad of [-1, 1.5, Number.NaN, "1", null]) {
      const options = { count: bad as never };
      refused(() => wait([], options), "WEV_ERR_RANGE", RangeError, `wait ${bad}`);
      refused(() => iwait([], options), "WEV_ERR_RANGE", RangeError, `iwait ${bad}`);
      refused(() => joinAll([], options), "WEV_ERR_RANGE", RangeError, `joinAll ${bad}`);
    }
    yield* sleep(0);
  }),
);

it(
  "options that are none, such as a bare number of ms",
  inHub(function* ({ hub }) {
    const greenlet = new Greenlet();
    const queue = new Queue();
    const uses: Record<string, (options: never) => unknown> = {
      get: (options) => greenlet.get(options),
      kill: (options) => greenlet.kill(undefined, options),
      killAll: (options) => killAll([], undefined, options),
      joinAll: (options) => joinAll([], options),
      wait: (options) => wait([], options),
      "wait()": (options) => wait(null, options),
      iwait: (options) => iwait([], options),
      sleep: (options) => sleep(1, options),
      withTimeout: (options) => withTimeout(1, () => 1, options),
      "hub.join": (options) => hub.join(options),
      "Queue.get": (options) => queue.get(options),
      "Queue.peek": (options) => queue.peek(options),
      "Queue.put": (options) => queue.put(1, options),
      Hub: (options) => new Hub(options),
    };
    for (const [name, use] of Object.entries(uses)) {
      for (const bad of NOT_OPTIONS) {
        refused(() => use(bad as never), "WEV_ERR_ARGUMENT", TypeError, `${name} ${bad}`);
      }
    }
    expect(greenlet.dead).toBe(false);
    yield* sleep(0);
  }),
);

it("options of a Hub outside their range, or unknown", () => {
  const make = (options: object) => () => new Hub(options as never);
  for (const turnMs of [0, -1]) refused(make({ turnMs }), "WEV_ERR_RANGE", RangeError, `turnMs ${turnMs}`);
  for (const seed of [-1, 1.5, 2 ** 32, "1", null]) {
    refused(make({ seed }), "WEV_ERR_RANGE", RangeError, `seed ${seed}`);
  }
  for (const memoryLimitBytes of [0, -1, Number.NaN, "x"]) {
    refused(make({ memoryLimitBytes }), "WEV_ERR_RANGE", RangeError, `memoryLimitBytes ${memoryLimitBytes}`);
  }
  for (const clock of ["wall", 5, null]) {
    refused(make({ clock }), "WEV_ERR_ARGUMENT", TypeError, `clock ${clock}`);
  }
  refused(make({ onError: 5 }), "WEV_ERR_ARGUMENT", TypeError, "onError");
});

it("a limit of a queue that is none, given or set, and an order that is none", () => {
  const queue = new Queue<number>(2);
  for (const bad of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "1", {}, true]) {
    const what = `${bad}`;
    refused(() => new Queue(bad as never), "WEV_ERR_RANGE", RangeError, what);
    refused(() => new SimpleQueue(bad as never), "WEV_ERR_RANGE", RangeError, what);
    refused(() => new PriorityQueue(null, bad as never), "WEV_ERR_RANGE", RangeError, what);
    const set = () => {
      queue.maxSize = bad as never;
    };
    refused(set, "WEV_ERR_RANGE", RangeError, what);
  }
  expect(queue.maxSize).toBe(2);
  for (const bad of [5, "x", {}]) {
    refused(() => new PriorityQueue(bad as never), "WEV_ERR_ARGUMENT", TypeError, `PriorityQueue ${bad}`);
  }
});

it("an iteration that is none", () => {
  for (const bad of [5, null, {}, []]) {
    refused(() => collect(bad as never), "WEV_ERR_ARGUMENT", TypeError, "collect");
    refused(() => forEach(bad as never, () => 1), "WEV_ERR_ARGUMENT", TypeError, "forEach");
  }
});

it("what a function refuses leaves the default hub usable", async () => {
  thrownBy(() => spawn(5 as never));
  thrownBy(() => sleep("x" as never));
  expect(await spawn(() => 5).get()).toBe(5);
  expect(getHub().stats().greenlets).toBe(0);
});
