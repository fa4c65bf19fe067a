// Owns finding greenlets that hold the thread too long. JavaScript has one thread, so nothing can look
// while it is held: the time is taken at the switch after.

import { requireCallback, requireOptions } from "../core/check.js";
import { checkMs, RangeUsageError } from "../core/errors.js";
import { Greenlet } from "../core/greenlet.js";
import { currentHub, type Hub, requireHub } from "../core/hub.js";
import { nameOf, nameOfTask } from "../core/inspect.js";
import type { Observer } from "../core/observe.js";
import { captureSite, DEEP_FRAMES, framesOf, type Site, siteOf } from "../core/report.js";
import type { Task } from "../core/task.js";

/** What `onBlocked` tells. */
export interface BlockedReport {
  /** The greenlet that held the thread; null: it is a guest's own, or main. */
  readonly greenlet: Greenlet | null;
  readonly id: number;
  readonly name: string;
  readonly kind: "typescript" | "guest" | "main";
  /** For how long, in ms of the hub's clock. */
  readonly blockedMs: number;
  /** Where it was spawned: "file:line:column"; null: not recorded. */
  readonly spawnedAt: string | null;
  /** The functions in which it then parked, innermost first. Empty: it ended, or only gave way. */
  readonly frames: readonly string[];
  /** All of this as a text. */
  readonly text: string;
}

/** Options of `onBlocked`. */
export interface BlockedOptions {
  /** Longest time without a switch that is not reported, ms, 0 or more. Omitted: 100. */
  readonly thresholdMs?: number;
  /** Omitted: the current one. */
  readonly hub?: Hub;
}

class Watch implements Observer {
  readonly #hub: Hub;
  readonly #thresholdMs: number;
  readonly #callback: (report: BlockedReport) => void;
  #running = 0;
  #task: Task | null = null;
  #sinceMs = 0;
  #site: Site | null = null;
  #found: BlockedReport[] = [];

  constructor(hub: Hub, thresholdMs: number, callback: (report: BlockedReport) => void) {
    this.#hub = hub;
    this.#thresholdMs = thresholdMs;
    this.#callback = callback;
  }

  entered(row: number): void {
    this.#running = row;
    // Taken here: the hub forgets a task in the run in which it ends.
    this.#task = this.#hub.taskOf(row);
    this.#site = null;
    this.#sinceMs = this.#hub.now();
  }

  parked(row: number): void {
    const isOver = row === this.#running && this.#hub.now() - this.#sinceMs > this.#thresholdMs;
    if (isOver) this.#site = captureSite(DEEP_FRAMES);
  }

  left(row: number): void {
    if (row !== this.#running) return;
    this.#running = 0;
    const blockedMs = this.#hub.now() - this.#sinceMs;
    if (blockedMs > this.#thresholdMs) this.#found.push(this.#reportOf(row, blockedMs));
  }

  /** The callback may spawn and wake, so it is called between turns. */
  turnEnded(): void {
    if (this.#found.length === 0) return;
    const found = this.#found;
    this.#found = [];
    for (const report of found) this.#hub.guard(() => this.#callback(report), this.#callback);
  }

  #reportOf(row: number, blockedMs: number): BlockedReport {
    const view = this.#hub.rowAt(row);
    const { halves } = this.#hub;
    const task = this.#task;
    const name = task === null ? nameOf(view, halves) : nameOfTask(task);
    const spawnedAt = halves.tracks?.of(view.serial)?.spawnedAt ?? siteOf(task?._spawnSite ?? null);
    const frames = framesOf(this.#site);
    const lines = [`${name} appears to be blocked: it held the thread for ${Math.round(blockedMs)} ms`];
    if (spawnedAt !== null) lines.push(`  spawned at ${spawnedAt}`);
    if (frames.length > 0) lines.push(`  then parked at ${frames.join("\n    called by ")}`);
    return {
      greenlet: task instanceof Greenlet ? task : null,
      id: view.serial,
      name,
      kind: task === null ? "guest" : task instanceof Greenlet ? "typescript" : "main",
      blockedMs,
      spawnedAt,
      frames,
      text: lines.join("\n"),
    };
  }
}

/**
 * Calls back for every greenlet, of either kind, that held the thread longer than the threshold without a
 * switch; once it has switched, when the turn has ended. The callback runs in the hub, where nothing may
 * block. A virtual clock stands still while greenlets run, so nothing is found under it.
 *
 * @noswitch
 * @returns what ends it
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when an argument has the wrong type
 * @throws {@link RangeUsageError} WEV_ERR_RANGE when `thresholdMs` is below 0 or NaN
 * @source the monitor thread of gevent.monkey (max_blocking_time) and its EventLoopBlocked, which look from
 * another thread while the greenlet still runs
 * @since 0.1
 */
export function onBlocked(
  callback: (report: BlockedReport) => void,
  options: BlockedOptions = {},
): () => void {
  requireCallback(callback, "report blocking to");
  requireOptions(options);
  const { thresholdMs = 100, hub = currentHub() } = options;
  requireHub(hub, "watch for blocking in");
  checkMs(thresholdMs, "thresholdMs");
  if (thresholdMs < 0) {
    throw new RangeUsageError(
      `could not use ${thresholdMs} as thresholdMs because it is below 0; give 0 or more`,
    );
  }
  return hub.observe(new Watch(hub, thresholdMs, callback));
}
