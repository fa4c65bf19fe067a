// Owns what is noted of greenlets while they are tracked: where each was spawned, since when and where it
// is parked, and how those ended that the program still holds. It keeps no greenlet alive.

import { Entry, Kind, Outcome, State } from "../../assembly/core/abi.js";
import { outsideTasks } from "../core/current.js";
import { Greenlet } from "../core/greenlet.js";
import { currentHub, enterHub, type Hub, requireHub } from "../core/hub.js";
import { type EndedGreenlet, listRows, nameOfTask, type Track, type Tracks } from "../core/inspect.js";
import type { Observer } from "../core/observe.js";
import { blockingCallOf, captureSite, DEEP_FRAMES, framesOf, type Site, siteOf } from "../core/report.js";

/** Notes before those are looked for that nobody needs any more; doubles with what is in use. */
const SWEEP_AT = 1024;

interface Note {
  readonly parentId: number;
  readonly spawnSite: Site | null;
  greenlet: WeakRef<Greenlet> | null;
  parkSite: Site | null;
  parkedAtMs: number;
}

class Tracker implements Tracks, Observer {
  /** How many have asked for it and not taken that back. */
  users = 0;
  readonly #hub: Hub;
  readonly #notes = new Map<number, Note>();
  readonly #stops: readonly (() => void)[];
  #sweepAt = SWEEP_AT;

  constructor(hub: Hub) {
    this.#hub = hub;
    const onSpawn = (greenlet: Greenlet) => {
      this.#note(greenlet._row, captureSite(DEEP_FRAMES)).greenlet = new WeakRef(greenlet);
    };
    this.#stops = [hub.observe(this), outsideTasks(() => enterHub(hub, () => Greenlet.onSpawn(onSpawn)))];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#hub.tracks = null;
  }

  // ---- what the scheduler tells

  queued(row: number, entry: Entry): void {
    // A first run is asked for; of a greenlet that has run, this would be who woke it.
    if (entry !== Entry.Resume || this.#hub.rowAt(row).state > State.Starting) return;
    this.#note(row, captureSite(DEEP_FRAMES));
  }

  parked(row: number): void {
    const note = this.#note(row, null);
    note.parkedAtMs = this.#hub.now();
    note.parkSite = captureSite(DEEP_FRAMES);
  }

  entered(row: number): void {
    const note = this.#note(row, null);
    note.parkSite = null;
    // One that was started before it was tracked.
    const task = this.#hub.taskOf(row);
    if (task instanceof Greenlet) note.greenlet ??= new WeakRef(task);
  }

  left(row: number, outcome: Outcome): void {
    const id = this.#hub.core.serialOf(row);
    if (outcome === Outcome.Done && this.#notes.get(id)?.greenlet == null) this.#notes.delete(id);
  }

  #note(row: number, spawnSite: Site | null): Note {
    const { serial, parentSerial } = this.#hub.rowAt(row);
    let note = this.#notes.get(serial);
    if (note === undefined) {
      note = { parentId: parentSerial, spawnSite, greenlet: null, parkSite: null, parkedAtMs: 0 };
      if (this.#notes.size >= this.#sweepAt) this.#sweep();
      this.#notes.set(serial, note);
    }
    return note;
  }

  /** Forgets those that have ended and that nobody holds. */
  #sweep(): void {
    const live = new Set(
      listRows(this.#hub.core)
        .filter((row) => row.kind === Kind.HostTask || row.kind === Kind.GuestTask)
        .map((row) => row.serial),
    );
    for (const [id, note] of this.#notes) {
      if (!live.has(id) && note.greenlet?.deref() === undefined) this.#notes.delete(id);
    }
    this.#sweepAt = Math.max(SWEEP_AT, this.#notes.size * 2);
  }

  // ---- what listings ask

  of(id: number): Track | null {
    const note = this.#notes.get(id);
    if (note === undefined) return null;
    const { spawnSite, parkSite, parkedAtMs } = note;
    return {
      parkedMs: parkSite === null ? null : this.#hub.now() - parkedAtMs,
      spawnedAt: siteOf(spawnSite),
      frames: framesOf(parkSite),
      blockingCall: blockingCallOf(parkSite),
    };
  }

  ended(): readonly EndedGreenlet[] {
    this.#sweep();
    const all: EndedGreenlet[] = [];
    for (const [id, { parentId, greenlet, spawnSite }] of this.#notes) {
      const held = greenlet?.deref();
      const ended = held?._ended ?? null;
      if (held === undefined || ended === null) continue;
      all.push({ id, parentId, name: nameOfTask(held), spawnedAt: siteOf(spawnSite), ended });
    }
    return all;
  }
}

/**
 * Notes from here on where greenlets are spawned and parked, and since when, for `hub.tree()`,
 * `formatRunInfo()` and `GreenletTree`; and lists those that have ended as long as the program holds them.
 * Every park then takes a stack: some microseconds. While it is off, nothing is paid.
 *
 * @noswitch
 * @param hub - Omitted: the current one.
 * @returns what ends it; asked for several times, it ends with the last.
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when `hub` is not a hub
 * @source GEVENT_TRACK_GREENLET_TREE of gevent, which is on unless it is turned off
 * @since 0.1
 */
export function trackGreenlets(hub: Hub = currentHub()): () => void {
  requireHub(hub, "track greenlets of");
  hub.tracks ??= new Tracker(hub);
  const tracker = hub.tracks as Tracker;
  tracker.users++;
  let isOn = true;
  return () => {
    if (!isOn) return;
    isOn = false;
    if (--tracker.users === 0) tracker.stop();
  };
}
