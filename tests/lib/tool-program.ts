// Owns random programs of the tools that greenlets meet in: what they consist of, how fast-check makes
// them, and how one is printed as a script that runs by itself. What must hold of them is
// tool-world.ts's.

import fc from "fast-check";

/** What a program's objects are; each greenlet names them by place. */
export const QUEUES = [
  "new Queue(1)",
  "new Queue(2)",
  "new Queue()",
  "new SimpleQueue()",
  "new LifoQueue(2)",
  "new PriorityQueue(null, 2)",
] as const;
export const SEMAPHORES = ["new Semaphore(1)", "new Semaphore(2)"] as const;

/** A step of a greenlet. `ms` below 0: no limit. */
export type Action =
  | ["put" | "get" | "peek", queue: number, ms: number]
  | ["putNowait" | "getNowait", queue: number]
  | ["give" | "take", ms: number]
  | ["giveNow" | "takeNow"]
  | ["hold", semaphore: number, ms: number, heldMs: number]
  | ["shutdown", queue: number, immediate: boolean]
  | ["await", ms: number]
  | ["set" | "clear"]
  | ["sleep", ms: number]
  | ["kill", greenlet: number]
  | ["abort"]
  /** The next step under a Timeout, or under the program's signal. */
  | ["timeout", ms: number]
  | ["signal"];

export interface Program {
  readonly greenlets: readonly (readonly Action[])[];
}

const queue = fc.nat({ max: QUEUES.length - 1 });
const limitMs = fc.constantFrom(-1, -1, -1, 0, 1, 2, 5);
const act = <A extends unknown[]>(...parts: { [K in keyof A]: fc.Arbitrary<A[K]> }) =>
  fc.tuple(...parts) as unknown as fc.Arbitrary<A>;
const is = <T extends string>(...names: T[]): fc.Arbitrary<T> => fc.constantFrom(...names);

const action = fc.oneof(
  { weight: 8, arbitrary: act(is("put"), queue, limitMs) },
  { weight: 8, arbitrary: act(is("get"), queue, limitMs) },
  { weight: 2, arbitrary: act(is("peek"), queue, limitMs) },
  { weight: 3, arbitrary: act(is("putNowait", "getNowait"), queue) },
  { weight: 6, arbitrary: act(is("give", "take"), limitMs) },
  { weight: 2, arbitrary: act(is("giveNow", "takeNow")) },
  { weight: 5, arbitrary: act(is("hold"), fc.nat({ max: 1 }), limitMs, fc.constantFrom(-1, 0, 1)) },
  { weight: 1, arbitrary: act(is("shutdown"), queue, fc.boolean()) },
  { weight: 2, arbitrary: act(is("await"), limitMs) },
  { weight: 2, arbitrary: act(is("set", "clear")) },
  { weight: 4, arbitrary: act(is("sleep"), fc.constantFrom(0, 0, 1, 2)) },
  { weight: 3, arbitrary: act(is("kill"), fc.nat({ max: 7 })) },
  { weight: 1, arbitrary: act(is("abort")) },
  { weight: 2, arbitrary: act(is("timeout"), fc.constantFrom(0, 1, 2)) },
  { weight: 1, arbitrary: act(is("signal")) },
) as fc.Arbitrary<Action>;

export const programs: fc.Arbitrary<Program> = fc.record({
  greenlets: fc.array(fc.array(action, { minLength: 1, maxLength: 7 }), { minLength: 2, maxLength: 7 }),
});

const limit = (ms: number) => (ms < 0 ? "" : `{ timeout: ${ms} }`);
const after = (first: string, ms: number) => (ms < 0 ? first : `${first}, ${limit(ms)}`);

/** An action as a statement. */
function lineOf(action: Action): string {
  switch (action[0]) {
    case "put":
      return `yield* queues[${action[1]}].put(${after("next++", action[2])});`;
    case "get":
    case "peek":
      return `log(yield* queues[${action[1]}].${action[0]}(${limit(action[2])}));`;
    case "putNowait":
      return `queues[${action[1]}].putNowait(next++);`;
    case "getNowait":
      return `log(queues[${action[1]}].getNowait());`;
    case "give":
      return `yield* channel.put(${after("next++", action[1])});`;
    case "take":
      return `log(yield* channel.get(${limit(action[1])}));`;
    case "giveNow":
      return "channel.putNowait(next++);";
    case "takeNow":
      return "log(channel.getNowait());";
    case "hold": {
      const hold = `yield* semaphores[${action[1]}].hold(${limit(action[2])})`;
      return `{ const held = ${hold}; try { ${action[3] < 0 ? "" : `yield* sleep(${action[3]}); `}} finally { held[Symbol.dispose](); } }`;
    }
    case "shutdown":
      return `queues[${action[1]}].shutdown?.(${action[2]});`;
    case "await":
      return `log(yield* event.wait(${limit(action[1])}));`;
    case "set":
    case "clear":
      return `event.${action[0]}();`;
    case "sleep":
      return `yield* sleep(${action[1]});`;
    case "kill":
      return `greenlets[${action[1]} % greenlets.length].kill();`;
    case "abort":
      return "controller.abort();";
    case "timeout":
      return `/* the next under a Timeout of ${action[1]} ms */`;
    case "signal":
      return "/* the next under controller.signal */";
  }
}

/** The program as a script that runs by itself and logs what happens. */
export function script(program: Program, seed: number): string {
  const bodies = program.greenlets.map((actions, i) => {
    const lines = actions.map(
      (action) =>
        `    try { ${lineOf(action)} } catch (error) { log(error.name); if (error.name === "GreenletExit") throw error; }`,
    );
    return `  function* g${i}() {\n    const log = (what) => console.log("g${i}", what);\n${lines.join("\n")}\n  },`;
  });
  return `import { Event, Hub, joinAll, sleep, spawn } from "wevent";
import { Semaphore } from "wevent/lock";
import { Channel, LifoQueue, PriorityQueue, Queue, SimpleQueue } from "wevent/queue";

const queues = [${QUEUES.join(", ")}];
const semaphores = [${SEMAPHORES.join(", ")}];
const channel = new Channel();
const event = new Event();
const controller = new AbortController();
const greenlets = [];
let next = 0;
const bodies = [
${bodies.join("\n")}
];
await new Hub({ clock: "virtual", seed: ${seed} }).run(function* () {
  for (const body of bodies) greenlets.push(spawn(body));
  yield* joinAll(greenlets, { timeout: 1000 });
});
`;
}
