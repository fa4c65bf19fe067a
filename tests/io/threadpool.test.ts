// Work in threads: results, errors, limits, and that ended work has really ended.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { GreenletExit, Hub, joinAll, sleep, spawn, Timeout } from "wevent";
import { ThreadEndedError, ThreadPool } from "wevent/threadpool";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, type World } from "../lib/hub.ts";
import { ManualDriver } from "../lib/manual-driver.ts";

const REAL = { clock: "real" } as const;
const WORK = new URL("threads/work.mjs", import.meta.url);

/** A test with a pool, which is gone after it. */
const withPool = (maxSize: number, body: (pool: ThreadPool, world: World) => Generator<unknown, unknown>) =>
  inHub(function* (world) {
    const pool = new ThreadPool(maxSize);
    try {
      yield* body(pool, world);
    } finally {
      yield* pool.kill();
    }
    expect([pool.size, pool.taskCount]).toEqual([0, 0]);
  }, REAL);

it(
  "apply gives an export's result, and that of its promise",
  withPool(1, function* (pool) {
    expect(yield* pool.apply<number>(WORK, "add", [2, 3])).toBe(5);
    expect(yield* pool.apply(WORK, "later", [5, "late"])).toBe("late");
    expect(yield* pool.apply(WORK.href, "default")).toBe("default");
    expect(yield* pool.apply(WORK, "thread")).toBeGreaterThan(0);
  }),
);

it(
  "415 a pool of one thread works in order, and others run meanwhile",
  withPool(1, function* (pool, { log }) {
    const tasks = ["a", "b"].map((name) => {
      const task = pool.spawn(WORK, "later", [30, name]);
      task.link(() => log.push(name));
      return task;
    });
    yield* sleep(0);
    expect(pool.taskCount).toBe(2);
    log.push("meanwhile");
    expect((yield* joinAll(tasks)).map(({ value }) => value)).toEqual(["a", "b"]);
    yield* sleep(0);
    expect(log).toEqual(["meanwhile", "a", "b"]);
    expect(pool.size).toBe(1);
  }),
);

it(
  "416 sizes are checked; raising maxSize from 0 lets calls begin, lowering it to 0 ends the threads",
  withPool(0, function* (pool) {
    expect(codeOf(thrownBy(() => new ThreadPool(-1)))).toBe("WEV_ERR_RANGE");
    expect(codeOf(thrownBy(() => new ThreadPool(1.5)))).toBe("WEV_ERR_RANGE");
    const task = pool.spawn(WORK, "add", [1, 1]);
    yield* sleep(20);
    expect([task.ready(), pool.size, pool.taskCount]).toEqual([false, 0, 1]);
    pool.maxSize = 2;
    expect(yield* task).toBe(2);
    for (const bad of [-1, 3, 0.5]) {
      expect(
        codeOf(
          thrownBy(() => {
            pool.size = bad;
          }),
        ),
      ).toBe("WEV_ERR_RANGE");
    }
    pool.size = 2;
    expect(pool.size).toBe(2);
    pool.size = 1;
    expect(pool.size).toBe(1);
    const last = pool.spawn(WORK, "later", [20, "last"]);
    yield* sleep(0);
    pool.maxSize = 0;
    expect(yield* last).toBe("last");
    expect(pool.size).toBe(0);
  }),
);

