// seed: shuffles what is ready, the same way for the same seed.
import { expect, it } from "vitest";
import { orderWith } from "../lib/seeded-order.ts";

it("seed gives the same order for the same seed", async () => {
  for (const seed of [1, 42, 0xffffffff]) expect(await orderWith(seed)).toBe(await orderWith(seed));
});

it("seed gives other orders for other seeds, and none is lost", async () => {
  const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
  const orders = await Promise.all(seeds.map(orderWith));
  expect(new Set(orders).size).toBeGreaterThan(10);
  for (const order of orders) expect(order.split(" ").length).toBe(15);
});

it("seed 0 is strict order", async () => {
  expect(await orderWith(0)).toBe(await orderWith(0));
  expect((await orderWith(0)).startsWith("a0 b0 c0 d0 e0 a1 b1 c1 d1 e1")).toBe(true);
});
