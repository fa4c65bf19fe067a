// Owns the running of cases: each on a hub of its own, one after another, with a check after each that
// nothing is left. It writes a line per case and gives a report. The file of each runtime does the rest.

import { getHub, Hub } from "wevent";
import { loadGuest } from "wevent/guest";
import type { ErrorReport } from "wevent/hub";
import type { Case, Stage, World } from "./case.ts";

export interface CaseResult {
  readonly name: string;
  readonly outcome: "passed" | "unsupported" | "failed";
  readonly ms: number;
  /** What is missing, or what went wrong. */
  readonly why?: string;
}

export interface Report {
  readonly runtime: string;
  readonly version: string;
  readonly passed: number;
  readonly unsupported: number;
  readonly failed: number;
  readonly results: readonly CaseResult[];
}

/** A hang's end. Nothing takes that long. */
const LIMIT_MS = 60_000;
/** Real turns in which what a case has let go of may still end. */
const TURNS_TO_SETTLE = 50;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Runs the cases whose names contain `filter`. */
export async function runCases(
  cases: readonly Case[],
  world: World,
  write: (line: string) => void,
  filter = "",
): Promise<Report> {
  const results: CaseResult[] = [];
  for (const each of cases) {
    if (!each.name.includes(filter)) continue;
    const result = await runCase(each, world);
    results.push(result);
    write(`${MARKS[result.outcome]} ${result.name}${result.why === undefined ? "" : `: ${result.why}`}`);
  }
  const count = (outcome: CaseResult["outcome"]) => results.filter((one) => one.outcome === outcome).length;
  return {
    runtime: world.runtime,
    version: world.version,
    passed: count("passed"),
    unsupported: count("unsupported"),
    failed: count("failed"),
    results,
  };
}

const MARKS = { passed: "ok  ", unsupported: "--  ", failed: "FAIL" } as const;

async function runCase(each: Case, world: World): Promise<CaseResult> {
  const startMs = performance.now();
  const result = (outcome: CaseResult["outcome"], why?: string): CaseResult => ({
    name: each.name,
    outcome,
    ms: Math.round(performance.now() - startMs),
    ...(why === undefined ? {} : { why }),
  });
  const missing = [
    ...(each.needs ?? []).filter((capability) => !getHub().can(capability)),
    ...(each.needsOfWorld ?? []).filter((part) => world[part] === undefined),
  ];
  if (missing.length > 0) return result("unsupported", `there is no ${missing.join(", ")}`);
  const reports: ErrorReport[] = [];
  const hub = new Hub({ clock: "virtual", onError: (report) => reports.push(report), ...each.hub });
  try {
    await limited(play(each, stageFor(world, hub, reports)));
    await checkNothingLeft(hub);
    if (reports.length > 0) {
      return result("failed", `unexpected report: ${reports.map(({ text }) => text).join("; ")}`);
    }
    return result("passed");
  } catch (error) {
    // The stack of V8 begins with both, that of others with neither.
    return result("failed", `${error}\n${(error as Error)?.stack ?? ""}`);
  } finally {
    hub.destroy();
  }
}

function stageFor(world: World, hub: Hub, reports: ErrorReport[]): Stage {
  const log: string[] = [];
  return {
    world,
    hub,
    log,
    reports,
    async guest(name, options = {}) {
      const guest = await loadGuest(await world.guestModule(name), {
        hub,
        ...options,
        imports: { env: { "console.log": (text: number) => log.push(textAt(guest.memory, text)) } },
      });
      return guest;
    },
  };
}

/** A string of AssemblyScript: UTF-16, with its length in bytes before it. */
export function textAt({ buffer }: WebAssembly.Memory, text: number): string {
  const lengthBytes = new Uint32Array(buffer)[(text - 4) >>> 2]!;
  return new TextDecoder("utf-16le").decode(new Uint8Array(buffer, text, lengthBytes).slice());
}

async function play(each: Case, stage: Stage): Promise<void> {
  const made = each.run(stage);
  if (typeof made === "object" && "next" in made) await stage.hub.run(() => made);
  else await made;
}

async function limited(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A case must not leave anything to the runtime: greenlets, deadlines, or completions that are awaited. */
async function checkNothingLeft(hub: Hub): Promise<void> {
  if (hub.isDestroyed) return;
  const left = () => {
    const { greenlets, ready, timers, completions } = hub.stats();
    return { greenlets, ready, timers, completions };
  };
  for (let turn = 0; turn < TURNS_TO_SETTLE; turn++) {
    if (Object.values(left()).every((count) => count === 0)) return;
    await pause(turn < 10 ? 0 : 20);
  }
  throw new Error(`something is left after it: ${JSON.stringify(left())}`);
}
