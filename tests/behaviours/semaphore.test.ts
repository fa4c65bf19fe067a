// behaviours.md, "Semaphore, BoundedSemaphore".
import { expect, it } from "vitest";
import { joinAll, LoopExit, sleep, spawn, Timeout, wait } from "wevent";
import { BoundedSemaphore, DummySemaphore, Semaphore } from "wevent/lock";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

it(
  "295 acquire with a timeout gives false when the time passes",
  inHub(function* ({ hub }) {
    const semaphore = new Semaphore(0);
    expect(yield* semaphore.acquire({ timeout: 10 })).toBe(false);
    expect(hub.now()).toBe(10);
    const timeout = new Timeout(5);
    expect(yield* thrownIn(semaphore.acquire({ timeout }))).toBe(timeout);
  }),
);

it(
  "296 two rawlinks round two releases are both called",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(0);
    semaphore.rawlink((source) => log.push(`a ${source.counter}`));
    semaphore.release();
    semaphore.rawlink(() => log.push("b"));
    semaphore.release();
    expect([semaphore.linkCount, log]).toEqual([2, []]);
    yield* sleep(1);
    expect(log.sort()).toEqual(["a 2", "b"]);
    expect(semaphore.linkCount).toBe(0);
  }),
);

it(
  "296 one release calls all links, for none takes the permit, and unlink prevents",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(0);
    const unlinked = () => void log.push("unlinked");
    for (const name of ["a", "b", "c"]) semaphore.rawlink(() => log.push(name));
    semaphore.rawlink(unlinked);
    semaphore.unlink(unlinked);
    const taker = spawn(() => semaphore.acquire());
    yield* sleep(1);
    semaphore.release();
    yield* sleep(1);
    expect([log, taker.value, semaphore.counter]).toEqual([["a", "b", "c"], true, 0]);
  }),
);

it(
  "296 a link whose permit another took first is called at the next release",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(0);
    semaphore.rawlink(() => log.push("called"));
    semaphore.release();
    yield* semaphore.acquire();
    yield* sleep(1);
    expect([log, semaphore.linkCount]).toEqual([[], 1]);
    semaphore.release();
    yield* sleep(1);
    expect(log).toEqual(["called"]);
  }),
);

it(
  "298 acquire with block: false never blocks: true while a permit is free, then false",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(2);
    spawn(() => log.push("other"));
    const got: boolean[] = [];
    for (let i = 0; i < 4; i++) got.push(yield* semaphore.acquire({ block: false }));
    expect([got, log]).toEqual([[true, true, false, false], []]);
    yield* sleep(0);
  }),
);

it(
  "299 under contention as many are admitted as permits are released",
  inHub(function* () {
    const semaphore = new Semaphore(7);
    let admitted = 0;
    const takers = Array.from({ length: 20 }, () =>
      spawn(function* () {
        if (yield* semaphore.acquire({ timeout: 100 })) admitted++;
      }),
    );
    yield* sleep(1);
    expect(admitted).toBe(7);
    for (let i = 0; i < 5; i++) semaphore.release();
    yield* joinAll(takers);
    expect([admitted, semaphore.counter]).toEqual([12, 0]);
  }),
);

it(
  "301 a Semaphore may be released more often than acquired; a BoundedSemaphore refuses, unchanged",
  inHub(function* () {
    const semaphore = new Semaphore(1);
    expect([semaphore.release(), semaphore.release()]).toEqual([2, 3]);
    const bounded = new BoundedSemaphore(2);
    yield* bounded.acquire();
    expect(bounded.release()).toBe(2);
    const error = thrownBy(() => bounded.release());
    expect(error).toBeInstanceOf(RangeError);
    expect(codeOf(error)).toBe("WEV_ERR_RANGE");
    expect(bounded.counter).toBe(2);
  }),
);

