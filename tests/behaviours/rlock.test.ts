// behaviours.md, "RLock"; Condition and Barrier are in condition.test.ts and barrier.test.ts.
import { expect, it } from "vitest";
import { joinAll, type LoopExit, sleep, spawn, Timeout } from "wevent";
import { LockError, RLock, Semaphore } from "wevent/lock";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

it(
  "310 its owner acquires again without blocking, and it is free after as many releases",
  inHub(function* ({ log }) {
    const lock = new RLock();
    spawn(() => log.push("other"));
    for (let i = 0; i < 3; i++) expect(yield* lock.acquire()).toBe(true);
    expect([lock.count, lock.locked(), log]).toEqual([3, true, []]);
    const waiter = spawn(() => lock.with(() => log.push("waiter")));
    yield* sleep(0);
    lock.release();
    lock.release();
    yield* sleep(1);
    expect(log).toEqual(["other"]);
    lock.release();
    yield* waiter;
    expect([log, lock.locked(), lock.count]).toEqual([["other", "waiter"], false, 0]);
  }),
);

it(
  "311 releasing one that is free, or another's, is a LockError and changes nothing",
  inHub(function* () {
    const lock = new RLock();
    const free = thrownBy(() => lock.release());
    expect(free).toBeInstanceOf(LockError);
    expect(free).toMatchObject({ code: "WEV_ERR_LOCK", heldBy: null });
    yield* lock.acquire();
    const thief = spawn(function* thief() {
      yield* sleep(0);
      lock.release();
    });
    const error = yield* thrownIn(thief);
    expect(codeOf(error)).toBe("WEV_ERR_LOCK");
    expect((error as LockError).heldBy).not.toBeNull();
    expect([lock.count, lock.isOwned()]).toEqual([1, true]);
  }),
);

it(
  "313 each greenlet sees whether it is the owner",
  inHub(function* () {
    const lock = new RLock();
    yield* lock.acquire();
    expect(lock.isOwned()).toBe(true);
    expect(yield* spawn(() => lock.isOwned())).toBe(false);
    lock.release();
    expect(lock.isOwned()).toBe(false);
  }),
);

it(
  "314 five who wait all get through after one release each, in the order they came",
  inHub(function* ({ log }) {
    const lock = new RLock();
    yield* lock.acquire();
    const waiters = Array.from({ length: 5 }, (_, i) =>
      spawn(function* () {
        yield* lock.acquire();
        log.push(`${i}`);
        yield* sleep(1);
        lock.release();
      }),
    );
    yield* sleep(1);
    expect(log).toEqual([]);
    lock.release();
    yield* joinAll(waiters);
    expect([log, lock.locked()]).toEqual([["0", "1", "2", "3", "4"], false]);
  }),
);

it(
  "316 a plain lock may be released by another greenlet, and blocks its holder the second time",
  inHub(function* () {
    const lock = new Semaphore(1);
    yield* lock.acquire();
    expect(yield* lock.acquire({ timeout: 5 })).toBe(false);
    yield* spawn(() => lock.release());
    expect(lock.counter).toBe(1);
  }),
);

it(
  "main counts as one owner, though each of its awaits is a call of its own",
  withHub(async ({ hub }) => {
    const lock = new RLock();
    await lock.acquire();
    await lock.acquire();
    expect([lock.count, lock.isOwned()]).toEqual([2, true]);
    expect(codeOf(await rejectionOf(hub.run(() => lock.release())))).toBe("WEV_ERR_LOCK");
    lock.release();
    lock.release();
    {
      using held = await lock.hold();
      expect([lock.count, typeof held]).toEqual([1, "object"]);
    }
    expect(lock.locked()).toBe(false);
  }),
);

it(
  "71 with and hold release on every way out",
  inHub(function* () {
    const lock = new RLock();
    const holder = spawn(() => lock.with(() => lock.with(() => sleep(100))));
    yield* sleep(1);
    expect(lock.count).toBe(2);
    yield* holder.kill();
    expect(lock.locked()).toBe(false);
    expect(codeOf(yield* thrownIn(spawn(() => lock.with(() => lock.release()))))).toBe("WEV_ERR_LOCK");
    expect(lock.locked()).toBe(false);
  }),
);

it(
  "29 an outer Timeout that was armed wins; one that waits and is killed leaves the line",
  inHub(function* () {
    const lock = new RLock();
    const holder = spawn(() => lock.with(() => sleep(20)));
    yield* sleep(1);
    const outer = Timeout.startNew(5);
    expect(yield* thrownIn(lock.acquire({ timeout: 50 }))).toBe(outer);
    expect(yield* lock.acquire({ timeout: 5 })).toBe(false);
    expect(yield* lock.acquire({ block: false })).toBe(false);
    const waiter = spawn(() => lock.acquire());
    yield* sleep(1);
    yield* waiter.kill();
    yield* holder;
    expect(lock.locked()).toBe(false);
  }),
);

it(
  "LoopExit and the tree name the owners of two locks that wait for each other",
  withHub(
    async ({ hub }) => {
      const [a, b] = [new RLock(), new RLock()];
      const grab = function* (mine: RLock, other: RLock) {
        yield* mine.acquire();
        yield* sleep(1);
        yield* other.acquire();
      };
      const both = hub.run(function* boss() {
        const first = spawn(grab, a, b);
        const second = spawn(grab, b, a);
        first.name = "first";
        second.name = "second";
        yield* first;
      });
      const { waiting, message } = (await rejectionOf(both)) as LoopExit;
      const heldBy = Object.fromEntries(waiting.map((entry) => [entry.name, entry.heldBy]));
      expect(heldBy).toEqual({ main: "boss", boss: "first", first: "second", second: "first" });
      expect(message).toContain("second waits for RLock.acquire, held by first");
      expect(hub.tree().children[0]?.children.map((node) => node.heldBy)).toEqual(["second", "first"]);
    },
    { leaves: "the two wait for each other" },
  ),
);

it(
  "LoopExit.waiting tells a greenlet that died with the lock",
  withHub(
    async ({ hub }) => {
      const lock = new RLock();
      const result = hub.run(function* boss() {
        yield* spawn(function* forgetful() {
          yield* lock.acquire();
        });
        yield* lock.acquire();
      });
      const { waiting } = (await rejectionOf(result)) as LoopExit;
      expect(waiting.find(({ name }) => name === "boss")).toMatchObject({
        waitsFor: "RLock.acquire",
        heldBy: "forgetful",
      });
    },
    { leaves: "nobody can release it" },
  ),
);
