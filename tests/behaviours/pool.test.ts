// behaviours.md, "Group and Pool": pools, and the calls that map.
import { expect, it, vi } from "vitest";
import {
  AsyncResult,
  collect,
  Event,
  Greenlet,
  GreenletExit,
  joinAll,
  sleep,
  spawn,
  Timeout,
  wait,
} from "wevent";
import type { TreeNode } from "wevent/hub";
import { Group, type Items, Pool } from "wevent/pool";
import { codeOf, inHub, thrownIn } from "../lib/hub.ts";

function* waitFor(ms: number) {
  yield* sleep(ms);
  return ms;
}

function* failAt(ms: number) {
  yield* sleep(ms);
  if (ms === 2 || ms === 3) throw new Error(`failed at ${ms}`);
  return ms;
}

it(
  "254 a Pool(2) runs a consumer that waits for an event and the producer that sets it",
  inHub(function* ({ log }) {
    const pool = new Pool(2);
    const event = new Event();
    yield* pool.spawn(function* () {
      log.push("cons1");
      yield* event.wait();
      log.push("cons2");
    });
    yield* pool.spawn(function* () {
      log.push("prod");
      yield* sleep(10);
      event.set();
    });
    yield* pool.join();
    expect(log).toEqual(["cons1", "prod", "cons2"]);
  }),
);

it(
  "257 freeCount goes down with a spawn and up again with the end",
  inHub(function* () {
    const pool = new Pool(2);
    expect(pool.freeCount()).toBe(2);
    const greenlet = yield* pool.spawn(waitFor, 1);
    expect(pool.freeCount()).toBe(1);
    yield* greenlet.get();
    // 281: right after get() returns, the place is free.
    expect(pool.freeCount()).toBe(2);
  }),
);

it(
  "262 map gives the results in input order, for any size and for empty input",
  inHub(function* () {
    for (const size of [1, 2, 10, null]) {
      expect(yield* new Pool(size).map(waitFor, [3, 1, 2])).toEqual([3, 1, 2]);
      expect(yield* new Pool(size).map(waitFor, [])).toEqual([]);
    }
  }),
);

it(
  "263 imap gives the results in input order and then stops; 1000 items",
  inHub(function* () {
    const items = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 101);
    expect(yield* collect(new Pool(10).imap(waitFor, items))).toEqual(items);
  }),
);

it(
  "265 imapUnordered gives them as they come: in parallel by span, one at a time by input",
  inHub(function* () {
    expect(yield* collect(new Pool(3).imapUnordered(waitFor, [10, 1, 2]))).toEqual([1, 2, 10]);
    expect(yield* collect(new Pool(1).imapUnordered(waitFor, [10, 1, 2]))).toEqual([10, 1, 2]);
  }),
);

it(
  "269 maxSize items are begun before the first is taken, and one more for each",
  inHub(function* ({ log }) {
    function* note(item: number) {
      log.push(`begun ${item}`);
      yield* sleep(1);
      return item;
    }
    const results = new Pool(10).imap(note, [1, 2, 3], { maxSize: 1 });
    yield* sleep(5);
    expect(log).toEqual(["begun 1"]);
    yield* results.next();
    yield* sleep(5);
    expect(log).toEqual(["begun 1", "begun 2"]);
    results.close();
    yield* sleep(5);
  }),
);

it(
  "271 map throws the error of the lowest index that failed; imap throws it at that item and goes on",
  inHub(function* ({ reports }) {
    let thrown: unknown;
    try {
      yield* new Pool(4).map(failAt, [1, 3, 2, 4]);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ message: "failed at 3" });
    // The other failure is nobody's now.
    expect((yield* reports()).map(({ error }) => (error as Error).message)).toEqual(["failed at 2"]);
    const seen: string[] = [];
    const results = new Pool(4).imap(failAt, [1, 2, 4]);
    for (let i = 0; i < 4; i++) {
      try {
        const step = yield* results.next();
        seen.push(step.done ? "done" : String(step.value));
      } catch (error) {
        seen.push((error as Error).message);
      }
    }
    expect(seen).toEqual(["1", "failed at 2", "4", "done"]);
  }),
);