it(
  "map keeps the order of the items; the first failure ends the rest",
  withPool(2, function* (pool) {
    expect(yield* pool.map(WORK, "double", [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
    expect(yield* pool.map(WORK, "double", [])).toEqual([]);
    const path = join(mkdtempSync(join(tmpdir(), "wevent-")), "marks");
    const error = yield* thrownIn(pool.map(WORK, "failWith", [path, "b", "c"]));
    expect([path, "b", "c"]).toContain(error);
    expect(pool.taskCount).toBe(0);
    expect(yield* thrownIn(pool.map(WORK, "later", [60_000, 60_000], { timeout: 50 }))).toBeInstanceOf(
      Timeout,
    );
    expect(pool.taskCount).toBe(0);
  }),
);

it(
  "an error keeps its class where it is built in, its name, message, stack, cause and fields",
  withPool(1, function* (pool) {
    const error = (yield* thrownIn(pool.apply(WORK, "fail"))) as Error & { code: string; cause: Error };
    expect(error).toBeInstanceOf(RangeError);
    expect([error.name, error.message, error.code]).toEqual(["OwnError", "own", "E_OWN"]);
    expect(error.stack).toContain("work.mjs");
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.cause.message).toBe("its cause");
    expect(yield* thrownIn(pool.apply(WORK, "failWith", [7]))).toBe(7);
    // What is thrown there leaves the thread as it is.
    expect(yield* pool.apply(WORK, "add", [1, 1])).toBe(2);
  }),
);

it(
  "what cannot be called or copied is the call's error, and the thread goes on",
  withPool(1, function* (pool) {
    expect(yield* thrownIn(pool.apply(WORK, "constant"))).toBeInstanceOf(TypeError);
    expect(yield* thrownIn(pool.apply(WORK, "absent"))).toBeInstanceOf(TypeError);
    expect(codeOf(yield* thrownIn(pool.apply("file:///no/such/module.js", "x")))).toBe(
      "ERR_MODULE_NOT_FOUND",
    );
    expect(yield* thrownIn(pool.apply(WORK, "add", [() => {}]))).toMatchObject({ name: "DataCloneError" });
    expect(yield* thrownIn(pool.apply(WORK, "notCopied"))).toMatchObject({ name: "DataCloneError" });
    expect(yield* pool.apply(WORK, "add", [1, 1])).toBe(2);
    expect(pool.size).toBe(1);
  }),
);

it(
  "what is in transfer is moved, the rest is copied",
  withPool(1, function* (pool) {
    const moved = new ArrayBuffer(8);
    expect(yield* pool.apply(WORK, "whatIs", [moved], { transfer: [moved] })).toBe("ArrayBuffer of 8");
    expect(moved.byteLength).toBe(0);
    const copied = new ArrayBuffer(8);
    yield* pool.apply(WORK, "whatIs", [copied]);
    expect(copied.byteLength).toBe(8);
  }),
);

it(
  "killing or timing out who waits really ends the work, and another thread takes its place",
  withPool(1, function* (pool) {
    const path = join(mkdtempSync(join(tmpdir(), "wevent-")), "marks");
    const marks = () => readFileSync(path, { encoding: "utf8", flag: "a+" }).length;
    const first = yield* pool.apply<number>(WORK, "thread");
    for (const end of ["kill", "timeout"]) {
      const before = marks();
      const task = pool.spawn(WORK, "spin", [path, 60_000], end === "timeout" ? { timeout: 1000 } : {});
      const waiting = pool.spawn(WORK, "add", [1, 1]);
      while (marks() === before) yield* sleep(10);
      if (end === "kill") {
        yield* task.kill();
        expect(task.value).toBeInstanceOf(GreenletExit);
      } else expect(yield* thrownIn(task)).toBeInstanceOf(Timeout);
      expect(yield* waiting).toBe(2);
      const after = marks();
      yield* sleep(100);
      expect(marks()).toBe(after);
    }
    expect(yield* pool.apply<number>(WORK, "thread")).not.toBe(first);
  }),
);

it(
  "a call that is killed before it began is never made",
  withPool(1, function* (pool) {
    const path = join(mkdtempSync(join(tmpdir(), "wevent-")), "marks");
    const first = pool.spawn(WORK, "later", [50, "first"]);
    const second = pool.spawn(WORK, "spin", [path, 10]);
    yield* sleep(0);
    yield* second.kill();
    expect(yield* first).toBe("first");
    expect(pool.size).toBe(1);
    yield* sleep(30);
    expect(readFileSync(path, { encoding: "utf8", flag: "a+" })).toBe("");
  }),
);

it(
  "a thread that ends by itself fails its call and is replaced",
  withPool(1, function* (pool) {
    const error = yield* thrownIn(pool.apply(WORK, "exit"));
    expect(error).toBeInstanceOf(ThreadEndedError);
    expect(codeOf(error)).toBe("WEV_ERR_THREAD_ENDED");
    const crashed = (yield* thrownIn(pool.apply(WORK, "crash"))) as Error;
    expect(codeOf(crashed)).toBe("WEV_ERR_THREAD_ENDED");
    expect((crashed.cause as Error).message).toBe("crashed");
    expect(yield* pool.apply(WORK, "add", [1, 1])).toBe(2);
  }),
);

it(
  "kill ends what runs and what waits; join waits for both",
  withPool(1, function* (pool) {
    const tasks = [1, 2].map(() =>
      spawn(function* () {
        return codeOf(yield* thrownIn(pool.apply(WORK, "later", [60_000])));
      }),
    );
    yield* sleep(50);
    expect(yield* pool.join({ timeout: 10 })).toBe(false);
    yield* pool.kill();
    expect(pool.size).toBe(0);
    for (const task of tasks) expect(yield* task).toBe("WEV_ERR_THREAD_ENDED");
    pool.spawn(WORK, "later", [20, null]);
    yield* sleep(0);
    expect(yield* pool.join()).toBe(true);
  }),
);

it("a closed hub that waits for a thread is not stuck", async () => {
  const hub = new Hub({ closed: true });
  await hub.run(function* () {
    const pool = new ThreadPool(1);
    expect(yield* pool.apply(WORK, "add", [1, 2])).toBe(3);
    yield* pool.kill();
  });
  hub.destroy();
});

it(
  "bad arguments are refused at the call",
  withPool(0, function* (pool) {
    const refusals: (() => unknown)[] = [
      () => pool.apply((() => {}) as never, "x"),
      () => pool.apply(WORK, (() => {}) as never),
      () => pool.apply(WORK, "x", 5 as never),
      () => pool.apply(WORK, "x", [], 5 as never),
      () => pool.apply(WORK, "x", [], { timeout: "5" as never }),
      () => pool.apply(WORK, "x", [], { transfer: 5 as never }),
      () => pool.map(WORK, "x", 5 as never),
    ];
    for (const refusal of refusals) expect(codeOf(thrownBy(refusal)), `${refusal}`).toBe("WEV_ERR_ARGUMENT");
    yield* sleep(0);
  }),
);

it("a runtime without threads says so", async () => {
  const hub = new Hub({ driver: new ManualDriver() });
  expect(hub.can("threads")).toBe(false);
  const error = await rejectionOf(hub.run(() => void new ThreadPool(1)));
  expect(error).toMatchObject({ code: "WEV_ERR_UNSUPPORTED", capability: "threads" });
});