it(
  "302 two who lock and unlock in turn, and a third that leaves with the lock, end in LoopExit, not in a spin",
  withHub(async ({ hub }) => {
    const semaphore = new Semaphore(1);
    const ended: string[] = [];
    const result = hub.run(function* () {
      const pingPong = function* (name: string, rounds: number) {
        for (let i = 0; i < rounds; i++) {
          yield* semaphore.acquire();
          yield* sleep(0);
          semaphore.release();
          yield* sleep(0);
        }
        ended.push(name);
      };
      const first = spawn(pingPong, "first", 1000);
      const second = spawn(pingPong, "second", 3);
      const third = spawn(function* third() {
        yield* semaphore.acquire();
        ended.push("third");
      });
      yield* joinAll([first, second, third]);
    });
    const exit = await rejectionOf(result);
    expect(exit).toBeInstanceOf(LoopExit);
    expect(ended[0]).toBe("third");
    // The lock was taken along by one that has ended.
    const waiting = (exit as LoopExit).waiting.find(({ waitsFor }) => waitsFor === "Semaphore.acquire");
    expect(waiting?.heldBy).toBe("third");
    for (let i = 0; i < 2; i++) semaphore.release();
    await hub.join();
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
  "305 wait gives the counter once it is positive, without taking; 0 on timeout",
  inHub(function* ({ hub }) {
    const semaphore = new Semaphore(0);
    expect(yield* semaphore.wait(10)).toBe(0);
    expect(hub.now()).toBe(10);
    const waiters = [spawn(() => semaphore.wait()), spawn(() => semaphore.wait())];
    yield* sleep(0);
    semaphore.release();
    expect([yield* waiters[0]!, yield* waiters[1]!, semaphore.counter]).toEqual([1, 1, 1]);
    expect(yield* semaphore.wait()).toBe(1);
  }),
);

it(
  "305 one who waits lets the next one through that takes, in any order, and loses no permit",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(0);
    const waiter = function* (name: string) {
      yield* semaphore.wait();
      log.push(name);
    };
    const taker = function* (name: string) {
      yield* semaphore.acquire();
      log.push(name);
    };
    const all = [
      spawn(waiter, "waiter 1"),
      spawn(taker, "taker 1"),
      spawn(waiter, "waiter 2"),
      spawn(taker, "taker 2"),
    ];
    yield* sleep(0);
    semaphore.release();
    yield* sleep(1);
    expect(log).toEqual(["waiter 1", "taker 1"]);
    semaphore.release();
    yield* joinAll(all);
    expect(log.slice(2)).toEqual(["waiter 2", "taker 2"]);
    expect(semaphore.counter).toBe(0);
  }),
);

it(
  "307 an acquire that can succeed does not yield; acquire({ timeout: 0 }) yields once and gives false",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(1);
    spawn(() => log.push("other"));
    expect(yield* semaphore.acquire()).toBe(true);
    expect(log).toEqual([]);
    expect(yield* semaphore.acquire({ timeout: 0 })).toBe(false);
    expect(log).toEqual(["other"]);
  }),
);

it(
  "308 a waiter that is killed is passed over, and the permit goes to the next",
  inHub(function* () {
    const semaphore = new Semaphore(0);
    const [first, second] = [spawn(() => semaphore.acquire()), spawn(() => semaphore.acquire())];
    yield* sleep(0);
    yield* first.kill();
    semaphore.release();
    expect(yield* second).toBe(true);
    expect(semaphore.counter).toBe(0);
  }),
);

it(
  "71 with releases on every way out: a result, an error, a kill, a Timeout",
  inHub(function* () {
    const semaphore = new Semaphore(1);
    const error = new Error("broken");
    expect(yield* semaphore.with((a: number) => a + semaphore.counter, 5)).toBe(5);
    expect(semaphore.counter).toBe(1);
    const fail = () => {
      throw error;
    };
    expect(yield* thrownIn(semaphore.with(fail))).toBe(error);
    expect(semaphore.counter).toBe(1);
    const holder = spawn(() => semaphore.with(() => sleep(100)));
    const waiter = spawn(() => semaphore.with(() => sleep(100)));
    yield* sleep(1);
    expect(semaphore.counter).toBe(0);
    yield* waiter.kill();
    expect(semaphore.counter).toBe(0);
    yield* holder.kill();
    expect(semaphore.counter).toBe(1);
    const timeout = new Timeout(5);
    expect(yield* thrownIn(timeout.run(() => semaphore.with(() => sleep(100))))).toBe(timeout);
    expect(semaphore.counter).toBe(1);
  }),
);

it(
  "71 hold gives back at the end of the scope, once, also when the greenlet is killed in it",
  inHub(function* ({ hub }) {
    const semaphore = new Semaphore(1);
    const holder = spawn(function* () {
      using held = yield* semaphore.hold();
      yield* sleep(100);
      return held;
    });
    yield* sleep(1);
    expect(semaphore.counter).toBe(0);
    const late = yield* thrownIn(semaphore.hold(5));
    expect([codeOf(late), hub.now()]).toEqual(["WEV_ERR_TIMEOUT", 6]);
    yield* holder.kill();
    expect(semaphore.counter).toBe(1);
    const held = yield* semaphore.hold({ timeout: 5 });
    expect(semaphore.counter).toBe(0);
    held[Symbol.dispose]();
    held[Symbol.dispose]();
    expect(semaphore.counter).toBe(1);
  }),
);

