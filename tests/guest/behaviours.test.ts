// What guest greenlets do beside the shared cases (tests/cases): results of every kind, states, limits, on every runtime of asc.
import { describe, expect, test } from "vitest";
import { type Build, compile, name } from "./lib/compile.js";
import { RawHub } from "./lib/raw-hub.js";

const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
  { level: "release", runtime: "minimal" },
  { level: "release", runtime: "stub" },
];

/** Export → what it logs. */
const transcripts: Record<string, [rule: string, lines: string[]]> = {
  spawnsLater: [
    "a spawned greenlet does not run before the spawner blocks",
    ["spawned", "1A", "1B", "2A", "2B"],
  ],
  rotates: [
    "three parties that loop on sleep(0) rotate strictly",
    ["m0", "a0", "b0", "m1", "a1", "b1", "m2", "a2", "b2"],
  ],
  results: ["get() gives results of every kind", ["42 2199023255552 1.5 hey! 2.0,1.0 true true"]],
  state: [
    "started, dead, ready and successful follow a greenlet's life",
    ["before true false false", "inside true false false", "after false true true", "true"],
  ],
  joins: ["join() and joinAll() keep to their limits", ["true false", "true 50", "true", "2", "0"]],
  joinsUnstarted: [
    "join() of a greenlet that has not started waits; starting twice does nothing",
    ["true", "5"],
  ],
  waits: ["wait() gives what is ready, in ready order", ["2 10 20", "2", "30", "1"]],
  timeouts: [
    "Timeout fires once in the call its greenlet is in, and not after cancel()",
    ["true true", "true false", "true", "true false", "false true", "true false true", "false", "true"],
  ],
  withoutArgument: [
    "spawn(), onExit(), withTimeout() and Group.apply() take a function of no argument too",
    ["five is over", "5", "five is over", "5", "true false", "five is over", "five is over"],
  ],
  timeoutDiesWithGreenlet: ["Timeout of a greenlet that ended does not hold the hub", []],
};

describe.each(builds.map((build) => [name(build), build] as const))("behaviours, %s", (_, build) => {
  test.each(Object.entries(transcripts))("%s", async (program, [rule, lines]) => {
    const hub = new RawHub();
    const guest = hub.load(await compile("behaviours", build), { callBack() {} });
    const task = guest.call(program);
    hub.run();
    expect(task.error).toBeUndefined();
    expect(hub.log, rule).toEqual(lines);
    expect(task.done).toBe(true);
    expect(hub.left()).toEqual([0, 0, 0]);
    if (program === "timeoutDiesWithGreenlet") expect(hub.nowMs).toBeLessThan(60_000);
  });
});
