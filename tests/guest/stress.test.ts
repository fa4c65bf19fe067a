// 2000 greenlets parked at random depths, resumed in random order, a full collection at every switch.
// The two broken builds show that this test would notice the two faults that give no other sign.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { Fate } from "../../assembly/guest/abi.js";
import { stressModel } from "../lib/stress-model.js";
import { type Build, builds, compile, compileFile, eager, name } from "./lib/compile.js";
import { RawHub } from "./lib/raw-hub.js";

const limitMs = 300_000;
const run = promisify(execFile);

async function stress(build: Build, count: number) {
  const hub = new RawHub();
  const guest = hub.load(await compile("stress", build));
  const { entered, left, parked, finalizedAlive, read, memory } = guest.exports;
  const pages = memory.buffer.byteLength;
  hub.core.seedOrder(20_260_721);
  const task = guest.call("run", count);
  hub.run();
  const counter = (global: WebAssembly.Global) => read(global.value);
  return {
    task,
    hub,
    wrong: task.value,
    entered: counter(entered),
    left: counter(left),
    parked: counter(parked),
    finalizedAlive: counter(finalizedAlive),
    hasGrown: memory.buffer.byteLength > pages,
  };
}

describe.each([...builds, eager].map((build) => [name(build), build] as const))("stress, %s", (_, build) => {
  test(
    "every greenlet comes to its result, every frame runs once, nothing alive is collected",
    async () => {
      const count = 2000;
      const { frames, parks } = stressModel(count);
      const got = await stress(build, count);
      expect(got.task.error).toBeUndefined();
      expect(got.hub.errors).toEqual([]);
      expect(got.task.fate).toBe(Fate.Returned);
      expect(got.wrong).toBe(0);
      expect(got.finalizedAlive).toBe(0);
      expect(got.entered).toBe(frames * 2);
      expect(got.left).toBe(frames * 2);
      expect(got.parked).toBe(parks);
      expect(got.hasGrown).toBe(true);
      expect(got.hub.left()).toEqual([0, 0, 0]);
    },
    limitMs,
  );
});

/** In a process of its own: with a heap that is overwritten anything may happen, also that it never ends. */
async function isSound(build: Build, count: number): Promise<boolean> {
  const { frames, parks } = stressModel(count);
  const child = fileURLToPath(new URL("./lib/stress-child.js", import.meta.url));
  const expected = JSON.stringify({
    wrong: 0,
    entered: frames * 2,
    left: frames * 2,
    parked: parks,
    finalizedAlive: 0,
  });
  try {
    const { stdout } = await run(
      process.execPath,
      [child, await compileFile("stress", build), String(count)],
      {
        timeout: 20_000,
        killSignal: "SIGKILL",
      },
    );
    return stdout === expected;
  } catch {
    return false;
  }
}

test(
  "the stress test in a process of its own passes",
  async () => {
    expect(await isSound(eager, 200)).toBe(true);
  },
  limitMs,
);

describe.each(["parked roots are not visited", "the switch may be inlined"] as const)("if %s", (broken) => {
  test(
    "the stress test fails",
    async () => {
      expect(await isSound({ level: "release", runtime: "incremental", broken }, 200)).toBe(false);
    },
    limitMs,
  );
});
