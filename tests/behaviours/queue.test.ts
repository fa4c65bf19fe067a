// behaviours.md, "Queue and SimpleQueue".
import { expect, it } from "vitest";
import {
  collect,
  Event,
  forEach,
  joinAll,
  LoopExit,
  Queue,
  run,
  sleep,
  spawn,
  Timeout,
  withTimeout,
} from "wevent";
import { Empty, Fifo, Full, LifoQueue, PriorityQueue, SimpleQueue } from "wevent/queue";
import { isCollected } from "../lib/garbage.ts";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

/** Runs `body` as a callback of the hub, in a later step. */
function inCallback(body: () => void): void {
  const event = new Event();
  event.set();
  event.rawlink(body);
}

/** A greenlet that puts the items one after another and logs each that got in. */
const producer = <T>(queue: SimpleQueue<T>, log: string[], items: readonly T[]) =>
  spawn(function* () {
    for (const item of items) {
      yield* queue.put(item);
      log.push(`p${item}`);
    }
  });

/** A greenlet that gets so many items and logs each. */
const consumer = <T>(queue: SimpleQueue<T>, log: string[], count: number) =>
  spawn(function* () {
    for (let i = 0; i < count; i++) log.push(`c${yield* queue.get()}`);
  });

it(
  "197 putNowait in a callback of the hub: the first into Queue(1) goes in, the second throws Full",
  inHub(function* ({ log }) {
    const queue = new Queue<number>(1);
    inCallback(() => {
      queue.putNowait(1);
      log.push("in");
      log.push(String(codeOf(thrownBy(() => queue.putNowait(2)))));
    });
    yield* sleep(0);
    expect(log).toEqual(["in", "WEV_ERR_QUEUE_FULL"]);
    expect(queue.getNowait()).toBe(1);
  }),
);

it(
  "199 putNowait in a callback releases a blocked getter within one turn, and the queue is empty then",
  inHub(function* () {
    const queue = new Queue<number>(1);
    const getter = spawn(() => queue.get());
    yield* sleep(0);
    inCallback(() => queue.putNowait(5));
    yield* sleep(0);
    yield* sleep(0);
    expect(getter.value).toBe(5);
    expect(queue.empty()).toBe(true);
  }),
);

it(
  "200 getNowait in a callback gives the item of a full Queue(1) whose putter is dead; it is empty then",
  inHub(function* () {
    const queue = new Queue<number>(1);
    const putter = spawn(() => queue.put(5));
    yield* putter.join();
    expect(queue.full()).toBe(true);
    const got: unknown[] = [];
    inCallback(() => got.push(queue.getNowait()));
    yield* sleep(0);
    expect(got).toEqual([5]);
    expect(putter.dead).toBe(true);
    expect(queue.empty()).toBe(true);
  }),
);

it(
  "202 without a limit, put, peek and get need no switch, and give the item",
  inHub(function* ({ hub }) {
    for (const queue of [new Queue<string>(), new SimpleQueue<string>()]) {
      const before = hub.stats().switches;
      yield* queue.put("a");
      expect(yield* queue.peek()).toBe("a");
      expect(yield* queue.get()).toBe("a");
      expect(hub.stats().switches).toBe(before);
      expect(queue.empty()).toBe(true);
    }
  }),
);

it(
  "203 peek on an empty queue in main with nothing else to run: LoopExit",
  withHub(async ({ hub }) => {
    class Mine extends Queue<number> {}
    const queue = new Mine();
    const error = await rejectionOf(hub.run(() => queue.peek()));
    expect(error).toBeInstanceOf(LoopExit);
    expect((error as LoopExit).waiting.map(({ waitsFor }) => waitsFor)).toContain("Mine.peek");
    queue.putNowait(1);
    await hub.join();
  }),
);

it(
  "203 peek on an empty queue with a timeout throws Empty, as get does; without waiting at once",
  inHub(function* ({ hub }) {
    const queue = new Queue<number>();
    for (const call of [queue.peek({ timeout: 5 }), queue.get({ timeout: 5 })]) {
      const startMs = hub.now();
      const error = yield* thrownIn(call);
      expect(error).toBeInstanceOf(Empty);
      expect(codeOf(error)).toBe("WEV_ERR_QUEUE_EMPTY");
      expect(hub.now()).toBe(startMs + 5);
    }
    const before = hub.stats().switches;
    for (const call of [queue.peek({ block: false }), queue.get({ block: false, timeout: 5 })]) {
      expect(yield* thrownIn(call)).toBeInstanceOf(Empty);
    }
    expect(thrownBy(() => queue.getNowait())).toBeInstanceOf(Empty);
    expect(thrownBy(() => queue.peekNowait())).toBeInstanceOf(Empty);
    expect(hub.stats().switches).toBe(before);
  }),
);

