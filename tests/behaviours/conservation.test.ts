// Never lose a waiter, an item or a permit: random programs of every tool, each under several orders.
// WEVENT_PROGRAMS and WEVENT_SEEDS say how many; a failing one is printed as a script with its seed.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { programs, script } from "../lib/tool-program.ts";
import { perform } from "../lib/tool-world.ts";

const PROGRAMS = Number(process.env["WEVENT_PROGRAMS"] ?? 300);
const SEEDS = Number(process.env["WEVENT_SEEDS"] ?? 4);

it(`no item, permit or waiter is lost in ${PROGRAMS} programs × ${SEEDS} orders`, async () => {
  let runs = 0;
  const property = fc.asyncProperty(programs, fc.nat({ max: 1 << 20 }), async (program, first) => {
    for (let i = 0; i < SEEDS; i++) {
      // Seed 0 is strict order.
      const seed = i === 0 ? 0 : first + i;
      try {
        const log = await perform(program, seed);
        if (i === 1) expect(await perform(program, seed), "the same seed gives the same order").toEqual(log);
      } catch (error) {
        throw new Error(`order seed ${seed}: ${(error as Error).message}\n\n${script(program, seed)}`);
      }
      runs++;
    }
  });
  await fc.assert(property, { numRuns: PROGRAMS, endOnFailure: false });
  console.log(`${PROGRAMS} programs, ${runs} runs without a violation`);
}, 3_600_000);

it("a program is printed as a script that runs by itself", async () => {
  const folder = fileURLToPath(new URL("../../build/programs", import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [i, program] of fc.sample(programs, { numRuns: 5, seed: 1 }).entries()) {
    const file = `${folder}/${i}.mjs`;
    writeFileSync(file, script(program, i));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
    expect(stdout, file).toMatch(/^g\d /m);
    expect(stderr, file).toBe("");
  }
});
