// Owns the timeline on the page: labels, canvas, how both are scrolled, and when they are drawn anew.

import type { TraceEvent, TreeNode } from "wevent/util";
import { clockMs } from "../messages.ts";
import { timeText } from "./axis.ts";
import { type Colours, readColours } from "./colours.ts";
import { AXIS_PX, draw, LANE_PX } from "./draw.ts";
import { Labels } from "./labels.ts";
import { type Lane, Schedule } from "./model.ts";

/** Room at the right of what happens now. */
const MARGIN_PX = 48;
/** How far an arrow key moves the view. */
const STEP_PX = 80;

/** The parts of the page that it fills. */
export interface Parts {
  /** What scrolls the lanes up and down. */
  readonly scroller: HTMLElement;
  readonly labels: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Says what is under the pointer. */
  readonly readout: HTMLElement;
}

export class Timeline {
  readonly #parts: Parts;
  readonly #labels: Labels;
  readonly #context: CanvasRenderingContext2D;
  #colours: Colours = readColours();
  #schedule = new Schedule();
  #beganMs = 0;
  /** Where time stands; null: it runs. */
  #stoppedUs: number | null = 0;
  /** The left edge on the axis; null: what happens now stays in view. */
  #leftPx: number | null = null;
  #missed = 0;
  #isAsked = false;

  constructor(parts: Parts, onKill: (lane: Lane) => void) {
    this.#parts = parts;
    this.#labels = new Labels(parts.labels, onKill);
    this.#context = parts.canvas.getContext("2d", { alpha: false })!;
    const { canvas, scroller } = parts;
    new ResizeObserver(() => this.#ask()).observe(scroller);
    scroller.addEventListener("scroll", () => this.#ask());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#colours = readColours();
      this.#ask();
    });
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.#ask();
  }

  /** A new program begins. */
  begin(atMs: number): void {
    this.#schedule = new Schedule();
    this.#labels.clear();
    this.#beganMs = atMs;
    this.#stoppedUs = null;
    this.#leftPx = null;
    this.#missed = 0;
    this.#parts.readout.textContent = "";
    this.#ask();
  }

  /** @param missed - How many events came too fast to be told. */
  add(events: readonly TraceEvent[], tree: TreeNode, missed: number): void {
    this.#schedule.add(events, tree, this.#nowUs());
    this.#missed += missed;
    if (missed > 0) {
      this.#parts.readout.textContent = `${this.#missed.toLocaleString("en")} events came too fast to be drawn`;
    }
    this.#ask();
  }

  /** The program has ended, or was ended. */
  end(): void {
    if (this.#stoppedUs !== null) return;
    this.#stoppedUs = this.#nowUs();
    this.#schedule.stop(this.#stoppedUs);
    this.#ask();
  }

  #nowUs(): number {
    return this.#stoppedUs ?? (clockMs() - this.#beganMs) * 1000;
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#draw();
      if (this.#stoppedUs === null) this.#ask();
    });
  }

  #draw(): void {
    const { canvas, scroller } = this.#parts;
    this.#labels.show(this.#schedule, this.#stoppedUs === null);
    const widthPx = canvas.clientWidth;
    const heightPx = scroller.clientHeight;
    const scale = devicePixelRatio;
    if (canvas.width !== Math.round(widthPx * scale) || canvas.height !== Math.round(heightPx * scale)) {
      canvas.style.height = `${heightPx}px`;
      canvas.width = Math.round(widthPx * scale);
      canvas.height = Math.round(heightPx * scale);
    }
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    const nowUs = this.#nowUs();
    const view = { widthPx, heightPx, nowUs, leftPx: this.#left(), topPx: scroller.scrollTop };
    draw(this.#context, this.#schedule, view, this.#colours);
  }

  /** The last left edge that makes sense: what happens now is at the right. */
  #lastLeft(): number {
    const right = this.#schedule.axis.xOf(this.#nowUs()) + MARGIN_PX;
    return Math.max(this.#firstLeft(), right - this.#parts.canvas.clientWidth);
  }

  #firstLeft(): number {
    return this.#schedule.axis.firstX - 8;
  }

  #left(): number {
    return this.#leftPx ?? this.#lastLeft();
  }

  /** Scrolls along the axis. At its end the view follows what happens. */
  #move(byPx: number): void {
    const lastLeft = this.#lastLeft();
    const leftPx = Math.max(this.#firstLeft(), this.#left() + byPx);
    this.#leftPx = leftPx >= lastLeft ? null : leftPx;
    this.#ask();
  }

  #wheel(event: WheelEvent): void {
    const byPx = event.shiftKey ? event.deltaY : event.deltaX;
    if (byPx === 0) return;
    event.preventDefault();
    this.#move(byPx);
  }

  #key(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowLeft: -STEP_PX,
      ArrowRight: STEP_PX,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#move(step);
  }

  #point(event: PointerEvent): void {
    if (event.buttons === 1) this.#move(-event.movementX);
    const place = Math.floor((event.offsetY - AXIS_PX + this.#parts.scroller.scrollTop) / LANE_PX);
    const lane = this.#schedule.lanes[place];
    const us = this.#schedule.axis.usAt(event.offsetX + this.#left());
    const span = lane?.spans.findLast((one) => one.fromUs <= us && us <= one.toUs);
    this.#parts.readout.textContent =
      lane === undefined || span === undefined ? "" : textOf(lane.name, span, this.#nowUs());
  }
}

function textOf(name: string, span: Schedule["lanes"][number]["spans"][number], nowUs: number): string {
  const toUs = Math.min(span.toUs, nowUs);
  const what = span.state === "parked" ? `parked in ${span.label}` : span.state;
  const then = span.state === "running" && span.label !== "" ? `, until ${span.label}` : "";
  return `${name}: ${what}${then} · at ${timeText(span.fromUs)} for ${timeText(toUs - span.fromUs)}`;
}
