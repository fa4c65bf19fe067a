// 2000 greenlets parked at random depths, resumed in random order, a full collection at every switch.
// The two broken builds show that this test would notice the two faults that give no other sign.
import { describe, expect, test } from "vitest";
import { Fate } from "../../assembly/guest/abi.js";
import { type Build, builds, compile, eager, name } from "./lib/compile.js";
import { RawHub } from "./lib/raw-hub.js";

const limitMs = 300_000;

async function stress(build: Build, count: number) {
  const hub = new RawHub();
  const guest = hub.load(await compile("stress", build));
  const { entered, left, parked, finalizedAlive, read, memory } = guest.exports;
  const pages = memory.buffer.byteLength;
  hub.core.seedOrder(20_260_721);
  const task = guest.call("run", count);
  hub.run();
  const counter = (global: WebAssembly.Global) => read(global.value);
  return {
    task,
    hub,
    wrong: task.value,
    entered: counter(entered),
    left: counter(left),
    parked: counter(parked),
    finalizedAlive: counter(finalizedAlive),
    hasGrown: memory.buffer.byteLength > pages,
  };
}

/** The same draws as the program's: frames entered, and parks, of one run of all greenlets. */
function model(count: number) {
  let frames = 0;
  let parks = 0;
  for (let id = 0; id < count; id++) {
    let state = (Math.imul(id, 2654435761) + 12345) >>> 0;
    const next = () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      return state;
    };
    const perhapsPark = () => {
      if (next() % 40 === 0) parks++;
    };
    const descend = (depth: number) => {
      frames++;
      perhapsPark();
      if (depth % 8 === 3) {
        descend(depth - 1);
        perhapsPark();
      } else if (depth > 0) descend(depth - 1);
      perhapsPark();
    };
    descend(next() % 51);
  }
  return { frames, parks };
}

describe.each([...builds, eager].map((build) => [name(build), build] as const))("stress, %s", (_, build) => {
  test(
    "every greenlet comes to its result, every frame runs once, nothing alive is collected",
    async () => {
      const count = 2000;
      const { frames, parks } = model(count);
      const got = await stress(build, count);
      expect(got.task.error).toBeUndefined();
      expect(got.hub.errors).toEqual([]);
      expect(got.task.fate).toBe(Fate.Returned);
      expect(got.wrong).toBe(0);
      expect(got.finalizedAlive).toBe(0);
      expect(got.entered).toBe(frames * 2);
      expect(got.left).toBe(frames * 2);
      expect(got.parked).toBe(parks);
      expect(got.hasGrown).toBe(true);
      expect(got.hub.left()).toEqual([0, 0, 0]);
    },
    limitMs,
  );
});

describe.each(["parked roots are not visited", "the switch may be inlined"] as const)("if %s", (broken) => {
  test(
    "the stress test fails",
    async () => {
      const count = 200;
      const { frames, parks } = model(count);
      const build: Build = { level: "release", runtime: "incremental", broken };
      let isSound = false;
      try {
        const got = await stress(build, count);
        isSound =
          got.task.done &&
          got.hub.errors.length === 0 &&
          got.wrong === 0 &&
          got.finalizedAlive === 0 &&
          got.entered === frames * 2 &&
          got.left === frames * 2 &&
          got.parked === parks;
      } catch {
        isSound = false;
      }
      expect(isSound).toBe(false);
    },
    limitMs,
  );
});