it(
  "71 hold is awaited outside greenlets",
  withHub(async () => {
    const semaphore = new Semaphore(1);
    {
      using held = await semaphore.hold();
      expect([semaphore.counter, typeof held]).toEqual([0, "object"]);
    }
    expect(semaphore.counter).toBe(1);
    expect(await semaphore.with(() => semaphore.counter)).toBe(0);
    expect(semaphore.counter).toBe(1);
  }),
);

it(
  "70 a wait that is killed after it was served takes nothing from who comes behind",
  inHub(function* () {
    const semaphore = new Semaphore(0);
    const waiter = spawn(() => semaphore.wait());
    const taker = spawn(() => semaphore.acquire());
    yield* sleep(0);
    semaphore.release();
    waiter.kill();
    expect(yield* taker).toBe(true);
    yield* waiter.join();
  }),
);

it(
  "29 an outer Timeout that was armed wins over a longer timeout",
  inHub(function* () {
    const semaphore = new Semaphore(0);
    for (const blocking of [
      semaphore.acquire({ timeout: 50 }),
      semaphore.acquire({ timeout: new Timeout(50) }),
      semaphore.wait(50),
      semaphore.hold(50),
    ]) {
      const outer = Timeout.startNew(10);
      expect(yield* thrownIn(blocking)).toBe(outer);
    }
    semaphore.release();
    expect(semaphore.counter).toBe(1);
  }),
);

it(
  "acquire takes an AbortSignal, and one that was aborted takes no permit",
  inHub(function* () {
    const semaphore = new Semaphore(0);
    const controller = new AbortController();
    const { signal } = controller;
    const taker = spawn(() => thrownIn(semaphore.acquire({ signal })));
    yield* sleep(1);
    controller.abort("over");
    expect(yield* taker).toBe("over");
    semaphore.release();
    expect(yield* thrownIn(semaphore.acquire({ signal }))).toBe("over");
    expect(semaphore.counter).toBe(1);
  }),
);

it(
  "LoopExit and the tree name who holds a semaphore of one; of more they cannot tell",
  withHub(async ({ hub }) => {
    const [lock, many] = [new Semaphore(1), new Semaphore(2)];
    const result = hub.run(function* boss() {
      yield* lock.acquire();
      for (let i = 0; i < 2; i++) yield* many.acquire();
      spawn(function* one() {
        yield* lock.acquire();
      });
      spawn(function* other() {
        yield* many.acquire();
      });
      spawn(function* onlooker() {
        yield* lock.wait();
      });
      yield* many.acquire();
    });
    const { waiting } = (await rejectionOf(result)) as LoopExit;
    const heldBy = Object.fromEntries(waiting.map((entry) => [entry.name, entry.heldBy]));
    expect(heldBy).toEqual({ main: "boss", boss: null, one: "boss", other: null, onlooker: "boss" });
    expect(hub.tree().children[0]?.children.map((node) => node.heldBy)).toEqual(["boss", null, "boss"]);
    for (let i = 0; i < 2; i++) {
      lock.release();
      many.release();
    }
    await hub.join();
  }),
);

it(
  "a semaphore that was released has no holder, and the next who takes it is that",
  inHub(function* ({ hub }) {
    const lock = new Semaphore(1);
    const heldBy = () => hub.tree().children[0]?.children.map((node) => node.heldBy);
    yield* lock.acquire();
    lock.release();
    const next = spawn(function* next() {
      yield* lock.acquire();
      yield* sleep(10);
      lock.release();
    });
    const last = spawn(function* last() {
      yield* lock.acquire();
    });
    yield* sleep(1);
    expect(heldBy()).toEqual([null, "next"]);
    yield* joinAll([next, last]);
    const patient = spawn(() => lock.acquire());
    yield* sleep(1);
    expect(heldBy()).toEqual(["last"]);
    // Nobody has it until the one that is woken takes it.
    lock.release();
    expect(heldBy()).toEqual([null]);
    yield* patient;
  }),
);

it(
  "DummySemaphore never blocks and is always free",
  inHub(function* ({ log }) {
    const dummy = new DummySemaphore();
    spawn(() => log.push("other"));
    for (let i = 0; i < 3; i++) expect(yield* dummy.acquire()).toBe(true);
    expect([dummy.locked(), dummy.ready(), dummy.counter, dummy.release()]).toEqual([false, true, 1, 1]);
    expect(yield* dummy.wait()).toBe(1);
    expect(yield* dummy.with(() => "inside")).toBe("inside");
    expect(log).toEqual([]);
    expect(yield* wait([dummy])).toEqual([dummy]);
  }),
);