it(
  "205 Queue(2): a putter of three puts two, blocks on the third, and puts it after one get",
  inHub(function* ({ log }) {
    const queue = new Queue<string>(2);
    const putter = producer(queue, log, ["a", "b", "c"]);
    yield* sleep(1);
    expect(log).toEqual(["pa", "pb"]);
    expect(putter.dead).toBe(false);
    const items = [yield* queue.get()];
    yield* sleep(1);
    expect(log).toEqual(["pa", "pb", "pc"]);
    items.push(yield* queue.get(), yield* queue.get());
    expect(items).toEqual(["a", "b", "c"]);
  }),
);

it(
  "205 a put into a full queue throws Full after its timeout, or at once without waiting",
  inHub(function* ({ hub }) {
    const queue = new Queue<number>(1, [0]);
    const startMs = hub.now();
    const error = yield* thrownIn(queue.put(1, { timeout: 5 }));
    expect(error).toBeInstanceOf(Full);
    expect(codeOf(error)).toBe("WEV_ERR_QUEUE_FULL");
    expect(hub.now()).toBe(startMs + 5);
    expect(yield* thrownIn(queue.put(1, { block: false }))).toBeInstanceOf(Full);
    expect([yield* queue.get(), queue.size]).toEqual([0, 0]);
  }),
);

it(
  "206 four blocked getters and one put release one; the next puts release one each",
  inHub(function* ({ log }) {
    const queue = new Queue<number>();
    for (const name of ["a", "b", "c", "d"]) {
      spawn(function* () {
        log.push(`${name}${yield* queue.get()}`);
      });
    }
    yield* sleep(1);
    for (let i = 0; i < 4; i++) {
      queue.putNowait(i);
      yield* sleep(1);
      expect(log.length).toBe(i + 1);
    }
    expect(log).toEqual(["a0", "b1", "c2", "d3"]);
  }),
);

it(
  "208 when one of two getters has been cancelled, the item goes to the other",
  inHub(function* () {
    const control = new AbortController();
    const ways: Record<string, (queue: Queue<number>) => unknown> = {
      killed: (queue) => {
        const getter = spawn(() => queue.get());
        spawn(() => getter.kill());
      },
      "timed out": (queue) => spawn(() => thrownIn(queue.get({ timeout: 1 }))),
      aborted: (queue) => {
        spawn(() => thrownIn(queue.get({ signal: control.signal })));
        spawn(() => control.abort());
      },
    };
    for (const [name, beginAndCancel] of Object.entries(ways)) {
      const queue = new Queue<number>();
      beginAndCancel(queue);
      const other = spawn(() => queue.get());
      yield* sleep(2);
      queue.putNowait(5);
      yield* sleep(0);
      expect(other.value, name).toBe(5);
    }
  }),
);

it(
  "208 a turn that its getter leaves unused goes to the next in the line",
  inHub(function* ({ log }) {
    const queue = new Queue<number>();
    const getters = ["a", "b", "c"].map((name) =>
      spawn(function* () {
        log.push(`${name}${yield* queue.get()}`);
      }),
    );
    yield* sleep(1);
    // Killed first: the interruption stands before the wake in the run queue.
    getters[0]!.kill();
    queue.putNowait(1);
    yield* sleep(1);
    expect(log).toEqual(["b1"]);
    yield* getters[2]!.kill();
  }),
);

it(
  "209 an item put by a greenlet that then dies is delivered",
  inHub(function* () {
    const queue = new Queue<string>();
    const getter = spawn(() => queue.get());
    yield* sleep(1);
    const putter = spawn(function* () {
      yield* queue.put("a");
      throw new Error("after the put");
    });
    yield* thrownIn(putter);
    expect(yield* getter).toBe("a");
  }),
);

