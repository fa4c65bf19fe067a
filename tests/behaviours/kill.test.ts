// behaviours.md, "kill, killall, GreenletExit".
import { expect, it } from "vitest";
import {
  Event,
  Greenlet,
  GreenletExit,
  getCurrent,
  joinAll,
  kill,
  killAll,
  Queue,
  sleep,
  spawn,
  Timeout,
  wait,
} from "wevent";
import { KillValueError } from "wevent/hub";
import { Semaphore } from "wevent/lock";
import { Pool } from "wevent/pool";
import { inHub, thrownIn } from "../lib/hub.ts";

/** Catches what kills it and sleeps on. */
function* resist(ms: number) {
  try {
    yield* sleep(1000);
  } catch {
    yield* sleep(ms);
  }
  return "survived";
}

const killed = (greenlet: Greenlet<never> | Greenlet<unknown>) => {
  expect(greenlet.dead).toBe(true);
  expect(greenlet.successful()).toBe(true);
  expect(greenlet.value).toBeInstanceOf(GreenletExit);
  expect(greenlet.error).toBe(undefined);
};

it(
  "49 killed with another error it is unsuccessful, whether or not it had started",
  inHub(function* () {
    for (const isStarted of [false, true]) {
      const error = new Error("stop");
      const greenlet: Greenlet = spawn(() => sleep(100));
      if (isStarted) yield* sleep(1);
      yield* greenlet.kill(error);
      expect(greenlet.successful()).toBe(false);
      expect(greenlet.value).toBe(undefined);
      expect(greenlet.error).toBe(error);
      expect(yield* thrownIn(greenlet)).toBe(error);
    }
  }),
);

it(
  "49 killed with a class of errors it fails with an instance of it",
  inHub(function* () {
    class Stop extends Error {}
    const greenlet = spawn(() => sleep(100));
    yield* greenlet.kill(Stop);
    expect(greenlet.error).toBeInstanceOf(Stop);
  }),
);

it(
  "50 a blocking kill gives back only after the target's handlers have run",
  inHub(function* ({ log }) {
    const greenlet = spawn(function* () {
      log.push("start");
      try {
        yield* sleep(100);
      } catch (error) {
        expect(error).toBeInstanceOf(GreenletExit);
        log.push("except");
        yield* sleep(1);
      } finally {
        yield* sleep(1);
        log.push("finished");
      }
    });
    yield* sleep(1);
    yield* greenlet.kill();
    expect(log).toEqual(["start", "except", "finished"]);
  }),
);

it(
  "52 what its finally throws instead becomes its error",
  inHub(function* () {
    const error = new Error("in finally");
    const greenlet = spawn(function* () {
      try {
        yield* sleep(100);
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what this test is about.
        throw error;
      }
    });
    yield* sleep(1);
    yield* greenlet.kill();
    expect(greenlet.error).toBe(error);
  }),
);

it(
  "53 killed before it was ever started it never runs, is a success, and its links are called",
  inHub(function* ({ log }) {
    const greenlet = new Greenlet(() => log.push("ran"));
    greenlet.rawlink(() => log.push("rawlink"));
    greenlet.link(() => log.push("link"));
    greenlet.kill();
    killed(greenlet);
    greenlet.start();
    yield* sleep(1);
    expect(log).toEqual(["rawlink", "link"]);
  }),
);

it(
  "55 kill of one that has not run takes effect at once, and its links follow in a later step",
  inHub(function* ({ log }) {
    spawn(() => log.push("other"));
    for (const block of [true, false]) {
      const greenlet = spawn(() => log.push("ran"));
      greenlet.rawlink(() => log.push("link"));
      const death = greenlet.kill(undefined, { block });
      killed(greenlet as Greenlet<unknown>);
      yield* death;
      expect(log).toEqual([]);
    }
    yield* sleep(1);
    expect(log).toEqual(["other", "link", "link"]);
  }),
);

