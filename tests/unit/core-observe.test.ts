// observe(): what the core tells of switches, and that it tells nothing while nobody asks.
import { expect, it } from "vitest";
import { Entry, Observed, Outcome, Reason } from "../../assembly/core/abi.ts";
import { instantiate } from "../lib/core-harness.ts";

/** Two tasks of the host and one of a guest, each of which gives way once and then sleeps. */
function world() {
  const told: string[] = [];
  const runs = new Map<number, number>();
  const names = new Map<number, string>();
  const step = (row: number): Outcome => {
    const run = (runs.get(row) ?? 0) + 1;
    runs.set(row, run);
    if (run === 1) return Outcome.Ready;
    if (run > 2) return Outcome.Done;
    core.sleep(row, 5, 1);
    return Outcome.Parked;
  };
  let nowMs = 0;
  const { core, entry } = instantiate({
    now: () => nowMs,
    resume: step,
    guest: () => step(core.currentTask()),
    callback: () => {},
    observed: (what, row, detail) => told.push([what, names.get(row) ?? "new", detail].join(" ")),
  });
  const spawn = (name: string, row: number) => {
    names.set(row, name);
    return row;
  };
  const runTurn = () => {
    core.run(1000, 1000);
    nowMs += 10;
  };
  return { core, entry, told, spawn, runTurn };
}

it("observe() tells of each run, park and first entry in the queue, of tasks of both kinds", () => {
  const { core, entry, told, spawn, runTurn } = world();
  core.observe(1);
  spawn("host", core.spawnTask(1));
  const guest = spawn("guest", core.createGuestTask(entry, 8));
  core.start(guest, -1);
  runTurn();
  runTurn();
  expect(told).toEqual([
    `${Observed.Queued} new ${Entry.Resume}`,
    `${Observed.Queued} guest ${Entry.Resume}`,
    `${Observed.Entered} host ${Reason.Wake}`,
    `${Observed.Left} host ${Outcome.Ready}`,
    `${Observed.Entered} guest ${Reason.Wake}`,
    `${Observed.Left} guest ${Outcome.Ready}`,
    `${Observed.Entered} host ${Reason.Wake}`,
    `${Observed.Parked} host 0`,
    `${Observed.Left} host ${Outcome.Parked}`,
    `${Observed.Entered} guest ${Reason.Wake}`,
    `${Observed.Parked} guest 0`,
    `${Observed.Left} guest ${Outcome.Parked}`,
    `${Observed.Entered} host ${Reason.TimedOut}`,
    `${Observed.Left} host ${Outcome.Done}`,
    `${Observed.Entered} guest ${Reason.TimedOut}`,
    `${Observed.Left} guest ${Outcome.Done}`,
  ]);
});

it("observe() tells nothing before it is on and after it is off", () => {
  const { core, told, spawn, runTurn } = world();
  spawn("host", core.spawnTask(1));
  runTurn();
  core.observe(1);
  core.observe(0);
  runTurn();
  expect(core.count(4)).toBe(3);
  expect(told).toEqual([]);
});

it("observe() tells of interruptions and of lines whose waiters are to be served", () => {
  const { core, told, spawn, runTurn } = world();
  const task = spawn("task", core.spawnTask(1));
  const line = spawn("line", core.createQueue(3, 1));
  runTurn();
  expect(core.link(5, line, 3)).not.toBe(0);
  core.observe(1);
  core.notifyQueue(line, 3);
  core.interrupt(task, 1);
  expect(told).toEqual([
    `${Observed.Queued} line ${Entry.Dispatch}`,
    `${Observed.Queued} task ${Entry.Interrupt}`,
  ]);
});
