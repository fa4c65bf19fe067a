// Owns the rules that a trace must keep, so that a viewer draws what was meant. From the Trace Event
// format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

import type { TraceEvent } from "wevent/util";

const ns = (us: number) => Math.round(us * 1000);

/** What is wrong with a trace; empty: nothing. */
export function breaches(events: readonly TraceEvent[]): string[] {
  return [...shapeBreaches(events), ...laneBreaches(events), ...arrowBreaches(events)];
}

function shapeBreaches(events: readonly TraceEvent[]): string[] {
  const found: string[] = [];
  const named = new Set(events.filter((e) => e.name === "thread_name").map((e) => e.tid));
  for (const event of events) {
    const text = JSON.stringify(event);
    if (event.pid !== 1) found.push(`another process: ${text}`);
    if (!Number.isInteger(event.tid) || event.tid < 0) found.push(`no lane: ${text}`);
    if (!Number.isFinite(event.ts) || event.ts < 0) found.push(`no time: ${text}`);
    if (event.ph === "X" && !(event.dur! > 0)) found.push(`no length: ${text}`);
    if (event.ph !== "M" && !named.has(event.tid)) found.push(`a lane without a name: ${text}`);
  }
  return found;
}

function slicesOf(events: readonly TraceEvent[], tid: number): { from: number; to: number }[] {
  return events
    .filter((event) => event.ph === "X" && event.tid === tid)
    .map((event) => ({ from: ns(event.ts), to: ns(event.ts) + ns(event.dur!) }));
}

function laneBreaches(events: readonly TraceEvent[]): string[] {
  const found: string[] = [];
  for (const tid of new Set(events.map((event) => event.tid))) {
    const slices = slicesOf(events, tid);
    for (let i = 1; i < slices.length; i++) {
      if (slices[i]!.from <= slices[i - 1]!.to)
        found.push(`lane ${tid}: slice ${i} begins in the one before`);
    }
  }
  return found;
}

function arrowBreaches(events: readonly TraceEvent[]): string[] {
  const found: string[] = [];
  const byId = new Map<number, TraceEvent[]>();
  for (const event of events) {
    if (event.ph !== "s" && event.ph !== "f") continue;
    byId.set(event.id!, [...(byId.get(event.id!) ?? []), event]);
    const isInSlice = slicesOf(events, event.tid).some(
      ({ from, to }) => from < ns(event.ts) && ns(event.ts) < to,
    );
    if (!isInSlice) found.push(`an end of arrow ${event.id} is in no slice`);
  }
  for (const [id, [start, finish, ...more]] of byId) {
    const isWhole = start?.ph === "s" && finish?.ph === "f" && more.length === 0;
    if (!isWhole) found.push(`arrow ${id} has not two ends, a start and a finish`);
    else if (start.ts >= finish.ts) found.push(`arrow ${id} ends before it begins`);
    else if (start.name !== finish.name || start.cat !== finish.cat) found.push(`arrow ${id} has two names`);
  }
  return found;
}

/** A lane's name by its number. */
export function lanesOf(events: readonly TraceEvent[]): Map<number, string> {
  const names = events.filter((event) => event.name === "thread_name");
  return new Map(names.map((event) => [event.tid, String(event.args!["name"]).replace(/, \w+$/, "")]));
}

/** Every run in order, as "greenlet: until what". */
export function runsOf(events: readonly TraceEvent[]): string[] {
  const lanes = lanesOf(events);
  return events
    .filter((event) => event.ph === "X")
    .map((event) => `${lanes.get(event.tid)}: ${event.args!["until"]}`);
}

/** Every arrow in order, as "why: from whom -> to whom". */
export function arrowsOf(events: readonly TraceEvent[]): string[] {
  const lanes = lanesOf(events);
  const starts = new Map(events.filter((e) => e.ph === "s").map((event) => [event.id, event]));
  return events
    .filter((event) => event.ph === "f")
    .map((event) => `${event.name}: ${lanes.get(starts.get(event.id)!.tid)} -> ${lanes.get(event.tid)}`);
}