it(
  "211 a Timeout given as timeout is thrown itself, or its own error, and not Empty or Full",
  inHub(function* () {
    const empty = new Queue<number>();
    const full = new Queue<number>(1, [0]);
    for (const make of [
      (timeout: Timeout) => empty.get({ timeout }),
      (timeout: Timeout) => empty.peek({ timeout }),
      (timeout: Timeout) => full.put(1, { timeout }),
    ]) {
      const plain = new Timeout(5);
      expect(yield* thrownIn(make(plain))).toBe(plain);
      const error = new RangeError("mine");
      expect(yield* thrownIn(make(new Timeout(5, error)))).toBe(error);
    }
    expect(full.size).toBe(1);
  }),
);

it(
  "212 makeStore is called once, and what it made once for each put, get and peek",
  inHub(function* ({ log }) {
    class Logged extends Fifo<number> {
      override put(item: number) {
        log.push(`put ${item}`);
        super.put(item);
      }
      override get() {
        const item = super.get();
        log.push(`get ${item}`);
        return item;
      }
      override peek() {
        log.push("peek");
        return super.peek();
      }
    }
    class Mine extends Queue<number> {
      protected override makeStore() {
        log.push("made");
        return new Logged();
      }
    }
    const queue = new Mine(1);
    const getter = spawn(() => queue.get());
    yield* sleep(0);
    yield* queue.put(1);
    yield* getter.join();
    yield* queue.put(2);
    yield* queue.peek();
    const putter = spawn(() => queue.put(3));
    yield* sleep(0);
    queue.getNowait();
    yield* putter.join();
    expect(log).toEqual(["made", "put 1", "get 1", "put 2", "peek", "get 2", "put 3"]);
  }),
);

it("214 size, length and qsize are one number; a queue is an object and so always true", () => {
  for (const queue of [new Queue<number>(), new SimpleQueue<number>(3), new LifoQueue<number>()]) {
    for (const size of [0, 1, 2]) {
      expect([queue.size, queue.length, queue.qsize()]).toEqual([size, size, size]);
      expect(queue.empty()).toBe(size === 0);
      expect(Boolean(queue)).toBe(true);
      queue.putNowait(size);
    }
    expect(queue.full()).toBe(queue.maxSize === 3);
  }
});

it(
  "215 items= fills the queue, whatever its limit, and counts as unfinished; copy keeps all three",
  inHub(function* () {
    const queue = new Queue(2, ["a", "b", "c"]);
    expect([queue.size, queue.full(), queue.unfinishedTasks]).toEqual([3, true, 3]);
    expect(yield* queue.get()).toBe("a");
    const copy = queue.copy();
    expect([copy.size, copy.maxSize, copy.unfinishedTasks]).toEqual([2, 2, 3]);
    expect([copy.getNowait(), copy.getNowait()]).toEqual(["b", "c"]);
    expect(queue.size).toBe(2);
    for (let i = 0; i < 3; i++) copy.taskDone();
    expect(yield* queue.join(1)).toBe(false);
    expect(yield* copy.join()).toBe(true);
  }),
);

it("215 a copy is of the same class and order, also of an empty queue", () => {
  const descending = (a: number, b: number) => b - a;
  const priority = new PriorityQueue(descending).copy();
  const lifo = new LifoQueue(null, [1, 2]).copy();
  const simple = new SimpleQueue(null, [1, 2]).copy();
  expect(priority).toBeInstanceOf(PriorityQueue);
  for (const item of [1, 3, 2]) priority.putNowait(item);
  expect(priority.copy().getNowait()).toBe(3);
  expect([lifo.getNowait(), simple.getNowait()]).toEqual([2, 1]);
  const long = new Queue(null, Array(5000).keys());
  for (let i = 0; i < 1500; i++) long.getNowait();
  const copy = long.copy();
  for (let i = 1500; i < 5000; i++) expect(copy.getNowait()).toBe(i);
});

it(
  "217 blocked putters enter in the order they came",
  inHub(function* () {
    const queue = new Queue<string>(1, ["first"]);
    for (const item of ["a", "b", "c"]) spawn(() => queue.put(item));
    yield* sleep(1);
    const items: string[] = [];
    for (let i = 0; i < 4; i++) items.push(yield* queue.get({ timeout: 1 }));
    expect(items).toEqual(["first", "a", "b", "c"]);
  }),
);

