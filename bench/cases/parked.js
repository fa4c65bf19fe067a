// Memory: resident bytes for each of 100 000, and of 1 000 000, tasks parked on one event.

import { Event, Hub, spawn } from "wevent";
import { loadBench } from "../lib/guest.js";
import { measureMemory } from "../lib/measure.js";

async function parkGreenlets(count) {
  const hub = new Hub();
  const event = new Event();
  let left = count;
  function* waiter() {
    yield* event.wait();
    left--;
  }
  await hub.run(() => {
    for (let i = 0; i < count; i++) spawn(waiter);
  });
  await hub.join();
  return async () => {
    event.set();
    await hub.join();
    if (left !== 0) throw new Error(`${left} of ${count} greenlets were not released`);
  };
}

async function parkGuests(count) {
  const bench = await loadBench();
  await bench.call("park", count);
  return async () => {
    const left = await bench.call("release");
    if (left !== 0) throw new Error(`${left} of ${count} guest greenlets were not released`);
  };
}

async function parkPromises(count) {
  let release;
  const event = new Promise((resolve) => {
    release = resolve;
  });
  let left = count;
  async function waiter() {
    await event;
    left--;
  }
  const all = Array.from({ length: count }, () => waiter());
  return async () => {
    release();
    await Promise.all(all);
    if (left !== 0) throw new Error(`${left} of ${count} promises were not released`);
  };
}

/** Generators that are suspended in a list; nothing could wake one but going through it. */
function parkGenerators(count) {
  let left = count;
  function* waiter() {
    yield;
    left--;
  }
  const all = Array.from({ length: count }, () => waiter());
  for (const frame of all) frame.next();
  return () => {
    for (const frame of all) frame.next();
    if (left !== 0) throw new Error(`${left} of ${count} generators were not released`);
  };
}

const parked = (count) => ({
  title: `parked, each of ${count.toLocaleString("en")}`,
  unit: "bytes",
  // One subject to a process: freed memory is not given back, and would flatter the second.
  subjects: { wevent: parkGreenlets, guest: parkGuests, await: parkPromises, generators: parkGenerators },
  memory: (park, scale) => measureMemory(park, Math.round(count * scale)),
});

export const cases = { parked100k: parked(100_000), parked1m: parked(1_000_000) };
