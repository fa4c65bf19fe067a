// The tools that greenlets meet in: queues, channels, semaphores, events, pools.

import { Event, Hub, joinAll, sleep, spawn } from "wevent";
import { Semaphore } from "wevent/lock";
import { Pool } from "wevent/pool";
import { Channel, Queue } from "wevent/queue";
import { AsyncChannel, AsyncQueue, AsyncSemaphore, mapLimited } from "../lib/async-tools.js";
import { loadBench } from "../lib/guest.js";
import { peers } from "../lib/peers.js";

const hub = new Hub();
const bench = await loadBench();

/** An export that does all operations of a round. */
const guest =
  (name, ...args) =>
  async (ops) => {
    await bench.call(name, ...args, ops);
    return ops;
  };

/** Two parties that pass tokens round over two queues: an operation is one message. */
function passing(maxSize, tokens) {
  let messages = 0;
  function* side(from, to, count) {
    for (let i = 0; i < count; i++) {
      const token = yield* from.get();
      yield* to.put(token);
      messages++;
    }
  }
  return async (ops) => {
    messages = 0;
    await hub.run(function* () {
      const [there, back] = [new Queue(maxSize), new Queue(maxSize)];
      for (let i = 0; i < tokens; i++) back.putNowait(i);
      yield* joinAll([spawn(side, back, there, ops / 2), spawn(side, there, back, ops / 2)]);
    });
    return messages;
  };
}

function passingAsync(maxSize, tokens) {
  let messages = 0;
  async function side(from, to, count) {
    for (let i = 0; i < count; i++) {
      const token = await from.get();
      await to.put(token);
      messages++;
    }
  }
  return async (ops) => {
    messages = 0;
    const [there, back] = [new AsyncQueue(maxSize), new AsyncQueue(maxSize)];
    for (let i = 0; i < tokens; i++) await back.put(i);
    await Promise.all([side(back, there, ops / 2), side(there, back, ops / 2)]);
    return messages;
  };
}

const queueCase = (maxSize) => ({
  title: `queue(${maxSize}), a message`,
  unit: "ns",
  ops: 200_000,
  subjects: {
    wevent: passing(maxSize, maxSize),
    guest: guest("queueMessages", maxSize, maxSize),
    await: passingAsync(maxSize, maxSize),
    ...peers("queue", (queue) => queue(maxSize, maxSize)),
  },
});

function* give(channel, count) {
  for (let i = 0; i < count; i++) yield* channel.put(i);
}

function* take(channel, count) {
  let taken = 0;
  for (let i = 0; i < count; i++) {
    yield* channel.get();
    taken++;
  }
  return taken;
}

/** Takes the semaphore, gives way while holding it, gives it on. */
function* holdInTurn(semaphore, count) {
  for (let i = 0; i < count; i++) {
    yield* semaphore.acquire();
    yield* sleep(0);
    semaphore.release();
  }
  return count;
}

const HOLDERS = 10;
const POOL_SIZE = 100;

let woken = 0;
function* waiter(event) {
  yield* event.wait();
  woken++;
}

function* square(i) {
  yield* sleep(0);
  return i * i;
}

export const cases = {
  queue1: queueCase(1),
  queue100: queueCase(100),
  channel: {
    title: "channel, a message",
    unit: "ns",
    ops: 200_000,
    subjects: {
      wevent: (ops) =>
        hub.run(function* () {
          const channel = new Channel();
          const taker = spawn(take, channel, ops);
          yield* joinAll([spawn(give, channel, ops), taker]);
          return taker.value;
        }),
      guest: guest("channelMessages"),
      await: async (ops) => {
        const channel = new AsyncChannel();
        let taken = 0;
        const giver = (async () => {
          for (let i = 0; i < ops; i++) await channel.put(i);
        })();
        for (let i = 0; i < ops; i++) {
          await channel.get();
          taken++;
        }
        await giver;
        return taken;
      },
    },
  },
  semaphore: {
    title: `semaphore, a hand-off among ${HOLDERS}`,
    unit: "ns",
    ops: 200_000,
    subjects: {
      wevent: (ops) =>
        hub.run(function* () {
          const semaphore = new Semaphore(1);
          const holders = [];
          for (let i = 0; i < HOLDERS; i++) holders.push(spawn(holdInTurn, semaphore, ops / HOLDERS));
          yield* joinAll(holders);
          return holders.reduce((sum, holder) => sum + holder.value, 0);
        }),
      guest: guest("semaphoreTurns", HOLDERS),
      await: async (ops) => {
        const semaphore = new AsyncSemaphore(1);
        let turns = 0;
        async function hold() {
          for (let i = 0; i < ops / HOLDERS; i++) {
            await semaphore.acquire();
            await null;
            semaphore.release();
            turns++;
          }
        }
        await Promise.all(Array.from({ length: HOLDERS }, hold));
        return turns;
      },
      ...peers("semaphore", (semaphore) => semaphore(HOLDERS)),
    },
  },
  broadcast: {
    title: "event, wait and wake, each of 100 000",
    unit: "ns",
    ops: 100_000,
    rounds: 5,
    gc: true,
    subjects: {
      wevent: async (ops) => {
        woken = 0;
        await hub.run(function* () {
          const event = new Event();
          const waiters = [];
          for (let i = 0; i < ops; i++) waiters.push(spawn(waiter, event));
          yield* sleep(0);
          event.set();
          yield* joinAll(waiters);
        });
        return woken;
      },
      guest: guest("broadcast"),
      await: async (ops) => {
        let count = 0;
        let set;
        const event = new Promise((resolve) => {
          set = resolve;
        });
        async function wait() {
          await event;
          count++;
        }
        const waiters = [];
        for (let i = 0; i < ops; i++) waiters.push(wait());
        set();
        await Promise.all(waiters);
        return count;
      },
      ...peers("broadcast"),
    },
  },
  poolMap: {
    title: `pool(${POOL_SIZE}).map, each of 100 000`,
    unit: "ns",
    ops: 100_000,
    rounds: 5,
    gc: true,
    subjects: {
      wevent: (ops) =>
        hub.run(function* () {
          const items = Array.from({ length: ops }, (_, i) => i);
          return (yield* new Pool(POOL_SIZE).map(square, items)).length;
        }),
      guest: guest("mapInPool", POOL_SIZE),
      await: async (ops) => {
        const items = Array.from({ length: ops }, (_, i) => i);
        const squareAsync = async (i) => {
          await null;
          return i * i;
        };
        return (await mapLimited(POOL_SIZE, squareAsync, items)).length;
      },
      ...peers("map", (map) => map(POOL_SIZE)),
    },
  },
};
