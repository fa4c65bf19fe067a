// Queues, semaphores, pools and locals under kills and limits, a collection at every step, in many orders.
import { describe, expect, test } from "vitest";
import { type Build, builds, compile, name } from "./lib/compile.js";
import { RawHub } from "./lib/raw-hub.js";

const SEEDS = 2;
const STEPS = 80;

async function run(build: Build, seed: number) {
  const hub = new RawHub();
  const { exports } = hub.load(await compile("tools-stress", build));
  hub.core.seedOrder(seed);
  const task = hub.guest.call("run", seed, STEPS);
  hub.run();
  const counter = (name: string): number => exports.read(exports[name].value);
  return { hub, task, counter };
}

describe.each(builds.map((build) => [name(build), build] as const))("tools under stress, %s", (_, build) => {
  test("no item, permit or place is lost or given twice", { timeout: 300_000 }, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { hub, task, counter } = await run(build, seed);
      expect(task.error).toBeUndefined();
      expect(hub.errors).toEqual([]);
      expect(task.done).toBe(true);
      expect(counter("wrong"), `seed ${seed}`).toBe(0);
      expect(counter("got"), `seed ${seed}`).toBe(counter("put"));
      expect(counter("put")).toBeGreaterThan(STEPS);
      expect(counter("mapped")).toBeGreaterThan(STEPS);
      expect(counter("kills")).toBe(STEPS);
      expect(hub.left()).toEqual([0, 0, 0]);
    }
  });
});
