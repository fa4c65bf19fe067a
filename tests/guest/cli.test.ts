// The command line, and asc without it: both make modules that run.
import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { TraceEvent } from "wevent/util";
import { breaches, lanesOf, runsOf } from "../lib/trace-rules.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const project = join(root, "build/guest-project");
const run = promisify(execFile);
const wevent = (...args: string[]) =>
  run(process.execPath, [join(root, "build/host/cli/main.js"), ...args], { cwd: project, timeout: 60_000 });

const promised = [
  "Running in foo",
  "Explicit context to bar",
  "Explicit context switch to foo again",
  "Implicit context switch back to bar",
  "",
].join("\n");

const readTrace = (file: string) =>
  JSON.parse(readFileSync(join(project, file), "utf8")) as { traceEvents: TraceEvent[] };

/** A project of a user's, with this package and the compiler installed. */
beforeAll(() => {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(join(project, "node_modules"), { recursive: true });
  symlinkSync(root, join(project, "node_modules/wevent"), "dir");
  for (const name of ["assemblyscript", "binaryen", "long"]) {
    const installed = join(root, "node_modules", name);
    if (existsSync(installed)) symlinkSync(installed, join(project, "node_modules", name), "dir");
  }
  copyFileSync(join(root, "examples/tutorial/guest/switch.as.ts"), join(project, "switch.ts"));
  writeFileSync(join(project, "wrong.ts"), "export function main(): void { nope(); }\n");
  writeFileSync(
    join(project, "fails.ts"),
    'import { sleep } from "wevent/assembly";\nexport function main(): void { sleep(1); unreachable(); }\n',
  );
  writeFileSync(
    join(project, "asconfig.json"),
    JSON.stringify({ extends: "./node_modules/wevent/assembly/asconfig.json" }),
  );
});

describe("wevent", () => {
  test("run of a program compiles and runs it", async () => {
    expect((await wevent("run", "switch.ts")).stdout).toBe(promised);
  });

  test("run --trace writes the schedule for a trace viewer, also of a program that fails", async () => {
    const { stdout } = await wevent("run", "--trace", "trace.json", "switch.ts", "argument");
    expect(stdout).toBe(promised);
    const { traceEvents } = readTrace("trace.json");
    expect(breaches(traceEvents)).toEqual([]);
    expect([...lanesOf(traceEvents).values()]).toEqual(expect.arrayContaining(["main", "foo", "bar"]));
    expect(runsOf(traceEvents)).toEqual(expect.arrayContaining(["foo: gives way", "bar: ends"]));

    await expect(wevent("run", "--trace", "failed.json", "fails.ts")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("failed in fails/main: unreachable"),
    });
    expect(runsOf(readTrace("failed.json").traceEvents)).toContain("main: traps");
  });

  test.each([["--debug"], ["--runtime", "minimal"], ["--runtime", "stub"], ["--source-map"]])(
    "build %s makes a module that run runs",
    async (...options) => {
      await wevent("build", "switch.ts", "-o", "out.wasm", ...options);
      expect((await wevent("run", "out.wasm")).stdout).toBe(promised);
      if (options[0] === "--source-map") {
        const map = JSON.parse(readFileSync(join(project, "out.wasm.map"), "utf8")) as { sources: string[] };
        expect(map.sources).toContain("switch.ts");
      }
    },
  );

  test("doctor names what can be suspended", async () => {
    await wevent("build", "switch.ts", "-o", "out.wasm");
    const { stdout } = await wevent("doctor", "out.wasm");
    expect(stdout).toContain("switch/foo ← ~lib/wevent/assembly/guest/switch/park");
    expect(stdout).toContain("runtime: node");
  });

  test("a program with a mistake ends with code 1 and the compiler's words", async () => {
    await expect(wevent("run", "wrong.ts")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Cannot find name 'nope'"),
    });
  });

  test("a wrong command line ends with code 2 and the usage", async () => {
    for (const args of [
      [],
      ["nope"],
      ["build", "switch.ts"],
      ["run"],
      ["run", "--trace"],
      ["run", "--trace", "out.json"],
      ["run", "--nope", "switch.ts"],
      ["build", "switch.ts", "-o", "x", "--nope"],
    ]) {
      await expect(wevent(...args)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining("usage:"),
      });
    }
  });
});

describe("asc with the configuration of the package", () => {
  test.each([["release"], ["debug"], ["release", "--converge"], ["release", "-Osize"]])(
    "%s makes a module that runs",
    async (target, ...more) => {
      const args = [
        join(root, "node_modules/assemblyscript/bin/asc.js"),
        "switch.ts",
        "--target",
        target,
        "-o",
        "plain.wasm",
      ];
      await run(process.execPath, [...args, ...more], { cwd: project, timeout: 60_000 });
      expect((await wevent("run", "plain.wasm")).stdout).toBe(promised);
    },
  );
});
