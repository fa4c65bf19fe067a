// Random programs of everything that blocks, kills and times out: each ends, leaves nothing behind,
// and does the same again under the same seed.
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  call,
  collect,
  Event,
  type Greenlet,
  Hub,
  idle,
  iwait,
  joinAll,
  killAll,
  sleep,
  spawn,
  spawnLater,
  Timeout,
  wait,
  withTimeout,
} from "wevent";
import { Semaphore } from "wevent/lock";
import { leftIn, NOTHING_LEFT, runtimeTurn } from "../lib/hub.ts";

const VERBS = [
  "sleep",
  "idle",
  "event",
  "set",
  "acquire",
  "kill",
  "killAll",
  "join",
  "get",
  "joinAll",
  "wait",
  "iwait",
  "promise",
  "spawn",
  "spawnLater",
  "withTimeout",
  "silent",
  "call",
  "throw",
  "link",
] as const;

interface Step {
  readonly verb: (typeof VERBS)[number];
  readonly a: number;
  readonly b: number;
  readonly catches: boolean;
}

const programs = fc.record({
  seed: fc.nat({ max: 1000 }),
  bodies: fc.array(
    fc.array(
      fc.record({
        verb: fc.constantFrom(...VERBS),
        a: fc.nat({ max: 7 }),
        b: fc.nat({ max: 7 }),
        catches: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    { minLength: 2, maxLength: 8 },
  ),
});

type Program = typeof programs extends fc.Arbitrary<infer P> ? P : never;

class Broken extends Error {}

/** Greenlets that one program may make: a program that spawns itself must end. */
const MOST_GREENLETS = 60;

async function perform({ seed, bodies }: Program): Promise<string[]> {
  const log: string[] = [];
  const hub = new Hub({
    clock: "virtual",
    seed,
    onError: (report) => void log.push(`report ${report.name}`),
  });
  await hub.run(function* () {
    const events = Array.from({ length: 3 }, () => new Event());
    const semaphore = new Semaphore(1);
    const all: Greenlet[] = [];
    const pick = (n: number) => all[n % all.length]!;

    const start = (index: number, delayMs = -1) => {
      if (all.length >= MOST_GREENLETS) return;
      const steps = bodies[index % bodies.length]!;
      const name = `g${all.length}`;
      const greenlet = (
        delayMs < 0 ? spawn(life, name, steps) : spawnLater(delayMs, life, name, steps)
      ) as Greenlet;
      greenlet.name = name;
      all.push(greenlet);
    };

    function* life(name: string, steps: readonly Step[]) {
      for (const [i, step] of steps.entries()) {
        try {
          log.push(`${name}.${i} ${step.verb} at ${hub.now()}`);
          log.push(`${name}.${i} ${yield* act(step, name)}`);
        } catch (error) {
          log.push(`${name}.${i} ${(error as Error).name}`);
          if (!step.catches) throw error;
        }
      }
      return name;
    }

    function* act({ verb, a, b }: Step, name: string): Generator<unknown, unknown, unknown> {
      const timeout = b < 4 ? b : undefined;
      switch (verb) {
        case "sleep":
          return yield* sleep(a - 2);
        case "idle":
          return yield* idle();
        case "event":
          return yield* events[a % 3]!.wait(timeout);
        case "set":
          events[a % 3]!.set();
          if (b % 2 === 0) events[a % 3]!.clear();
          return "set";
        case "acquire": {
          const taken = yield* semaphore.acquire(timeout === undefined ? {} : { timeout });
          if (!taken) return false;
          try {
            yield* sleep(b % 3);
          } finally {
            semaphore.release();
          }
          return true;
        }
        case "kill":
          return yield* pick(a).kill(b % 2 === 0 ? undefined : Broken, { timeout: b });
        case "killAll":
          return yield* killAll([pick(a), pick(b)], undefined, { timeout: a });
        case "join":
          return yield* pick(a).join(timeout);
        case "get":
          return String(yield* pick(a).get(timeout === undefined ? {} : { timeout }));
        case "joinAll": {
          const options = { timeout: b, raiseError: a % 2 === 0 };
          return (yield* joinAll([pick(a), pick(b), pick(a + b)], options))
            .map((greenlet) => greenlet.name)
            .join();
        }
        case "wait":
          return (yield* wait([pick(a), events[b % 3]!], { timeout: b, count: 1 + (a % 2) })).length;
        case "iwait":
          return (yield* collect(iwait([pick(a), Promise.resolve(1), pick(b)], { timeout: a }))).length;
        case "promise":
          return yield* wait(Promise.resolve(a));
        case "spawn":
          start(a);
          return "spawned";
        case "spawnLater":
          start(a, b);
          return "spawned";
        case "withTimeout":
          return String(yield* withTimeout(a, () => pick(b).get(), { timeoutValue: "late" }));
        case "silent":
          return yield* new Timeout(a, false).run(() => events[b % 3]!.wait());
        case "call":
          return yield* call(function* () {
            try {
              return yield* call(() => sleep(a));
            } finally {
              yield* sleep(0);
              log.push(`${name} left call`);
            }
          });
        case "throw":
          throw new Broken();
        case "link":
          pick(a).link(() => void log.push(`${name} linked`));
          pick(b).rawlink(() => void log.push(`${name} rawlinked`));
          return "linked";
      }
    }

    for (let i = 0; i < bodies.length; i++) start(i);
    for (let i = 0; all.some((greenlet) => !greenlet.dead); i++) {
      // Whatever waits for an event, or for one that does, gets on.
      for (const event of events) event.set();
      yield* sleep(1);
      // Chains of spawns take some hundred ms; after that, what waits in a circle is killed.
      if (i > 500) killAll(all.filter((greenlet) => !greenlet.dead));
      expect(i).toBeLessThan(3000);
    }
    expect(semaphore.counter).toBe(1);
    for (const event of events) expect(event.linkCount).toBe(0);
    for (const greenlet of all) expect([greenlet.dead, greenlet.started]).toEqual([true, false]);
    yield* sleep(20);
  });
  for (let i = 0; i < 10; i++) await runtimeTurn();
  expect(leftIn(hub)).toEqual(NOTHING_LEFT);
  hub.destroy();
  return log;
}

it("random programs end, leave nothing behind, and repeat under their seed", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const first = await perform(program);
      expect(await perform(program)).toEqual(first);
    }),
    { numRuns: 200 },
  );
});
