// Owns a hub's counts: what there are, and those that are taken from the rows of its core.

import { Kind } from "../../assembly/core/abi.js";
import type { Core } from "./core.js";
import { isTask, listRows, type RowView } from "./inspect.js";

/** What `hub.stats()` answers. */
export interface HubStats {
  /** Greenlets that have not ended, of both kinds. */
  readonly greenlets: number;
  /** Entries of the run queue. */
  readonly ready: number;
  /** Deadlines set. */
  readonly timers: number;
  /** Objects that somebody waits for or is called back by: events, locks. Greenlets are not among them. */
  readonly lines: number;
  /** Callbacks of the hub that are to come: rawlinks, main's timeouts. */
  readonly links: number;
  /** Completions from outside that greenlets wait for: promises, I/O. */
  readonly completions: number;
  /** Awaits of operations outside greenlets. */
  readonly main: number;
  /** Resumes of greenlets since the hub was made (modulo 2^32). */
  readonly switches: number;
  /** What follows every switch, at a cost: 0 but while `wevent/util` was asked to. */
  readonly observers: number;
  /** Bytes of the scheduler's memory. */
  readonly memoryBytes: number;
}

/** Counts the rows of a core; `isMain` tells tasks that stand for awaits of main. */
export function countRows(
  core: Core,
  isMain: (row: RowView) => boolean,
): Pick<HubStats, "greenlets" | "lines" | "links"> {
  const counts = { greenlets: 0, lines: 0, links: 0 };
  for (const row of listRows(core)) {
    if (row.kind === Kind.Queue && row.head !== 0) counts.lines++;
    else if (row.kind === Kind.Link) counts.links++;
    else if (isTask(row) && !isMain(row)) counts.greenlets++;
  }
  return counts;
}
