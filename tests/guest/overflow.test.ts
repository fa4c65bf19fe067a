// Recursion depth against the limit of a parked stack: what is too deep fails alone, and nothing is
// overwritten. A frame of the program takes about 50 bytes on the release build, more on the debug one.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type Build, compile, compileFile, name } from "./lib/compile.js";
import { RawHub } from "./lib/raw-hub.js";

const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
  { level: "release", runtime: "stub" },
];
const depths = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
const limits = [64, 256, 1024, 4096, 16 << 10, 64 << 10, 256 << 10];

describe.each(builds.map((build) => [name(build), build] as const))("overflow, %s", (_, build) => {
  test("a stack above the limit fails its greenlet, one below does not, the others go on", async () => {
    const bytes = await compile("overflow", build);
    for (const limit of limits) {
      const hub = new RawHub();
      const guest = hub.load(bytes);
      // The greenlets beside it, and the one that joins them, must fit too.
      const outcomes = depths.map((depth) => {
        guest.exports.__wevent_limit(256 << 10);
        const task = guest.call("run", depth);
        hub.task(() => {
          guest.exports.__wevent_limit(Math.max(limit, 512));
          return 2;
        });
        hub.run();
        expect(hub.errors).toEqual([]);
        return task.value as number;
      });
      for (const [i, wrong] of outcomes.entries()) {
        expect([0, 1], `depth ${depths[i]}, limit ${limit}`).toContain(wrong);
        // Once too deep, always too deep.
        if (i > 0) expect(wrong).toBeGreaterThanOrEqual(outcomes[i - 1]!);
      }
      expect(outcomes[0]).toBe(0);
      if (limit <= 16 << 10) expect(outcomes.at(-1)).toBe(1);
      expect(hub.left()).toEqual([0, 0, 0]);
    }
  });

  test("a greenlet that exhausts the engine's stack fails alone", async () => {
    const hub = new RawHub();
    const guest = hub.load(await compile("overflow", build));
    const task = guest.call("runaway");
    hub.run();
    expect(task.value).toBe(1 | 4);
    expect(hub.errors).toHaveLength(1);
    expect(hub.errors[0]).toBeInstanceOf(RangeError);
    expect(hub.left()).toEqual([0, 0, 0]);
  });
});

test("an overrun of the scratch is found, and the guest refuses everything from there on", async () => {
  const file = await compileFile("overflow", { level: "release", runtime: "incremental" });
  const child = fileURLToPath(new URL("./lib/corrupt-child.js", import.meta.url));
  const command = `ulimit -s 65000 && exec "$0" --stack-size=60000 "$1" "$2"`;
  const { stdout } = await promisify(execFile)("sh", ["-c", command, process.execPath, child, file], {
    timeout: 60_000,
  });
  const codes = JSON.parse(stdout) as unknown[];
  expect(codes[0]).toBe(0);
  expect(codes.filter((code) => code === "reported WEV_ERR_GUEST_CORRUPT")).toHaveLength(1);
  expect(codes.at(-1)).toBe("WEV_ERR_GUEST_CORRUPT");
});
