// Owns the hub of one test: virtual time, every report kept, and the check after the test that
// nothing is left: no greenlet, deadline, ready entry, completion, row, slot or unread report.
//
// The check is on by default. A test that must leave something says what in `leaves`.

import { expect } from "vitest";
import { Hub, type HubOptions, sleep } from "wevent";
import type { ErrorReport } from "wevent/hub";
import { Flag, Kind, Layout, RowField } from "../../assembly/core/abi.ts";

export interface World {
  readonly hub: Hub;
  /** What happened, in order. */
  readonly log: string[];
  /** The reports up to here; they count as expected. */
  takeReports(): ErrorReport[];
  /** The same, once errors that nobody reads have been reported: two turns later. */
  reports(): Generator<unknown, ErrorReport[]>;
}

export interface WorldOptions extends HubOptions {
  /** Why something is left after the test; omitted: nothing may be. */
  readonly leaves?: string;
}

/** The part of a hub that is not public. */
interface HubInside {
  readonly slots: readonly unknown[];
  readonly core: { readonly memory: WebAssembly.Memory; tableStart(): number };
}

/** Offset of the flags in a row, as assembly/core/row.ts draws it. */
const FLAGS = 41;

/** Rows in use, but for the two lines that a hub keeps: of idle() and of wait(). */
export function rowsInUse(hub: Hub): number {
  const { core } = hub as unknown as HubInside;
  const memory = new DataView(core.memory.buffer);
  let count = 0;
  for (let page = core.tableStart() >>> 0; page !== 0; page = memory.getUint32(page, true)) {
    for (let row = page + Layout.RowBytes; row < page + Layout.PageBytes; row += Layout.RowBytes) {
      const kind = memory.getUint8(row + RowField.Kind);
      const isPinned = (memory.getUint8(row + FLAGS) & Flag.Pinned) !== 0;
      if (kind !== Kind.Free && !(kind === Kind.Queue && isPinned)) count++;
    }
  }
  return count;
}

/** Resolves after the runtime's own turn: once at least one turn of a busy hub has run. */
export const runtimeTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Turns of the runtime that what is ready at the end of a test may still take. */
const TURNS_TO_SETTLE = 8;

/** What a hub holds on to, for comparing with nothing. */
export function leftIn(hub: Hub): Record<string, number> {
  const { greenlets, ready, timers, completions, main } = hub.stats();
  const slots = (hub as unknown as HubInside).slots.filter((slot) => slot !== undefined).length;
  return { greenlets, ready, timers, completions, main, rows: rowsInUse(hub), slots };
}

export const NOTHING_LEFT = {
  greenlets: 0,
  ready: 0,
  timers: 0,
  completions: 0,
  main: 0,
  rows: 0,
  slots: 0,
};

/** Lets what is ready run, without letting virtual time pass, and proves that nothing is left. */
async function checkNothingLeft(hub: Hub, isVirtual: boolean): Promise<void> {
  const endedAtMs = hub.now();
  for (let i = 0; i < TURNS_TO_SETTLE; i++) {
    const isNothingLeft = Object.values(leftIn(hub)).every((count) => count === 0);
    if (isNothingLeft) break;
    await runtimeTurn();
  }
  expect(leftIn(hub), "what is left after the test").toEqual(NOTHING_LEFT);
  if (isVirtual) expect(hub.now(), "a deadline was left after the test").toBe(endedAtMs);
}

/** A test in plain async code, which is main. */
export function withHub(
  test: (world: World) => Promise<unknown>,
  { leaves, ...options }: WorldOptions = {},
): () => Promise<void> {
  return async () => {
    const reports: ErrorReport[] = [];
    const hub = new Hub({ clock: "virtual", onError: (report) => reports.push(report), ...options });
    const takeReports = () => reports.splice(0);
    const world: World = {
      hub,
      log: [],
      takeReports,
      *reports() {
        yield* sleep(1);
        yield* sleep(1);
        return takeReports();
      },
    };
    try {
      await test(world);
      const isVirtual = options.driver === undefined && options.clock !== "real";
      if (leaves === undefined && !hub.isDestroyed) await checkNothingLeft(hub, isVirtual);
      expect(
        reports.map((report) => report.text),
        "reports that the test did not expect",
      ).toEqual([]);
    } finally {
      hub.destroy();
    }
  };
}

/** A test as a greenlet of its own hub. */
export function inHub(
  body: (world: World) => Generator<unknown, unknown, unknown>,
  options: WorldOptions = {},
): () => Promise<void> {
  return withHub((world) => world.hub.run(body, world), options);
}

/** The error that `body` throws; fails the test if it throws none. */
export function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The same for what blocks: an operation, a greenlet, a generator. */
export function* thrownIn(blocking: Iterable<unknown>): Generator<unknown, unknown> {
  try {
    yield* blocking;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** What a promise rejects with. */
export async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The stable code of an error. */
export const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;
