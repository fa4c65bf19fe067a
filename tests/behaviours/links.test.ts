// behaviours.md, "link, rawlink, unlink".
import { expect, it } from "vitest";
import { AsyncResult, Event, Greenlet, GreenletExit, joinAll, sleep, spawn } from "wevent";
import { codeOf, inHub, thrownBy, thrownIn } from "../lib/hub.ts";

/** What an AsyncResult is to a link. */
class Target {
  readonly got: unknown[] = [];
  set(value: unknown): void {
    this.got.push(["value", value]);
  }
  setError(error: unknown): void {
    this.got.push(["error", error]);
  }
}

it(
  "82 a linked target gets the value, and again when linked after the end",
  inHub(function* () {
    const target = new Target();
    const greenlet = spawn(() => 5);
    greenlet.link(target);
    yield* greenlet.join();
    yield* sleep(0);
    expect(target.got).toEqual([["value", 5]]);
    greenlet.link(target);
    yield* sleep(0);
    greenlet.link(target);
    yield* sleep(0);
    expect(target.got).toEqual([
      ["value", 5],
      ["value", 5],
      ["value", 5],
    ]);
    const result = new AsyncResult<number>();
    greenlet.link(result);
    expect(yield* result.get()).toBe(5);
  }),
);

it(
  "83 a target linked to one that fails gets the very same error, which is then read",
  inHub(function* ({ reports }) {
    const error = new Error("broken");
    const target = new Target();
    const greenlet: Greenlet = spawn(() => {
      throw error;
    });
    greenlet.link(target);
    expect(yield* reports()).toEqual([]);
    expect(target.got.length).toBe(1);
    expect((target.got[0] as unknown[])[1]).toBe(error);
    const result = new AsyncResult();
    greenlet.link(result);
    expect(yield* thrownIn(result.get())).toBe(error);
  }),
);

it(
  "85 a link may block: each runs in a greenlet of its own",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => 1);
    greenlet.link(function* () {
      yield* sleep(10);
      log.push("slow");
    });
    greenlet.link(function* () {
      yield* sleep(5);
      log.push("fast");
    });
    yield* sleep(20);
    expect(log).toEqual(["fast", "slow"]);
  }),
);

it(
  "86 each link adds one entry, unlink by the callback takes it away, an absent one is silent",
  inHub(function* ({ log }) {
    const callback = () => void log.push("called");
    for (const verb of ["link", "linkValue", "linkError", "rawlink"] as const) {
      const greenlet = spawn(() => 1);
      expect(greenlet.hasLinks()).toBe(false);
      greenlet[verb](callback);
      expect(greenlet.hasLinks()).toBe(true);
      greenlet.unlink(callback);
      expect(greenlet.hasLinks()).toBe(false);
      greenlet.unlink(callback);
      yield* greenlet.join();
    }
    const greenlet = spawn(() => 1);
    greenlet.link(callback);
    greenlet.link(callback);
    greenlet.unlink(callback);
    expect(greenlet.hasLinks()).toBe(true);
    greenlet.rawlink(callback);
    greenlet.unlinkAll();
    expect(greenlet.hasLinks()).toBe(false);
    yield* sleep(1);
    expect(log).toEqual([]);
  }),
);

it(
  "88 a kill notifies link and linkValue, with the exit as value, and not linkError",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => sleep(100));
    const note = (verb: string) => (ended: Greenlet<void>) => {
      expect(ended).toBe(greenlet);
      expect(ended.value).toBeInstanceOf(GreenletExit);
      log.push(verb);
    };
    greenlet.link(note("link"));
    greenlet.linkValue(note("linkValue"));
    greenlet.linkError(note("linkError"));
    yield* sleep(1);
    yield* greenlet.kill();
    yield* sleep(1);
    expect(log).toEqual(["link", "linkValue"]);
  }),
);

it(
  "88 a failure notifies link and linkError, and not linkValue",
  inHub(function* ({ log, reports }) {
    const greenlet: Greenlet = spawn(() => {
      throw new Error("broken");
    });
    greenlet.link(() => log.push("link"));
    greenlet.linkValue(() => log.push("linkValue"));
    greenlet.linkError(() => log.push("linkError"));
    expect(yield* reports()).toEqual([]);
    expect(log).toEqual(["link", "linkError"]);
  }),
);

it(
  "89 links run in the order they were added, all before a join that was called after",
  inHub(function* () {
    for (const count of [1, 2, 3, 999]) {
      const order: number[] = [];
      const greenlet = spawn(() => sleep(1));
      for (let i = 0; i < count; i++) greenlet.rawlink(() => order.push(i));
      yield* greenlet.join();
      expect(order).toEqual(Array.from({ length: count }, (_, i) => i));
    }
  }),
);