it(
  "56 kill(g), g.kill() and g.throw(GreenletExit) all keep one that has not run from running",
  inHub(function* ({ log }) {
    const ways: ((greenlet: Greenlet) => unknown)[] = [
      (greenlet) => kill(greenlet),
      (greenlet) => greenlet.kill(undefined, { block: false }),
      (greenlet) => greenlet.throw(new GreenletExit()),
      (greenlet) => greenlet.throw(GreenletExit),
    ];
    for (const way of ways) {
      const greenlets = [spawn(() => log.push("ran")), spawn(() => log.push("ran"))] as Greenlet[];
      greenlets.forEach(way);
      greenlets.forEach(killed);
      yield* sleep(1);
      greenlets.forEach(killed);
    }
    expect(log).toEqual([]);
  }),
);

it(
  "58 a second kill changes nothing",
  inHub(function* () {
    const greenlet = spawn(() => sleep(100));
    yield* sleep(1);
    yield* greenlet.kill();
    const { value } = greenlet;
    yield* greenlet.kill();
    yield* greenlet.kill(new Error("late"));
    killed(greenlet as Greenlet<unknown>);
    expect(greenlet.value).toBe(value);
  }),
);

it(
  "58 two kills before it runs again: the second strikes in the handler of the first",
  inHub(function* ({ log }) {
    const greenlet = spawn(function* () {
      try {
        yield* sleep(100);
      } catch {
        log.push("first");
        yield* sleep(100);
      } finally {
        log.push("finally");
      }
    });
    yield* sleep(1);
    greenlet.kill();
    yield* greenlet.kill();
    killed(greenlet as Greenlet<unknown>);
    expect(log).toEqual(["first", "finally"]);
  }),
);

it(
  "59 kill of one that has ended gives back at once and changes nothing",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => 5);
    yield* greenlet.join();
    spawn(() => log.push("other"));
    yield* greenlet.kill(new Error("late"));
    expect(log).toEqual([]);
    expect(greenlet.value).toBe(5);
    expect(greenlet.successful()).toBe(true);
    yield* sleep(0);
  }),
);

it(
  "61 an unstarted greenlet killed with 42 is dead, and failed with an error that wraps it",
  inHub(function* ({ log }) {
    const greenlet = new Greenlet(() => log.push("ran"));
    greenlet.kill(42 as never);
    expect(greenlet.dead).toBe(true);
    expect(greenlet.successful()).toBe(false);
    expect(greenlet.error).toBeInstanceOf(KillValueError);
    expect((greenlet.error as KillValueError).value).toBe(42);
    yield* sleep(1);
    expect(log).toEqual([]);
  }),
);

it(
  "62 a running greenlet is not killed with 42: that is reported, and the kill waits for its end",
  inHub(function* ({ hub, takeReports }) {
    const greenlet = spawn(function* () {
      yield* sleep(10);
      return "natural";
    });
    yield* sleep(1);
    yield* greenlet.kill(42 as never);
    expect(hub.now()).toBe(10);
    expect(greenlet.value).toBe("natural");
    const [report, ...more] = takeReports();
    expect(report?.error).toBeInstanceOf(KillValueError);
    expect(report?.context).toBe(greenlet);
    expect(more).toEqual([]);
  }),
);

it(
  "64 kill with a timeout on one that refuses gives undefined after it, the target alive",
  inHub(function* ({ hub }) {
    const greenlet = spawn(resist, 100);
    yield* sleep(1);
    expect(yield* greenlet.kill(undefined, { timeout: 10 })).toBe(undefined);
    expect(hub.now()).toBe(11);
    expect(greenlet.dead).toBe(false);
    yield* greenlet.join();
  }),
);

it(
  "65 kill without a timeout on one that goes on sleeping waits until it ends of itself",
  inHub(function* ({ hub }) {
    const greenlet = spawn(resist, 100);
    yield* sleep(1);
    yield* greenlet.kill();
    expect(hub.now()).toBe(101);
    expect(greenlet.value).toBe("survived");
  }),
);

it(
  "67 a kill is behind wakes that are queued: one in sleep(0) goes on to its next blocking call",
  inHub(function* ({ log }) {
    const greenlet = spawn(function* () {
      yield* sleep(0);
      log.push("resumed");
      yield* sleep(100);
      log.push("not here");
    });
    yield* sleep(0);
    yield* greenlet.kill();
    killed(greenlet as Greenlet<unknown>);
    expect(log).toEqual(["resumed"]);
  }),
);

