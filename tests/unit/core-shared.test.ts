// Shared queues: what both sides of the border read and write.
import { expect, test } from "vitest";
import { Outcome, Role } from "../../assembly/core/abi.ts";
import { NOTHING, Stage } from "../lib/core-stage.ts";

function shared(role: Role, level: number) {
  const stage = new Stage();
  const serial = stage.serial();
  const queue = stage.core.createQueue(serial, 0);
  stage.core.share(queue, serial, role, level);
  return { stage, core: stage.core, queue, serial };
}

test("share() keeps a row that nobody waits in, unshare() lets it go", () => {
  const { stage, core, queue, serial } = shared(Role.Event, 0);
  expect(stage.counts.rows).toBe(1);
  core.unshare(queue, serial);
  expect(stage.counts).toEqual(NOTHING);
});

test("roleOf() and levelOf() answer for the serial that was shared only", () => {
  const { core, queue, serial } = shared(Role.Semaphore, 3);
  expect([core.roleOf(queue, serial), core.levelOf(queue, serial)]).toEqual([Role.Semaphore, 3]);
  expect([core.roleOf(queue, serial + 2), core.levelOf(queue, serial + 2)]).toEqual([Role.None, -1]);
});

test("levelOf(), setLevel() and takeLevel() say that a queue is shared no more, and change nothing", () => {
  const { core, queue, serial } = shared(Role.Semaphore, 3);
  core.createQueue(serial + 2, 1);
  core.unshare(queue, serial);
  expect(core.levelOf(queue, serial)).toBe(-1);
  expect(core.setLevel(queue, serial, 1)).toBe(-1);
  expect(core.takeLevel(queue, serial)).toBe(-1);
});

test("takeLevel() takes until the level is 0", () => {
  const { core, queue, serial } = shared(Role.Semaphore, 2);
  expect([1, 2, 3].map(() => core.takeLevel(queue, serial))).toEqual([1, 1, 0]);
  expect(core.setLevel(queue, serial, 1)).toBe(1);
  expect(core.takeLevel(queue, serial)).toBe(1);
});

test("unshare() leaves those who wait in their line", () => {
  const { stage, core, queue, serial } = shared(Role.Event, 0);
  let runs = 0;
  stage.onResume = (row) => {
    if (runs++ > 0) return Outcome.Done;
    core.waitOn(row, queue, serial, -1, 1);
    return Outcome.Parked;
  };
  stage.spawn();
  stage.run();
  core.unshare(queue, serial);
  core.notifyQueue(queue, serial);
  stage.run();
  expect(runs).toBe(2);
  expect(stage.counts).toEqual(NOTHING);
});
