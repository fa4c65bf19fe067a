// Where a turn ends: the clock, the number of entries, stop(), and what run() answers.
import { expect, test } from "vitest";
import { Outcome, Turn } from "../../assembly/core/abi.ts";
import { NOTHING, Stage } from "../lib/core-stage.ts";

test("run() looks at the clock every 50 entries", () => {
  const stage = new Stage();
  for (let i = 0; i < 120; i++) stage.spawn();
  stage.onResume = () => {
    stage.nowMs += 1;
    return Outcome.Done;
  };
  expect(stage.core.run(5, 1e9)).toBe(Turn.Again);
  expect(stage.rows().length).toBe(50);
  expect(stage.core.run(60, 1e9)).toBe(Turn.Idle);
  expect(stage.rows().length).toBe(70);
});

test("run() looks at the clock every 50 deadlines", () => {
  const stage = new Stage();
  for (let i = 0; i < 120; i++) stage.core.callLater(stage.serial(), 0, true);
  stage.onCallback = () => {
    stage.nowMs += 1;
  };
  expect(stage.core.run(5, 1e9)).toBe(Turn.Again);
  expect(stage.rows().length).toBe(50);
  expect(stage.core.run(1e9, 1e9)).toBe(Turn.Idle);
  expect(stage.rows().length).toBe(70);
});

test("run() fires the deadlines that are due when the entries have spent the turn", () => {
  const stage = new Stage();
  const task = stage.spawn();
  const late = stage.core.callLater(stage.serial(), 10, true);
  stage.onResume = () => {
    stage.nowMs += 1;
    return Outcome.Ready;
  };
  expect(stage.core.run(20, 1e9)).toBe(Turn.Again);
  expect(stage.rows()).toEqual([...new Array(50).fill(task), late]);
});

test("run() takes no more than maxEntries entries", () => {
  const stage = new Stage();
  const tasks = [1, 2, 3, 4, 5].map(() => stage.spawn());
  expect(stage.core.run(1e9, 2)).toBe(Turn.Again);
  expect(stage.rows()).toEqual(tasks.slice(0, 2));
  expect(stage.core.run(1e9, 0)).toBe(Turn.Again);
  expect(stage.rows()).toEqual([]);
  expect(stage.core.run(1e9, 3)).toBe(Turn.Idle);
  expect(stage.rows()).toEqual(tasks.slice(2));
});

test("run() answers the earliest deadline when nothing is ready", () => {
  const stage = new Stage();
  stage.nowMs = 100;
  stage.core.callLater(stage.serial(), 7.5, true);
  stage.core.callLater(stage.serial(), 3.25, false);
  expect(stage.run()).toBe(103.25);
});

test("run() answers Idle when there is neither an entry nor a deadline", () => {
  const stage = new Stage();
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.counts).toEqual(NOTHING);
});

test("stop() ends the turn after the present entry", () => {
  const stage = new Stage();
  const [first, second] = [stage.spawn(), stage.spawn()];
  stage.onResume = (row) => {
    if (row === first) stage.core.stop();
    return Outcome.Done;
  };
  expect(stage.run()).toBe(Turn.Again);
  expect(stage.rows()).toEqual([first]);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual([second]);
});

test("stop() ends the turn after the present deadline", () => {
  const stage = new Stage();
  const { core } = stage;
  const [first, second] = [core.callLater(stage.serial(), 0, true), core.callLater(stage.serial(), 0, true)];
  stage.onCallback = (row) => {
    if (row === first) core.stop();
  };
  expect(stage.run()).toBe(Turn.Again);
  expect(stage.rows()).toEqual([first]);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual([second]);
});

test("stop() between turns stops nothing", () => {
  const stage = new Stage();
  stage.spawn();
  stage.core.stop();
  expect(stage.run()).toBe(Turn.Idle);
});

test("currentTask() is the task that runs, and nobody in a callback or between turns", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  core.callSoon(stage.serial());
  const seen: number[] = [core.currentTask()];
  stage.onResume = () => {
    seen.push(core.currentTask());
    return Outcome.Done;
  };
  stage.onCallback = () => {
    seen.push(core.currentTask());
  };
  stage.run();
  expect([...seen, core.currentTask()]).toEqual([0, task, 0, 0]);
});

test("run() leaves the idle queue alone when the entries have spent the turn", () => {
  const stage = new Stage();
  const { core } = stage;
  const idle = core.idleRow();
  const waiter = core.link(stage.serial(), idle, core.serialOf(idle));
  const tasks = [stage.spawn(), stage.spawn()];
  expect(core.run(1e9, 1)).toBe(Turn.Again);
  expect(stage.counts.ready).toBe(1);
  expect(stage.rows()).toEqual([tasks[0]]);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual([tasks[1], waiter]);
});

test("run() serves deadlines although every turn is stopped", () => {
  const stage = new Stage();
  const { core } = stage;
  const main = stage.spawn();
  const sleeper = stage.spawn();
  stage.onResume = (row) => {
    if (row === main) {
      core.stop();
      return Outcome.Ready;
    }
    if (stage.nowMs > 0) return Outcome.Done;
    core.sleep(row, 1, true);
    return Outcome.Parked;
  };
  stage.run();
  stage.run();
  stage.rows();
  stage.nowMs = 1;
  for (let turn = 0; turn < 4; turn++) expect(core.run(5, 1e9)).toBe(Turn.Again);
  expect(stage.rows().filter((row) => row === sleeper)).toHaveLength(1);
});

test("run() leaves a dispatch whose waiters use up the turn, and goes on with it in the next", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const queue = core.createQueue(serial, false);
  const waiters = Array.from({ length: 120 }, () => stage.spawn());
  stage.onResume = (row) => {
    core.waitOn(row, queue, serial, -1, true);
    return Outcome.Parked;
  };
  stage.run();
  core.notifyQueue(queue, serial);
  stage.onResume = () => {
    stage.nowMs += 1;
    return Outcome.Done;
  };
  expect(core.run(5, 1e9)).toBe(Turn.Again);
  expect(core.run(1e9, 1e9)).toBe(Turn.Idle);
  expect(stage.rows().slice(-120)).toEqual(waiters);
});