it(
  "91 linking to one that has ended calls back in a later step, after the caller yields",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => 1);
    yield* greenlet.join();
    yield* sleep(1);
    greenlet.link(() => log.push("link"));
    greenlet.rawlink(() => log.push("rawlink"));
    expect(log).toEqual([]);
    yield* sleep(0);
    yield* sleep(0);
    expect(log).toEqual(["rawlink", "link"]);
  }),
);

it(
  "92 what is queued when the greenlet ends runs before its links",
  inHub(function* ({ log }) {
    const a = spawn(() => log.push("a"));
    spawn(() => log.push("b"));
    a.rawlink(() => log.push("link of a"));
    yield* sleep(0);
    log.push("main");
    yield* sleep(0);
    expect(log).toEqual(["a", "b", "main", "link of a"]);
  }),
);

it(
  "94 a listener that unlinks a later one prevents it, though the dispatch has begun",
  inHub(function* ({ log }) {
    const later = () => void log.push("later");
    for (const verb of ["link", "rawlink"] as const) {
      const greenlet = spawn(() => 1);
      greenlet.rawlink(() => {
        log.push("first");
        greenlet.unlink(later);
      });
      greenlet[verb](later);
      greenlet.rawlink(() => log.push("last"));
      yield* sleep(1);
    }
    const event = new Event();
    event.rawlink(() => {
      log.push("first");
      event.unlink(later);
    });
    event.rawlink(later);
    event.rawlink(() => log.push("last"));
    event.set();
    yield* sleep(1);
    expect(log).toEqual(["first", "last", "first", "last", "first", "last"]);
  }),
);

it(
  "95 a link added by a rawlink callback runs in the same dispatch, behind those there",
  inHub(function* ({ log }) {
    const greenlet = spawn(() => 1);
    greenlet.rawlink(() => {
      log.push("first");
      spawn(() => log.push("next step"));
      greenlet.rawlink(() => log.push("added"));
    });
    greenlet.rawlink(() => log.push("second"));
    yield* joinAll([greenlet]);
    yield* sleep(1);
    expect(log).toEqual(["first", "second", "added", "next step"]);
  }),
);

it(
  "97 blocking in a rawlink callback fails, and is reported with that callback",
  inHub(function* ({ takeReports }) {
    const greenlet = spawn(() => 1);
    const blocking = function* () {
      yield* sleep(1);
    };
    const iterating = () => [...(sleep(1) as Iterable<unknown>)];
    greenlet.rawlink(blocking);
    greenlet.rawlink(iterating);
    yield* sleep(1);
    expect(takeReports().map((report) => [codeOf(report.error), report.context])).toEqual([
      ["WEV_ERR_CALLBACK_BLOCKS", blocking],
      ["WEV_ERR_NOT_IN_GREENLET", iterating],
    ]);
  }),
);

it(
  "98 link(null) and rawlink(5) throw TypeError",
  inHub(function* () {
    const greenlet = new Greenlet(() => 1);
    for (const bad of [null, 5, {}, "x", undefined]) {
      for (const verb of ["link", "linkValue", "linkError", "rawlink"] as const) {
        const error = thrownBy(() => greenlet[verb](bad as never));
        expect(error).toBeInstanceOf(TypeError);
        expect(codeOf(error)).toBe("WEV_ERR_ARGUMENT");
      }
    }
    expect(greenlet.hasLinks()).toBe(false);
    yield* sleep(0);
  }),
);

it(
  "unlink finds one of 100,000 callbacks without looking through the others",
  inHub(function* () {
    for (const linked of [new Event(), new Greenlet(() => {})]) {
      const callbacks = Array.from({ length: 100_000 }, () => () => {});
      for (const callback of callbacks) linked.rawlink(callback);
      const beganMs = performance.now();
      for (const callback of callbacks.reverse()) linked.unlink(callback);
      // A search would take 20 s.
      expect(performance.now() - beganMs).toBeLessThan(3000);
      if (linked instanceof Greenlet) linked.kill();
    }
    yield* sleep(0);
  }),
);

it(
  "unlink takes back one link of a callback that is linked several times, the oldest",
  inHub(function* () {
    const event = new Event();
    const called: string[] = [];
    const twice = () => called.push("twice");
    event.rawlink(twice);
    event.rawlink(() => called.push("between"));
    event.rawlink(twice);
    event.unlink(twice);
    expect(event.linkCount).toBe(2);
    event.set();
    yield* sleep(0);
    expect(called).toEqual(["between", "twice"]);
    expect(event.linkCount).toBe(0);
    event.unlink(twice);

    const greenlet = spawn(() => {});
    for (let i = 0; i < 3; i++) greenlet.rawlink(twice);
    greenlet.unlink(twice);
    expect(greenlet.hasLinks()).toBe(true);
    yield* greenlet.join();
    yield* sleep(0);
    expect([greenlet.hasLinks(), called.length]).toEqual([false, 4]);
  }),
);