it(
  "218 put and get that can proceed never yield, with options and with others waiting for a turn",
  inHub(function* ({ hub, log }) {
    const queue = new Queue<number>(10);
    spawn(() => log.push("other"));
    const before = hub.stats().switches;
    for (let i = 0; i < 10; i++) yield* queue.put(i, { timeout: 5 });
    for (let i = 0; i < 10; i++) expect(yield* queue.get({ timeout: 5 })).toBe(i);
    expect(log).toEqual([]);
    expect(hub.stats().switches).toBe(before);
    expect(hub.stats().timers).toBe(0);
  }),
);

it(
  "220 a put into a slot just freed beats a blocked putter, which goes on waiting with the time left",
  inHub(function* ({ hub }) {
    const queue = new Queue<string>(1, ["first"]);
    const startMs = hub.now();
    const blocked = spawn(() => thrownIn(queue.put("blocked", { timeout: 10 })));
    const next = spawn(() => queue.put("next"));
    yield* sleep(6);
    queue.getNowait();
    yield* queue.put("fast");
    yield* blocked.join();
    expect(blocked.value).toBeInstanceOf(Full);
    expect(hub.now()).toBe(startMs + 10);
    expect([yield* queue.get(), yield* queue.get()]).toEqual(["fast", "next"]);
    yield* next.join();
  }),
);

it(
  "220 one who was woken too late time and again keeps his deadline",
  inHub(function* ({ hub }) {
    const queue = new Queue<number>();
    const startMs = hub.now();
    const getter = spawn(() => thrownIn(queue.get({ timeout: 10 })));
    for (let i = 0; i < 3; i++) {
      yield* sleep(2);
      queue.putNowait(i);
      queue.getNowait();
    }
    expect(yield* getter).toBeInstanceOf(Empty);
    expect(hub.now()).toBe(startMs + 10);
  }),
);

it(
  "220 one who was woken too late waits on without limit, whatever limit its call before had",
  inHub(function* ({ hub, log }) {
    const queue = new Queue<number>();
    const getter = spawn(function* () {
      const timeout = Timeout.startNew(1);
      expect(yield* thrownIn(queue.get({ timeout: 5 }))).toBe(timeout);
      log.push(`got ${yield* queue.get()} at ${hub.now()}`);
    });
    yield* sleep(2);
    queue.putNowait(1);
    queue.getNowait();
    yield* sleep(8);
    expect(getter.dead).toBe(false);
    const atMs = hub.now();
    queue.putNowait(2);
    yield* getter;
    expect(log).toEqual([`got 2 at ${atMs}`]);
  }),
);

it(
  "220 a get that beats a woken getter leaves it at the head of the line",
  inHub(function* ({ log }) {
    const queue = new Queue<number>();
    for (const name of ["a", "b"]) {
      spawn(function* () {
        log.push(`${name}${yield* queue.get()}`);
      });
    }
    yield* sleep(1);
    queue.putNowait(1);
    expect(queue.getNowait()).toBe(1);
    yield* sleep(1);
    expect(log).toEqual([]);
    queue.putNowait(2);
    queue.putNowait(3);
    yield* sleep(1);
    expect(log).toEqual(["a2", "b3"]);
  }),
);

it(
  "221 Queue(1) with a producer and a consumer of 4 items: p0 c0 p1 c1 p2 c2 p3 c3",
  inHub(function* ({ log }) {
    const queue = new Queue<number>(1);
    yield* joinAll([producer(queue, log, [0, 1, 2, 3]), consumer(queue, log, 4)]);
    expect(log.join(" ")).toBe("p0 c0 p1 c1 p2 c2 p3 c3");
  }),
);

it(
  "223 without a limit, consumer first, 4 items: p0 p1 p2 p3 c0 c1 c2 c3",
  inHub(function* ({ log }) {
    const queue = new Queue<number>();
    yield* joinAll([consumer(queue, log, 4), producer(queue, log, [0, 1, 2, 3])]);
    expect(log.join(" ")).toBe("p0 p1 p2 p3 c0 c1 c2 c3");
  }),
);

it(
  "223 a thousand puts wake the one who waits once, not a thousand times",
  inHub(function* ({ hub }) {
    const queue = new Queue<number>();
    const getter = spawn(function* () {
      for (;;) yield* queue.get();
    });
    yield* sleep(0);
    const before = hub.stats().switches;
    for (let i = 0; i < 1000; i++) queue.putNowait(i);
    yield* sleep(0);
    expect(queue.size).toBe(0);
    expect(hub.stats().switches - before).toBeLessThan(5);
    yield* getter.kill();
  }),
);

