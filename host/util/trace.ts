// Owns the record of a schedule, in the Trace Event format that Perfetto and chrome://tracing open: a lane
// for each greenlet, a slice for each of its runs, an arrow from what made it run.
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
//
// Within a lane slices never overlap, and no two events have the same time: where the clock stood still
// (a virtual one does), each event is one nanosecond after the one before. So the order is always seen.

import { Entry, Outcome, Reason, State } from "../../assembly/core/abi.js";
import { requireCallback, requireOptions } from "../core/check.js";
import { currentHub, type Hub, requireHub } from "../core/hub.js";
import { heldBy, kindOf, nameOf, type RowView, waitsFor } from "../core/inspect.js";
import type { Observer } from "../core/observe.js";

/** One event of the format. Times are microseconds since the trace began. */
export interface TraceEvent {
  readonly name: string;
  /** X: a slice. s, f: the two ends of an arrow. M: the name of a lane. */
  readonly ph: "X" | "s" | "f" | "M";
  readonly pid: number;
  /** The lane: a greenlet's id; 0: main, and what is done outside greenlets. */
  readonly tid: number;
  readonly ts: number;
  readonly cat?: string;
  /** Length of a slice, microseconds. */
  readonly dur?: number;
  /** The arrow that an end belongs to. */
  readonly id?: number;
  /** The arrow ends at the slice it is in, not at the next. */
  readonly bp?: "e";
  readonly args?: Readonly<Record<string, string | number>>;
}

/** A trace that is going on. */
export interface Trace {
  /** Ends it and gives what was recorded and not yet handed out. Calling it again gives the same. @noswitch */
  stop(): readonly TraceEvent[];
}

/** How a trace is made. */
export interface TraceOptions {
  /**
   * Takes the events as they happen, in place of `stop()`: those of a turn, in the order of their times, when
   * it has ended. It is called in the hub, where nothing may block.
   */
  readonly onEvents?: (events: readonly TraceEvent[]) => void;
}

const PID = 1;
const MAIN_LANE = 0;
const NS_PER_US = 1000;
const NS_PER_MS = 1_000_000;

/** Something that will make a task run, and where in the trace it was done. */
interface Cause {
  readonly tid: number;
  readonly ns: number;
  readonly name: "spawn" | "wake" | "interrupt";
}

interface Slice {
  readonly row: number;
  readonly tid: number;
  readonly name: string;
  readonly beganNs: number;
}

class Recorder implements Observer {
  readonly #hub: Hub;
  readonly #onEvents: TraceOptions["onEvents"];
  #events: TraceEvent[] = [];
  readonly #beganMs: number;
  #lastNs = -1;
  #arrows = 0;
  #open: Slice | null = null;
  /** Lanes that have a name. */
  readonly #lanes = new Set<number>();
  // Tasks and lines below go by serial: a row that is used again must not inherit an arrow.
  /** Tasks that have run. */
  readonly #started = new Set<number>();
  /** What queued a task, or the waiters of a line. */
  readonly #causes = new Map<number, Cause>();
  /** The line in which a parked task stands. */
  readonly #lines = new Map<number, number>();
  /** Awaits of main that have begun. No left() comes for them, and they get into their line after parked(). */
  readonly #begun = new Set<number>();
  /** The end of the last task that ended: it queues those who waited for that. */
  #lastEnd: { readonly id: number; readonly cause: Cause } | null = null;
  readonly #stopObserving: () => void;

  constructor(hub: Hub, { onEvents }: TraceOptions) {
    this.#hub = hub;
    this.#onEvents = onEvents;
    this.#beganMs = hub.now();
    this.#meta("process_name", MAIN_LANE, "wevent");
    this.#lane(MAIN_LANE, "main");
    const running = hub.core.currentTask();
    if (running !== 0) this.#begin(running);
    this.#stopObserving = hub.observe(this);
  }

  stop(): readonly TraceEvent[] {
    this.#stopObserving();
    this.#end("the trace ended");
    return this.#sorted();
  }

  // ---- what the scheduler tells

  entered(row: number, reason: Reason): void {
    this.#begin(row);
    const id = this.#idOf(row);
    const line = this.#lines.get(id) ?? 0;
    const cause = this.#causes.get(id) ?? this.#causes.get(line);
    this.#lines.delete(id);
    this.#causes.delete(id);
    // One whose time has passed was woken by nobody.
    const isCaused = reason === Reason.Wake || reason === Reason.Interrupt;
    if (isCaused && cause !== undefined) this.#arrow(cause);
  }

