// Owns random programs of TypeScript and two guests around one channel, semaphore and event, and what must
// hold of them under every order: nothing is lost, nothing comes twice, nobody waits for what is there,
// and nothing is left behind. border-random.as.ts is the guest's half.

import fc from "fast-check";
import { expect } from "vitest";
import { Event, type Greenlet, Hub, joinAll, sleep, spawn, Timeout } from "wevent";
import { type Guest, loadGuest } from "wevent/guest";
import { ExhaustedError } from "wevent/hub";
import { Semaphore } from "wevent/lock";
import { Channel } from "wevent/queue";
import { leftIn, NOTHING_LEFT, runtimeTurn } from "../../lib/hub.ts";

/** As in border-random.as.ts. */
enum Step {
  End,
  Give,
  Take,
  TakeNow,
  Hold,
  Await,
  Set,
  Clear,
  Sleep,
  Collect,
  Trap,
  CatchExit,
  Deadline,
  /** What a guest leaves to act(). */
  Kill,
  GiveNow,
  Dispose,
  /** Uses up the scheduler's memory but for so many rows. */
  Fill,
}

/** What to do, and a number: of ms, of a party. */
type Action = readonly [step: Step, argument: number];
type Side = "typescript" | "first" | "second";

export interface Program {
  readonly kind: "number" | "text";
  readonly parties: readonly { readonly side: Side; readonly actions: readonly Action[] }[];
}

const limitMs = fc.constantFrom(-1, -1, -1, 0, 1, 2, 5);
const step = (weight: number, what: Step, argument: fc.Arbitrary<number> = fc.constant(0)) => ({
  weight,
  arbitrary: fc.tuple(fc.constant(what), argument) as fc.Arbitrary<Action>,
});
const action = fc.oneof(
  step(8, Step.Give, limitMs),
  step(8, Step.Take, limitMs),
  step(2, Step.TakeNow),
  step(2, Step.GiveNow),
  step(6, Step.Hold, limitMs),
  step(2, Step.Await, limitMs),
  step(2, Step.Set),
  step(1, Step.Clear),
  step(4, Step.Sleep, fc.constantFrom(0, 0, 1, 2)),
  step(2, Step.Collect),
  step(1, Step.Trap),
  step(1, Step.CatchExit, fc.constantFrom(0, 1)),
  step(3, Step.Deadline, fc.constantFrom(0, 1, 2)),
  step(4, Step.Kill, fc.nat({ max: 7 })),
  step(1, Step.Dispose),
  step(1, Step.Fill, fc.nat({ max: 3 })),
);

export const programs: fc.Arbitrary<Program> = fc.record({
  kind: fc.constantFrom("number" as const, "text" as const),
  parties: fc.array(
    fc.record({
      side: fc.constantFrom("typescript" as const, "first" as const, "second" as const),
      actions: fc.array(action, { minLength: 1, maxLength: 7 }),
    }),
    { minLength: 2, maxLength: 8 },
  ),
});

const PERMITS = 2;
const MEMORY_PAGES = 8;
/** Status of assembly/guest/abi.ts: what proves that nothing was given. */
const NOT_GIVEN = [1, 4];

class Run {
  readonly hub: Hub;
  readonly greenlets: Greenlet[] = [];
  /** What each party does at this moment. */
  readonly doing: (Action | null)[] = [];
  /** Numbers that a guest has still to read of its steps. */
  readonly #unread: number[][] = [];
  readonly #next: number[] = [];
  readonly given = new Set<number>();
  /** Of calls that were cut: the item may have been taken at the last moment. */
  readonly unsure = new Set<number>();
  readonly taken: number[] = [];
  readonly log: string[] = [];
  held = 0;
  channel!: Channel<unknown>;
  semaphore!: Semaphore;
  event!: Event;
  guests!: Record<"first" | "second", Guest>;
  #lastItem = 0;

