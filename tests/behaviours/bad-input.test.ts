// Bad input to every public function is a typed error at the call that makes it.
import { expect, it } from "vitest";
import {
  AsyncResult,
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
import { Barrier, BoundedSemaphore, Condition, DummySemaphore, RLock, Semaphore } from "wevent/lock";
import { Group, Pool } from "wevent/pool";
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
      "Semaphore.with": (body) => new Semaphore().with(body),
      "RLock.with": (body) => new RLock().with(body),
      "Group.spawn": (body) => new Group().spawn(body),
      "Pool.spawn": (body) => new Pool(1).spawn(body),
      "Pool.trySpawn": (body) => new Pool(1).trySpawn(body),
      apply: (body) => new Pool(1).apply(body, []),
      applyAsync: (body) => new Pool(1).applyAsync(body, []),
      map: (body) => new Pool(1).map(body, [1]),
      mapAsync: (body) => new Pool(1).mapAsync(body, [1]),
      imap: (body) => new Pool(1).imap(body, [1]),
      imapUnordered: (body) => new Pool(1).imapUnordered(body, [1]),
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
      "AsyncResult.rawlink": (callback) => new AsyncResult().rawlink(callback),
      "Semaphore.rawlink": (callback) => new Semaphore().rawlink(callback),
      "DummySemaphore.rawlink": (callback) => new DummySemaphore().rawlink(callback),
      "Condition.waitFor": (callback) => new Condition().waitFor(callback),
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
      "AsyncResult.get": (ms) => new AsyncResult().get({ timeout: ms }),
      "AsyncResult.wait": (ms) => new AsyncResult().wait(ms),
      "Semaphore.acquire": (ms) => new Semaphore().acquire({ timeout: ms }),
      "Semaphore.wait": (ms) => new Semaphore().wait(ms),
      "Semaphore.hold": (ms) => new Semaphore().hold(ms),
      "DummySemaphore.wait": (ms) => new DummySemaphore().wait(ms),
      "RLock.acquire": (ms) => new RLock().acquire({ timeout: ms }),
      "Condition.wait": (ms) => new Condition().wait(ms),
      "Condition.waitFor": (ms) => new Condition().waitFor(() => true, ms),
      "Barrier.wait": (ms) => new Barrier(2).wait(ms),
      "Group.join": (ms) => new Group().join({ timeout: ms }),
      "Group.kill": (ms) => new Group().kill(undefined, { timeout: ms }),
      "Pool.add": (ms) => new Pool(1).add(greenlet, { timeout: ms }),
      "Pool.waitAvailable": (ms) => new Pool(1).waitAvailable(ms),
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
      map: (list) => new Pool(1).map((item) => item, list),
      mapAsync: (list) => new Pool(1).mapAsync((item) => item, list),
      imap: (list) => new Pool(1).imap((item) => item, list),
      imapUnordered: (list) => new Pool(1).imapUnordered((item) => item, list),
      apply: (list) => new Pool(1).apply(sleep as () => unknown, list === undefined ? (5 as never) : list),
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
      refused(() => new Group(list), "WEV_ERR_ARGUMENT", TypeError, `Group ${bad}`);
      refused(() => new Group().add(bad as never), "WEV_ERR_ARGUMENT", TypeError, `Group.add ${bad}`);
      refused(() => new Pool(1).add(bad as never), "WEV_ERR_ARGUMENT", TypeError, `Pool.add ${bad}`);
      refused(() => new Pool(1).start(bad as never), "WEV_ERR_ARGUMENT", TypeError, `Pool.start ${bad}`);
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
      "AsyncResult.get": (options) => new AsyncResult().get(options),
      "Semaphore.acquire": (options) => new Semaphore().acquire(options),
      "RLock.acquire": (options) => new RLock().acquire(options),
      Barrier: (options) => new Barrier(2, options),
      "Group.join": (options) => new Group().join(options),
      "Group.kill": (options) => new Group().kill(undefined, options),
      "Group.killOne": (options) => new Group().killOne(greenlet, undefined, options),
      "Pool.add": (options) => new Pool(1).add(greenlet, options),
      imap: (options) => new Pool(1).imap((item) => item, [], options),
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
  for (const seed of [-1, 1.5, 2 ** 32, "1", null, Symbol("s"), Object.create(null)]) {
    refused(make({ seed }), "WEV_ERR_RANGE", RangeError, `seed ${typeof seed}`);
  }
  for (const memoryLimitBytes of [0, -1, Number.NaN, "x", true, 5n, Symbol("s")]) {
    refused(
      make({ memoryLimitBytes }),
      "WEV_ERR_RANGE",
      RangeError,
      `memoryLimitBytes ${String(memoryLimitBytes)}`,
    );
  }
  for (const clock of ["wall", 5, null]) {
    refused(make({ clock }), "WEV_ERR_ARGUMENT", TypeError, `clock ${clock}`);
  }
  for (const driver of [5, null, {}, "node"]) {
    refused(make({ driver }), "WEV_ERR_ARGUMENT", TypeError, `driver ${driver}`);
  }
  refused(make({ onError: 5 }), "WEV_ERR_ARGUMENT", TypeError, "onError");
});