it(
  "224 a peeker and a getter blocked on an empty queue both get the next item, in the order they came",
  inHub(function* ({ log }) {
    const queue = new Queue<number>();
    const peek = () => spawn(() => queue.peek()).rawlink((greenlet) => log.push(`peek ${greenlet.value}`));
    const get = () => spawn(() => queue.get()).rawlink((greenlet) => log.push(`get ${greenlet.value}`));
    peek();
    get();
    yield* sleep(1);
    queue.putNowait(1);
    yield* sleep(1);
    expect(log.splice(0)).toEqual(["peek 1", "get 1"]);
    get();
    peek();
    peek();
    yield* sleep(1);
    queue.putNowait(2);
    queue.putNowait(3);
    yield* sleep(1);
    expect(log).toEqual(["get 2", "peek 3", "peek 3"]);
    expect(queue.getNowait()).toBe(3);
  }),
);

it(
  "226 a timeout below 0 is one of 0 ms; a call that can proceed does not look at it",
  inHub(function* ({ hub }) {
    const queue = new Queue<number>(1);
    const startMs = hub.now();
    yield* queue.put(1, { timeout: -1 });
    expect(yield* thrownIn(queue.put(2, { timeout: -1 }))).toBeInstanceOf(Full);
    expect(yield* queue.get({ timeout: -1 })).toBe(1);
    expect(yield* thrownIn(queue.get({ timeout: -1 }))).toBeInstanceOf(Empty);
    expect(hub.now()).toBe(startMs);
  }),
);

it(
  "226 a timeout of 0 lets others run once, who may put",
  inHub(function* () {
    const queue = new Queue<number>();
    spawn(() => queue.put(5));
    expect(yield* queue.get({ timeout: 0 })).toBe(5);
  }),
);

it(
  "227 get and put that were given up leave nobody in the line",
  inHub(function* () {
    const queue = new Queue<number>(1);
    for (const limits of [{ timeout: 1 }, { timeout: new Timeout(1) }]) {
      yield* thrownIn(queue.get(limits));
      queue.putNowait(1);
      yield* sleep(1);
      expect(queue.size).toBe(1);
      yield* thrownIn(queue.put(2, limits));
      expect(queue.getNowait()).toBe(1);
      yield* sleep(1);
      expect(queue.size).toBe(0);
    }
    expect(yield* withTimeout(1, () => queue.get(), { timeoutValue: "late" })).toBe("late");
  }),
);

it(
  "229 a getter killed before the put takes nothing: the item stays",
  inHub(function* () {
    const queue = new Queue<number>();
    const getter = spawn(() => queue.get());
    yield* sleep(1);
    getter.kill();
    queue.putNowait(1);
    yield* sleep(1);
    expect(getter.dead).toBe(true);
    expect(queue.getNowait()).toBe(1);
  }),
);

it(
  "229 a putter killed before there is room leaves nothing",
  inHub(function* () {
    const queue = new Queue<number>(1, [1]);
    const putter = spawn(() => queue.put(2));
    const next = spawn(() => queue.put(3));
    yield* sleep(1);
    putter.kill();
    expect(queue.getNowait()).toBe(1);
    yield* next.join();
    expect([queue.size, queue.getNowait()]).toEqual([1, 3]);
  }),
);

it(
  "230 raising maxSize releases no putter; the next get does, one after another",
  inHub(function* ({ log }) {
    const queue = new Queue<number>(1, [0]);
    for (let item = 1; item <= 4; item++) {
      spawn(function* () {
        yield* queue.put(item);
        log.push(`p${item}`);
      });
    }
    yield* sleep(1);
    queue.maxSize = 3;
    yield* sleep(1);
    expect(log).toEqual([]);
    expect(yield* queue.get()).toBe(0);
    yield* sleep(1);
    expect(log).toEqual(["p1", "p2", "p3"]);
    queue.maxSize = null;
    expect(queue.maxSize).toBe(null);
    expect(yield* queue.get()).toBe(1);
    yield* sleep(1);
    expect(log).toEqual(["p1", "p2", "p3", "p4"]);
    expect(queue.size).toBe(3);
  }),
);