it(
  "277 a Pool without a size has one place free, always",
  inHub(function* () {
    const pool = new Pool();
    for (let i = 0; i < 100; i++) yield* pool.spawn(waitFor, 1);
    expect([pool.freeCount(), pool.full()]).toEqual([1, false]);
    yield* pool.join();
  }),
);

it(
  "278 join gives false when its timeout passes and true when the group is empty",
  inHub(function* ({ hub }) {
    const group = new Group();
    expect(yield* group.join()).toBe(true);
    group.spawn(waitFor, 100);
    expect(yield* group.join({ timeout: 10 })).toBe(false);
    expect(yield* group.join()).toBe(true);
    expect(hub.now()).toBe(100);
  }),
);

it(
  "280 callers blocked in spawn are admitted in the order they came",
  inHub(function* ({ log }) {
    const pool = new Pool(1);
    yield* pool.spawn(waitFor, 10);
    for (const name of ["a", "b", "c"]) {
      spawn(function* () {
        yield* pool.spawn(waitFor, 1);
        log.push(name);
      });
    }
    yield* sleep(50);
    expect(log).toEqual(["a", "b", "c"]);
  }),
);

it(
  "286 kill ends the members long before they would have ended, and gives their places back",
  inHub(function* ({ hub }) {
    const pool = new Pool(2);
    yield* pool.spawn(waitFor, 1000);
    yield* pool.spawn(waitFor, 1000);
    expect(pool.trySpawn(waitFor, 1)).toBeNull();
    yield* pool.kill();
    expect([pool.size, pool.freeCount(), hub.now()]).toEqual([0, 2, 0]);
  }),
);

it(
  "250 apply runs the function with its arguments and gives its value",
  inHub(function* () {
    function* add(a: number, b: number) {
      yield* sleep(1);
      return a + b;
    }
    for (const pool of [new Group(), new Pool(1), new Pool()]) {
      expect(yield* pool.apply(add, [1, 2])).toBe(3);
      expect(yield* pool.applyAsync(add, [1, 2])).toBe(3);
      expect(yield* pool.apply(() => "none")).toBe("none");
      expect(pool.size).toBe(0);
    }
  }),
);

it(
  "250 apply from a member runs in that member: a full pool does not wait for itself",
  inHub(function* () {
    const pool = new Pool(1);
    const inner = function* () {
      yield* sleep(1);
      return pool.size;
    };
    expect(yield* pool.apply(() => pool.apply(inner))).toBe(1);
  }),
);

it(
  "251 apply throws the function's error",
  inHub(function* () {
    const error = new Error("broken");
    const fail = () => {
      throw error;
    };
    const pool = new Pool(1);
    expect(yield* thrownIn(pool.apply(fail))).toBe(error);
    expect(yield* thrownIn(pool.applyAsync(fail))).toBe(error);
    expect(pool.freeCount()).toBe(1);
  }),
);

it(
  "253 a callback is called with the result, and not on failure",
  inHub(function* ({ log, reports }) {
    const pool = new Pool(1);
    const note = (what: string) => (value: unknown) => void log.push(`${what} ${value}`);
    const greenlets = [
      pool.applyAsync(waitFor, [1], note("apply")),
      pool.applyAsync(failAt, [2], note("failed apply")),
      pool.mapAsync(waitFor, [1, 2], note("map")),
      pool.mapAsync(failAt, [1, 2], note("failed map")),
    ] as Greenlet[];
    yield* joinAll(greenlets);
    yield* sleep(0);
    expect(log).toEqual(["apply 1", "map 1,2"]);
    // Nobody has read the two errors.
    expect((yield* reports()).map(({ name }) => name)).toEqual(["applyAsync", "mapAsync"]);
  }),
);

