// Memory: what happens at the limit, and that it stays where it is when rows come and go.
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { Count, Layout, Outcome, Reason, Status, Turn } from "../../assembly/core/abi.ts";
import { NOTHING, Stage } from "../lib/core-stage.ts";

vi.setConfig({ testTimeout: 120_000 });

function freeze(stage: Stage): void {
  stage.core.limitMemory(stage.bytes / Layout.PageBytes);
}

/** Spawns until there is no row left; answers the last one and its serial. */
function fillRows(stage: Stage): { row: number; serial: number } {
  let last = { row: 0, serial: 0 };
  for (;;) {
    const serial = stage.serial();
    const row = stage.core.spawnTask(serial);
    if (row === 0) return last;
    last = { row, serial };
  }
}

/** A stage whose rows are used up, but for a pinned queue made before. */
function withoutRows(): {
  stage: Stage;
  queue: number;
  queueSerial: number;
  last: { row: number; serial: number };
} {
  const stage = new Stage();
  const queueSerial = stage.serial();
  const queue = stage.core.createQueue(queueSerial, true);
  // Room for deadlines, so that only rows are missing.
  stage.core.callLater(stage.serial(), 1e6, false);
  freeze(stage);
  return { stage, queue, queueSerial, last: fillRows(stage) };
}

const rowMakers: Record<string, (stage: Stage, queue: number, queueSerial: number) => number> = {
  createTask: (stage) => stage.core.createTask(stage.serial()),
  spawnTask: (stage) => stage.core.spawnTask(stage.serial()),
  createGuestTask: (stage) => stage.core.createGuestTask(stage.entry, 1),
  createQueue: (stage) => stage.core.createQueue(stage.serial(), true),
  idleRow: (stage) => stage.core.idleRow(),
  link: (stage, queue, queueSerial) => stage.core.link(stage.serial(), queue, queueSerial),
  callSoon: (stage) => stage.core.callSoon(stage.serial()),
  callLater: (stage) => stage.core.callLater(stage.serial(), 1, true),
  armTimeout: (stage, queue) => stage.core.armTimeout(stage.serial(), queue, 1),
};

for (const [name, make] of Object.entries(rowMakers)) {
  test(`${name}() answers 0 and changes nothing when no row is left`, () => {
    const { stage, queue, queueSerial, last } = withoutRows();
    const [counts, bytes] = [stage.counts, stage.bytes];
    expect(make(stage, queue, queueSerial)).toBe(0);
    expect(make(stage, queue, queueSerial)).toBe(0);
    expect(stage.counts).toEqual(counts);
    expect(stage.bytes).toBe(bytes);
    // One row less, and the call is possible.
    expect(stage.core.interrupt(last.row, last.serial)).toBe(Status.Discarded);
    expect(make(stage, queue, queueSerial)).toBe(0);
    stage.run();
    expect(make(stage, queue, queueSerial)).not.toBe(0);
  });
}

type TimerMaker = (stage: FullOfTimers, task: number, queue: number, queueSerial: number) => number;

/** Each with the answer that says it was refused, and whether it parks the task. */
const timerMakers: Record<string, { make: TimerMaker; refused: number; parks: boolean }> = {
  start: { make: ({ core, spare }) => core.start(spare, 1), refused: Status.Exhausted, parks: false },
  park: { make: ({ core }, task) => core.park(task, 1), refused: 0, parks: true },
  sleep: { make: ({ core }, task) => core.sleep(task, 1, true), refused: Status.Exhausted, parks: true },
  waitOn: {
    make: ({ core }, task, queue, serial) => core.waitOn(task, queue, serial, 1, true),
    refused: Status.Exhausted,
    parks: true,
  },
  callLater: { make: (stage) => stage.core.callLater(stage.serial(), 1, true), refused: 0, parks: false },
  armTimeout: {
    make: (stage, task) => stage.core.armTimeout(stage.serial(), task, 1),
    refused: 0,
    parks: false,
  },
};

for (const [name, { make, refused, parks }] of Object.entries(timerMakers)) {
  test(`${name}() is refused and changes nothing when no deadline is left`, () => {
    const stage = new FullOfTimers();
    const { core } = stage;
    const task = stage.spawn();
    stage.onResume = (row, reason) => {
      if (row !== task || reason !== Reason.Wake) return Outcome.Done;
      const [counts, bytes] = [stage.counts, stage.bytes];
      const stateBefore = words(stage, task);
      expect(make(stage, task, stage.queue, stage.queueSerial)).toBe(refused);
      expect(stage.counts).toEqual(counts);
      expect(stage.bytes).toBe(bytes);
      expect(words(stage, task)).toEqual(stateBefore);
      // One deadline less, and the call is possible.
      core.interrupt(stage.armed, core.serialOf(stage.armed));
      expect(make(stage, task, stage.queue, stage.queueSerial)).not.toBe(refused);
      expect(core.count(Count.Timers)).toBe(counts.timers);
      return parks ? Outcome.Parked : Outcome.Done;
    };
    core.run(1e9, 1);
    expect(stage.rows()).toEqual([task]);
    stage.nowMs = 1e7;
    stage.isLogging = false;
    stage.run();
    expect(stage.counts.timers).toBe(0);
  });
}

