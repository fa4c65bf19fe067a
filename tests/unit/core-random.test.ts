// Random programs run in core.wasm and in a model written from the rules (tests/lib/core-model.ts).
// After every step: the same resumes and callbacks in the same order with the same reasons, the same
// counts, and a memory in which lists, entries and deadlines fit together. At the end: no row is left.

import { test, vi } from "vitest";
import { checkPrograms, expectSame } from "../lib/core-program.ts";

const WHOLE: readonly [number, number] = [1e9, 1e9];

// Hang protection; the number of programs decides how long a file takes.
vi.setConfig({ testTimeout: 600_000 });

test("run() resumes and calls back in the order of the model", () => {
  checkPrograms({ traps: false, turns: [WHOLE] }, expectSame);
});

test("run() goes on where a spent budget left it", () => {
  const turns = [WHOLE, [0, 1e9], [3, 1e9], [1e9, 0], [1e9, 1], [1e9, 2], [3, 60]] as const;
  checkPrograms({ traps: false, turns }, expectSame);
});

test("run() loses nothing when a resume or a callback throws", () => {
  checkPrograms({ traps: true, turns: [WHOLE, [3, 1e9], [1e9, 2]] }, expectSame);
});
