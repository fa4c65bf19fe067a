// What a page has to load. The budgets stand a little above what is reached, so that growth is a decision;
// docs/decisions/0010-package.md says how far that is from what was aimed at.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { bundle, using } from "../lib/bundle.js";

const ROOT = join(import.meta.dirname, "../..");

const EVERYDAY = [
  "spawn",
  "spawnLater",
  "sleep",
  "idle",
  "call",
  "wait",
  "joinAll",
  "kill",
  "killAll",
  "getCurrent",
  "getHub",
  "withTimeout",
  "Greenlet",
  "GreenletExit",
  "Timeout",
];

/** Most bytes after minifying and gzip: what is imported, from where, and the files it may not bring along. */
const BUDGETS: readonly [what: string, from: string, names: readonly string[], gzipBytes: number][] = [
  ["spawn and sleep", "wevent", ["spawn", "sleep"], 18_600],
  ["the everyday names", "wevent", EVERYDAY, 20_400],
  ["and Queue", "wevent", [...EVERYDAY, "Queue"], 22_700],
];

const sizes: string[] = [];
afterAll(() => console.log(`Sizes after gzip, in bytes\n${sizes.join("\n")}`));

it("core.wasm has at most 12 KB", () => {
  const { length } = readFileSync(join(ROOT, "build/core.wasm"));
  sizes.push(`${String(length).padStart(8)}  core.wasm, of 12288, not zipped`);
  expect(length).toBeLessThanOrEqual(12 * 1024);
});

it.each(BUDGETS)("%s from %s stay within their budget", async (what, from, names, budget) => {
  const { gzipBytes } = await bundle(using(from, names));
  sizes.push(`${String(gzipBytes).padStart(8)}  ${what}, of ${budget}`);
  expect(gzipBytes).toBeLessThanOrEqual(budget);
});

it("spawn and sleep bring no tool along", async () => {
  const { files } = await bundle(using("wevent", ["spawn", "sleep"]));
  expect(files).toContain("build/host/core/hub.js");
  const isTool = (file: string): boolean =>
    /^build\/host\/(?!core\/|drivers\/|greenlet\.js|sleep\.js)|\/(?:byte-|connection|leveled-|memory-|net)/.test(
      file,
    );
  expect(files.filter(isTool)).toEqual([]);
});

it("each module brings only its own files along", async () => {
  const base = new Set((await bundle(using("wevent", EVERYDAY))).files);
  const added = async (from: string, name: string): Promise<string[]> =>
    (await bundle(using("wevent", EVERYDAY) + using(from, [name]))).files.filter((file) => !base.has(file));
  expect((await added("wevent/event", "Event")).length).toBeGreaterThan(0);
  for (const [from, name, foreign] of [
    ["wevent/event", "Event", /queue\/|pool|socket|memory-|guest/],
    ["wevent/lock", "Semaphore", /queue\/|pool|socket|memory-|guest/],
    ["wevent/queue", "Queue", /pool|socket|server|memory-|guest|byte-/],
    ["wevent/pool", "Pool", /socket|memory-|guest|byte-/],
    ["wevent/socket", "createConnection", /pool|queue\/|server|memory-|guest|http/],
    ["wevent/socket", "DatagramSocket", /pool|queue\/|server|memory-|guest|http|byte-|connection/],
    ["wevent/guest", "loadGuest", /compile|instrument|transform|pool|http/],
    ["wevent/http", "fetch", /socket|server|memory-|guest|websocket/],
  ] as const) {
    expect((await added(from, name)).filter((file) => foreign.test(file))).toEqual([]);
  }
});
