// Owns drawing a schedule on a canvas: what of it is in view, and no more.

import { timeText } from "./axis.ts";
import type { Colours } from "./colours.ts";
import type { Lane, Schedule, Span } from "./model.ts";

/** Heights, in CSS pixels. style.css gives the labels beside the lanes the same. */
export const LANE_PX = 30;
export const AXIS_PX = 24;
const RUN_PX = 18;
const READY_PX = 8;
const TEXT = "11px ui-sans-serif, system-ui, sans-serif";

export interface View {
  readonly widthPx: number;
  readonly heightPx: number;
  /** What is at the left edge, on the axis. */
  readonly leftPx: number;
  /** How far the lanes are scrolled down. */
  readonly topPx: number;
  readonly nowUs: number;
}

export function draw(
  context: CanvasRenderingContext2D,
  schedule: Schedule,
  view: View,
  colours: Colours,
): void {
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, view.widthPx, view.heightPx);
  context.font = TEXT;
  context.textBaseline = "middle";
  drawGrid(context, schedule, view, colours);
  context.save();
  context.beginPath();
  context.rect(0, AXIS_PX, view.widthPx, view.heightPx - AXIS_PX);
  context.clip();
  const { lanes } = schedule;
  const first = Math.max(0, Math.floor(view.topPx / LANE_PX));
  const last = Math.min(lanes.length - 1, Math.floor((view.topPx + view.heightPx) / LANE_PX));
  for (let i = first; i <= last; i++) drawLane(context, schedule, lanes[i]!, laneY(i, view), view, colours);
  drawWakes(context, schedule, view, colours);
  context.restore();
}

/** The middle of a lane. */
const laneY = (place: number, view: View): number => AXIS_PX + place * LANE_PX - view.topPx + LANE_PX / 2;

function drawGrid(context: CanvasRenderingContext2D, schedule: Schedule, view: View, colours: Colours): void {
  const { labels } = schedule.axis;
  for (let i = labels.length - 1; i >= 0; i--) {
    const label = labels[i]!;
    const x = label.x - view.leftPx;
    if (x > view.widthPx) continue;
    if (x < -100) break;
    context.fillStyle = colours.line;
    context.fillRect(Math.round(x), 0, 1, view.heightPx);
    context.fillStyle = colours.faint;
    context.fillText(timeText(label.atUs), x + 5, AXIS_PX / 2);
  }
  context.fillStyle = colours.line;
  context.fillRect(0, AXIS_PX - 1, view.widthPx, 1);
}

function drawLane(
  context: CanvasRenderingContext2D,
  schedule: Schedule,
  lane: Lane,
  y: number,
  view: View,
  colours: Colours,
): void {
  context.fillStyle = colours.line;
  context.fillRect(0, Math.round(y + LANE_PX / 2) - 1, view.widthPx, 1);
  // The newest first: what is left of the view is not looked at.
  for (let i = lane.spans.length - 1; i >= 0; i--) {
    const span = lane.spans[i]!;
    const from = schedule.axis.xOf(span.fromUs) - view.leftPx;
    const to = schedule.axis.xOf(Math.min(span.toUs, view.nowUs)) - view.leftPx;
    if (from > view.widthPx) continue;
    if (to < 0) break;
    drawSpan(context, span, lane, from, Math.max(to, from + 1), y, colours);
  }
  const last = lane.spans.at(-1);
  if (lane.state === "ended" && lane.kind !== "main" && last !== undefined) {
    const x = schedule.axis.xOf(last.toUs) - view.leftPx;
    context.fillStyle = colours.faint;
    context.fillRect(x, y - RUN_PX / 2, 2, RUN_PX);
  }
}

function drawSpan(
  context: CanvasRenderingContext2D,
  span: Span,
  lane: Lane,
  from: number,
  to: number,
  y: number,
  colours: Colours,
): void {
  if (span.state === "running") {
    context.fillStyle = colours[lane.kind];
    context.beginPath();
    context.roundRect(from, y - RUN_PX / 2, to - from, RUN_PX, 2.5);
    context.fill();
  } else if (span.state === "ready") {
    context.fillStyle = colours.ready;
    context.fillRect(from, y - READY_PX / 2, to - from, READY_PX);
  } else {
    context.fillStyle = colours.parked;
    context.fillRect(from, y - 1, to - from, 2);
    drawWaitsFor(context, span.label, Math.max(from, 0), to, y, colours);
  }
}

/** What a parked one waits for, where the line is long enough to say so. */
function drawWaitsFor(
  context: CanvasRenderingContext2D,
  text: string,
  from: number,
  to: number,
  y: number,
  colours: Colours,
): void {
  const { width } = context.measureText(text);
  if (to - from < width + 20) return;
  context.fillStyle = colours.surface;
  context.fillRect(from + 7, y - 7, width + 6, 14);
  context.fillStyle = colours.faint;
  context.fillText(text, from + 10, y + 0.5);
}

function drawWakes(
  context: CanvasRenderingContext2D,
  schedule: Schedule,
  view: View,
  colours: Colours,
): void {
  const places = new Map(schedule.lanes.map((lane, i) => [lane.id, i]));
  for (let i = schedule.wakes.length - 1; i >= 0; i--) {
    const { kind, fromId, toId, atUs } = schedule.wakes[i]!;
    const x = Math.round(schedule.axis.xOf(atUs) - view.leftPx) + 0.5;
    if (x > view.widthPx) continue;
    // Wakes are nearly in the order of time: a margin, and then the rest is out of view.
    if (x < -view.widthPx) break;
    const [fromPlace, toPlace] = [places.get(fromId), places.get(toId)];
    if (fromPlace === undefined || toPlace === undefined) continue;
    const [from, to] = [laneY(fromPlace, view), laneY(toPlace, view)];
    const down = to > from ? 1 : -1;
    context.strokeStyle = kind === "interrupt" ? colours.kill : colours.wake;
    context.fillStyle = context.strokeStyle;
    context.lineWidth = kind === "interrupt" ? 2 : 1;
    context.setLineDash(kind === "spawn" ? [2, 2] : []);
    context.beginPath();
    context.moveTo(x, from);
    context.lineTo(x, to - down * 4);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x, to);
    context.lineTo(x - 3.5, to - down * 6);
    context.lineTo(x + 3.5, to - down * 6);
    context.fill();
  }
}
