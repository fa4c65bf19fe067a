// What the shared cases cannot hold of a guest's tools: mistakes that trap, a million items, what is let go.
import { beforeAll, describe, expect, test } from "vitest";
import { type Build, compile, name } from "./lib/compile.js";
import { RawHub } from "./lib/raw-hub.js";

const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
  { level: "release", runtime: "minimal" },
];

const COMPILE_LIMIT_MS = 300_000;

/** Mistake → what the trap says. */
const mistakes: Record<string, string> = {
  semaphoreBelowZero: "less than 0",
  poolOfZero: "nothing could run in it",
  valueThatIsNotThere: "ask ok first",
  resultThatIsNotThere: "ask ok first",
  remoteMember: "runs in another module",
  classWithoutOrder: "give a compare function",
};

describe.each(builds.map((build) => [name(build), build] as const))("tools, %s", (_, build) => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await compile("tools", build);
  }, COMPILE_LIMIT_MS);

  function run(program: string, ...args: number[]) {
    const hub = new RawHub();
    const { exports } = hub.load(bytes);
    const task = hub.guest.call(program, ...args);
    hub.run();
    expect(hub.left()).toEqual([0, 0, 0]);
    return { task, finalized: exports.read(exports.finalized.value) as number };
  }

  test.each(Object.entries(mistakes))("%s traps", (program, words) => {
    const { task } = run(program);
    expect(String(task.error)).toContain(words);
  });

  test("a queue of a million items keeps their order", () => {
    expect(run("millionInOrder", 1_000_000).task.value).toBe(0);
  });

  test("a priority queue gives what is smallest, whatever came before", () => {
    expect(run("heapInOrder", 20_000).task.value).toBe(0);
  });

  test("a queue lets go of what was taken", () => {
    expect(run("queueLetsGo").finalized).toBe(9);
  });

  test("a local lets go of the value of a greenlet that ended", () => {
    const { task, finalized } = run("localLetsGo");
    expect(task.error).toBeUndefined();
    expect(finalized).toBe(1);
  });
});
