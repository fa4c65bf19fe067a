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

/** Options of a call; `isSignalled`: it is under the program's signal. */
function limits(ms: number, isSignalled: boolean): string {
  const parts = [
    ...(ms < 0 ? [] : [`timeout: ${ms}`]),
    ...(isSignalled ? ["signal: controller.signal"] : []),
  ];
  return parts.length === 0 ? "" : `{ ${parts.join(", ")} }`;
}

const after = (first: string, options: string) => (options === "" ? first : `${first}, ${options}`);

/** An action as a statement. */
function lineOf(action: Action, isSignalled: boolean): string {
  const within = (ms: number) => limits(ms, isSignalled);
  switch (action[0]) {
    case "put":
      return `yield* queues[${action[1]}].put(${after("next++", within(action[2]))});`;
    case "get":
    case "peek":
      return `log(yield* queues[${action[1]}].${action[0]}(${within(action[2])}));`;
    case "putNowait":
      return `queues[${action[1]}].putNowait(next++);`;
    case "getNowait":
      return `log(queues[${action[1]}].getNowait());`;
    case "give":
      return `yield* channel.put(${after("next++", within(action[1]))});`;
    case "take":
      return `log(yield* channel.get(${within(action[1])}));`;
    case "giveNow":
      return "channel.putNowait(next++);";
    case "takeNow":
      return "log(channel.getNowait());";
    case "hold": {
      const held = action[3] < 0 ? "" : `yield* sleep(${action[3]});`;
      const acquire = `yield* semaphores[${action[1]}].acquire(${within(action[2])})`;
      return `if (${acquire}) try { ${held} } finally { semaphores[${action[1]}].release(); }`;
    }
    case "shutdown":
      return `queues[${action[1]}].shutdown?.(${action[2]});`;
    case "await":
      return `log(yield* event.wait(${within(action[1])}));`;
    case "set":
    case "clear":
      return `event.${action[0]}();`;
    case "sleep":
      return `yield* sleep(${after(`${action[1]}`, within(-1))});`;
    case "kill":
      return `greenlets[${action[1]} % greenlets.length].kill();`;
    case "abort":
      return "controller.abort(new Error()); controller = new AbortController();";
    default:
      throw new Error(`${action[0]} is no statement`);
  }
}

/** A greenlet's actions as statements: what is said of the next one is part of it. */
function linesOf(actions: readonly Action[]): string[] {
  const lines: string[] = [];
  let timeoutMs = -1;
  let isSignalled = false;
  for (const action of actions) {
    if (action[0] === "timeout") timeoutMs = action[1];
    else if (action[0] === "signal") isSignalled = true;
    else {
      const line = lineOf(action, isSignalled);
      const timeout = timeoutMs < 0 ? "null" : `Timeout.startNew(${timeoutMs})`;
      lines.push(`    yield* attempt(log, ${timeout}, function* () { ${line} });`);
      timeoutMs = -1;
      isSignalled = false;
    }
  }
  return lines;
}

/** The program as a script that runs by itself and logs what happens. */
export function script(program: Program, seed: number): string {
  const bodies = program.greenlets.map(
    (actions, i) =>
      `  function* g${i}() {\n    const log = (what) => console.log("g${i}", what);\n${linesOf(actions).join("\n")}\n  },`,
  );
  return `import { Event, Hub, joinAll, sleep, spawn, Timeout } from "wevent";
import { Semaphore } from "wevent/lock";
import { Channel, LifoQueue, PriorityQueue, Queue, SimpleQueue } from "wevent/queue";

const queues = [${QUEUES.join(", ")}];
const semaphores = [${SEMAPHORES.join(", ")}];
const channel = new Channel();
const event = new Event();
let controller = new AbortController();
const greenlets = [];
let next = 0;
function* attempt(log, timeout, step) {
  try {
    yield* step();
  } catch (error) {
    log(error.name);
    if (error.name === "GreenletExit") throw error;
  } finally {
    timeout?.close();
  }
}
const bodies = [
${bodies.join("\n")}
];
await new Hub({ clock: "virtual", seed: ${seed} }).run(function* () {
  for (const body of bodies) greenlets.push(spawn(body));
  yield* joinAll(greenlets, { timeout: 1000 });
});
`;
}