function words(stage: Stage, row: number): number[] {
  return [...new Int32Array(stage.core.memory.buffer, row, Layout.RowBytes / 4)];
}

/** A stage whose deadlines are used up while rows are left. */
class FullOfTimers extends Stage {
  readonly queueSerial = this.serial();
  readonly queue = this.core.createQueue(this.queueSerial, true);
  /** A task that has a deadline, and one that has none and has not started. */
  readonly armed: number;
  readonly spare: number;

  constructor() {
    super();
    const tasks: number[] = [];
    for (let i = 0; i < 6000; i++) tasks.push(this.core.createTask(this.serial()));
    this.core.callLater(this.serial(), 1e6, false);
    freeze(this);
    let started = 0;
    while (this.core.start(tasks[started]!, 1e6) === Status.Ok) started++;
    this.armed = tasks[0]!;
    this.spare = tasks[started]!;
  }
}

test("interrupt() answers Exhausted and changes nothing when the run queue cannot grow", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const task = core.spawnTask(serial);
  let isFirst = true;
  stage.onResume = () => {
    if (!isFirst) return Outcome.Done;
    isFirst = false;
    core.park(task, -1);
    return Outcome.Parked;
  };
  stage.run();
  freeze(stage);
  while (core.interrupt(task, serial) === Status.Ok);
  const [counts, bytes] = [stage.counts, stage.bytes];
  expect(core.interrupt(task, serial)).toBe(Status.Exhausted);
  expect(stage.counts).toEqual(counts);
  expect(stage.bytes).toBe(bytes);
  // Every row can still be made ready: their room was promised.
  const last = fillRows(stage);
  expect(last.row).not.toBe(0);
  expect(stage.counts.ready).toBe(counts.ready + stage.counts.rows - 1);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.counts).toEqual(NOTHING);
  const again = core.spawnTask(serial);
  stage.onResume = () => {
    expect(core.interrupt(again, serial)).toBe(Status.Ok);
    return Outcome.Done;
  };
  stage.run();
});

test("spawnTask() that was refused takes no room from interrupts", () => {
  const accepted = (isRefused: boolean): number => {
    const stage = new Stage();
    const { core } = stage;
    const serial = stage.serial();
    const task = core.spawnTask(serial);
    for (let i = 1; i < 1023; i++) stage.spawn();
    freeze(stage);
    if (isRefused) expect(stage.spawn()).toBe(0);
    let count = 0;
    stage.onResume = () => {
      while (core.interrupt(task, serial) === Status.Ok) count++;
      return Outcome.Done;
    };
    core.run(1e9, 1);
    return count;
  };
  expect(accepted(true)).toBe(accepted(false));
});

test("wake() and notifyQueue() need no memory when none is left", () => {
  const { stage, queue, queueSerial } = withoutRows();
  const { core } = stage;
  const parked = new Map<number, number>();
  stage.isLogging = false;
  stage.onResume = (row) => {
    if (parked.size % 2 === 0) parked.set(row, core.park(row, -1));
    else {
      parked.set(row, 0);
      core.waitOn(row, queue, queueSerial, -1, true);
    }
    return Outcome.Parked;
  };
  stage.run();
  const bytes = stage.bytes;
  stage.onResume = (row) => {
    parked.delete(row);
    return Outcome.Done;
  };
  for (const [row, ticket] of parked) if (ticket !== 0) expect(core.wake(row, ticket)).toBe(1);
  core.notifyQueue(queue, queueSerial);
  stage.run();
  expect(parked.size).toBe(0);
  expect(stage.bytes).toBe(bytes);
  expect(stage.counts.rows).toBe(2);
});

