// How a case is measured: its subjects run turn about in one process, so that what else the
// machine does falls on all of them alike; the median of the rounds counts.
//
// A case: { title, unit, ops, rounds?, gc?, subjects: { name: () => work } }. `work` may be async and
// must do exactly `ops` operations; it answers a total that is checked. `gc`: collect before every
// round, for work that leaves much behind; elsewhere that would throw compiled code away.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** ns for each operation of every subject: the median round. `scale` < 1 makes a quick check of it. */
export async function measureTime(bench, scale = 1) {
  const ops = Math.max(1, Math.round(bench.ops * scale));
  const rounds = scale < 1 ? 1 : (bench.rounds ?? 9);
  const names = Object.keys(bench.subjects);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    // Every other round backwards: nobody always comes after the same neighbour.
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      if (bench.gc) globalThis.gc?.();
      const start = performance.now();
      const total = await bench.subjects[name](ops);
      const elapsedMs = performance.now() - start;
      if (total !== ops) throw new Error(`${bench.title}, ${name}: did ${total} of ${ops} operations`);
      if (round >= 0 || scale < 1) samples[name].push((elapsedMs * 1e6) / ops);
    }
    if (scale < 1) break;
  }
  return Object.fromEntries(names.map((name) => [name, median(samples[name])]));
}

/** Resident bytes of this process once it has collected; needs --expose-gc. */
export async function settledBytes() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().rss;
}

/** Bytes of resident memory for each of `count` things made by `park`, which answers what ends them. */
export async function measureMemory(park, count) {
  await (await park(100))();
  const before = await settledBytes();
  const end = await park(count);
  const after = await settledBytes();
  await end();
  return (after - before) / count;
}
