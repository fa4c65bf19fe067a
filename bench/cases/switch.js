// Switching: tasks that only give way. 2 and 1000 tasks, and 2 tasks under 5 and 20 frames.

import { call, Hub, joinAll, sleep, spawn } from "wevent";
import { loadBench } from "../lib/guest.js";

const hub = new Hub();
const bench = await loadBench();

function* body(count) {
  for (let i = 0; i < count; i++) yield* sleep(0);
}

function* nested(depth, count) {
  if (depth > 0) yield* nested(depth - 1, count);
  else for (let i = 0; i < count; i++) yield* sleep(0);
}

function* called(depth, count) {
  if (depth > 0) yield* call(called, depth - 1, count);
  else for (let i = 0; i < count; i++) yield* sleep(0);
}

async function awaiting(depth, count) {
  if (depth > 0) await awaiting(depth - 1, count);
  else for (let i = 0; i < count; i++) await null;
}

function* bare(depth, count) {
  if (depth > 0) yield* bare(depth - 1, count);
  else for (let i = 0; i < count; i++) yield;
}

function greenlets(make, tasks, depth) {
  return async (ops) => {
    const count = Math.ceil(ops / tasks);
    await hub.run(function* () {
      const all = [];
      for (let i = 0; i < tasks; i++) all.push(spawn(make, depth, count));
      yield* joinAll(all);
    });
    return ops;
  };
}

function promises(tasks, depth) {
  return async (ops) => {
    const count = Math.ceil(ops / tasks);
    const all = [];
    for (let i = 0; i < tasks; i++) all.push(awaiting(depth, count));
    await Promise.all(all);
    return ops;
  };
}

function ring(tasks, depth) {
  return (ops) => {
    const count = Math.ceil(ops / tasks);
    const all = [];
    for (let i = 0; i < tasks; i++) all.push(bare(depth, count));
    for (let live = tasks; live > 0; ) {
      live = tasks;
      for (let i = 0; i < tasks; i++) if (all[i].next().done) live--;
    }
    return ops;
  };
}

function guestSwitches(tasks) {
  return async (ops) => {
    await bench.call("switches", tasks, Math.ceil(ops / tasks));
    return ops;
  };
}

function guestDeep(depth) {
  return async (ops) => {
    await bench.call("deepSwitches", depth, Math.ceil(ops / 2));
    return ops;
  };
}

const flat = (_depth, count) => body(count);

export const cases = {
  switch2: {
    title: "switch, 2 tasks",
    unit: "ns",
    ops: 1_000_000,
    subjects: {
      wevent: greenlets(flat, 2, 0),
      guest: guestSwitches(2),
      await: promises(2, 0),
      generators: ring(2, 0),
    },
  },
  switch1000: {
    title: "switch, 1000 tasks",
    unit: "ns",
    ops: 1_000_000,
    subjects: {
      wevent: greenlets(flat, 1000, 0),
      guest: guestSwitches(1000),
      await: promises(1000, 0),
      generators: ring(1000, 0),
    },
  },
  depth5: {
    title: "switch, 5 frames deep",
    unit: "ns",
    ops: 500_000,
    subjects: {
      wevent: greenlets(called, 2, 5),
      "wevent yield*": greenlets(nested, 2, 5),
      guest: guestDeep(5),
      await: promises(2, 5),
      generators: ring(2, 5),
    },
  },
  depth20: {
    title: "switch, 20 frames deep",
    unit: "ns",
    ops: 500_000,
    subjects: {
      wevent: greenlets(called, 2, 20),
      "wevent yield*": greenlets(nested, 2, 20),
      guest: guestDeep(20),
      await: promises(2, 20),
      generators: ring(2, 20),
    },
  },
};