  constructor(
    readonly program: Program,
    seed: number,
  ) {
    const memoryLimitBytes = MEMORY_PAGES * 65536;
    this.hub = new Hub({ clock: "virtual", seed, memoryLimitBytes, onError: () => {} });
  }

  async load(module: WebAssembly.Module): Promise<void> {
    const imports = {
      world: {
        step: (party: number) => this.step(party),
        gave: (party: number, item: number, status: number) => this.gave(party, item, status),
        took: (party: number, item: number) => this.took(party, item),
        holds: (by: number) => this.holds(by),
        act: (_party: number, what: Step, argument: number) => this.act(what, argument),
      },
    };
    const load = () => loadGuest(module, { hub: this.hub, imports });
    this.guests = { first: await load(), second: await load() };
  }

  /** The next number that a party reads. */
  step(party: number): number {
    const unread = this.#unread[party]!;
    if (unread.length > 0) return unread.shift()!;
    const next = this.#nextAction(party);
    if (next === null) return Step.End;
    unread.push(next[1]);
    if (next[0] === Step.Give) unread.push(this.#newItem());
    if (next[0] === Step.Hold) unread.push(1);
    return next[0];
  }

  #nextAction(party: number): Action | null {
    const { actions } = this.program.parties[party]!;
    const next = actions[this.#next[party]!++] ?? null;
    this.doing[party] = next;
    return next;
  }

  #newItem(): number {
    const item = ++this.#lastItem;
    this.unsure.add(item);
    return item;
  }

  gave(party: number, item: number, status: number): void {
    this.log.push(`p${party} gave ${item}: ${status}`);
    if (status === 0) this.given.add(item);
    if (status === 0 || NOT_GIVEN.includes(status)) this.unsure.delete(item);
  }

  took(party: number, item: number): void {
    this.log.push(`p${party} took ${item}`);
    this.taken.push(item);
  }

  holds(by: number): void {
    this.held += by;
    expect(this.held, "permits that are held").toBeLessThanOrEqual(PERMITS);
  }

  /** What both sides do through JavaScript. */
  act(what: Step, argument: number): void {
    if (what === Step.Kill)
      this.greenlets[argument % this.greenlets.length]!.kill(undefined, { block: false });
    if (what === Step.Dispose) this.guests.second.dispose();
    if (what === Step.Fill) this.fill(argument);
    if (what !== Step.GiveNow) return;
    const item = this.#newItem();
    try {
      this.channel.putNowait(this.wrap(item));
      // It stands in line until somebody takes it.
      this.gave(-1, item, 0);
    } catch {
      this.unsure.delete(item);
    }
  }

