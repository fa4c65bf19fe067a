// The cases of list.ts, by guest greenlets.
import { beforeAll, describe, expect, test } from "vitest";
import { type Build, compile, name } from "../guest/lib/compile.js";
import { RawHub } from "../guest/lib/raw-hub.js";
import { chapters } from "./list.ts";

const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
  { level: "release", runtime: "minimal" },
];
const COMPILE_LIMIT_MS = 300_000;
const cases = chapters.flatMap(([, chapter]) => Object.entries(chapter));
/** Exports that every module has. */
const isProgram = (name: string) => name !== "memory" && !name.startsWith("__");

describe.each(builds.map((build) => [name(build), build] as const))("%s", (_, build) => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await compile("cases", build);
  }, COMPILE_LIMIT_MS);

  test("every case has an export, and every export a case", () => {
    const { exports } = new RawHub().load(bytes);
    const programs = Object.keys(exports).filter(isProgram);
    expect(programs.sort()).toEqual(cases.map(([name]) => name).sort());
  });

  test.each(cases)("%s", (name, lines) => {
    const hub = new RawHub();
    const task = hub.load(bytes).call(name);
    hub.run();
    expect(task.error).toBeUndefined();
    expect(hub.log).toEqual(lines);
    expect(task.done).toBe(true);
    expect(hub.left(), "rows, ready entries and deadlines that are left").toEqual([0, 0, 0]);
  });
});
