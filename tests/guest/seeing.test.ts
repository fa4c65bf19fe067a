// What listings, traces and traps say of guest greenlets: names of functions, what they wait for, where.
import { describe, expect, test } from "vitest";
import { Hub, sleep } from "wevent";
import { GuestTrap, loadGuest } from "wevent/guest";
import type { ErrorReport } from "wevent/hub";
import {
  type BlockedReport,
  formatRunInfo,
  onBlocked,
  type TreeNode,
  traceHub,
  trackGreenlets,
} from "wevent/util";
import { ManualDriver } from "../lib/manual-driver.js";
import { arrowsOf, breaches, lanesOf, runsOf } from "../lib/trace-rules.js";
import { type Build, compile, name } from "./lib/compile.js";

const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
];

async function world(build: Build, onLog: () => void = () => {}) {
  const reports: ErrorReport[] = [];
  const driver = new ManualDriver();
  const hub = new Hub({ driver, closed: true, onError: (report) => reports.push(report) });
  const imports = { env: { "console.log": onLog } };
  const guest = await loadGuest((await compile("seeing", build)) as BufferSource, { hub, imports });
  return { driver, hub, guest, reports };
}

function* nodes(node: TreeNode): Generator<TreeNode> {
  yield node;
  for (const child of node.children) yield* nodes(child);
}

const short = (frames: readonly string[]) => frames.map((frame) => frame.replace(/^.*\//, ""));

describe.each(builds.map((build) => [name(build), build] as const))("seeing a guest, %s", (_, build) => {
  test("hub.tree() names guest greenlets after their function or by the name given, and says what they wait for", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const boss = guest.spawn("boss");
      yield* sleep(3);
      const all = [...nodes(hub.tree())].filter((node) => node.kind === "guest");
      expect(all.map((node) => [node.name, node.waitsFor, node.heldBy])).toEqual([
        ["worker", "sleep", null],
        ["tuned", "sleep", null],
        ["follows", "join", "worker"],
      ]);
      expect(all.every((node) => node.parkedMs === null && node.frames.length === 0)).toBe(true);
      yield* boss.kill();
    });
    hub.destroy();
  });

  test("trackGreenlets() adds since when, the functions it is parked in, and where it was spawned", async () => {
    const { hub, guest } = await world(build);
    const stop = trackGreenlets(hub);
    await hub.run(function* () {
      const boss = guest.spawn("boss");
      yield* sleep(3);
      const worker = [...nodes(hub.tree())].find((node) => node.name === "worker")!;
      expect(worker).toMatchObject({ parkedMs: 3, waitsFor: expect.stringMatching(/^(sleep|sleepFor)$/) });
      expect(short(worker.frames)).toContain("worker");
      expect(short([worker.spawnedAt!])).toEqual(["boss"]);
      expect(formatRunInfo(hub)).toMatch(/worker #\d+, guest; parked for 3 ms in sleep/);
      yield* boss.kill();
    });
    stop();
    hub.destroy();
  });

  test("Hub.kill() ends a guest's greenlet by the number that listings give", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const boss = guest.spawn("boss");
      yield* sleep(3);
      const worker = [...nodes(hub.tree())].find((node) => node.name === "worker")!;
      expect(hub.kill(worker.id)).toBe(true);
      yield* sleep(0);
      expect([...nodes(hub.tree())].map((node) => node.name)).not.toContain("worker");
      expect(hub.kill(worker.id)).toBe(false);
      yield* boss.kill();
    });
    hub.destroy();
  });

  test("traceHub() has a lane for each guest greenlet, and keeps the format's rules", async () => {
    const { hub, guest } = await world(build);
    const trace = traceHub(hub);
    await hub.run(function* () {
      yield* guest.call("boss");
    });
    const events = trace.stop();
    expect(breaches(events)).toEqual([]);
    expect([...lanesOf(events).values()]).toEqual(
      expect.arrayContaining(["boss", "worker", "tuned", "follows"]),
    );
    expect(runsOf(events)).toEqual(expect.arrayContaining(["follows: join, held by worker", "worker: ends"]));
    expect(arrowsOf(events)).toEqual(
      expect.arrayContaining(["spawn: boss -> worker", "wake: worker -> follows"]),
    );
    hub.destroy();
  });

  test("traceHub() ends the run of a guest greenlet that traps, and the next one is not in it", async () => {
    const { hub, guest, reports } = await world(build);
    const trace = traceHub(hub);
    await guest.call("spawnsFailing");
    const events = trace.stop();
    expect(breaches(events)).toEqual([]);
    expect(runsOf(events).filter((run) => run.startsWith("fails:"))).toEqual([
      "fails: sleep",
      "fails: traps",
      "fails: ends",
    ]);
    expect(reports).toHaveLength(1);
    hub.destroy();
  });

  test("GuestTrap names the functions that failed, in its text, in its stack and in that of its cause", async () => {
    const { hub, guest, reports } = await world(build);
    const trap = await guest.call("fails").then(
      () => null,
      (error: unknown) => error as GuestTrap,
    );
    expect(trap).toBeInstanceOf(GuestTrap);
    expect(short(trap!.frames)).toContain("fails");
    expect(trap!.message).toContain(` in ${trap!.frames[0]}: `);
    expect(trap!.stack).toContain(`\n    at ${trap!.frames[0]}`);
    expect(trap!.stack).not.toContain("host/");
    expect((trap!.cause as Error).stack).toMatch(/seeing\.as\/fails/);
    await guest.call("spawnsFailing");
    expect(reports.map((report) => report.name)).toEqual(["fails"]);
    expect(reports[0]!.text).toMatch(/could not go on with fails because its code failed in \S*\/\w+: /);
    hub.destroy();
  });

  test("Answer.value traps when there is none, and names the status", async () => {
    const { hub, guest } = await world(build);
    await expect(guest.call("readsNothing")).rejects.toThrow("Status.WouldBlock");
    hub.destroy();
  });

  test("421 onBlocked() tells of a guest greenlet that held the thread, by name", async () => {
    const { hub, guest, driver } = await world(build, () => {
      driver.nowMs += 200;
    });
    const found: BlockedReport[] = [];
    onBlocked((report) => found.push(report), { hub });
    await guest.call("spawnsHog");
    await hub.join();
    expect(found.map((report) => [report.name, report.kind, report.blockedMs])).toEqual([
      ["hog", "guest", 200],
    ]);
    expect(short(found[0]!.frames)).toContain("hog");
    hub.destroy();
  });
});