it(
  "256 a worker that fails, and whose report fails, frees its place all the same",
  inHub(
    function* ({ takeReports }) {
      // What the hub then says is for people to see.
      const said = vi.spyOn(console, "error").mockImplementation(() => {});
      const pool = new Pool(1);
      yield* pool.spawn(failAt, 2);
      yield* sleep(5);
      expect([pool.freeCount(), pool.size]).toEqual([1, 0]);
      expect(yield* pool.apply(waitFor, [1])).toBe(1);
      expect(takeReports()).toEqual([]);
      expect(said).toHaveBeenCalled();
      said.mockRestore();
    },
    {
      onError: () => {
        throw new Error("the report fails");
      },
    },
  ),
);

it(
  "257 applyAsync on a full pool does not block, and everything runs in the end",
  inHub(function* () {
    const pool = new Pool(2);
    const greenlets = Array.from({ length: 5 }, (_, i) => pool.applyAsync(waitFor, [i]));
    expect(pool.size).toBe(2);
    yield* pool.join();
    // join waits for those that had no place yet.
    expect(greenlets.map((greenlet) => greenlet.value)).toEqual([0, 1, 2, 3, 4]);
  }),
);

it(
  "259 add takes a place; on a full pool it waits until an outer Timeout, leaving the counts alone",
  inHub(function* () {
    const pool = new Pool(1);
    const [first, second] = [spawn(waitFor, 20), spawn(waitFor, 20)];
    yield* pool.add(first);
    expect(pool.freeCount()).toBe(0);
    yield* pool.add(first);
    const outer = Timeout.startNew(5);
    expect(yield* thrownIn(pool.add(second))).toBe(outer);
    expect([pool.size, pool.freeCount(), pool.has(second)]).toEqual([1, 0, false]);
    yield* pool.add(second);
    yield* sleep(0);
    expect([pool.size, pool.freeCount()]).toEqual([0, 1]);
  }),
);

it(
  "260 add and start on a full pool throw PoolFull with block: false, and when the timeout passes",
  inHub(function* ({ hub }) {
    const pool = new Pool(1);
    yield* pool.start(new Greenlet(waitFor, 20));
    for (const verb of ["add", "start"] as const) {
      for (const options of [{ block: false }, { timeout: 5 }]) {
        const greenlet = new Greenlet(waitFor, 1);
        const error = yield* thrownIn(pool[verb](greenlet, options));
        expect(codeOf(error)).toBe("WEV_ERR_POOL_FULL");
        expect((error as { readonly limit?: number }).limit).toBe(1);
        expect([greenlet.started, pool.has(greenlet)]).toEqual([false, false]);
      }
    }
    expect(hub.now()).toBe(10);
    yield* pool.join();
  }),
);

it(
  "260 one added twice while the pool is full takes one place, and the place is not lost",
  inHub(function* () {
    const pool = new Pool(1);
    yield* pool.spawn(waitFor, 5);
    const greenlet = new Greenlet(waitFor, 5);
    const twice = [spawn(() => pool.start(greenlet)), spawn(() => pool.start(greenlet))];
    const last = spawn(() => pool.spawn(waitFor, 1));
    yield* joinAll(twice);
    yield* last;
    yield* pool.join();
    expect([pool.freeCount(), greenlet.value]).toEqual([1, 5]);
  }),
);

it(
  "260 one that became a member while its second add waited takes no place from who waits behind",
  inHub(function* ({ hub }) {
    const pool = new Pool(2);
    yield* pool.spawn(waitFor, 5);
    yield* pool.spawn(waitFor, 10);
    const long = new Greenlet(waitFor, 100);
    const twice = [spawn(() => pool.start(long)), spawn(() => pool.start(long))];
    const last = spawn(() => pool.spawn(waitFor, 1));
    yield* last;
    expect(hub.now()).toBe(10);
    yield* joinAll(twice);
    yield* pool.join();
    expect([hub.now(), pool.freeCount()]).toEqual([105, 2]);
  }),
);

/** What a queue gives that ends: items that come one by one, later. */
function comingLater(items: readonly number[]) {
  let next = 0;
  let closed = 0;
  const steps: Items<number> & { readonly closed: number } = {
    get closed() {
      return closed;
    },
    next: () => wait(step()),
    close: () => void closed++,
  };
  const step = async (): Promise<IteratorResult<number, undefined>> => {
    await null;
    return next < items.length ? { done: false, value: items[next++]! } : { done: true, value: undefined };
  };
  return steps;
}

