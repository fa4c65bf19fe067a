// behaviours.md, "AsyncResult".
import { expect, it } from "vitest";
import {
  AsyncResult,
  type Greenlet,
  joinAll,
  LoopExit,
  sleep,
  spawn,
  Timeout,
  wait,
  withTimeout,
} from "wevent";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

it(
  "184 one that is new has no value, no error, and is not ready",
  inHub(function* () {
    const result = new AsyncResult<number>();
    expect([result.value, result.error, result.ready(), result.successful()]).toEqual([
      undefined,
      undefined,
      false,
      false,
    ]);
    yield* sleep(0);
  }),
);

it(
  "185 setError releases a get that waits, which throws that very object within one sleep(0)",
  inHub(function* () {
    const result = new AsyncResult<number>();
    const error = new Error("broken");
    const reader = spawn(() => thrownIn(result.get()));
    yield* sleep(0);
    result.setError(error);
    yield* sleep(0);
    expect(reader.value).toBe(error);
    expect([result.ready(), result.successful(), result.error]).toEqual([true, false, error]);
    expect(yield* thrownIn(result.get())).toBe(error);
  }),
);

it(
  "187 withTimeout round a get gives its value when nobody sets it",
  inHub(function* ({ hub }) {
    const result = new AsyncResult<number>();
    expect(yield* withTimeout(10, () => result.get(), { timeoutValue: "late" })).toBe("late");
    expect(hub.now()).toBe(10);
  }),
);

it(
  "188 get with block: false, and getNowait, throw Timeout while nothing is set",
  inHub(function* ({ hub }) {
    const result = new AsyncResult<number>();
    for (const error of [
      yield* thrownIn(result.get({ block: false })),
      thrownBy(() => result.getNowait()),
      yield* thrownIn(result.get({ timeout: 5 })),
    ]) {
      expect(error).toBeInstanceOf(Timeout);
      expect(codeOf(error)).toBe("WEV_ERR_TIMEOUT");
    }
    expect(hub.now()).toBe(5);
    result.set(7);
    expect([yield* result.get({ block: false }), result.getNowait()]).toEqual([7, 7]);
  }),
);

it(
  "190 wait of one that nobody sets returns after the timeout, and leaves no link",
  inHub(function* ({ hub }) {
    const result = new AsyncResult<number>();
    expect(yield* wait([result], { timeout: 10 })).toEqual([]);
    expect([hub.now(), result.linkCount]).toEqual([10, 0]);
    spawn(() => result.set(1));
    expect(yield* wait([result])).toEqual([result]);
  }),
);

it(
  "191 as a link it takes the value or the error of the greenlet; linkValue and linkError filter",
  inHub(function* ({ reports }) {
    const error = new Error("broken");
    const good = spawn(() => 5);
    const bad: Greenlet = spawn(() => {
      throw error;
    });
    const results = Array.from({ length: 6 }, () => new AsyncResult());
    good.link(results[0]!);
    good.linkValue(results[1]!);
    good.linkError(results[2]!);
    bad.link(results[3]!);
    bad.linkValue(results[4]!);
    bad.linkError(results[5]!);
    expect(yield* results[0]!.get()).toBe(5);
    expect(yield* thrownIn(results[3]!.get())).toBe(error);
    yield* sleep(1);
    expect(results.map((result) => result.value ?? result.error)).toEqual([
      5,
      5,
      undefined,
      error,
      undefined,
      error,
    ]);
    expect(yield* reports()).toEqual([]);
  }),
);

it(
  "193 set without an argument is undefined, ready and successful",
  inHub(function* () {
    const result = new AsyncResult<void>();
    result.set();
    expect([result.ready(), result.successful()]).toEqual([true, true]);
    expect(yield* result.get()).toBe(undefined);
  }),
);

