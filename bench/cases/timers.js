// Timers: 100 000 sleeps of 0 to 100 ms. What counts is the CPU they take, in ms.

import { Hub, joinAll, sleep, spawn } from "wevent";
import { loadBench } from "../lib/guest.js";
import { Ring } from "../lib/ring.js";

const hub = new Hub();
const bench = await loadBench();

/** The same spans every time: the linear congruential generator of ANSI C. */
function spans(count) {
  let state = 12345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % 101;
  });
}

function* sleeper(ms) {
  yield* sleep(ms);
}

async function sleeperAsync(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

function* bareSleeper(ms) {
  yield ms;
}

/** CPU ms of this process while `work` runs. */
async function cpuMs(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

export const cases = {
  timers: {
    title: "100 000 sleeps, CPU",
    unit: "ms",
    measure: async (scale) => {
      const all = spans(Math.round(100_000 * scale));
      const samples = { wevent: [], guest: [], await: [], generators: [] };
      for (let round = 0; round < (scale < 1 ? 1 : 7); round++) {
        globalThis.gc?.();
        samples.wevent.push(
          await cpuMs(() =>
            hub.run(function* () {
              yield* joinAll(all.map((ms) => spawn(sleeper, ms)));
            }),
          ),
        );
        globalThis.gc?.();
        samples.guest.push(await cpuMs(() => bench.call("sleeps", all.length)));
        globalThis.gc?.();
        samples.await.push(await cpuMs(() => Promise.all(all.map(sleeperAsync))));
        globalThis.gc?.();
        samples.generators.push(
          await cpuMs(() => {
            const ring = new Ring();
            for (const ms of all) ring.spawn(bareSleeper(ms));
            return ring.finish();
          }),
        );
      }
      const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
      return {
        wevent: middle(samples.wevent),
        guest: middle(samples.guest),
        await: middle(samples.await),
        generators: middle(samples.generators),
      };
    },
  },
};
