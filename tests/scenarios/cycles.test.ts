// Long runs in a process of their own, so that what other tests leave on the heap is not counted.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("programs/cycles.mjs", import.meta.url));
const PAGE_BYTES = 65_536;
/** What compiled code and inline caches may add while they settle: a tenth of a byte for each greenlet. */
const HEAP_SLACK_BYTES = 2 << 20;

it("a million spawn/finish and a million spawn/kill cycles leave memory where it was", () => {
  const output = execFileSync(process.execPath, ["--expose-gc", program], { encoding: "utf8" });
  const result = JSON.parse(output);
  expect(result).toMatchObject({ runs: 1_001_000, cleanups: 1_001_000, greenlets: 0, timers: 0, ready: 0 });
  for (const { memoryBytes, heapBytes } of [result.finished, result.killed]) {
    expect(memoryBytes).toBeLessThanOrEqual(PAGE_BYTES);
    expect(heapBytes).toBeLessThan(HEAP_SLACK_BYTES);
  }
});
