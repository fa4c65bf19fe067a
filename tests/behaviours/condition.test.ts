// Condition: what gevent patches into Python's threading, behaviours.md 317.
import { expect, it } from "vitest";
import { Hub, joinAll, sleep, spawn, Timeout } from "wevent";
import { Condition, LockError, RLock, Semaphore } from "wevent/lock";
import { codeOf, inHub, thrownBy, thrownIn } from "../lib/hub.ts";

it(
  "317 wait, notify and notifyAll without the lock are a LockError",
  inHub(function* () {
    for (const condition of [new Condition(), new Condition(new Semaphore(1))]) {
      for (const error of [
        yield* thrownIn(condition.wait()),
        thrownBy(() => condition.notify()),
        thrownBy(() => condition.notifyAll()),
      ]) {
        expect(error).toBeInstanceOf(LockError);
        expect(codeOf(error)).toBe("WEV_ERR_LOCK");
      }
    }
  }),
);

it(
  "317 one wait may be made several times, and a listing names it",
  inHub(function* ({ hub }) {
    const condition = new Condition();
    const waiting = condition.wait();
    const waiters = [1, 2].map(() => spawn(() => condition.with(() => waiting)));
    yield* sleep(1);
    const calls = hub.tree().children[0]!.children.map((node) => node.waitsFor);
    expect(calls).toEqual(["Condition.wait", "Condition.wait"]);
    yield* condition.with(() => condition.notifyAll());
    yield* joinAll(waiters);
    expect(waiters.map((waiter) => waiter.value)).toEqual([true, true]);
  }),
);

it(
  "317 notify lets as many go on as it is told, the oldest first, and notifyAll the rest",
  inHub(function* ({ log }) {
    const condition = new Condition();
    const waiters = ["a", "b", "c", "d"].map((name) =>
      spawn(() =>
        condition.with(function* () {
          yield* condition.wait();
          log.push(name);
        }),
      ),
    );
    yield* sleep(1);
    expect(log).toEqual([]);
    yield* condition.with(() => condition.notify(2));
    yield* sleep(1);
    expect(log).toEqual(["a", "b"]);
    yield* condition.with(() => condition.notifyAll());
    yield* joinAll(waiters);
    expect(log).toEqual(["a", "b", "c", "d"]);
  }),
);

it(
  "317 a notification that nobody waits for is none for who comes later",
  inHub(function* ({ hub }) {
    const condition = new Condition();
    yield* condition.with(() => condition.notify(5));
    expect(yield* condition.with(() => condition.wait(10))).toBe(false);
    expect(hub.now()).toBe(10);
  }),
);

it(
  "317 wait gives the lock back however often it was acquired, and has it as often afterwards",
  inHub(function* () {
    const lock = new RLock();
    const condition = new Condition(lock);
    const waiter = spawn(function* () {
      yield* lock.acquire();
      yield* lock.acquire();
      yield* condition.wait();
      const { count } = lock;
      lock.release();
      lock.release();
      return count;
    });
    yield* sleep(1);
    expect(lock.locked()).toBe(false);
    yield* condition.with(() => condition.notify());
    expect(yield* waiter).toBe(2);
    expect(lock.locked()).toBe(false);
  }),
);

it(
  "317 one killed as it is notified has the lock while it cleans up, and the notification goes to the next",
  inHub(function* ({ log }) {
    const condition = new Condition();
    const waiter = (name: string) =>
      spawn(() =>
        condition.with(function* () {
          try {
            if (yield* condition.wait()) log.push(`${name} notified`);
          } finally {
            // Only who holds the lock may.
            condition.notify(0);
            log.push(`${name} cleaned up`);
          }
        }),
      );
    const [first, second] = [waiter("first"), waiter("second")];
    yield* sleep(1);
    yield* condition.with(() => {
      first.kill();
      condition.notify();
    });
    yield* joinAll([first, second]);
    expect(log).toEqual(["first cleaned up", "second notified", "second cleaned up"]);
    expect(yield* condition.acquire({ block: false })).toBe(true);
  }),
);

it(
  "317 one killed again while it waits for the lock still gets that before it goes on",
  inHub(function* ({ log }) {
    const lock = new RLock();
    const condition = new Condition(lock);
    const waiter = spawn(() =>
      lock.with(() =>
        condition.with(function* () {
          try {
            yield* condition.wait();
          } finally {
            log.push(`${lock.isOwned()} ${lock.count}`);
          }
        }),
      ),
    );
    yield* sleep(1);
    yield* lock.acquire();
    for (let i = 0; i < 3; i++) {
      waiter.kill();
      yield* sleep(1);
    }
    expect([log, waiter.dead]).toEqual([[], false]);
    lock.release();
    yield* waiter.join();
    expect([log, waiter.successful(), lock.locked()]).toEqual([["true 2"], true, false]);
  }),
);

it("317 one that waits for the lock when the hub is destroyed lets go", async () => {
  const reports: unknown[] = [];
  const hub = new Hub({ clock: "virtual", onError: (report) => reports.push(report) });
  const condition = new Condition();
  const waiter = await hub.run(function* () {
    const made = spawn(() => condition.with(() => condition.wait()));
    yield* sleep(1);
    spawn(function* () {
      yield* condition.acquire();
    });
    yield* sleep(1);
    return [made];
  });
  hub.destroy();
  expect(waiter[0]!.dead).toBe(true);
});

it(
  "317 waitFor asks its predicate at each notification, and gives false when the time passes first",
  inHub(function* ({ hub }) {
    const condition = new Condition();
    let ready = 0;
    const waiter = spawn(() => condition.with(() => condition.waitFor(() => ready === 2)));
    const late = spawn(() => condition.with(() => condition.waitFor(() => ready === 9, 10)));
    for (ready = 1; ready <= 2; ready++) {
      yield* sleep(1);
      yield* condition.with(() => condition.notifyAll());
      yield* sleep(0);
    }
    expect(yield* waiter).toBe(true);
    expect(yield* late).toBe(false);
    expect(hub.now()).toBe(10);
  }),
);

it(
  "29 an outer Timeout that was armed wins over a longer timeout of wait and waitFor",
  inHub(function* () {
    const condition = new Condition();
    for (const make of [() => condition.wait(50), () => condition.waitFor(() => false, 50)]) {
      yield* condition.acquire();
      const outer = Timeout.startNew(10);
      expect(yield* thrownIn(make())).toBe(outer);
      condition.release();
    }
  }),
);
