// A seed shuffles what is ready. Which order comes out is nobody's business; that it can be repeated,
// that nothing is lost and that everything stays consistent is.
import { expect, test, vi } from "vitest";
import { Outcome } from "../../assembly/core/abi.ts";
import { checkPrograms, RUNS, shuffled } from "../lib/core-program.ts";
import { NOTHING, Stage } from "../lib/core-stage.ts";

vi.setConfig({ testTimeout: 600_000 });

function orderOf(seed: number): number[] {
  const stage = new Stage();
  stage.core.seedOrder(seed);
  const turns = new Map<number, number>();
  for (let i = 0; i < 20; i++) stage.spawn();
  stage.onResume = (row) => {
    const turn = (turns.get(row) ?? 0) + 1;
    turns.set(row, turn);
    return turn < 3 ? Outcome.Ready : Outcome.Done;
  };
  stage.run();
  expect(stage.counts).toEqual(NOTHING);
  return stage.rows();
}

test("seedOrder() gives the same order for the same seed", () => {
  for (let seed = 1; seed < 50; seed++) expect(orderOf(seed)).toEqual(orderOf(seed));
});

test("seedOrder() gives every task its turns, in an order of its own for each seed", () => {
  const sorted = orderOf(0).sort((a, b) => a - b);
  const orders = new Set<string>();
  for (let seed = 1; seed <= 200; seed++) {
    const order = orderOf(seed);
    orders.add(order.join());
    expect(order.sort((a, b) => a - b)).toEqual(sorted);
  }
  expect(orders.size).toBe(200);
});

test("seedOrder() of 0 is first in, first out", () => {
  const stage = new Stage();
  stage.core.seedOrder(5);
  stage.core.seedOrder(0);
  const tasks = [1, 2, 3, 4, 5, 6, 7, 8].map(() => stage.spawn());
  stage.run();
  expect(stage.rows()).toEqual(tasks);
});

test("seedOrder() can put any of the ready tasks first", () => {
  const firsts = new Set<number>();
  for (let seed = 1; seed <= 400; seed++) firsts.add(orderOf(seed * 2_654_435)[0]!);
  expect(firsts.size).toBe(20);
});

test("seedOrder() breaks no invariant and loses nothing in random programs, and each can be repeated", () => {
  const turns = [
    [1e9, 1e9],
    [3, 1e9],
    [1e9, 2],
  ] as const;
  checkPrograms(
    { traps: true, turns },
    (program, seed) => {
      const lines = shuffled(program, seed);
      const again = shuffled(program, seed);
      if (lines.join("\n") !== again.join("\n")) throw new Error(`seed ${seed} did not repeat its order`);
    },
    RUNS,
    "shuffled",
  );
});