it("a size, a number of permits, of parties, or of items ahead that is none", () => {
  const uses: Record<string, (count: never) => unknown> = {
    Semaphore: (count) => new Semaphore(count),
    BoundedSemaphore: (count) => new BoundedSemaphore(count),
    Barrier: (count) => new Barrier(count),
    Pool: (count) => new Pool(count),
    "imap maxSize": (count) => new Pool(1).imap((item) => item, [], { maxSize: count }),
    "imapUnordered maxSize": (count) => new Pool(1).imapUnordered((item) => item, [], { maxSize: count }),
    "Condition.notify": (count) => new Condition().notify(count),
  };
  for (const [name, use] of Object.entries(uses)) {
    for (const bad of [-1, 1.5, Number.NaN, "1", {}]) {
      refused(() => use(bad as never), "WEV_ERR_RANGE", RangeError, `${name} ${bad}`);
    }
  }
  for (const bad of [0, Number.POSITIVE_INFINITY]) {
    for (const name of ["Barrier", "Pool", "imap maxSize"]) {
      refused(() => uses[name]!(bad as never), "WEV_ERR_RANGE", RangeError, `${name} ${bad}`);
    }
  }
});

it("a lock for a condition, a callback or an action that is none", () => {
  for (const bad of [5, null, {}, new DummySemaphore()]) {
    refused(() => new Condition(bad as never), "WEV_ERR_ARGUMENT", TypeError, "Condition");
  }
  for (const bad of [5, null, {}]) {
    refused(() => new Barrier(2, { action: bad as never }), "WEV_ERR_ARGUMENT", TypeError, "Barrier");
    refused(
      () => new Group().applyAsync(() => 1, [], bad as never),
      "WEV_ERR_ARGUMENT",
      TypeError,
      "applyAsync",
    );
    refused(() => new Group().mapAsync(() => 1, [], bad as never), "WEV_ERR_ARGUMENT", TypeError, "mapAsync");
  }
});

it(
  "what a pool refuses takes no place and kills nobody",
  inHub(function* () {
    const pool = new Pool(1);
    thrownBy(() => pool.spawn(5 as never));
    thrownBy(() => pool.trySpawn(5 as never));
    thrownBy(() => pool.map(() => 1, 5 as never));
    expect(pool.freeCount()).toBe(1);
    const member = yield* pool.spawn(() => sleep(1));
    thrownBy(() => pool.kill(undefined, { timeout: "x" as never }));
    thrownBy(() => pool.kill(undefined, 5 as never));
    expect(member.dead).toBe(false);
    yield* pool.join();
    expect(member.value).toBe(undefined);
  }),
);

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
