// behaviours.md, "Lifo, Priority, task_done/join, shutdown".
import { expect, it } from "vitest";
import { joinAll, Queue, sleep, spawn, Timeout } from "wevent";
import { LifoQueue, PriorityQueue, ShutDown, SimpleQueue } from "wevent/queue";
import { codeOf, inHub, thrownBy, thrownIn } from "../lib/hub.ts";

it(
  "232 join on a queue that never had items returns at once",
  inHub(function* ({ hub }) {
    const before = hub.stats().switches;
    expect(yield* new Queue().join()).toBe(true);
    expect(hub.stats().switches).toBe(before);
  }),
);

it(
  "232 join waits for the taskDone of every item, also of one that was got; or for its timeout",
  inHub(function* ({ log }) {
    const queue = new Queue(null, ["a", "b"]);
    const joiner = spawn(function* () {
      log.push(`joined ${yield* queue.join()}`);
    });
    queue.getNowait();
    queue.taskDone();
    expect(queue.getNowait()).toBe("b");
    yield* sleep(1);
    expect(log).toEqual([]);
    expect(yield* queue.join(5)).toBe(false);
    const timeout = new Timeout(5);
    expect(yield* thrownIn(queue.join(timeout))).toBe(timeout);
    const control = new AbortController();
    const aborted = spawn(() => thrownIn(queue.join({ signal: control.signal })));
    yield* sleep(0);
    control.abort();
    expect(yield* aborted).toBe(control.signal.reason);
    queue.taskDone();
    yield* joiner.join();
    expect(log).toEqual(["joined true"]);
  }),
);

it(
  "232 one who joins is released by the moment when all was done, though more was put since",
  inHub(function* () {
    const queue = new Queue(null, [1]);
    const joiner = spawn(() => queue.join());
    yield* sleep(0);
    queue.taskDone();
    queue.putNowait(2);
    expect(yield* joiner).toBe(true);
  }),
);

it("233 taskDone more often than items were put: RangeError", () => {
  const queue = new Queue<number>(null, [1]);
  queue.taskDone();
  const error = thrownBy(() => queue.taskDone());
  expect(error).toBeInstanceOf(RangeError);
  expect(codeOf(error)).toBe("WEV_ERR_RANGE");
});

it(
  "235 shutdown: put throws ShutDown at once; get gives what is left, then throws ShutDown; join goes on",
  inHub(function* () {
    const queue = new Queue(null, ["a", "b", "c"]);
    expect(queue.isShutdown).toBe(false);
    queue.shutdown();
    expect(queue.isShutdown).toBe(true);
    expect(codeOf(yield* thrownIn(queue.put("d")))).toBe("WEV_ERR_QUEUE_SHUT_DOWN");
    expect(thrownBy(() => queue.putNowait("d"))).toBeInstanceOf(ShutDown);
    expect(yield* queue.peek()).toBe("a");
    expect([yield* queue.get(), queue.getNowait(), yield* queue.get({ timeout: 5 })]).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(yield* thrownIn(queue.get())).toBeInstanceOf(ShutDown);
    expect(yield* thrownIn(queue.get({ timeout: 5 }))).toBeInstanceOf(ShutDown);
    expect(yield* thrownIn(queue.peek({ block: false }))).toBeInstanceOf(ShutDown);
    expect(thrownBy(() => queue.getNowait())).toBeInstanceOf(ShutDown);
    expect(thrownBy(() => queue.peekNowait())).toBeInstanceOf(ShutDown);
    const joiner = spawn(() => queue.join());
    for (let i = 0; i < 3; i++) {
      yield* sleep(1);
      expect(joiner.dead).toBe(false);
      queue.taskDone();
    }
    expect(yield* joiner).toBe(true);
  }),
);

it(
  "235 shutdown releases all who wait: getters and peekers of an empty queue, putters of a full one",
  inHub(function* () {
    const empty = new Queue<number>();
    const full = new Queue<number>(1, [0]);
    const waiting = [empty.get(), empty.peek(), empty.get({ timeout: 100 }), full.put(1), full.put(2)].map(
      (call) => spawn(() => thrownIn(call)),
    );
    yield* sleep(1);
    empty.shutdown();
    full.shutdown();
    yield* joinAll(waiting);
    expect(waiting.every((greenlet) => greenlet.value instanceof ShutDown)).toBe(true);
    expect([full.size, full.getNowait()]).toEqual([1, 0]);
  }),
);