it(
  "230 lowering maxSize drops nothing; putters wait until there is room again",
  inHub(function* ({ log }) {
    const queue = new Queue<number>(3, [1, 2, 3]);
    const putter = producer(queue, log, [4]);
    yield* sleep(1);
    queue.maxSize = 1;
    for (const item of [1, 2]) {
      expect(yield* queue.get()).toBe(item);
      yield* sleep(1);
      expect(log).toEqual([]);
    }
    expect(yield* queue.get()).toBe(3);
    yield* putter.join();
    expect(yield* queue.get()).toBe(4);
  }),
);

it(
  "a store that throws fails the call that asked, and the next in the line has his turn",
  inHub(function* ({ log }) {
    let isBroken = true;
    class Flaky extends Fifo<number> {
      override get() {
        if (isBroken) throw new RangeError("broken");
        return super.get();
      }
    }
    class Mine extends Queue<number> {
      protected override makeStore() {
        return new Flaky();
      }
    }
    const queue = new Mine();
    const first = spawn(function* () {
      log.push(String(yield* thrownIn(queue.get())));
      isBroken = false;
    });
    const second = spawn(() => queue.get());
    yield* sleep(1);
    queue.putNowait(5);
    yield* joinAll([first, second]);
    expect(log).toEqual(["RangeError: broken"]);
    expect(second.value).toBe(5);
  }),
);

it(
  "iterate gives the items up to the shutdown, in a greenlet",
  inHub(function* ({ log }) {
    const queue = new Queue<number>();
    const reader = spawn(() => forEach(queue.iterate(), (item) => log.push(`got ${item}`)));
    yield* sleep(1);
    for (const item of [1, 2]) yield* queue.put(item);
    queue.shutdown();
    yield* reader.join();
    expect(log).toEqual(["got 1", "got 2"]);
    expect(yield* collect(queue.iterate())).toEqual([]);
  }),
);

it(
  "iterate that was closed takes nothing more",
  inHub(function* () {
    const queue = new Queue(null, [1, 2]);
    const iteration = queue.iterate();
    expect(yield* iteration.next()).toEqual({ done: false, value: 1 });
    iteration.close();
    expect(yield* iteration.next()).toEqual({ done: true, value: undefined });
    expect(queue.size).toBe(1);
  }),
);

it("for await outside greenlets gives the items up to the shutdown", async () => {
  const queue = new Queue<number>();
  spawn(function* () {
    for (const item of [1, 2, 3]) {
      yield* sleep(1);
      yield* queue.put(item);
    }
    queue.shutdown();
  });
  const items: number[] = [];
  for await (const item of queue) items.push(item);
  expect(items).toEqual([1, 2, 3]);
});

it(
  "a queue that was waited for belongs to that hub, at both of its ends",
  withHub(async ({ hub }) => {
    const queue = new Queue<number>(1);
    expect(await rejectionOf(hub.run(() => queue.get({ timeout: 1 })))).toBeInstanceOf(Empty);
    queue.putNowait(1);
    const foreign = spawn(() => thrownIn(queue.put(2)));
    expect(codeOf(await foreign.get())).toBe("WEV_ERR_FOREIGN_HUB");
    expect(queue.size).toBe(1);
  }),
);

it("a queue whose hub is gone serves the next one", async () => {
  const queue = new Queue<number>();
  for (let i = 0; i < 2; i++) {
    expect(await rejectionOf(run(() => queue.get({ timeout: 1 })))).toBeInstanceOf(Empty);
  }
  expect(await rejectionOf(queue.get({ timeout: 1 }))).toBeInstanceOf(Empty);
});

it("an item that was got is not held by its queue", async () => {
  for (const Class of [Queue, LifoQueue]) {
    const queue = new Class<object>();
    queue.putNowait({});
    queue.putNowait({});
    const ref = new WeakRef(queue.getNowait());
    expect(await isCollected(ref), Class.name).toBe(true);
    expect(queue.size).toBe(1);
  }
});

it("a million items are put and got in order, and their memory is given back", () => {
  const queue = new Queue<number>();
  const count = 1_000_000;
  for (let i = 0; i < count; i++) queue.putNowait(i);
  let isInOrder = true;
  for (let i = 0; i < count; i++) isInOrder &&= queue.getNowait() === i;
  expect(isInOrder).toBe(true);
  for (let i = 0; i < 3000; i++) {
    queue.putNowait(i);
    queue.putNowait(-i);
    expect([queue.getNowait(), queue.getNowait()]).toEqual([i, -i]);
  }
});
