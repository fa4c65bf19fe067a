// traceHub(): the schedule as the Trace Event format writes it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Event, Greenlet, Hub, joinAll, sleep, spawn, spawnLater } from "wevent";
import { type TraceEvent, traceHub } from "wevent/util";
import { codeOf, inHub, thrownBy, withHub } from "../lib/hub.js";
import { arrowsOf, breaches, lanesOf, runsOf } from "../lib/trace-rules.js";

/** The trace of a program in a hub of its own. */
async function traced(body: () => Generator<unknown, unknown, unknown>, seed = 0) {
  const hub = new Hub({ clock: "virtual", seed, onError: () => {} });
  const trace = traceHub(hub);
  await hub.run(body);
  const events = trace.stop();
  hub.destroy();
  return events;
}

function* handover() {
  const event = new Event();
  const waiter = spawn(function* waiter() {
    yield* event.wait();
    return 1;
  });
  yield* sleep(0);
  event.set();
  yield* waiter.join();
}

describe("traceHub()", () => {
  it("traceHub() has a slice for each run, with what it ran into", async () => {
    expect(runsOf(await traced(handover))).toEqual([
      "main: spawn",
      "handover: gives way",
      "waiter: Event.wait",
      "handover: Greenlet.join, held by waiter",
      "waiter: ends",
      "handover: ends",
      "main: ends",
    ]);
  });

  it("traceHub() has an arrow from each spawn to the first run, and from each wake to the run it made", async () => {
    expect(arrowsOf(await traced(handover))).toEqual([
      "spawn: main -> handover",
      "spawn: handover -> waiter",
      "wake: handover -> waiter",
      "wake: waiter -> handover",
      "wake: handover -> main",
    ]);
  });

  it("traceHub() draws no arrow to one whose time has passed, and one from who killed", async () => {
    const events = await traced(function* boss() {
      const event = new Event();
      const late = spawnLater(1, function* late() {
        yield* event.wait(5);
        yield* event.wait();
      });
      yield* sleep(10);
      yield* late.kill();
    });
    const toLate = arrowsOf(events).filter((arrow) => arrow.endsWith("-> late"));
    expect(toLate).toEqual(["interrupt: boss -> late"]);
  });

  it("traceHub() keeps the order where the clock stands still, one nanosecond for each event", async () => {
    const events = (await traced(handover)).filter((event) => event.ph !== "M");
    const times = events.map((event) => event.ts);
    expect(new Set(times).size).toBe(times.length);
    expect(Math.max(...times)).toBeLessThan(1);
  });

  it("traceHub() under a virtual clock gives the same each time", async () => {
    expect(await traced(handover)).toEqual(await traced(handover));
  });

  it(
    "traceHub() begun and stopped by a greenlet has that greenlet's run too",
    inHub(function* () {
      const trace = traceHub();
      yield* sleep(0);
      const events = trace.stop();
      expect(breaches(events)).toEqual([]);
      expect(runsOf(events).map((run) => run.split(": ")[1])).toEqual(["gives way", "the trace ended"]);
      expect(trace.stop()).toBe(events);
    }),
  );

  it(
    "traceHub() observes nothing once it is stopped",
    inHub(function* ({ hub }) {
      const trace = traceHub(hub);
      const events = trace.stop();
      const count = events.length;
      yield* sleep(0);
      expect(events).toHaveLength(count);
      expect(hub.stats().observers).toBe(0);
    }),
  );

  it(
    "traceHub() and listings call a greenlet whose own name fails by its class, and the schedule goes on",
    inHub(function* ({ hub }) {
      class Nameless extends Greenlet<number> {
        override get name(): string {
          throw new Error("no name");
        }
        override *run() {
          yield* sleep(1);
          return 7;
        }
      }
      const trace = traceHub(hub);
      const nameless = Nameless.spawn();
      yield* sleep(0);
      expect(JSON.stringify(hub.tree())).toContain('"Nameless"');
      expect(yield* nameless.get()).toBe(7);
      const events = trace.stop();
      expect(breaches(events)).toEqual([]);
      expect([...lanesOf(events).values()]).toContain("Nameless");
    }),
  );

  it("traceHub() with onEvents hands out at the end of each turn what the same program's whole trace has", async () => {
    const hub = new Hub({ clock: "virtual" });
    const turns: (readonly TraceEvent[])[] = [];
    const trace = traceHub(hub, { onEvents: (events) => turns.push(events) });
    await hub.run(handover);
    const live = turns.length;
    const rest = trace.stop();
    expect(trace.stop()).toBe(rest);
    expect(live).toBeGreaterThan(0);
    expect([...turns.flat(), ...rest]).toEqual(await traced(handover));
    hub.destroy();
  });

  it(
    "traceHub() calls onEvents where it may spawn and wake, and reports what it throws",
    withHub(async ({ hub, takeReports }) => {
      const error = new Error("no more");
      let spawned: Greenlet<unknown> | null = null;
      const trace = traceHub(hub, {
        onEvents() {
          if (spawned !== null) return;
          spawned = spawn(() => sleep(1));
          throw error;
        },
      });
      await hub.run(() => sleep(2));
      trace.stop();
      expect(spawned!.successful()).toBe(true);
      expect(takeReports().map((report) => report.error)).toEqual([error]);
    }),
  );

  it("traceHub() refuses what is no function at once", () => {
    const hub = new Hub();
    expect(codeOf(thrownBy(() => traceHub(hub, { onEvents: 1 as never })))).toBe("WEV_ERR_ARGUMENT");
    expect(codeOf(thrownBy(() => traceHub(hub, null as never)))).toBe("WEV_ERR_ARGUMENT");
    expect(hub.stats().observers).toBe(0);
    hub.destroy();
  });

  it("traceHub() keeps the format's rules, whatever the program", async () => {
    const step = fc.record({
      what: fc.constantFrom("sleep", "wait", "set", "spawn", "kill", "join", "fail"),
      who: fc.nat(4),
      ms: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 5 }),
        fc.nat(9),
        async (programs, seed) => {
          const events = await traced(function* root() {
            const objects = [0, 1, 2, 3, 4].map(() => new Event());
            const all: ReturnType<typeof spawn>[] = [];
            const run = function* (steps: (typeof programs)[number]): Generator<unknown, void> {
              for (const { what, who, ms } of steps) {
                if (what === "sleep") yield* sleep(ms);
                else if (what === "wait") yield* objects[who]!.wait(ms);
                else if (what === "set") objects[who]!.set();
                else if (what === "spawn") all.push(spawn(() => sleep(ms)));
                else if (what === "kill") all[who]?.kill(undefined, { block: false });
                else if (what === "join") yield* sleep(0);
                else throw new Error("failed");
              }
            };
            for (const steps of programs) all.push(spawn(run, steps));
            yield* sleep(20);
            yield* joinAll(all);
          }, seed);
          expect(breaches(events)).toEqual([]);
          expect(JSON.parse(JSON.stringify(events))).toEqual(events);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("the rules themselves", () => {
  const lane = { name: "thread_name", ph: "M", pid: 1, tid: 3, ts: 0, args: { name: "x" } } as const;
  const slice = (ts: number, dur: number): TraceEvent => ({ name: "x", ph: "X", pid: 1, tid: 3, ts, dur });

  it("breaches() finds slices that overlap, arrows with one end, and lanes without a name", () => {
    expect(breaches([lane, slice(0, 2), slice(3, 1)])).toEqual([]);
    expect(breaches([lane, slice(0, 2), slice(1, 1)])).toHaveLength(1);
    expect(breaches([lane, slice(0, 2), { ...slice(1, 0), ph: "s", id: 1 }])).toHaveLength(1);
    expect(breaches([slice(0, 2)])).toHaveLength(1);
    expect(lanesOf([lane]).get(3)).toBe("x");
  });
});
