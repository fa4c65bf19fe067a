// Owns what must hold of every program of tool-program.ts, under every order: nothing is lost, nothing
// comes twice, queues keep their order, nobody waits for what is there, and nothing is left behind.
// The ledger only counts what calls said; it knows nothing of how a queue works.

import { expect } from "vitest";
import { Event, type Greenlet, Hub, joinAll, sleep, spawn, Timeout } from "wevent";
import { Semaphore } from "wevent/lock";
import { Channel, LifoQueue, PriorityQueue, Queue, SimpleQueue } from "wevent/queue";
import { leftIn, NOTHING_LEFT, runtimeTurn } from "./hub.ts";
import type { Action, Program } from "./tool-program.ts";

type AnyQueue = SimpleQueue<number> | Queue<number>;

/** What went into a queue and what came out, in order. */
class Ledger {
  readonly entered: number[] = [];
  readonly left: number[] = [];
  /** Items of calls that were interrupted: they may have been given at the last moment. */
  readonly unsure = new Set<number>();
  isShutDown = false;
  isDropped = false;
}

/** What a greenlet waits for at this moment. */
type Wait =
  | { readonly kind: "put" | "get" | "peek"; readonly queue: number }
  | { readonly kind: "give" | "take" | "await" }
  | { readonly kind: "hold"; readonly semaphore: number };

class Run {
  readonly hub: Hub;
  readonly queues: AnyQueue[] = [];
  readonly ledgers: Ledger[] = [];
  readonly semaphores: Semaphore[] = [];
  readonly permits = [1, 2];
  readonly held = [0, 0];
  readonly greenlets: Greenlet[] = [];
  readonly waits = new Map<Greenlet, Wait>();
  readonly log: string[] = [];
  readonly given = new Ledger();
  event!: Event;
  channel!: Channel<number>;
  controller = new AbortController();
  next = 0;

  constructor(seed: number) {
    this.hub = new Hub({ clock: "virtual", seed, onError: (report) => void this.log.push(report.text) });
  }

  *main(program: Program): Generator<unknown, void, unknown> {
    this.queues.push(
      new Queue(1),
      new Queue(2),
      new Queue(),
      new SimpleQueue(),
      new LifoQueue(2),
      new PriorityQueue(null, 2),
    );
    for (const _ of this.queues) this.ledgers.push(new Ledger());
    this.semaphores.push(new Semaphore(1), new Semaphore(2));
    this.channel = new Channel();
    this.event = new Event();
    for (const [i, actions] of program.greenlets.entries()) {
      const greenlet = spawn(this.live.bind(this), i, actions) as Greenlet;
      greenlet.name = `g${i}`;
      this.greenlets.push(greenlet);
    }
    // Longer than all limits and sleeps of a program together.
    yield* sleep(1000);
    this.checkQuiet();
    for (const greenlet of this.greenlets) greenlet.kill(undefined, { block: false });
    yield* joinAll(this.greenlets);
    yield* sleep(10);
    this.checkBooks();
  }

  *live(id: number, actions: readonly Action[]): Generator<unknown, void, unknown> {
    let timeoutMs = -1;
    let signal: AbortSignal | undefined;
    for (const action of actions) {
      if (action[0] === "timeout") {
        timeoutMs = action[1];
        continue;
      }
      if (action[0] === "signal") {
        signal = this.controller.signal;
        continue;
      }
      const greenlet = this.greenlets[id]!;
      const timeout = timeoutMs < 0 ? null : Timeout.startNew(timeoutMs);
      try {
        this.note(id, `${action} -> ${yield* this.act(greenlet, action, signal)}`);
      } catch (error) {
        this.note(id, `${action} -> ${(error as Error).name}`);
        if ((error as Error).name === "GreenletExit") throw error;
      } finally {
        timeout?.close();
        this.waits.delete(greenlet);
      }
      timeoutMs = -1;
      signal = undefined;
    }
  }

  note(id: number, text: string): void {
    this.log.push(`g${id} ${text} at ${this.hub.now()}`);
  }

