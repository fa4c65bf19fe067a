// Owns what a trace and the tree of greenlets come to: a lane for each greenlet, spans of its states, and
// the wakes between lanes. It must not know how they are drawn.

import type { TraceEvent, TreeNode } from "wevent/util";
import { Axis } from "./axis.ts";

export type SpanState = "running" | "ready" | "parked";

export interface Span {
  readonly state: SpanState;
  readonly fromUs: number;
  /** Infinity: it goes on. */
  toUs: number;
  /** What a parked one waits for, or what a run ran into. */
  readonly label: string;
}

/** What a greenlet is doing, for its label. */
export type LaneState = SpanState | "starting" | "ended";

export interface Lane {
  readonly id: number;
  name: string;
  kind: TreeNode["kind"];
  parentId: number;
  /** Lanes between it and main. */
  depth: number;
  state: LaneState;
  waitsFor: string;
  readonly spans: Span[];
}

export interface Wake {
  readonly kind: "spawn" | "wake" | "interrupt";
  readonly fromId: number;
  readonly toId: number;
  readonly atUs: number;
}

const MAIN = 0;
/** Lanes that are shown. Of more, those that have ended go first. */
const MOST_LANES = 200;
/** Spans of a lane, and wakes, that are kept: a program may run for hours. */
const MOST_SPANS = 4000;
const MOST_WAKES = 20_000;
const OUTSIDE = "outside greenlets";
/** What a run can end with beside a wait. */
const ENDS: Readonly<Record<string, LaneState>> = { "gives way": "ready", ends: "ended" };

export class Schedule {
  readonly axis = new Axis();
  readonly wakes: Wake[] = [];
  readonly #lanes = new Map<number, Lane>();
  #order: readonly Lane[] | null = null;
  /** Lanes that live and are not shown. */
  hiddenCount = 0;

  constructor() {
    const main = this.#lane(MAIN);
    main.name = "main";
    main.kind = "main";
  }

  /** Each greenlet below the one that spawned it, as far as there is room. */
  get lanes(): readonly Lane[] {
    this.#order ??= this.#sorted();
    return this.#order;
  }

  laneOf(id: number): Lane | undefined {
    return this.#lanes.get(id);
  }

  /** Takes what has happened, and then who is there. */
  add(events: readonly TraceEvent[], tree: TreeNode, nowUs: number): void {
    const woken = new Map(events.filter(({ ph }) => ph === "f").map((event) => [event.id, event.tid]));
    for (const event of events) {
      if (event.ph === "M") this.#name(event);
      else if (event.ph === "X") this.#run(event);
      else if (event.ph === "s") this.#wake(event, woken.get(event.id) ?? MAIN);
    }
    const alive = new Set<number>([MAIN]);
    for (const child of tree.children) this.#note(child, MAIN, alive);
    for (const lane of this.#lanes.values()) {
      // One that was killed before it ran has no events.
      if (!alive.has(lane.id) && lane.state !== "ended") this.#end(lane, nowUs);
      trim(lane.spans, MOST_SPANS);
    }
    trim(this.wakes, MOST_WAKES);
    this.#forget();
  }

  /** The program has ended: nothing goes on any more. */
  stop(nowUs: number): void {
    this.axis.add(nowUs);
    for (const lane of this.#lanes.values()) close(lane, nowUs);
  }

  #name({ tid, name, args }: TraceEvent): void {
    const lane = this.#lane(tid);
    const title = String(args?.["name"] ?? "");
    if (name !== "thread_name" || tid === MAIN) return;
    const comma = title.lastIndexOf(", ");
    lane.name = title.slice(0, comma);
    lane.kind = title.slice(comma + 2) as Lane["kind"];
  }

