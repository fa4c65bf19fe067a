// Meetings: two lines whose waiters meet in pairs, what a Channel stands on.
import { expect, test } from "vitest";
import { Outcome, Reason, Status, Turn } from "../../assembly/core/abi.ts";
import { NOTHING, Stage } from "../lib/core-stage.ts";

/** A meeting, and tasks that go to one of its lines at their first run and end at the second. */
class Meeting {
  readonly stage = new Stage();
  readonly takers: number;
  readonly givers: number;
  readonly takersSerial: number;
  readonly giversSerial: number;
  readonly lineOf = new Map<number, { line: number; timeoutMs: number }>();
  readonly #seen = new Set<number>();
  onEnd: (row: number) => void = () => {};

  constructor() {
    const { stage } = this;
    this.takersSerial = stage.serial();
    this.giversSerial = stage.serial();
    this.takers = stage.core.createMeeting(this.takersSerial, this.giversSerial);
    this.givers = stage.core.otherLine(this.takers, this.takersSerial);
    stage.onResume = (row) => {
      const place = this.lineOf.get(row);
      if (place === undefined || this.#seen.has(row)) {
        this.onEnd(row);
        return Outcome.Done;
      }
      this.#seen.add(row);
      return this.wait(row, place.line, place.timeoutMs) === Status.Ok ? Outcome.Parked : Outcome.Done;
    };
  }

  wait(row: number, line: number, timeoutMs = -1): Status {
    const serial = line === this.takers ? this.takersSerial : this.giversSerial;
    return this.stage.core.waitOn(row, line, serial, timeoutMs, 1);
  }

  spawn(line: number, timeoutMs = -1): number {
    const row = this.stage.spawn();
    this.lineOf.set(row, { line, timeoutMs });
    return row;
  }

  /** Runs, and answers the calls since the last look: the row, and the giver it was resumed with. */
  run(): [row: number, cause: number][] {
    this.stage.run();
    return this.stage.calls.splice(0).map(({ row, cause }) => [row, cause]);
  }
}

test("createMeeting() pairs those who take and those who give in the order they came, the taker first", () => {
  const meeting = new Meeting();
  const { takers, givers } = meeting;
  const [t0, t1, t2] = [meeting.spawn(takers), meeting.spawn(takers), meeting.spawn(takers)];
  const [g0, g1, g2] = [meeting.spawn(givers), meeting.spawn(givers), meeting.spawn(givers)];
  const calls = meeting.run().slice(6);
  expect(calls).toEqual([
    [t0, g0],
    [g0, 0],
    [t1, g1],
    [g1, 0],
    [t2, g2],
    [g2, 0],
  ]);
  expect(meeting.stage.counts).toEqual(NOTHING);
});

test("createMeeting() lets one give to a taker who comes later", () => {
  const meeting = new Meeting();
  const giver = meeting.spawn(meeting.givers);
  meeting.run();
  const taker = meeting.spawn(meeting.takers);
  expect(meeting.run()).toEqual([
    [taker, 0],
    [taker, giver],
    [giver, 0],
  ]);
});

test("giver() names the giver to the taker that is resumed", () => {
  const meeting = new Meeting();
  const taker = meeting.spawn(meeting.takers);
  const giver = meeting.spawn(meeting.givers);
  let named = 0;
  meeting.onEnd = (row) => {
    if (row === taker) named = meeting.stage.core.giver();
  };
  meeting.run();
  expect(named).toBe(giver);
});

test("createMeeting() pairs the next when one has left its line before the dispatch", () => {
  const meeting = new Meeting();
  const { core } = meeting.stage;
  const [gone, giver] = [meeting.spawn(meeting.givers), meeting.spawn(meeting.givers)];
  meeting.run();
  core.interrupt(gone, core.serialOf(gone));
  const taker = meeting.spawn(meeting.takers);
  expect(meeting.run().slice(-2)).toEqual([
    [taker, giver],
    [giver, 0],
  ]);
});

test("createMeeting() takes both deadlines back when two meet", () => {
  const meeting = new Meeting();
  meeting.spawn(meeting.takers, 5);
  meeting.spawn(meeting.givers, 5);
  expect(meeting.stage.run()).toBe(Turn.Idle);
  meeting.stage.nowMs = 10;
  meeting.stage.calls.length = 0;
  meeting.stage.run();
  expect(meeting.stage.rows()).toEqual([]);
});

test("createMeeting() gives up a wait whose time has passed, and the other line waits on", () => {
  const meeting = new Meeting();
  const late = meeting.spawn(meeting.takers, 5);
  meeting.run();
  meeting.stage.nowMs = 6;
  meeting.stage.run();
  expect(meeting.stage.calls.splice(0).at(-1)).toMatchObject({ row: late, reason: Reason.TimedOut });
  expect(meeting.stage.counts).toEqual(NOTHING);
});

test("link() puts a callback among those who give; it is called after the taker has run", () => {
  const meeting = new Meeting();
  const { core } = meeting.stage;
  const taker = meeting.spawn(meeting.takers);
  meeting.run();
  const link = core.link(meeting.stage.serial(), meeting.givers, meeting.giversSerial);
  expect(meeting.run()).toEqual([
    [taker, link],
    [link, 0],
  ]);
  expect(meeting.stage.counts).toEqual(NOTHING);
});

test("wakeFirst() makes the first giver ready without a taker", () => {
  const meeting = new Meeting();
  const [first, second] = [meeting.spawn(meeting.givers), meeting.spawn(meeting.givers)];
  meeting.run();
  const { core } = meeting.stage;
  expect(core.wakeFirst(meeting.givers, meeting.giversSerial)).toBe(first);
  expect(core.waitersOf(meeting.givers, meeting.giversSerial)).toBe(1);
  expect(meeting.run()).toEqual([[first, 0]]);
  expect(core.wakeFirst(meeting.givers, meeting.giversSerial)).toBe(second);
  meeting.run();
  expect(core.wakeFirst(meeting.givers, meeting.giversSerial)).toBe(0);
  expect(meeting.stage.counts).toEqual(NOTHING);
});

test("otherLine() answers 0 for what is no line of a meeting", () => {
  const { core } = new Stage();
  const queue = core.createQueue(1, 1);
  expect(core.otherLine(queue, 1)).toBe(0);
  expect(core.otherLine(queue, 3)).toBe(0);
});

test("lengthOf() does not walk the line: 100,000 wait, and it is asked 100,000 times", () => {
  const meeting = new Meeting();
  for (let i = 0; i < 100_000; i++) meeting.spawn(meeting.givers);
  meeting.run();
  const { core } = meeting.stage;
  const beganMs = performance.now();
  for (let i = 0; i < 100_000; i++) {
    if (core.waitersOf(meeting.givers, meeting.giversSerial) !== 100_000) throw new Error(`asked ${i} times`);
  }
  // A walk would take a minute.
  expect(performance.now() - beganMs).toBeLessThan(2000);
});
