// What following AsyncLocalStorage costs: a hub that does, and as controls one that does not and
// native await, all with one store entered. Figures: docs/decisions/0004-context.md.

import { AsyncLocalStorage } from "node:async_hooks";
import { Hub, joinAll, sleep, spawn } from "wevent";

const hub = new Hub({ context: false });
const followingHub = new Hub({ context: true });
const storage = new AsyncLocalStorage();

function* body(count) {
  for (let i = 0; i < count; i++) yield* sleep(0);
}

async function bodyAsync(count) {
  for (let i = 0; i < count; i++) await null;
}

function* empty() {}
async function emptyAsync() {}

const inStore = (work) => (ops) => storage.run({}, work, ops);

const switches = (hub) =>
  inStore(async (ops) => {
    await hub.run(function* () {
      yield* joinAll([spawn(body, ops / 2), spawn(body, ops / 2)]);
    });
    return ops;
  });

const spawns = (hub) =>
  inStore(async (ops) => {
    await hub.run(function* () {
      const all = new Array(ops);
      for (let i = 0; i < ops; i++) all[i] = spawn(empty);
      yield* joinAll(all);
    });
    return ops;
  });

export const cases = {
  contextSwitch: {
    title: "switch, AsyncLocalStorage followed",
    unit: "ns",
    ops: 1_000_000,
    subjects: {
      following: switches(followingHub),
      wevent: switches(hub),
      await: inStore(async (ops) => {
        await Promise.all([bodyAsync(ops / 2), bodyAsync(ops / 2)]);
        return ops;
      }),
    },
  },
  contextSpawn: {
    title: "spawn + join, AsyncLocalStorage followed",
    unit: "ns",
    ops: 100_000,
    gc: true,
    subjects: {
      following: spawns(followingHub),
      wevent: spawns(hub),
      await: inStore(async (ops) => {
        const all = new Array(ops);
        for (let i = 0; i < ops; i++) all[i] = emptyAsync();
        await Promise.all(all);
        return ops;
      }),
    },
  },
};