  *act(
    greenlet: Greenlet,
    action: Action,
    signal: AbortSignal | undefined,
  ): Generator<unknown, unknown, unknown> {
    const limits = (ms: number) => ({
      ...(ms < 0 ? {} : { timeout: ms }),
      ...(signal === undefined ? {} : { signal }),
    });
    switch (action[0]) {
      case "put": {
        const item = this.next++;
        this.waits.set(greenlet, { kind: "put", queue: action[1] });
        yield* this.queues[action[1]]!.put(item, limits(action[2]));
        this.ledgers[action[1]]!.entered.push(item);
        return item;
      }
      case "putNowait": {
        const item = this.next++;
        this.queues[action[1]]!.putNowait(item);
        this.ledgers[action[1]]!.entered.push(item);
        return item;
      }
      case "get": {
        this.waits.set(greenlet, { kind: "get", queue: action[1] });
        const item = yield* this.queues[action[1]]!.get(limits(action[2]));
        this.ledgers[action[1]]!.left.push(item);
        return item;
      }
      case "getNowait": {
        const item = this.queues[action[1]]!.getNowait();
        this.ledgers[action[1]]!.left.push(item);
        return item;
      }
      case "peek":
        this.waits.set(greenlet, { kind: "peek", queue: action[1] });
        return yield* this.queues[action[1]]!.peek(limits(action[2]));
      case "give": {
        const item = this.next++;
        this.waits.set(greenlet, { kind: "give" });
        this.given.unsure.add(item);
        yield* this.channel.put(item, limits(action[1]));
        this.given.unsure.delete(item);
        this.given.entered.push(item);
        return item;
      }
      case "giveNow": {
        const item = this.next++;
        this.channel.putNowait(item);
        // It stands in line until somebody takes it.
        this.given.entered.push(item);
        return item;
      }
      case "take": {
        this.waits.set(greenlet, { kind: "take" });
        const item = yield* this.channel.get(limits(action[1]));
        this.given.left.push(item);
        return item;
      }
      case "takeNow": {
        const item = this.channel.getNowait();
        this.given.left.push(item);
        return item;
      }
      case "hold": {
        const [, which, ms, heldMs] = action;
        this.waits.set(greenlet, { kind: "hold", semaphore: which });
        if (!(yield* this.semaphores[which]!.acquire(limits(ms)))) return false;
        this.waits.delete(greenlet);
        this.held[which]!++;
        expect(this.held[which]).toBeLessThanOrEqual(this.permits[which]!);
        try {
          if (heldMs >= 0) yield* sleep(heldMs);
        } finally {
          this.held[which]!--;
          this.semaphores[which]!.release();
        }
        return true;
      }
      case "shutdown": {
        const queue = this.queues[action[1]]!;
        if (!(queue instanceof Queue)) return "none";
        queue.shutdown(action[2]);
        this.ledgers[action[1]]!.isShutDown = true;
        if (action[2]) this.ledgers[action[1]]!.isDropped = true;
        return "shut down";
      }
      case "await":
        this.waits.set(greenlet, { kind: "await" });
        return yield* this.event.wait(limits(action[1]));
      case "set":
        this.event.set();
        return "set";
      case "clear":
        this.event.clear();
        return "clear";
      case "sleep":
        return yield* sleep(action[1], signal === undefined ? {} : { signal });
      case "kill":
        this.greenlets[action[1] % this.greenlets.length]!.kill(undefined, { block: false });
        return "killed";
      case "abort":
        this.controller.abort(new Error("aborted"));
        this.controller = new AbortController();
        return "aborted";
      default:
        throw new Error(`no such action: ${action}`);
    }
  }

  /** Nothing is ready any more: nobody waits for what is there. */
  checkQuiet(): void {
    const waiting = { give: 0, take: 0 };
    for (const [greenlet, wait] of this.waits) {
      if (greenlet.dead) continue;
      const who = `${greenlet.name} waits to ${wait.kind}`;
      if (wait.kind === "give" || wait.kind === "take") waiting[wait.kind]++;
      if (wait.kind === "await") expect(this.event.isSet(), who).toBe(false);
      if (wait.kind === "hold") expect(this.semaphores[wait.semaphore]!.counter, who).toBe(0);
      if (wait.kind === "get" || wait.kind === "peek" || wait.kind === "put") {
        const queue = this.queues[wait.queue]!;
        expect(wait.kind === "put" ? queue.full() : queue.empty(), `${who}, queue ${wait.queue}`).toBe(true);
        expect(this.ledgers[wait.queue]!.isShutDown, `${who} in a queue that was shut down`).toBe(false);
      }
    }
    expect(Math.min(waiting.give, waiting.take), "who give and take without meeting").toBe(0);
  }

  /** Everybody has ended: the books balance. */
  checkBooks(): void {
    for (const [i, queue] of this.queues.entries()) {
      const { entered, left, isDropped } = this.ledgers[i]!;
      const rest: number[] = [];
      while (!queue.empty()) rest.push(queue.getNowait());
      const seen = [...left, ...rest];
      expect(new Set(seen).size, `queue ${i} gave an item twice`).toBe(seen.length);
      if (!isDropped) expect([...seen].sort(byNumber), `queue ${i}`).toEqual([...entered].sort(byNumber));
      if (!isDropped && i < 4) expect(seen, `order of queue ${i}`).toEqual(entered);
    }
    const { entered, left, unsure } = this.given;
    while (this.channel.balance > 0) left.push(this.channel.getNowait());
    expect(new Set(left).size, "the channel gave an item twice").toBe(left.length);
    const known = new Set(left);
    for (const item of entered) expect(known.has(item), `item ${item} of the channel was lost`).toBe(true);
    for (const item of left) {
      expect(entered.includes(item) || unsure.has(item), `item ${item} came from nowhere`).toBe(true);
    }
    for (const [i, semaphore] of this.semaphores.entries()) {
      expect(semaphore.counter, `permits of semaphore ${i}`).toBe(this.permits[i]);
      expect(semaphore.linkCount, `links of semaphore ${i}`).toBe(0);
    }
    expect(this.event.linkCount, "links of the event").toBe(0);
  }
}

const byNumber = (a: number, b: number) => a - b;

/** Runs a program, proves that the rules hold, and answers what happened. */
export async function perform(program: Program, seed: number): Promise<string[]> {
  const run = new Run(seed);
  await run.hub.run(() => run.main(program));
  for (let i = 0; i < 4; i++) await runtimeTurn();
  expect(leftIn(run.hub), "what is left in the hub").toEqual(NOTHING_LEFT);
  run.hub.destroy();
  return run.log;
}