  /** Until a step later. */
  fill(free: number): void {
    const filler = new Event();
    const links: (() => void)[] = [];
    try {
      for (;;) {
        const link = () => {};
        filler.rawlink(link);
        links.push(link);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(ExhaustedError);
    }
    for (let i = 0; i < free; i++) filler.unlink(links.pop());
    filler.set();
  }

  wrap(item: number): unknown {
    return this.program.kind === "number" ? item : `${item}`;
  }

  *main(): Generator<unknown, void, unknown> {
    this.channel = new Channel();
    this.semaphore = new Semaphore(PERMITS);
    this.event = new Event();
    const handles = [this.channel.handle, this.semaphore.handle, this.event.handle] as const;
    const name = this.program.kind === "number" ? "liveByNumber" : "liveByText";
    for (const [party, { side }] of this.program.parties.entries()) {
      this.#next.push(0);
      this.#unread.push([]);
      this.doing.push(null);
      this.greenlets.push(
        (side === "typescript"
          ? spawn(this.live.bind(this), party)
          : this.guests[side].spawn(name, party, ...handles)) as Greenlet,
      );
    }
    yield* sleep(1000);
    this.checkQuiet();
    // One that catches its exit goes on with its next step.
    for (let i = 0; i < 20 && this.greenlets.some((greenlet) => !greenlet.dead); i++) {
      for (const greenlet of this.greenlets) greenlet.kill(undefined, { block: false });
      yield* joinAll(this.greenlets, { timeout: 100 });
    }
    this.checkBooks();
    for (const shared of [this.channel, this.semaphore, this.event]) shared.unshare();
  }

  *live(party: number): Generator<unknown, void, unknown> {
    let timeout: Timeout | null = null;
    for (;;) {
      const action = this.#nextAction(party);
      if (action === null) {
        timeout?.close();
        return;
      }
      if (action[0] === Step.Deadline) {
        timeout?.close();
        timeout = Timeout.startNew(action[1]);
        continue;
      }
      try {
        yield* this.make(party, action);
      } catch (error) {
        if ((error as Error).name === "GreenletExit") throw error;
      } finally {
        timeout?.close();
      }
    }
  }

  *make(party: number, [what, argument]: Action): Generator<unknown, void, unknown> {
    const limits = argument < 0 ? {} : { timeout: argument };
    if (what === Step.Give) {
      const item = this.#newItem();
      try {
        yield* this.channel.put(this.wrap(item), limits);
        this.gave(party, item, 0);
      } catch (error) {
        if ((error as Error).name === "Full") this.gave(party, item, 1);
        throw error;
      }
    } else if (what === Step.Take) this.took(party, Number(yield* this.channel.get(limits)));
    else if (what === Step.TakeNow) this.took(party, Number(this.channel.getNowait()));
    else if (what === Step.Hold) {
      if (!(yield* this.semaphore.acquire(limits))) return;
      this.holds(1);
      try {
        yield* sleep(1);
      } finally {
        this.holds(-1);
        this.semaphore.release();
      }
    } else if (what === Step.Await) yield* this.event.wait(limits);
    else if (what === Step.Set) this.event.set();
    else if (what === Step.Clear) this.event.clear();
    else if (what === Step.Sleep) yield* sleep(argument);
    else if (what === Step.Collect) for (const guest of Object.values(this.guests)) this.collect(guest);
    else this.act(what, argument);
  }

  collect(guest: Guest): void {
    try {
      guest.collect();
    } catch {
      // It was disposed.
    }
  }

  /** Nothing is ready any more: nobody waits for what is there. */
  checkQuiet(): void {
    const waiting = (what: Step) =>
      this.greenlets.filter((greenlet, i) => !greenlet.dead && this.doing[i]?.[0] === what).length;
    expect(Math.min(waiting(Step.Give), waiting(Step.Take)), "who give and take without meeting").toBe(0);
    if (waiting(Step.Hold) > 0) expect(this.semaphore.counter, "free permits while somebody waits").toBe(0);
    if (waiting(Step.Await) > 0)
      expect(this.event.isSet(), "somebody waits for an event that is set").toBe(false);
    expect(this.held + this.semaphore.counter, "permits").toBe(PERMITS);
  }

  /** Everybody has ended: the books balance. */
  checkBooks(): void {
    expect(this.greenlets.every((greenlet) => greenlet.dead)).toBe(true);
    while (this.channel.balance > 0) this.taken.push(Number(this.channel.getNowait()));
    expect(this.channel.balance).toBe(0);
    const known = new Set(this.taken);
    expect(known.size, "an item came twice").toBe(this.taken.length);
    for (const item of this.given) expect(known.has(item), `item ${item} was lost`).toBe(true);
    for (const item of this.taken) {
      expect(this.given.has(item) || this.unsure.has(item), `item ${item} was given by nobody`).toBe(true);
    }
    expect([this.held, this.semaphore.counter], "permits").toEqual([0, PERMITS]);
  }
}

/** Runs a program, proves that the rules hold, and answers what happened. */
export async function perform(program: Program, seed: number, module: WebAssembly.Module): Promise<string[]> {
  const run = new Run(program, seed);
  await run.load(module);
  await run.hub.run(() => run.main());
  for (let i = 0; i < 4; i++) await runtimeTurn();
  expect(leftIn(run.hub), "what is left in the hub").toEqual(NOTHING_LEFT);
  run.hub.destroy();
  return run.log;
}