it(
  "266 map, imap and imapUnordered take items whose steps block, and finish when they end",
  inHub(function* () {
    const pool = new Pool(3);
    expect(yield* pool.map(waitFor, comingLater([3, 1, 2]))).toEqual([3, 1, 2]);
    expect(yield* collect(pool.imap(waitFor, comingLater([3, 1, 2])))).toEqual([3, 1, 2]);
    const unordered = yield* collect(pool.imapUnordered(waitFor, comingLater([3, 1, 2])));
    expect(unordered.sort()).toEqual([1, 2, 3]);
  }),
);

it(
  "266 an imap that is closed half way leaves its items: a generator returns, an iteration is closed",
  inHub(function* () {
    const left: string[] = [];
    function* items() {
      try {
        for (;;) yield 1;
      } finally {
        left.push("returned");
      }
    }
    const later = comingLater([1, 2, 3, 4, 5]);
    for (const source of [items(), later]) {
      const results = new Pool(2).imap(waitFor, source);
      yield* results.next();
      results.close();
      expect(yield* results.next()).toEqual({ done: true, value: undefined });
      yield* sleep(5);
    }
    expect(left).toEqual(["returned"]);
    expect(later.closed).toBe(1);
  }),
);

it(
  "268 with maxSize 1 no more than one item is ahead of the reader, and all results come",
  inHub(function* () {
    let begun = 0;
    let taken = 0;
    function* note(item: number) {
      begun++;
      expect(begun - taken).toBeLessThanOrEqual(1);
      yield* sleep(item % 3);
      return item;
    }
    const items = Array.from({ length: 20 }, (_, i) => i);
    for (const verb of ["imap", "imapUnordered"] as const) {
      begun = taken = 0;
      const seen: number[] = [];
      const results = new Pool(5)[verb](note, items, { maxSize: 1 });
      for (;;) {
        yield* sleep(2);
        const before = taken;
        taken++;
        const step = yield* results.next();
        if (step.done) break;
        expect(taken).toBe(before + 1);
        seen.push(step.value);
      }
      expect(seen).toEqual(items);
    }
  }),
);

it(
  "272 an error of the items is thrown by map, and by imap and imapUnordered after the results",
  inHub(function* () {
    const error = new Error("no more");
    function* items() {
      yield 1;
      yield 2;
      throw error;
    }
    const pool = new Pool(2);
    expect(yield* thrownIn(pool.map(waitFor, items()))).toBe(error);
    for (const verb of ["imap", "imapUnordered"] as const) {
      const results = pool[verb](waitFor, items());
      expect(yield* results.next()).toEqual({ done: false, value: 1 });
      expect(yield* results.next()).toEqual({ done: false, value: 2 });
      expect(yield* thrownIn(results.next())).toBe(error);
      expect(yield* results.next()).toEqual({ done: true, value: undefined });
    }
    yield* pool.join();
  }),
);

it(
  "274 GreenletExit thrown by the function is a result",
  inHub(function* () {
    const exit = new GreenletExit();
    const leave = () => {
      throw exit;
    };
    expect(yield* new Pool(2).map(leave, [1, 2])).toEqual([exit, exit]);
    expect(yield* collect(new Pool(2).imap(leave, [1, 2]))).toEqual([exit, exit]);
  }),
);

it(
  "275 killing a pool in the middle of mapAsync, imap and applyAsync ends them, and nothing runs after",
  inHub(function* ({ hub, log }) {
    const pool = new Pool(2);
    function* note(item: number) {
      log.push(`begun ${item}`);
      yield* sleep(1000);
    }
    const mapped = pool.mapAsync(note, [1, 2, 3, 4]);
    const applied = pool.applyAsync(note, [5]);
    yield* sleep(1);
    const results = pool.imap(note, [6, 7]);
    yield* sleep(1);
    yield* pool.kill();
    expect([hub.now(), pool.size, pool.freeCount()]).toEqual([2, 0, 2]);
    expect([mapped.dead, mapped.value, applied.dead]).toMatchObject([true, {}, true]);
    expect((yield* collect(results)).length).toBeLessThanOrEqual(2);
    yield* sleep(2000);
    expect(log.length).toBe(2);
  }),
);

