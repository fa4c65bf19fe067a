// A million greenlets spawned and finished, and a million spawned and killed, a thousand at a time.
// Prints what the scheduler's memory and the heap did between the first thousand and the last.
// Run with --expose-gc.

import { GreenletExit, Hub, joinAll, killAll, sleep, spawn } from "wevent";

const hub = new Hub();
const BATCH = 1000;
const BATCHES = 1000;
let runs = 0;
let cleanups = 0;

function* quick() {
  runs++;
}

function* slow() {
  try {
    yield* sleep(60_000);
  } finally {
    cleanups++;
  }
}

function* finish() {
  const all = [];
  for (let i = 0; i < BATCH; i++) all.push(spawn(quick));
  yield* joinAll(all);
}

function* kill() {
  const all = [];
  for (let i = 0; i < BATCH; i++) all.push(spawn(slow));
  yield* sleep(0);
  yield* killAll(all, GreenletExit);
}

async function measure(body) {
  await hub.run(body);
  globalThis.gc();
  const before = { memory: hub.stats().memoryBytes, heap: process.memoryUsage().heapUsed };
  for (let i = 0; i < BATCHES; i++) await hub.run(body);
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc();
  return {
    memoryBytes: hub.stats().memoryBytes - before.memory,
    heapBytes: process.memoryUsage().heapUsed - before.heap,
  };
}

const finished = await measure(finish);
const killed = await measure(kill);
const { greenlets, timers, ready } = hub.stats();
console.log(JSON.stringify({ runs, cleanups, finished, killed, greenlets, timers, ready }));
