// behaviours.md, "Group and Pool", as far as the first cut of pools goes, and fetch.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { collect, Event, Hub, run, sleep, spawn, wait } from "wevent";
import { fetch } from "wevent/http";
import { Semaphore } from "wevent/lock";
import { Group, Pool } from "wevent/pool";
import { select } from "wevent/select";
import { inHub } from "../lib/hub.ts";

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
  "302 a semaphore serves who waits in the order they came, and 308 passes over one that was killed",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(0);
    const waiters = ["a", "b", "c"].map((name) =>
      spawn(function* () {
        yield* semaphore.acquire();
        log.push(name);
      }),
    );
    yield* sleep(0);
    semaphore.release();
    waiters[0]!.kill();
    yield* sleep(1);
    semaphore.release();
    yield* sleep(1);
    expect(log.join("")).toMatch(/^(ab|bc)$/);
    expect(semaphore.counter).toBe(0);
    for (const waiter of waiters) yield* waiter.kill();
  }),
);

it(
  "304 release reserves nothing: who acquires first has it, and the one woken keeps its place",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(0);
    for (const name of ["a", "b"]) {
      spawn(function* () {
        yield* semaphore.acquire();
        log.push(name);
      });
    }
    yield* sleep(0);
    semaphore.release();
    expect(yield* semaphore.acquire({ block: false })).toBe(true);
    yield* sleep(1);
    expect(log).toEqual([]);
    semaphore.release();
    semaphore.release();
    yield* sleep(1);
    expect(log).toEqual(["a", "b"]);
    expect(yield* semaphore.acquire({ timeout: 5 })).toBe(false);
  }),
);

it(
  "392 select with empty lists sleeps for the timeout, and refuses what is no socket",
  inHub(function* ({ hub }) {
    expect(yield* select([], [], [], 20)).toEqual([[], [], []]);
    expect(hub.now()).toBe(20);
    expect(() => select(["a"], [], [], 1)).toThrow(TypeError);
  }),
);

it("fetch of a greenlet that is killed is aborted", async () => {
  let aborted: () => void = () => {};
  const isAborted = new Promise<void>((resolve) => {
    aborted = resolve;
  });
  let asked: () => void = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = createServer((request) => {
    request.on("close", aborted);
    asked();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await run(function* () {
    const greenlet = spawn(function* () {
      yield* fetch(`http://127.0.0.1:${port}/`);
    });
    yield* wait(isAsked);
    yield* greenlet.kill();
    expect(greenlet.successful()).toBe(true);
  });
  await isAborted;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it("fetch gives the runtime's Response and its errors", async () => {
  const server = createServer((_request, response) => void response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const hub = new Hub();
  const text = await hub.run(function* () {
    const response = yield* fetch(`http://127.0.0.1:${port}/`);
    return yield* wait(response.text());
  });
  expect(text).toBe("hello");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(hub.run(() => fetch(`http://127.0.0.1:${port}/`))).rejects.toBeInstanceOf(TypeError);
});