test("limitMemory() at any number of pages leads to refusals, never to a trap or a leak", () => {
  const op = fc.constantFrom(
    "spawn",
    "create",
    "start",
    "later",
    "timeout",
    "link",
    "soon",
    "interrupt",
    "kill",
    "run",
  );
  const program = fc.array(fc.tuple(op, fc.integer({ min: 1, max: 3000 })), { maxLength: 25 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), program, (pages, steps) => {
      const stage = new Stage();
      const { core } = stage;
      core.limitMemory(pages);
      stage.isLogging = false;
      stage.onResume = (row, reason) => {
        if (reason !== Reason.Wake) return Outcome.Done;
        return core.park(row, row % 128 === 0 ? 5 : -1) === 0 ? Outcome.Ready : Outcome.Parked;
      };
      const tasks: { row: number; serial: number }[] = [];
      const rows: { row: number; serial: number }[] = [];
      const keep = (list: typeof rows, serial: number, row: number): void => {
        if (row !== 0) list.push({ row, serial });
      };
      for (const [what, count] of steps) {
        for (let i = 0; i < count; i++) {
          const serial = stage.serial();
          const task = tasks[(i * 7) % Math.max(1, tasks.length)];
          if (what === "spawn") keep(tasks, serial, core.spawnTask(serial));
          else if (what === "create") keep(tasks, serial, core.createTask(serial));
          else if (what === "later") keep(rows, serial, core.callLater(serial, i % 50, true));
          else if (what === "soon") keep(rows, serial, core.callSoon(serial));
          else if (task === undefined || core.serialOf(task.row) !== task.serial) continue;
          else if (what === "start") core.start(task.row, i % 2 === 0 ? -1 : i % 50);
          else if (what === "timeout") keep(rows, serial, core.armTimeout(serial, task.row, i % 50));
          else if (what === "link") keep(rows, serial, core.link(serial, task.row, task.serial));
          else if (what === "interrupt") core.interrupt(task.row, task.serial);
          else if (what === "kill" && i < tasks.length) core.interrupt(tasks[i]!.row, tasks[i]!.serial);
        }
        if (what === "run") {
          core.run(1e9, count);
          stage.nowMs += 10;
        }
        expect(stage.counts.rows).toBeLessThanOrEqual(pages * 1023);
        expect(stage.bytes).toBeLessThanOrEqual(pages * Layout.PageBytes);
      }
      stage.onResume = () => Outcome.Done;
      for (const { row, serial } of rows) core.cancelRow(row, serial);
      core.run(1e9, 1e9);
      // An interrupt can be refused as well; some are always possible, and each ends a task.
      for (let left = tasks; left.length > 0; ) {
        for (const { row, serial } of left) if (core.interrupt(row, serial) === Status.Exhausted) break;
        core.run(1e9, 1e9);
        const rest = left.filter(({ row, serial }) => core.serialOf(row) === serial);
        expect(rest.length).toBeLessThan(left.length);
        left = rest;
      }
      expect(stage.counts).toEqual(NOTHING);
    }),
    { numRuns: Number(process.env["WEVENT_RUNS"] ?? 300) },
  );
});

test("spawnTask() a million times, each run to its end, takes no more memory than the first thousand", () => {
  const stage = new Stage();
  stage.isLogging = false;
  let bytes = 0;
  for (let i = 0; i < 1_000_000; i += 10) {
    for (let n = 0; n < 10; n++) stage.spawn();
    stage.run();
    if (i === 1000) bytes = stage.bytes;
  }
  expect(stage.bytes).toBe(bytes);
  expect(stage.counts).toEqual(NOTHING);
});

test("interrupt() of a million tasks, unstarted, parked and ready, takes no more memory than the first thousand", () => {
  const stage = new Stage();
  const { core } = stage;
  stage.isLogging = false;
  let round = 0;
  stage.onResume = (row, reason) => {
    if (reason !== Reason.Wake) return Outcome.Done;
    if (round % 3 === 1) return Outcome.Ready;
    core.park(row, 1000);
    return Outcome.Parked;
  };
  let bytes = 0;
  for (; round < 100_000; round++) {
    const tasks = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(() => {
      const serial = stage.serial();
      return { row: core.spawnTask(serial), serial };
    });
    if (round % 3 !== 0) core.run(1e9, 10);
    for (const { row, serial } of tasks) core.interrupt(row, serial);
    core.run(1e9, 1e9);
    if (round === 100) bytes = stage.bytes;
  }
  expect(stage.bytes).toBe(bytes);
  expect(stage.counts).toEqual(NOTHING);
});

const ROWS_PER_PAGE = Layout.PageBytes / Layout.RowBytes - 1;

test("callLater() that outgrows the page of deadlines leaves it to the rows", () => {
  const stage = new Stage();
  const perPage = Layout.PageBytes / 16;
  for (let i = 0; i <= perPage; i++) stage.core.callLater(stage.serial(), 1, true);
  const bytes = stage.bytes;
  for (let i = 0; i < ROWS_PER_PAGE; i++) stage.spawn();
  expect(stage.bytes).toBe(bytes);
});

test("spawnTask() that outgrows the page of the run queue leaves it to the rows", () => {
  const stage = new Stage();
  // Two entries a row, 4 bytes each: the first page of the ring is full after 8 pages of rows.
  for (let i = 0; i <= 8 * ROWS_PER_PAGE; i++) stage.spawn();
  const bytes = stage.bytes;
  for (let i = 0; i < ROWS_PER_PAGE; i++) stage.spawn();
  expect(stage.bytes).toBe(bytes);
});