it(
  "67 a kill is lost on one that ends before it comes, and its value stands",
  inHub(function* () {
    const greenlet = spawn(function* () {
      yield* sleep(0);
      return "natural";
    });
    yield* sleep(0);
    yield* greenlet.kill();
    expect(greenlet.value).toBe("natural");
  }),
);

it(
  "68 a greenlet that kills itself, blocking: thrown at the kill",
  inHub(function* ({ log }) {
    const greenlet = spawn(function* () {
      yield* (getCurrent() as Greenlet).kill();
      log.push("not here");
    });
    yield* greenlet.join();
    killed(greenlet as Greenlet<unknown>);
    expect(log).toEqual([]);
  }),
);

it(
  "68 a greenlet that kills itself without blocking goes on to its next blocking call",
  inHub(function* ({ log }) {
    const greenlet = spawn(function* () {
      kill(getCurrent() as Greenlet);
      log.push("goes on");
      yield* sleep(1);
      log.push("not here");
    });
    yield* greenlet.join();
    killed(greenlet as Greenlet<unknown>);
    expect(log).toEqual(["goes on"]);
  }),
);

it(
  "68 a greenlet that kills itself and returns before it blocks has its value",
  inHub(function* () {
    const greenlet = spawn(() => {
      kill(getCurrent() as Greenlet);
      return 5;
    });
    yield* greenlet.join();
    expect(greenlet.value).toBe(5);
  }),
);

it(
  "70 one killed in Event.wait, Semaphore.acquire, Queue.get or Pool.spawn leaves the line; nothing is lost",
  inHub(function* () {
    const event = new Event();
    const semaphore = new Semaphore(0);
    const queue = new Queue<number>();
    const pool = new Pool(1);
    const occupant = yield* pool.spawn(() => sleep(100));
    const waiting = [
      spawn(() => event.wait()),
      spawn(() => semaphore.acquire()),
      spawn(() => queue.get()),
      spawn(() => pool.spawn(() => 1)),
    ];
    yield* sleep(1);
    yield* killAll(waiting as Greenlet[]);
    waiting.map((greenlet) => killed(greenlet as Greenlet<unknown>));
    semaphore.release();
    queue.putNowait(5);
    yield* sleep(0);
    expect(queue.getNowait()).toBe(5);
    expect(semaphore.counter).toBe(1);
    expect(pool.size).toBe(1);
    yield* occupant.kill();
    yield* sleep(0);
    expect(pool.freeCount()).toBe(1);
    expect(event.linkCount).toBe(0);
  }),
);

it(
  "70 a waiter killed after it was woken passes the permit on",
  inHub(function* ({ log }) {
    const semaphore = new Semaphore(0);
    const taker = function* (name: string) {
      yield* semaphore.acquire();
      log.push(name);
    };
    const first = spawn(taker, "first");
    spawn(taker, "second");
    yield* sleep(1);
    first.kill();
    semaphore.release();
    yield* sleep(1);
    expect(log).toEqual(["second"]);
    semaphore.release();
    yield* sleep(1);
    expect(semaphore.counter).toBe(1);
  }),
);

it(
  "71 one killed while it holds a semaphore gives it back",
  inHub(function* () {
    const semaphore = new Semaphore(1);
    const holder = spawn(function* () {
      yield* semaphore.acquire();
      try {
        yield* sleep(100);
      } finally {
        semaphore.release();
      }
    });
    yield* sleep(1);
    expect(semaphore.counter).toBe(0);
    yield* holder.kill();
    expect(semaphore.counter).toBe(1);
  }),
);

it(
  "73 GreenletExit, or a subclass, thrown by the function itself is a success and not reported",
  inHub(function* ({ reports }) {
    class Exit extends GreenletExit {}
    for (const exit of [new GreenletExit(), new Exit()]) {
      const greenlet = spawn(() => {
        throw exit;
      });
      expect(yield* greenlet).toBe(exit);
      expect(greenlet.successful()).toBe(true);
      expect(greenlet.value).toBe(exit);
    }
    expect(yield* reports()).toEqual([]);
  }),
);