  left(row: number, outcome: Outcome): void {
    if (this.#open?.row !== row) return;
    if (outcome === Outcome.Ready) this.#end("gives way");
    else if (outcome === Outcome.Done) {
      this.#lastEnd = { id: this.#idOf(row), cause: this.#cause(this.#open.tid, "wake") };
      this.#end("ends");
    } else this.#end(this.#parked(this.#hub.rowAt(row)));
  }

  /** What a task that has stopped waits for. */
  #parked(view: RowView): string {
    // A trap cuts the run; the guest has made it ready again, to end.
    if (view.state !== State.Parked) return "traps";
    const { halves } = this.#hub;
    const line = view.queue === 0 ? undefined : this.#hub.rowAt(view.queue);
    if (line !== undefined) this.#lines.set(view.serial, line.serial);
    const holder = heldBy(view, line, halves);
    return `${waitsFor(view, line, halves)}${holder === null ? "" : `, held by ${holder}`}`;
  }

  parked(row: number): void {
    if (row !== this.#open?.row) this.#begun.add(row);
  }

  queued(row: number, entry: Entry): void {
    if (entry === Entry.Callback) return;
    for (const begun of this.#begun) this.#parked(this.#hub.rowAt(begun));
    this.#begun.clear();
    const id = this.#idOf(row);
    if (this.#lastEnd?.id === id) {
      this.#causes.set(id, this.#lastEnd.cause);
      return;
    }
    let name: Cause["name"] = "wake";
    if (entry === Entry.Interrupt) name = "interrupt";
    else if (entry === Entry.Resume && !this.#started.has(id)) name = "spawn";
    this.#causes.set(id, this.#open === null ? this.#outside(name) : this.#cause(this.#open.tid, name));
  }

  turnEnded(): void {
    const onEvents = this.#onEvents;
    if (onEvents === undefined || this.#events.length === 0) return;
    const events = this.#sorted();
    this.#events = [];
    this.#hub.guard(() => onEvents(events), onEvents);
  }

  #sorted(): TraceEvent[] {
    return this.#events.sort((a, b) => a.ts - b.ts);
  }

  #idOf(row: number): number {
    return this.#hub.core.serialOf(row);
  }

  // ---- events

  /** A point in time of its own, ns. */
  #tick(): number {
    const ns = Math.round((this.#hub.now() - this.#beganMs) * NS_PER_MS);
    this.#lastNs = Math.max(ns, this.#lastNs + 1);
    return this.#lastNs;
  }

  #cause(tid: number, name: Cause["name"]): Cause {
    return { tid, ns: this.#tick(), name };
  }

  /** An arrow begins in a slice; code outside greenlets has none, so this makes one. */
  #outside(name: Cause["name"]): Cause {
    const beganNs = this.#tick();
    const cause = this.#cause(MAIN_LANE, name);
    this.#slice({ row: 0, tid: MAIN_LANE, name: "outside greenlets", beganNs }, name);
    return cause;
  }

  #begin(row: number): void {
    const view = this.#hub.rowAt(row);
    const { halves } = this.#hub;
    const name = nameOf(view, halves);
    const tid = kindOf(view, halves) === "main" ? MAIN_LANE : view.serial;
    this.#lane(tid, name, view);
    this.#started.add(view.serial);
    this.#open = { row, tid, name, beganNs: this.#tick() };
  }

  #end(until: string): void {
    if (this.#open !== null) this.#slice(this.#open, until);
    this.#open = null;
  }

  #slice({ tid, name, beganNs }: Slice, until: string): void {
    this.#events.push({
      name,
      cat: "greenlet",
      ph: "X",
      pid: PID,
      tid,
      ts: beganNs / NS_PER_US,
      dur: (this.#tick() - beganNs) / NS_PER_US,
      args: { until },
    });
  }

  #arrow({ tid, ns, name }: Cause): void {
    const id = ++this.#arrows;
    const end = { name, cat: "greenlet", pid: PID, id } as const;
    this.#events.push({ ...end, ph: "s", tid, ts: ns / NS_PER_US });
    this.#events.push({ ...end, ph: "f", bp: "e", tid: this.#open!.tid, ts: this.#tick() / NS_PER_US });
  }

  #lane(tid: number, name: string, view?: RowView): void {
    if (this.#lanes.has(tid)) return;
    this.#lanes.add(tid);
    const title = view === undefined ? name : `${name}, ${kindOf(view, this.#hub.halves)}`;
    this.#meta("thread_name", tid, title);
  }

  #meta(name: string, tid: number, value: string): void {
    this.#events.push({ name, ph: "M", pid: PID, tid, ts: 0, args: { name: value } });
  }
}

/**
 * Records every run of every greenlet of a hub, of both kinds, until it is stopped. The events are kept in
 * memory, one or more for each switch, unless `onEvents` takes them.
 *
 * @noswitch
 * @param hub - Omitted: the current one.
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when `hub` is not a hub, or `onEvents` not a function
 * @example a file that https://ui.perfetto.dev opens
 * const trace = traceHub();
 * await joinAll([spawn(work)]);
 * writeFileSync("out.json", JSON.stringify({ traceEvents: trace.stop() }));
 * @since 0.1
 */
export function traceHub(hub: Hub = currentHub(), options: TraceOptions = {}): Trace {
  requireHub(hub, "trace");
  requireOptions(options);
  if (options.onEvents !== undefined) requireCallback(options.onEvents, "give events to");
  return new Recorder(hub, options);
}