it(
  "235 a shutdown right behind a put: one getter has the item, the others ShutDown",
  inHub(function* () {
    const queue = new Queue<number>();
    const getters = [1, 2, 3].map(() =>
      spawn(function* () {
        try {
          return yield* queue.get();
        } catch (error) {
          return codeOf(error);
        }
      }),
    );
    yield* sleep(1);
    queue.putNowait(5);
    queue.shutdown();
    yield* joinAll(getters);
    expect(getters.map((greenlet) => greenlet.value)).toEqual([
      5,
      "WEV_ERR_QUEUE_SHUT_DOWN",
      "WEV_ERR_QUEUE_SHUT_DOWN",
    ]);
  }),
);

it(
  "236 shutdown(true): the queue is emptied, what is dropped is done, get throws ShutDown, join returns",
  inHub(function* () {
    const queue = new Queue(2, ["a", "b"]);
    const joiner = spawn(() => queue.join());
    const putter = spawn(() => thrownIn(queue.put("c")));
    yield* sleep(1);
    queue.shutdown(true);
    expect([queue.size, queue.unfinishedTasks]).toEqual([0, 0]);
    expect(yield* thrownIn(queue.get())).toBeInstanceOf(ShutDown);
    expect(thrownBy(() => queue.getNowait())).toBeInstanceOf(ShutDown);
    expect(thrownBy(() => queue.taskDone())).toBeInstanceOf(RangeError);
    expect(yield* joiner).toBe(true);
    expect(yield* putter).toBeInstanceOf(ShutDown);
    expect(yield* queue.join()).toBe(true);
  }),
);

it(
  "236 shutdown(true) still waits for the items that were got and are not done",
  inHub(function* () {
    const queue = new Queue(null, ["a", "b"]);
    queue.getNowait();
    queue.shutdown();
    queue.shutdown(true);
    expect(queue.unfinishedTasks).toBe(1);
    expect(yield* queue.join(1)).toBe(false);
    queue.taskDone();
    expect(yield* queue.join()).toBe(true);
  }),
);

it("236 shutdown(true) counts no item as done that taskDone was called for before it was got", () => {
  const queue = new Queue(null, ["a", "b"]);
  queue.taskDone();
  queue.shutdown(true);
  expect(queue.unfinishedTasks).toBe(0);
});

it("238 SimpleQueue has no shutdown, join or taskDone, but has peek", () => {
  const queue = new SimpleQueue<number>(null, [1]);
  for (const name of ["shutdown", "join", "taskDone", "isShutdown", "unfinishedTasks"]) {
    expect(name in queue, name).toBe(false);
  }
  expect(queue.peekNowait()).toBe(1);
});

it(
  "239 LifoQueue gives the newest first, and peek shows it",
  inHub(function* () {
    const queue = new LifoQueue<number>(null, [1, 2]);
    yield* queue.put(3);
    expect(yield* queue.peek()).toBe(3);
    expect([yield* queue.get(), yield* queue.get(), yield* queue.get()]).toEqual([3, 2, 1]);
  }),
);

const drain = <T>(queue: Queue<T>): T[] => Array.from({ length: queue.size }, () => queue.getNowait());

it(
  "239 PriorityQueue gives the smallest first, also of items=, and peek shows it",
  inHub(function* () {
    const queue = new PriorityQueue<number>(null, null, [5, 1, 4]);
    yield* queue.put(3);
    yield* queue.put(2);
    expect(yield* queue.peek()).toBe(1);
    expect(drain(queue)).toEqual([1, 2, 3, 4, 5]);
  }),
);

it("239 PriorityQueue compares whole entries, as tuples, and mixes numbers with bigints", () => {
  const entries = [
    [10, "b"],
    [9, "z"],
    [10, "a"],
    [10, "a", 1],
    [9n, "y"],
  ] as const;
  expect(drain(new PriorityQueue<readonly unknown[]>(null, null, entries))).toEqual([
    [9n, "y"],
    [9, "z"],
    [10, "a"],
    [10, "a", 1],
    [10, "b"],
  ]);
  const dates = [new Date(5), new Date(3)];
  expect(drain(new PriorityQueue<Date>(null, null, dates)).map(Number)).toEqual([3, 5]);
});