it(
  "275 kill while another greenlet maps returns once that has gone through its items",
  inHub(function* ({ hub }) {
    const pool = new Pool(2);
    const mapper = spawn(() => pool.map(waitFor, [1000, 1000, 1000, 1000, 1000]));
    yield* sleep(1);
    yield* pool.kill();
    expect([hub.now(), pool.size]).toEqual([1, 0]);
    const results = yield* mapper;
    expect(results.every((result) => (result as unknown) instanceof GreenletExit)).toBe(true);
  }),
);

it(
  "277 waitAvailable gives the free places: 1 without a limit, 0 on timeout, and takes none",
  inHub(function* ({ hub }) {
    expect(yield* new Pool().waitAvailable()).toBe(1);
    const pool = new Pool(1);
    yield* pool.spawn(waitFor, 10);
    expect(yield* pool.waitAvailable(5)).toBe(0);
    expect(yield* pool.waitAvailable()).toBe(1);
    expect([hub.now(), pool.freeCount()]).toEqual([10, 1]);
  }),
);

it(
  "281 right after get gives the outcome, the place is free",
  inHub(function* () {
    const pool = new Pool(1);
    for (let i = 0; i < 3; i++) {
      const greenlet = pool.trySpawn(waitFor, i);
      yield* greenlet!;
      expect(pool.freeCount()).toBe(1);
    }
  }),
);

it(
  "a pool of one tells who has its place",
  inHub(function* ({ hub }) {
    const pool = new Pool(1);
    const member = yield* pool.spawn(function* occupant() {
      yield* sleep(10);
    });
    const waiter = spawn(function* waiter() {
      yield* pool.spawn(waitFor, 1);
    });
    yield* sleep(1);
    const nodes = (node: TreeNode): TreeNode[] => [node, ...node.children.flatMap(nodes)];
    expect(nodes(hub.tree()).find(({ id }) => id === waiter.id)).toMatchObject({
      waitsFor: "Pool.spawn",
      heldBy: "occupant",
    });
    yield* joinAll([member, waiter]);
    yield* pool.join();
  }),
);

it(
  "two readers of one imap share its results",
  inHub(function* () {
    const results = new Pool(5).imap(waitFor, [5, 1, 2, 3]);
    const seen: number[] = [];
    const read = function* () {
      for (;;) {
        const step = yield* results.next();
        if (step.done) return;
        seen.push(step.value);
      }
    };
    yield* joinAll([spawn(read), spawn(read)]);
    expect(seen).toEqual([5, 1, 2, 3]);
  }),
);

it(
  "a reader of imap that is killed, or runs out of time, takes no result with it",
  inHub(function* () {
    const results = new Pool(2).imap(waitFor, [10, 20]);
    const reader = spawn(() => results.next());
    yield* sleep(1);
    yield* reader.kill();
    const late = new Timeout(1);
    expect(yield* thrownIn(late.run(() => results.next()))).toBe(late);
    expect(yield* collect(results)).toEqual([10, 20]);
  }),
);

it(
  "map of 100 000 items gives them in order and leaves nothing",
  inHub(function* () {
    const items = Array.from({ length: 100_000 }, (_, i) => i);
    const pool = new Pool(100);
    const results = yield* pool.map((item) => item * 2, items);
    expect(results.length).toBe(100_000);
    expect(results[99_999]).toBe(199_998);
    expect([pool.size, pool.freeCount()]).toEqual([0, 100]);
  }),
);

it(
  "a place is kept for a result that an AsyncResult link takes",
  inHub(function* () {
    const pool = new Pool(1);
    const result = new AsyncResult<number>();
    (yield* pool.spawn(waitFor, 5)).link(result);
    expect(yield* result.get()).toBe(5);
    expect(pool.freeCount()).toBe(1);
  }),
);
