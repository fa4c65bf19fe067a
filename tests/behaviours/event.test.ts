// behaviours.md, "Event".
import { expect, it } from "vitest";
import { Event, joinAll, LoopExit, sleep, spawn } from "wevent";
import { inHub, rejectionOf, withHub } from "../lib/hub.ts";

it(
  "167 clear at first; set and clear may be repeated; isSet and ready follow",
  inHub(function* () {
    const event = new Event();
    const states = () => [event.isSet(), event.ready()];
    expect(states()).toEqual([false, false]);
    event.set();
    event.set();
    expect(states()).toEqual([true, true]);
    event.clear();
    event.clear();
    expect(states()).toEqual([false, false]);
    yield* sleep(0);
  }),
);

it(
  "169 wait gives true when it is set and false on timeout",
  inHub(function* ({ hub }) {
    const event = new Event();
    expect(yield* event.wait(10)).toBe(false);
    expect(hub.now()).toBe(10);
    const waiter = spawn(() => event.wait(10));
    yield* sleep(1);
    event.set();
    expect(yield* waiter).toBe(true);
    expect(yield* event.wait()).toBe(true);
    expect(hub.now()).toBe(11);
  }),
);

it(
  "170 one set releases all who wait, and each may wait again without blocking while it is set",
  inHub(function* ({ log }) {
    const event = new Event();
    const waiters = ["a", "b", "c"].map((name) =>
      spawn(function* () {
        log.push(`${name} ${yield* event.wait()} ${yield* event.wait()}`);
      }),
    );
    yield* sleep(1);
    event.set();
    yield* joinAll(waiters);
    expect(log.sort()).toEqual(["a true true", "b true true", "c true true"]);
  }),
);

it(
  "172 set and clear with no yield between them release every waiter, each with true",
  inHub(function* () {
    for (const count of [1, 100, 1000]) {
      for (const timeout of [undefined, 1000]) {
        const event = new Event();
        const waiters = Array.from({ length: count }, () => spawn(() => event.wait(timeout)));
        yield* sleep(1);
        event.set();
        event.clear();
        yield* joinAll(waiters);
        expect(waiters.every((waiter) => waiter.value === true)).toBe(true);
        expect(event.isSet()).toBe(false);
      }
    }
  }),
);

it(
  "173 a waiter that comes after set and clear is not released by that set",
  inHub(function* () {
    const event = new Event();
    const early = spawn(() => event.wait(20));
    yield* sleep(0);
    event.set();
    event.clear();
    const late = spawn(() => event.wait(10));
    expect(yield* event.wait(10)).toBe(false);
    expect(yield* late).toBe(false);
    expect(yield* early).toBe(true);
  }),
);

it(
  "175 wait on a set event gives true without yielding",
  inHub(function* ({ log }) {
    const event = new Event();
    event.set();
    spawn(() => log.push("other"));
    expect(yield* event.wait()).toBe(true);
    expect(yield* event.wait(0)).toBe(true);
    expect(log).toEqual([]);
    yield* sleep(0);
  }),
);

it(
  "176 wait while the event's own dispatch goes on lets the earlier waiters run first, and nobody else",
  inHub(function* ({ log }) {
    const event = new Event();
    spawn(function* () {
      yield* event.wait();
      spawn(() => log.push("queued"));
      yield* event.wait();
      log.push("first, again");
    });
    for (const name of ["second", "third"]) {
      spawn(function* () {
        yield* event.wait();
        log.push(name);
      });
    }
    yield* sleep(0);
    event.set();
    yield* sleep(0);
    yield* sleep(0);
    expect(log).toEqual(["second", "third", "first, again", "queued"]);
  }),
);

it(
  "178 wait(0) yields once, gives false and leaves nothing linked",
  inHub(function* ({ hub, log }) {
    const event = new Event();
    spawn(() => log.push("other"));
    expect(yield* event.wait(0)).toBe(false);
    expect(log).toEqual(["other"]);
    expect(hub.now()).toBe(0);
    expect(event.linkCount).toBe(0);
  }),
);

it(
  "179 a rawlink callback is taken away before it is called: a second set does not call it",
  inHub(function* ({ log }) {
    const event = new Event();
    event.rawlink((source) => {
      log.push(`${source === event} ${event.linkCount}`);
      event.set();
    });
    expect(event.linkCount).toBe(1);
    event.set();
    yield* sleep(0);
    event.set();
    yield* sleep(0);
    expect(log).toEqual(["true 0"]);
  }),
);

it(
  "179 rawlink on a set event calls back in a later step; unlink prevents it",
  inHub(function* ({ log }) {
    const event = new Event();
    event.set();
    const unlinked = () => log.push("unlinked");
    event.rawlink(() => log.push("linked"));
    event.rawlink(unlinked);
    event.unlink(unlinked);
    event.unlink(unlinked);
    expect(log).toEqual([]);
    yield* sleep(0);
    expect(log).toEqual(["linked"]);
  }),
);

it("181 set, clear and isSet need no hub", () => {
  const event = new Event();
  event.set();
  expect(event.isSet()).toBe(true);
  event.clear();
  expect(event.isSet()).toBe(false);
});

it(
  "182 wait forever with nothing that could set it: LoopExit in main",
  withHub(async ({ hub }) => {
    const event = new Event();
    expect(await rejectionOf(hub.run(() => event.wait()))).toBeInstanceOf(LoopExit);
    event.set();
    await hub.join();
  }),
);

it(
  "plain async code sets an event that a greenlet waits for, in a promise's callback or a timer's",
  withHub(
    async ({ hub }) => {
      const event = new Event();
      setTimeout(() => event.set(), 5);
      expect(await hub.run(() => event.wait())).toBe(true);
    },
    { closed: false, clock: "real" },
  ),
);