it("239 PriorityQueue gives equal items in the order they were put", () => {
  const queue = new PriorityQueue<{ level: number; id: number }>((a, b) => a.level - b.level);
  const items = Array.from({ length: 200 }, (_, id) => ({ level: (id * 7) % 5, id }));
  for (const item of items) queue.putNowait(item);
  const expected = [...items].sort((a, b) => a.level - b.level || a.id - b.id);
  expect(drain(queue)).toEqual(expected);
});

it("239 PriorityQueue agrees with a sorted list, whatever the order of puts and gets", () => {
  let state = 1;
  const random = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const queue = new PriorityQueue<number>((a, b) => b - a);
  const model: number[] = [];
  for (let i = 0; i < 5000; i++) {
    if (model.length === 0 || random(5) < 3) {
      const item = random(100);
      queue.putNowait(item);
      model.push(item);
      model.sort((a, b) => b - a);
    } else {
      expect(queue.getNowait()).toBe(model.shift());
    }
  }
  expect(drain(queue)).toEqual(model);
});

it("239 a comparison that throws changes nothing: no item is lost or moved", () => {
  let left = Number.POSITIVE_INFINITY;
  const queue = new PriorityQueue<number>((a, b) => {
    if (left-- <= 0) throw new RangeError("compare");
    return a - b;
  });
  for (let i = 0; i < 20; i++) queue.putNowait((i * 7) % 20);
  for (let allowed = 0; allowed < 3; allowed++) {
    left = allowed;
    expect(thrownBy(() => queue.getNowait())).toBeInstanceOf(RangeError);
    left = allowed;
    expect(thrownBy(() => queue.putNowait(-1))).toBeInstanceOf(RangeError);
  }
  left = Number.POSITIVE_INFINITY;
  expect(queue.unfinishedTasks).toBe(20);
  expect(drain(queue)).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

it("239 a compare that puts, gets or shuts down is refused, and no item is lost or out of order", () => {
  let meddle: (() => void) | null = null;
  const queue: PriorityQueue<number> = new PriorityQueue<number>((a, b) => {
    const act = meddle;
    meddle = null;
    act?.();
    return a - b;
  });
  for (const item of [5, 3, 8, 1]) queue.putNowait(item);
  meddle = () => queue.putNowait(2);
  expect(codeOf(thrownBy(() => queue.putNowait(4)))).toBe("WEV_ERR_ARGUMENT");
  meddle = () => expect(queue.getNowait()).toBe(1);
  expect(codeOf(thrownBy(() => queue.getNowait()))).toBe("WEV_ERR_ARGUMENT");
  expect([queue.size, queue.unfinishedTasks]).toEqual([4, 5]);
  expect(drain(queue)).toEqual([2, 3, 5, 8]);
  queue.putNowait(1);
  for (let i = 0; i < 6; i++) queue.taskDone();
  queue.putNowait(2);
  meddle = () => queue.shutdown(true);
  expect(thrownBy(() => queue.putNowait(3))).toBeInstanceOf(ShutDown);
  expect([queue.size, queue.unfinishedTasks]).toEqual([0, 0]);
});

it("239 entries without an order are refused by the put that finds it out", () => {
  for (const [first, second] of [
    [{}, {}],
    [1, "1"],
    [1, Number.NaN],
    [
      [1, {}],
      [1, {}],
    ],
    [null, 1],
  ]) {
    const queue = new PriorityQueue<unknown>(null, null, [first]);
    expect(codeOf(thrownBy(() => queue.putNowait(second)))).toBe("WEV_ERR_ARGUMENT");
    expect(drain(queue)).toEqual([first]);
  }
  const queue = new PriorityQueue<number>(((a: number, b: number) => a > b) as never, null, [1]);
  expect(codeOf(thrownBy(() => queue.putNowait(2)))).toBe("WEV_ERR_ARGUMENT");
});