  #run({ tid, name, ts, dur = 0, args }: TraceEvent): void {
    const until = String(args?.["until"] ?? "");
    const lane = this.#lane(tid);
    this.axis.add(ts);
    this.axis.add(ts + dur);
    const before = lane.spans.at(-1);
    const isOpen = before?.toUs === Number.POSITIVE_INFINITY;
    close(lane, ts);
    lane.spans.push({ state: "running", fromUs: ts, toUs: ts + dur, label: until });
    if (name === OUTSIDE) {
      // Code outside greenlets, while main may wait: it goes on waiting.
      if (isOpen) lane.spans.push({ ...before, fromUs: ts + dur, toUs: Number.POSITIVE_INFINITY });
      return;
    }
    lane.state = ENDS[until] ?? "parked";
    lane.waitsFor = lane.state === "parked" ? until : "";
    // Main ends with each of its awaits, and goes on outside.
    if (lane.state === "ended") return;
    lane.spans.push({
      state: lane.state as SpanState,
      fromUs: ts + dur,
      toUs: Number.POSITIVE_INFINITY,
      label: lane.waitsFor,
    });
  }

  #wake({ tid, ts, name }: TraceEvent, toId: number): void {
    const lane = this.#lane(toId);
    this.axis.add(ts);
    this.wakes.push({ kind: name as Wake["kind"], fromId: tid, toId, atUs: ts });
    if (name === "spawn") this.#adopt(lane, tid);
    close(lane, ts);
    lane.state = "ready";
    lane.spans.push({ state: "ready", fromUs: ts, toUs: Number.POSITIVE_INFINITY, label: "" });
  }

  #note(node: TreeNode, parentId: number, alive: Set<number>): void {
    const isNew = !this.#lanes.has(node.id);
    const lane = this.#lane(node.id);
    if (node.state !== "dead") alive.add(node.id);
    lane.name = node.name;
    lane.kind = node.kind;
    if (isNew) this.#adopt(lane, parentId);
    if (node.state === "parked") {
      lane.state = "parked";
      lane.waitsFor = node.waitsFor ?? "";
    } else if (node.state !== "dead") lane.state = node.state === "ready" ? "ready" : "starting";
    for (const child of node.children) this.#note(child, node.id, alive);
  }

  #adopt(lane: Lane, parentId: number): void {
    lane.parentId = parentId;
    this.#order = null;
  }

  #end(lane: Lane, nowUs: number): void {
    close(lane, nowUs);
    lane.state = "ended";
    lane.waitsFor = "";
  }

  /** Makes room: those that ended first are not shown any more. */
  #forget(): void {
    let excess = this.#lanes.size - MOST_LANES;
    if (excess <= 0) return;
    for (const lane of this.#lanes.values()) {
      if (lane.state !== "ended" || lane.id === MAIN) continue;
      this.#lanes.delete(lane.id);
      this.#order = null;
      if (--excess === 0) return;
    }
  }

  #lane(id: number): Lane {
    let lane = this.#lanes.get(id);
    if (lane === undefined) {
      lane = {
        id,
        name: `greenlet ${id}`,
        kind: "typescript",
        parentId: MAIN,
        depth: 0,
        state: "starting",
        waitsFor: "",
        spans: [],
      };
      this.#lanes.set(id, lane);
      this.#order = null;
    }
    return lane;
  }

  #sorted(): readonly Lane[] {
    const children = new Map<number, Lane[]>();
    for (const lane of this.#lanes.values()) {
      if (lane.id === MAIN) continue;
      const parentId = this.#lanes.has(lane.parentId) ? lane.parentId : MAIN;
      const siblings = children.get(parentId);
      if (siblings === undefined) children.set(parentId, [lane]);
      else siblings.push(lane);
    }
    const order: Lane[] = [];
    const visit = (lane: Lane, depth: number) => {
      lane.depth = depth;
      order.push(lane);
      for (const child of children.get(lane.id) ?? []) visit(child, depth + 1);
    };
    visit(this.#lanes.get(MAIN)!, 0);
    this.hiddenCount = Math.max(0, order.length - MOST_LANES);
    return order.slice(0, MOST_LANES);
  }
}

/** Ends the span that goes on, if one does. */
function close(lane: Lane, us: number): void {
  const last = lane.spans.at(-1);
  if (last !== undefined && last.toUs === Number.POSITIVE_INFINITY) last.toUs = Math.max(us, last.fromUs);
}

/** Lets go of the older half of what is too much. */
function trim(list: unknown[], most: number): void {
  if (list.length > most) list.splice(0, list.length - most / 2);
}
