// Never lose an item, a permit or a waiter across the border: random programs of TypeScript and two
// guests, each under several orders. WEVENT_PROGRAMS says how many.
import fc from "fast-check";
import { expect, test } from "vitest";
import { perform, programs } from "./lib/border-world.ts";
import { type Build, compile, name } from "./lib/compile.js";

const PROGRAMS = Number(process.env["WEVENT_PROGRAMS"] ?? 60);
const SEEDS = 3;
const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "minimal" },
];

test.each(builds.map((build) => [name(build), build] as const))(
  "no item, permit or waiter is lost between TypeScript and two guests, %s",
  async (_, build) => {
    const module = await WebAssembly.compile((await compile("border-random", build)) as BufferSource);
    const property = fc.asyncProperty(programs, fc.nat({ max: 1 << 20 }), async (program, first) => {
      // Seed 0 is strict order.
      for (let i = 0; i < SEEDS; i++) {
        const seed = i === 0 ? 0 : first + i;
        const log = await perform(program, seed, module).catch((error: Error) => {
          throw new Error(`order seed ${seed}: ${error.message}`, { cause: error });
        });
        if (i === 1)
          expect(await perform(program, seed, module), "the same seed, the same order").toEqual(log);
      }
    });
    await fc.assert(property, { numRuns: PROGRAMS });
  },
  600_000,
);
