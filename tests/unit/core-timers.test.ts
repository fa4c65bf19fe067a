// The deadlines: their order at size, taking them back, and the bounds of one turn's firing.
import { expect, test, vi } from "vitest";
import { Count, Outcome, Reason, Turn } from "../../assembly/core/abi.ts";
import { heapAddress } from "../lib/core-harness.ts";
import { NOTHING, Stage } from "../lib/core-stage.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Marsaglia's xorshift: the same numbers in every run. */
function randoms(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function shuffle(list: Uint32Array, random: (below: number) => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random(i + 1);
    const swapped = list[i]!;
    list[i] = list[j]!;
    list[j] = swapped;
  }
}

test("callLater() fires a million deadlines, half of them taken back, in the order (deadline, sequence)", () => {
  const stage = new Stage();
  const { core } = stage;
  const count = 1_000_000;
  const random = randoms(12345);
  const delays = new Uint32Array(count);
  const rows = new Uint32Array(count);
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    delays[i] = random(50_000);
    rows[i] = core.callLater(i + 1, delays[i]!, i % 2 === 0);
    order[i] = i;
  }
  shuffle(order, random);
  const isCancelled = new Uint8Array(count);
  for (let i = 0; i < count / 2; i++) {
    const n = order[i]!;
    isCancelled[n] = 1;
    core.cancelRow(rows[n]!, n + 1);
  }
  expect(core.count(Count.Timers)).toBe(count / 2);
  const refs = delays.filter((_, i) => i % 2 === 0 && isCancelled[i] === 0).length;
  expect(core.count(Count.RefTimers)).toBe(refs);

  stage.isLogging = false;
  let fired = 0;
  let lastDelay = -1;
  let lastIndex = -1;
  let wrong = "";
  stage.onCallback = (row) => {
    const index = core.serialOf(row) - 1;
    const delay = delays[index]!;
    if (isCancelled[index] === 1) wrong ||= `${index} was taken back`;
    if (delay < lastDelay || (delay === lastDelay && index < lastIndex)) wrong ||= `${index} is late`;
    lastDelay = delay;
    lastIndex = index;
    fired++;
  };
  for (let nowMs = 0; nowMs < 50_000; nowMs += 997) {
    stage.nowMs = nowMs;
    const next = stage.run();
    if (next !== Turn.Idle && next <= nowMs) wrong ||= `at ${nowMs} the next deadline is ${next}`;
    if (lastDelay > nowMs) wrong ||= `${lastDelay} fired at ${nowMs}`;
  }
  stage.nowMs = 50_000;
  expect(stage.run()).toBe(Turn.Idle);
  expect(wrong).toBe("");
  expect(fired).toBe(count / 2);
  expect(stage.counts).toEqual(NOTHING);
});

test("cancelRow() keeps the heap in order whichever deadline it takes", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const stage = new Stage();
    const { core } = stage;
    const random = randoms(seed);
    const live: [row: number, serial: number][] = [];
    for (let i = 0; i < 40; i++) {
      const serial = stage.serial();
      live.push([core.callLater(serial, random(30), true), serial]);
    }
    while (live.length > 0) {
      const [[row, serial]] = live.splice(random(live.length), 1) as [[number, number]];
      core.cancelRow(row, serial);
      expect(stage.counts.timers).toBe(live.length);
    }
    expect(stage.bytes).toBeLessThan(1 << 20);
  }
});

test("run() fires no deadline that was set while it fired those that are due", () => {
  const stage = new Stage();
  const { core } = stage;
  let set = 0;
  stage.onCallback = () => {
    if (set++ < 100) core.callLater(stage.serial(), 0, true);
  };
  core.callLater(stage.serial(), 0, true);
  expect(stage.run()).toBe(0);
  expect(stage.calls.length).toBe(1);
});

test("run() fires a deadline that stood while 2^31 others were set", () => {
  const stage = new Stage();
  const { core } = stage;
  const old = core.callLater(stage.serial(), 1, true);
  // As if the others had been set and taken back since: its sequence number is that far behind.
  const words = new Uint32Array(core.memory.buffer, heapAddress(core), 4);
  words[2] = words[2]! - 0x8000_0001;
  stage.nowMs = 1;
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual([old]);
});

test("sleep() with a negative delay starves no deadline that is overdue", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  let resumes = 0;
  stage.onResume = () => {
    if (resumes++ > 20) return Outcome.Done;
    core.sleep(task, -1000, true);
    return Outcome.Parked;
  };
  const other = core.callLater(stage.serial(), 0, true);
  stage.run();
  for (let i = 0; i < 3; i++) stage.run();
  expect(stage.rows()).toContain(other);
});

test("sleep() for NaN ms is a sleep of 0", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  stage.onResume = (_row, reason) => {
    if (reason === Reason.TimedOut) return Outcome.Done;
    core.sleep(task, Number.NaN, true);
    return Outcome.Parked;
  };
  stage.run();
  stage.run();
  expect(stage.reasons()).toEqual([Reason.Wake, Reason.TimedOut]);
  expect(stage.counts).toEqual(NOTHING);
});

test("wake() takes back the deadline of the park", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  let ticket = 0;
  stage.onResume = () => {
    if (ticket !== 0) return Outcome.Done;
    ticket = core.park(task, 5);
    return Outcome.Parked;
  };
  expect(stage.run()).toBe(5);
  core.wake(task, ticket);
  expect(stage.counts.timers).toBe(0);
  stage.nowMs = 5;
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.reasons()).toEqual([Reason.Wake, Reason.Wake]);
});

test("armTimeout() whose task has ended fires at nobody", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  core.armTimeout(stage.serial(), task, 1);
  stage.run();
  const next = stage.spawn();
  expect(next).toBe(task);
  stage.onResume = (row) => {
    core.park(row, -1);
    return Outcome.Parked;
  };
  stage.run();
  stage.nowMs = 1;
  stage.run();
  expect(stage.reasons()).toEqual([Reason.Wake, Reason.Wake]);
  expect(stage.counts.rows).toBe(1);
});
