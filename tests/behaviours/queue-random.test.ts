// Random programs of queues: no item is lost, doubled or overtaken, and whenever all is quiet nobody
// waits for what is there.
import fc from "fast-check";
import { expect, it } from "vitest";
import { call, type Greenlet, Hub, idle, killAll, sleep, spawn } from "wevent";
import { Empty, Full, LifoQueue, PriorityQueue, Queue, ShutDown } from "wevent/queue";
import { leftIn, NOTHING_LEFT, runtimeTurn } from "../lib/hub.ts";

const VERBS = [
  "put",
  "putNowait",
  "get",
  "getNowait",
  "peek",
  "iterate",
  "sleep",
  "kill",
  "killAtOnce",
  "raise",
  "lower",
  "shutdown",
  "shutdownNow",
] as const;

const programs = fc.record({
  seed: fc.nat({ max: 1000 }),
  maxSize: fc.option(fc.integer({ min: 1, max: 3 })),
  kind: fc.constantFrom("fifo", "lifo", "priority"),
  bodies: fc.array(
    fc.array(
      fc.record({
        verb: fc.constantFrom(...VERBS),
        a: fc.nat({ max: 7 }),
        // Most programs would end at once if shutting down were as frequent as the rest.
        b: fc.nat({ max: 9 }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    { minLength: 2, maxLength: 8 },
  ),
});

type Program = typeof programs extends fc.Arbitrary<infer P> ? P : never;
type Step = Program["bodies"][number][number];

const makeQueue = ({ kind, maxSize }: Program): Queue<number> =>
  kind === "fifo"
    ? new Queue(maxSize)
    : kind === "lifo"
      ? new LifoQueue(maxSize)
      : new PriorityQueue(null, maxSize);

async function perform(program: Program): Promise<string[]> {
  const log: string[] = [];
  const hub = new Hub({ clock: "virtual", seed: program.seed });
  await hub.run(function* () {
    const queue = makeQueue(program);
    const waiting = { getters: 0, putters: 0 };
    const put: number[] = [];
    const got: number[] = [];
    let droppedCount = 0;
    let isWidened = false;
    let nextItem = 0;

    /** Counts who is in a call, and takes what a call may throw. */
    function* within(line: keyof typeof waiting, blocking: Iterable<unknown>) {
      waiting[line]++;
      try {
        return (yield* blocking) as number;
      } catch (error) {
        if (error instanceof Empty || error instanceof Full || error instanceof ShutDown) return error.name;
        throw error;
      } finally {
        waiting[line]--;
      }
    }

    function* act({ verb, a, b }: Step): Generator<unknown, unknown, unknown> {
      const options = b < 4 ? { timeout: b } : {};
      switch (verb) {
        case "put": {
          const item = nextItem++;
          const outcome = yield* within("putters", queue.put(item, options));
          if (outcome === undefined) put.push(item);
          return outcome;
        }
        case "putNowait": {
          if (queue.isShutdown || queue.full()) return "not";
          const item = nextItem++;
          queue.putNowait(item);
          put.push(item);
          return item;
        }
        case "get":
        case "iterate": {
          const blocking = verb === "get" ? queue.get(options) : queue.iterate().next();
          const outcome: unknown = yield* within("getters", blocking);
          const item = verb === "get" ? outcome : (outcome as IteratorResult<number>).value;
          if (typeof item === "number") got.push(item);
          isWidened = false;
          return item;
        }
        case "getNowait":
          if (queue.empty()) return "not";
          got.push(queue.getNowait());
          isWidened = false;
          return got.at(-1);
        case "peek":
          return yield* within("getters", queue.peek(options));
        case "sleep":
          return yield* sleep(a - 2);
        case "kill":
          return yield* greenlets[a % greenlets.length]!.kill(undefined, { timeout: b });
        case "killAtOnce":
          return void greenlets[a % greenlets.length]!.kill(undefined, { block: false });
        case "raise":
          queue.maxSize = queue.maxSize === null ? null : queue.maxSize + a;
          isWidened = true;
          return queue.maxSize;
        case "lower":
          queue.maxSize = Math.min(queue.maxSize ?? 8, a + 1);
          return queue.maxSize;
        case "shutdown":
          if (b === 0) queue.shutdown();
          return queue.isShutdown;
        case "shutdownNow":
          if (b === 0) {
            droppedCount += queue.size;
            queue.shutdown(true);
          }
          return queue.isShutdown;
      }
    }

    const greenlets: Greenlet[] = program.bodies.map((steps, index) => {
      const greenlet = spawn(function* () {
        for (const [i, step] of steps.entries()) {
          log.push(`${index}.${i} ${step.verb} ${yield* call(act, step)} at ${hub.now()}`);
        }
      });
      return greenlet as Greenlet;
    });

    for (let round = 0; round < 12; round++) {
      yield* idle();
      const isGetterLeft = waiting.getters > 0 && (queue.size > 0 || queue.isShutdown);
      const isPutterLeft = waiting.putters > 0 && (queue.isShutdown || (!queue.full() && !isWidened));
      expect({ isGetterLeft, isPutterLeft }).toEqual({ isGetterLeft: false, isPutterLeft: false });
      yield* sleep(1);
    }
    yield* killAll(greenlets);
    const left = Array.from({ length: queue.size }, () => queue.getNowait());
    expect(got.length + left.length + droppedCount).toBe(put.length);
    expect(new Set([...got, ...left]).size).toBe(got.length + left.length);
    expect(put).toEqual(expect.arrayContaining([...got, ...left]));
    if (program.kind === "fifo") expect([...got, ...left]).toEqual(put.slice(0, got.length + left.length));
    log.push(`left ${left}`);
  });
  for (let i = 0; i < 8; i++) await runtimeTurn();
  expect(leftIn(hub)).toEqual(NOTHING_LEFT);
  hub.destroy();
  return log;
}

it("random programs keep every item and leave nobody waiting, the same way under the same seed", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      expect(await perform(program)).toEqual(await perform(program));
    }),
    { numRuns: 300 },
  );
}, 60_000);