it(
  "74 any other error given to kill is reported like an unhandled one",
  inHub(function* ({ reports }) {
    const error = new Error("stop");
    const greenlet = spawn(() => sleep(100));
    yield* sleep(1);
    yield* greenlet.kill(error);
    expect((yield* reports()).map((report) => report.error)).toEqual([error]);
  }),
);

it(
  "76 killAll kills in the order given and gives undefined when all are dead",
  inHub(function* ({ log }) {
    const body = function* (name: string) {
      try {
        yield* sleep(100);
      } finally {
        log.push(name);
      }
    };
    const greenlets = ["a", "b", "c"].map((name) => spawn(body, name));
    yield* sleep(1);
    spawn(() => log.push("queued before"));
    const death = killAll([greenlets[2]!, greenlets[0]!, greenlets[1]!]);
    spawn(() => log.push("queued after"));
    expect(yield* death).toBe(undefined);
    expect(log).toEqual(["queued before", "c", "a", "b", "queued after"]);
    expect(greenlets.every((greenlet) => greenlet.dead)).toBe(true);
  }),
);

it(
  "77 killAll takes a set, a generator and an empty list",
  inHub(function* () {
    const make = () => spawn(() => sleep(100)) as Greenlet;
    const set = new Set([make(), make()]);
    const made: Greenlet[] = [];
    yield* sleep(1);
    yield* killAll(set);
    yield* killAll(
      (function* () {
        for (let i = 0; i < 3; i++) {
          made.push(make());
          yield made[i]!;
        }
      })(),
    );
    yield* killAll([]);
    for (const greenlet of [...set, ...made]) killed(greenlet);
  }),
);

it(
  "79 killAll with a timeout throws Timeout when started ones resist longer, and leaves them alive",
  inHub(function* ({ hub }) {
    const greenlets = [spawn(resist, 100), spawn(resist, 100), spawn(() => sleep(50))] as Greenlet[];
    yield* sleep(1);
    expect(yield* thrownIn(killAll(greenlets, undefined, { timeout: 10 }))).toBeInstanceOf(Timeout);
    expect(hub.now()).toBe(11);
    expect(greenlets.map((greenlet) => greenlet.dead)).toEqual([false, false, true]);
    yield* joinAll(greenlets);
  }),
);

it(
  "79 killAll with a Timeout object throws that one",
  inHub(function* () {
    const timeout = new Timeout(10);
    const greenlet = spawn(resist, 100) as Greenlet;
    yield* sleep(1);
    expect(yield* thrownIn(killAll([greenlet], undefined, { timeout }))).toBe(timeout);
    yield* greenlet.join();
  }),
);

it(
  "79 killAll with block false gives back at once",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => sleep(100)) as Greenlet;
    yield* sleep(1);
    spawn(() => log.push("other"));
    yield* killAll([greenlet], undefined, { block: false });
    expect(log).toEqual([]);
    expect(greenlet.dead).toBe(false);
    yield* greenlet.join();
    killed(greenlet);
  }),
);

it(
  "kill of one that waits for a promise releases it at once, and the late outcome is ignored",
  inHub(function* ({ hub, log, reports }) {
    for (const isError of [false, true]) {
      let settle = () => {};
      const promise = new Promise<string>((resolve, reject) => {
        settle = () => (isError ? reject(new Error("late")) : resolve("late"));
      });
      const greenlet = spawn(function* () {
        try {
          log.push(yield* wait(promise));
        } catch (error) {
          log.push((error as Error).name);
        }
        yield* sleep(5);
        return "went on";
      });
      yield* sleep(0);
      expect(hub.stats().completions).toBe(1);
      greenlet.kill();
      yield* sleep(0);
      expect(hub.stats().completions).toBe(0);
      settle();
      expect(yield* greenlet).toBe("went on");
    }
    expect(log).toEqual(["GreenletExit", "GreenletExit"]);
    expect(yield* reports()).toEqual([]);
  }),
);
