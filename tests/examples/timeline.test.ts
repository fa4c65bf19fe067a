// What the page of examples/browser makes of a trace: lanes, spans and wakes, and where a moment is drawn.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Event, Hub, sleep, spawn } from "wevent";
import { traceHub } from "wevent/util";
import { Axis, timeText } from "../../examples/browser/timeline/axis.ts";
import { type Lane, Schedule } from "../../examples/browser/timeline/model.ts";

const spansOf = (lane: Lane | undefined) =>
  lane?.spans.map(({ state, label }) => (label === "" ? state : `${state}: ${label}`));

/** The schedule of a program under a virtual clock, fed turn by turn. */
async function scheduleOf(body: () => Generator<unknown, unknown, unknown>) {
  const hub = new Hub({ clock: "virtual" });
  const schedule = new Schedule();
  const trace = traceHub(hub, { onEvents: (events) => schedule.add(events, hub.tree(), hub.now() * 1000) });
  await hub.run(body);
  await hub.join();
  schedule.add(trace.stop(), hub.tree(), hub.now() * 1000);
  hub.destroy();
  return schedule;
}

const named = (schedule: Schedule, name: string) => schedule.lanes.find((lane) => lane.name === name);

it("Schedule has a lane for each greenlet below its spawner, and spans of what it does", async () => {
  const schedule = await scheduleOf(function* boss() {
    const ready = new Event();
    const worker = spawn(function* worker() {
      yield* ready.wait();
      yield* sleep(0);
    });
    yield* sleep(5);
    ready.set();
    yield* worker.join();
  });
  expect(schedule.lanes.map(({ name, depth, state }) => [name, depth, state])).toEqual([
    ["main", 0, "ended"],
    ["boss", 1, "ended"],
    ["worker", 2, "ended"],
  ]);
  expect(spansOf(named(schedule, "worker"))).toEqual([
    "ready",
    "running: Event.wait",
    "parked: Event.wait",
    "ready",
    "running: gives way",
    "ready",
    "running: ends",
  ]);
});

it("Schedule has spans without gaps, each from where the last ended, and none that goes on once it is stopped", async () => {
  const schedule = await scheduleOf(function* boss() {
    const all = [1, 2, 3].map((ms) => spawn(() => sleep(ms)));
    yield* sleep(2);
    for (const one of all) yield* one.kill();
  });
  schedule.stop(10_000);
  for (const lane of schedule.lanes.filter(({ name }) => name !== "main")) {
    lane.spans.slice(1).forEach((span, i) => {
      expect(span.fromUs).toBe(lane.spans[i]!.toUs);
    });
    expect(Number.isFinite(lane.spans.at(-1)!.toUs)).toBe(true);
  }
});

it("Schedule tells who spawned, woke and killed whom", async () => {
  const schedule = await scheduleOf(function* boss() {
    const ready = new Event();
    const woken = spawn(function* woken() {
      yield* ready.wait();
      yield* sleep(60_000);
    });
    yield* sleep(1);
    ready.set();
    yield* sleep(1);
    yield* woken.kill();
  });
  const nameOf = (id: number) => schedule.laneOf(id)?.name;
  const between = schedule.wakes.map(
    ({ kind, fromId, toId }) => `${kind}: ${nameOf(fromId)} -> ${nameOf(toId)}`,
  );
  expect(between.filter((wake) => wake.endsWith("-> woken"))).toEqual([
    "spawn: boss -> woken",
    "wake: boss -> woken",
    "interrupt: boss -> woken",
  ]);
});

it("Schedule ends the lane of one that was killed before it ran, and keeps one that is parked", async () => {
  const hub = new Hub({ clock: "virtual", closed: false });
  const schedule = new Schedule();
  const look = () => schedule.add([], hub.tree(), 0);
  await hub.run(function* () {
    const parked = spawn(function* parked() {
      yield* new Event().wait();
    });
    yield* sleep(1);
    const unstarted = spawn(function* unstarted() {});
    look();
    expect(named(schedule, "unstarted")!.state).toBe("starting");
    yield* unstarted.kill();
    look();
    expect(named(schedule, "unstarted")!.state).toBe("ended");
    expect(named(schedule, "parked")).toMatchObject({ state: "parked", waitsFor: "Event.wait" });
    yield* parked.kill();
  });
  hub.destroy();
});

it("Schedule shows 200 lanes, lets go first of those that have ended, and counts the others", async () => {
  const hub = new Hub({ clock: "virtual" });
  const schedule = new Schedule();
  const trace = traceHub(hub, { onEvents: (events) => schedule.add(events, hub.tree(), hub.now() * 1000) });
  await hub.run(function* boss() {
    for (let i = 0; i < 500; i++) yield* spawn(function* brief() {}).join();
    const slow = Array.from({ length: 300 }, () => spawn(() => sleep(10)));
    yield* sleep(1);
    schedule.add([], hub.tree(), 0);
    expect(schedule.lanes).toHaveLength(200);
    expect(named(schedule, "brief")).toBeUndefined();
    // With main and the boss.
    expect(schedule.hiddenCount).toBe(102);
    for (const one of slow) yield* one.join();
  });
  trace.stop();
  hub.destroy();
});

it("Schedule keeps a bounded number of spans and wakes, the newest", async () => {
  const schedule = await scheduleOf(function* boss() {
    for (let i = 0; i < 30_000; i++) yield* sleep(0);
  });
  const spans = named(schedule, "boss")!.spans;
  expect(spans.length).toBeLessThanOrEqual(4000);
  expect(spans.at(-1)!.label).toBe("ends");
  expect(schedule.axis.firstX).toBeGreaterThanOrEqual(0);
});

it("Axis lets go of the oldest of a hundred thousand moments, and moves none", () => {
  const axis = new Axis();
  for (let us = 1; us <= 90_000; us++) axis.add(us);
  const x = axis.xOf(89_999);
  for (let us = 90_001; us <= 120_000; us++) axis.add(us);
  expect(axis.xOf(89_999)).toBe(x);
  expect(axis.firstX).toBeGreaterThan(0);
  expect(axis.xOf(0)).toBe(axis.firstX);
  expect(axis.labels[0]!.x).toBeGreaterThanOrEqual(axis.firstX);
});

it("Axis keeps the order of moments, finds each again, and leaves room for what is shortest", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e9), { minLength: 1, maxLength: 50 }), fc.nat(2e9), (gaps, atUs) => {
      const axis = new Axis();
      const moments = [0];
      for (const gap of gaps) {
        moments.push(moments.at(-1)! + gap);
        axis.add(moments.at(-1)!);
      }
      for (let i = 1; i < moments.length; i++) {
        const [before, now] = [axis.xOf(moments[i - 1]!), axis.xOf(moments[i]!)];
        if (moments[i]! > moments[i - 1]!) expect(now - before).toBeGreaterThanOrEqual(5);
      }
      // What is between two moments, or after the last, is drawn between them, and is the time that is there.
      const x = axis.xOf(atUs);
      expect(axis.xOf(axis.usAt(x))).toBeCloseTo(x, 3);
    }),
  );
});

it("Axis draws a minute less than twenty times as long as a millisecond", () => {
  const length = (us: number) => new Axis().xOf(us);
  expect(length(60e6)).toBeLessThan(20 * length(1000));
});

it("timeText() has three figures and a unit", () => {
  expect([0, 350, 12_340, 123_400, 1_234_000, 61_000_000].map(timeText)).toEqual([
    "0.00 ms",
    "0.35 ms",
    "12.3 ms",
    "123 ms",
    "1.23 s",
    "61.0 s",
  ]);
});