it(
  "194 set again replaces the value, and of a value and an error the last one set stands",
  inHub(function* () {
    const error = new Error("broken");
    const result = new AsyncResult<number>();
    result.set(1);
    result.set(2);
    expect(yield* result.get()).toBe(2);
    result.setError(error);
    expect(yield* thrownIn(result.get())).toBe(error);
    expect([result.value, result.error, result.successful()]).toEqual([undefined, error, false]);
    result.set(3);
    expect(yield* result.get()).toBe(3);
    expect([result.value, result.error, result.successful()]).toEqual([3, undefined, true]);
  }),
);

it(
  "all who wait are released in the order they came; wait gives the value, or undefined",
  inHub(function* ({ log }) {
    const result = new AsyncResult<number>();
    const readers = ["a", "b"].map((name) =>
      spawn(function* () {
        log.push(`${name} ${yield* result.get()}`);
      }),
    );
    const waiter = spawn(() => result.wait());
    expect(yield* result.wait(5)).toBe(undefined);
    result.set(5);
    expect(log).toEqual([]);
    yield* joinAll(readers);
    expect(log).toEqual(["a 5", "b 5"]);
    expect(yield* waiter).toBe(5);
    expect(yield* result.wait()).toBe(5);
    result.setError(new Error("broken"));
    expect(yield* result.wait()).toBe(undefined);
  }),
);

it(
  "94 a rawlink that unlinks a later one prevents it; each is called once",
  inHub(function* ({ log }) {
    const result = new AsyncResult<number>();
    const later = () => void log.push("later");
    result.rawlink((source) => {
      log.push(`first ${source.value}`);
      result.unlink(later);
    });
    result.rawlink(later);
    result.rawlink(() => log.push("last"));
    expect(result.linkCount).toBe(3);
    result.set(1);
    result.set(2);
    yield* sleep(1);
    expect(log).toEqual(["first 2", "last"]);
    result.rawlink(() => log.push("at once"));
    yield* sleep(1);
    expect([log.at(-1), result.linkCount]).toEqual(["at once", 0]);
  }),
);

it(
  "29 an outer Timeout that was armed wins over a longer timeout of get and wait",
  inHub(function* () {
    const result = new AsyncResult<number>();
    for (const blocking of [
      result.get({ timeout: 50 }),
      result.wait(50),
      result.get({ timeout: new Timeout(50) }),
      result.wait(new Timeout(50)),
    ]) {
      const outer = Timeout.startNew(10);
      expect(yield* thrownIn(blocking)).toBe(outer);
    }
  }),
);

it(
  "70 one killed while it waits leaves, and the others get the value",
  inHub(function* () {
    const result = new AsyncResult<number>();
    const [killed, other] = [spawn(() => result.get()), spawn(() => result.get())];
    yield* sleep(1);
    result.set(5);
    killed.kill();
    expect(yield* other).toBe(5);
    yield* killed.join();
  }),
);

it(
  "get takes an AbortSignal",
  inHub(function* () {
    const result = new AsyncResult<number>();
    const controller = new AbortController();
    const reader = spawn(() => thrownIn(result.get({ signal: controller.signal })));
    yield* sleep(1);
    controller.abort("over");
    expect(yield* reader).toBe("over");
  }),
);

it(
  "it is not thenable; outside greenlets get and promise are awaited",
  withHub(async ({ hub }) => {
    const result = new AsyncResult<number>();
    expect(await Promise.resolve(result)).toBe(result);
    await hub.run(() => sleep(1));
    const got = [hub.run(() => result.get()), result.promise(), result.get()];
    result.set(5);
    expect(await Promise.all(got)).toEqual([5, 5, 5]);
  }),
);

it(
  "waiting forever is LoopExit in main",
  withHub(async ({ hub }) => {
    const result = new AsyncResult<number>();
    expect(await rejectionOf(hub.run(() => result.get()))).toBeInstanceOf(LoopExit);
    result.set(1);
    await hub.join();
  }),
);
