// Spawning: 100 000 tasks that return at once, joined. One shared function, and a fresh literal each.

import { Hub, joinAll, spawn } from "wevent";
import { loadBench } from "../lib/guest.js";
import { Ring } from "../lib/ring.js";

const hub = new Hub();
const bench = await loadBench();

function* empty() {}
async function emptyAsync() {}

export const cases = {
  spawn: {
    title: "spawn + join",
    unit: "ns",
    ops: 100_000,
    gc: true,
    subjects: {
      wevent: async (ops) => {
        await hub.run(function* () {
          const all = new Array(ops);
          for (let i = 0; i < ops; i++) all[i] = spawn(empty);
          yield* joinAll(all);
        });
        return ops;
      },
      guest: async (ops) => {
        await bench.call("spawnAndJoin", ops);
        return ops;
      },
      generators: (ops) => {
        const ring = new Ring();
        let total = 0;
        function* counted() {
          total++;
        }
        for (let i = 0; i < ops; i++) ring.spawn(counted());
        ring.run();
        return total;
      },
      await: async (ops) => {
        const all = new Array(ops);
        for (let i = 0; i < ops; i++) all[i] = emptyAsync();
        await Promise.all(all);
        return ops;
      },
    },
  },
  spawnFresh: {
    title: "spawn + join, fresh functions",
    unit: "ns",
    ops: 100_000,
    gc: true,
    subjects: {
      wevent: async (ops) => {
        let total = 0;
        await hub.run(function* () {
          const all = new Array(ops);
          for (let i = 0; i < ops; i++) {
            all[i] = spawn(function* () {
              total++;
            });
          }
          yield* joinAll(all);
        });
        return total;
      },
      await: async (ops) => {
        let total = 0;
        const all = new Array(ops);
        for (let i = 0; i < ops; i++) {
          all[i] = (async () => {
            total++;
          })();
        }
        await Promise.all(all);
        return total;
      },
    },
  },
};
