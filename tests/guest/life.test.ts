// A greenlet's end: traps fail one and no other; kills run its handlers, free its stack and let its
// references be collected.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fate } from "../../assembly/guest/abi.js";
import { type Build, builds, compile, name } from "./lib/compile.js";
import { RawHub } from "./lib/raw-hub.js";

async function load(build: Build) {
  const hub = new RawHub();
  const bytes = await compile("life", build);
  const guest = hub.load(bytes, {
    explode() {
      throw new Error("thrown by the host");
    },
  });
  const call = (name: string, ...args: number[]) => {
    const task = guest.call(name, ...args);
    hub.run();
    expect(task.error).toBeUndefined();
    expect(task.fate).toBe(Fate.Returned);
    expect(hub.left()).toEqual([0, 0, 0]);
    return task.value as number;
  };
  return { hub, guest, call };
}

describe.each(builds.map((build) => [name(build), build] as const))("life, %s", (_, build) => {
  test("a trap at a random point of one of 100 greenlets fails that one only", async () => {
    const { hub, guest, call } = await load(build);
    fc.assert(
      fc.property(
        fc.nat(99),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 4 }),
        (victim, at, how) => {
          hub.errors.length = 0;
          expect(call("walkers", victim, at, how)).toBe(1099);
          expect(hub.errors).toHaveLength(1);
          expect(guest.exports.stepCount()).toBe(99 * 20 + at);
          expect(guest.exports.exitCount()).toBe(100);
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });

  test("onExit a handler that traps costs itself, those below it run", async () => {
    const { hub, call } = await load(build);
    expect(call("trappingHandler")).toBe(102);
    expect(hub.errors).toHaveLength(2);
  });

  test("kill before start prevents the run", async () => {
    const { guest, call } = await load(build);
    expect(call("killBeforeStart")).toBe(3);
    expect(guest.exports.afterCount()).toBe(0);
  });

  test.each([0, 1, 10, 50])(
    "kill of a greenlet parked %i frames deep frees its references and runs its handler",
    async (depth) => {
      const { guest, call } = await load(build);
      expect(call("killParkedDeep", depth)).toBe(0);
      expect(guest.exports.exitCount()).toBe(1);
      expect(guest.exports.afterCount()).toBe(0);
    },
  );

  test("kill of a greenlet in sleep(0) ends it", async () => {
    const { guest, call } = await load(build);
    expect(call("killSpinning")).toBe(0);
    expect(guest.exports.exitCount()).toBe(1);
  });

  test("catchExit() lets a greenlet see each kill and go on", async () => {
    const { call } = await load(build);
    expect(call("killCaught")).toBe(3);
  });

  test("kill of itself ends a greenlet at that call", async () => {
    const { guest, call } = await load(build);
    expect(call("killSelf")).toBe(1);
    expect(guest.exports.afterCount()).toBe(0);
  });

  test("onExit handlers run last registered first", async () => {
    const { call } = await load(build);
    expect(call("handlerOrder")).toBe(321);
  });

  test("kill during a handler cuts that handler, the others run", async () => {
    const { call } = await load(build);
    expect(call("killedTwice")).toBe(1);
  });

  test("a million spawn and finish and a million spawn and kill cycles leave memory where it was", async () => {
    if (build.runtime === "minimal") return;
    const { guest, call } = await load(build);
    call("churn", 20_000);
    call("churnKills", 20_000);
    const before = guest.exports.memory.buffer.byteLength;
    const coreBefore = guest.hub.core.memory.buffer.byteLength;
    const cycles = 1_000_000;
    call("churn", cycles);
    call("churnKills", cycles);
    expect(guest.exports.memory.buffer.byteLength).toBe(before);
    expect(guest.hub.core.memory.buffer.byteLength).toBe(coreBefore);
  });
});
