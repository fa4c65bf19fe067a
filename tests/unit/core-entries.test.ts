// What a row's count of run-queue entries, and the ring, hold when interrupts and stale entries pile up.
import { expect, test } from "vitest";
import { Count, Layout, Outcome, Reason, Status, Turn } from "../../assembly/core/abi.ts";
import { NOTHING, Stage } from "../lib/core-stage.ts";

/** A task that gives way whatever it is resumed with, in a turn that takes no entries: each Timeout leaves a stale one. */
function pileUp(stage: Stage, task: number, entries: number): void {
  const { core } = stage;
  stage.isLogging = false;
  stage.onResume = () => Outcome.Ready;
  core.run(1e9, 1);
  while (core.count(Count.Ready) < entries) {
    const batch = Math.min(1000, entries - core.count(Count.Ready));
    for (let i = 0; i < batch; i++) core.armTimeout(stage.serial(), task, 0);
    core.run(1e9, 0);
  }
  stage.isLogging = true;
}

test("push() drops stale entries when the ring is full and memory exhausted", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  core.armTimeout(stage.serial(), task, 0);
  core.run(1e9, 0);
  core.limitMemory(stage.bytes / Layout.PageBytes);
  pileUp(stage, task, Layout.PageBytes / 4);
  const bytes = stage.bytes;
  const other = stage.spawn();
  expect(core.count(Count.Ready)).toBe(2);
  expect(stage.bytes).toBe(bytes);
  stage.onResume = () => Outcome.Done;
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual([task, other]);
  expect(stage.counts).toEqual(NOTHING);
});

test("push() that drops the stale entries of a task that ended leaves one to free it", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  core.armTimeout(stage.serial(), task, 0);
  core.run(1e9, 0);
  core.limitMemory(stage.bytes / Layout.PageBytes);
  pileUp(stage, task, Layout.PageBytes / 4);
  stage.onResume = () => Outcome.Done;
  core.armTimeout(stage.serial(), task, 0);
  core.run(1e9, 0);
  stage.spawn();
  expect(core.count(Count.Ready)).toBe(2);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.counts).toEqual(NOTHING);
});

test("push() keeps a row's count of entries right when more than 65 535 of them are stale", () => {
  const stage = new Stage();
  const task = stage.spawn();
  pileUp(stage, task, 65_535);
  stage.core.armTimeout(stage.serial(), task, 0);
  stage.core.run(1e9, 0);
  expect(stage.counts.ready).toBe(1);
  stage.onResume = () => Outcome.Done;
  stage.run();
  expect(stage.rows()).toEqual([task, task]);
  expect(stage.counts).toEqual(NOTHING);
});

test("interrupt() answers Exhausted before a row's count of entries overflows", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const task = core.spawnTask(serial);
  const linkSerial = stage.serial();
  const link = core.link(linkSerial, task, serial);
  let accepted = 0;
  stage.onResume = () => {
    while (core.interrupt(task, serial) === Status.Ok) accepted++;
    return Outcome.Done;
  };
  core.run(1e9, 1);
  expect(accepted).toBe(65_533);
  // Its dispatch is queued as well; without the link nobody but the entries needs the row.
  core.cancelRow(link, linkSerial);
  expect(stage.counts).toEqual({ rows: 1, ready: 65_534, timers: 0, refTimers: 0 });
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.counts).toEqual(NOTHING);
});

test("run() gives an interrupted task that gives way its place at the back, not that of its stale entry", () => {
  const stage = new Stage();
  const task = stage.spawn();
  stage.onResume = () => Outcome.Ready;
  stage.core.run(1e9, 1);
  const other = stage.spawn();
  stage.core.armTimeout(stage.serial(), task, 0);
  stage.core.run(1e9, 0);
  stage.onResume = () => Outcome.Done;
  stage.run();
  expect(stage.rows()).toEqual([task, task, other, task]);
  expect(stage.counts).toEqual(NOTHING);
});

test("run() takes a stale entry without resuming the task", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  stage.onResume = () => Outcome.Ready;
  core.run(1e9, 1);
  core.armTimeout(stage.serial(), task, 0);
  stage.onResume = (_row, reason) => {
    if (reason === Reason.Timeout) core.park(task, -1);
    return reason === Reason.Timeout ? Outcome.Parked : Outcome.Ready;
  };
  core.run(1e9, 0);
  expect(stage.reasons()).toEqual([Reason.Wake, Reason.Timeout]);
  expect(stage.counts.ready).toBe(1);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.reasons()).toEqual([]);
});

test("interrupt() leaves alone what is no task", () => {
  const { core } = new Stage();
  const queue = core.createQueue(1, 1);
  expect(core.interrupt(queue, 1)).toBe(Status.Gone);
  expect(core.serialOf(queue)).toBe(1);
  core.unpinQueue(queue, 1);
  // On the free list its serial is 0.
  expect(core.interrupt(queue, 0)).toBe(Status.Gone);
  const rows = [core.createQueue(3, 1), core.createQueue(5, 1)];
  expect(new Set(rows).size).toBe(2);
});
