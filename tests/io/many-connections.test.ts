// Very many connections at once, open, idle and closed in any order: nothing of them is left. Both ends in
// one process would need twice the descriptors, so server and clients are a process each.
//
//   WEVENT_CONNECTIONS=10000 npx vitest run tests/io/many-connections.test.ts
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const COUNT = Number(process.env["WEVENT_CONNECTIONS"] ?? 1000);
const WAVES = 3;
/** What the engine's own code and feedback may grow by between two waves; a socket is some KiB. */
const SLACK_BYTES = 1 << 20;

const program = fileURLToPath(new URL("programs/many-connections.mjs", import.meta.url));

/** What is counted, and must be what it was. */
interface Counted {
  readonly greenlets: number;
  readonly ready: number;
  readonly timers: number;
  readonly completions: number;
  readonly resources: number;
  /** What keeps Node alive, by kind. */
  readonly active: Readonly<Record<string, number>>;
}

interface Held extends Counted {
  readonly heapUsed: number;
  readonly arrayBuffers: number;
}

interface Result {
  readonly before: Held;
  readonly rounds: readonly {
    readonly open: Held & { readonly connections: number };
    readonly wrong: number;
    readonly resets: number;
    readonly after: Held;
  }[];
  readonly stopped: Held;
}

function counted({ greenlets, ready, timers, completions, resources, active }: Held): Counted {
  return { greenlets, ready, timers, completions, resources, active };
}

it(`${COUNT} connections at once, closed in any order and way, leave no handle, greenlet or buffer`, async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    program,
    String(COUNT),
    String(WAVES),
  ]);
  expect(stderr).toBe("");
  const { before, rounds, stopped } = JSON.parse(stdout) as Result;
  expect(rounds).toHaveLength(WAVES);
  for (const { open, wrong, resets, after } of rounds) {
    expect(open.connections).toBe(COUNT);
    expect(open.greenlets).toBe(before.greenlets + COUNT);
    expect(open.resources).toBe(before.resources + COUNT);
    expect(open.active["TCPSocketWrap"]).toBe(COUNT);
    // Who was not closed had his bytes back meanwhile, and one in five is broken off.
    expect(wrong).toBe(0);
    expect(resets).toBeGreaterThan(0);
    expect(counted(after)).toEqual(counted(before));
  }
  const [first, last] = [rounds[0]!.after, rounds.at(-1)!.after];
  expect(last.heapUsed - first.heapUsed).toBeLessThan(SLACK_BYTES);
  expect(last.arrayBuffers - first.arrayBuffers).toBeLessThan(64 << 10);
  expect(stopped).toMatchObject({ greenlets: 1, timers: 0, completions: 0, resources: 0 });
  expect(stopped.active["TCPServerWrap"]).toBe(undefined);
});
