// behaviours.md, "Group and Pool": groups, and what pools share with them.
import { expect, it } from "vitest";
import { Event, Greenlet, GreenletExit, joinAll, LoopExit, sleep, spawn, Timeout } from "wevent";
import { Group, Pool } from "wevent/pool";
import { inHub, rejectionOf, thrownIn, withHub } from "../lib/hub.ts";

function* waitFor(ms: number) {
  yield* sleep(ms);
  return ms;
}

function* failAfter(ms: number, error: Error): Generator<unknown, void> {
  yield* sleep(ms);
  throw error;
}

/** Ends only by itself. */
function* stubborn(ms: number, hub: { now(): number }) {
  const end = hub.now() + ms;
  while (hub.now() < end) {
    try {
      yield* sleep(end - hub.now());
    } catch {
      // It resists.
    }
  }
}

it(
  "278 an empty group joins at once, true, without a switch",
  inHub(function* ({ log }) {
    spawn(() => log.push("other"));
    expect(yield* new Group().join()).toBe(true);
    expect(yield* new Pool(1).join({ timeout: 5 })).toBe(true);
    expect(log).toEqual([]);
    yield* sleep(0);
  }),
);

it(
  "283 size counts those that have not ended; they are iterated in the order they came",
  inHub(function* () {
    const group = new Group();
    const greenlets = [group.spawn(waitFor, 2), group.spawn(waitFor, 1)];
    const ids = () => [...group].map(({ id }) => id);
    expect([group.size, ids()]).toEqual([2, greenlets.map(({ id }) => id)]);
    expect(group.has(greenlets[0]!)).toBe(true);
    yield* sleep(1.5);
    expect(ids()).toEqual([greenlets[0]!.id]);
    yield* group.join();
    expect(group.size).toBe(0);
  }),
);

it(
  "284 join with raiseError waits for all, is empty then, and throws the first failure in time",
  inHub(function* ({ hub, reports }) {
    const [first, second] = [new Error("first"), new Error("second")];
    const group = new Group();
    group.spawn(failAfter, 20, second);
    group.spawn(failAfter, 10, first);
    group.spawn(waitFor, 30);
    expect(yield* thrownIn(group.join({ raiseError: true }))).toBe(first);
    expect([hub.now(), group.size]).toEqual([30, 0]);
    // The one that was thrown is read; the other is nobody's.
    expect((yield* reports()).map(({ error }) => error)).toEqual([second]);
  }),
);

it(
  "284 join with raiseError sees who comes meanwhile, and hands errors back when it is cut short",
  inHub(function* ({ reports }) {
    const error = new Error("broken");
    const group = new Group();
    group.spawn(function* () {
      yield* sleep(5);
      group.spawn(failAfter, 5, error);
      // Turns pass between the failure and the end of the join.
      for (let i = 0; i < 4; i++) yield* sleep(5);
    });
    expect(yield* thrownIn(group.join({ raiseError: true }))).toBe(error);
    expect(yield* reports()).toEqual([]);
    group.spawn(failAfter, 5, error);
    group.spawn(waitFor, 20);
    const joiner = spawn(() => group.join({ raiseError: true }));
    yield* sleep(10);
    expect(yield* reports()).toEqual([]);
    yield* joiner.kill();
    expect((yield* reports()).map((report) => report.error)).toEqual([error]);
    yield* group.join();
  }),
);

it(
  "287 kill with block: false leaves the size until the loop turns, then empties the group",
  inHub(function* ({ hub }) {
    const group = new Group();
    group.spawn(waitFor, 1000);
    yield* sleep(1);
    group.spawn(waitFor, 1000);
    yield* group.kill(undefined, { block: false });
    expect(group.size).toBe(2);
    yield* sleep(0);
    yield* sleep(0);
    expect([group.size, hub.now()]).toEqual([0, 1]);
  }),
);

it(
  "289 kill with a timeout gives up after it, without an error, when a member resists",
  inHub(function* ({ hub }) {
    const group = new Group();
    group.spawn(stubborn, 50, hub);
    yield* sleep(1);
    expect(yield* group.kill(undefined, { timeout: 10 })).toBe(undefined);
    expect([hub.now(), group.size]).toEqual([11, 1]);
    yield* group.join();
    expect(hub.now()).toBe(50);
  }),
);

it(
  "290 a member that comes while the group is being killed is killed too, and each only once",
  inHub(function* ({ hub, log }) {
    const group = new Group();
    const member = function* (name: string) {
      try {
        yield* sleep(1000);
      } finally {
        if (name === "first") group.spawn(member, "second");
        yield* sleep(5);
        log.push(`${name} cleaned up`);
      }
    };
    group.spawn(member, "first");
    yield* sleep(1);
    yield* group.kill();
    expect([hub.now(), group.size]).toEqual([6, 0]);
    // The second was killed before it ran, so there was nothing to clean up.
    expect(log).toEqual(["first cleaned up"]);
    const other = group.spawn(waitFor, 5);
    yield* group.join();
    expect(other.value).toBe(5);
  }),
);

it(
  "290 kill ends with the error given",
  inHub(function* ({ takeReports }) {
    const error = new Error("over");
    const group = new Group();
    const members = [group.spawn(waitFor, 1000), group.spawn(waitFor, 1000)];
    yield* sleep(1);
    yield* group.kill(error);
    expect(members.map((member) => member.error)).toEqual([error, error]);
    expect(takeReports()).toEqual([]);
  }),
);

it(
  "292 a group made of running greenlets joins when they have ended",
  inHub(function* ({ hub }) {
    const greenlets = [spawn(waitFor, 10), spawn(waitFor, 20)];
    const group = new Group(greenlets);
    expect(group.size).toBe(2);
    expect(yield* group.join()).toBe(true);
    expect([hub.now(), group.size]).toEqual([20, 0]);
  }),
);

it(
  "293 one added after its end makes the size 1 until the next turn",
  inHub(function* () {
    const greenlet = spawn(() => 1);
    yield* greenlet.join();
    const group = new Group();
    group.add(greenlet);
    expect(group.size).toBe(1);
    yield* sleep(0);
    expect(group.size).toBe(0);
    expect(yield* group.join()).toBe(true);
  }),
);

it(
  "adding twice counts once; one discarded runs on and is neither joined nor killed",
  inHub(function* () {
    const group = new Group();
    const greenlet = spawn(waitFor, 10);
    group.add(greenlet);
    group.add(greenlet);
    expect(group.size).toBe(1);
    group.discard(greenlet);
    group.discard(greenlet);
    expect(group.size).toBe(0);
    expect(yield* group.join()).toBe(true);
    yield* group.kill();
    yield* group.killOne(greenlet);
    expect(yield* greenlet).toBe(10);
  }),
);

it(
  "killOne ends one member and waits for its death",
  inHub(function* () {
    const group = new Group();
    const [one, other] = [group.spawn(waitFor, 100), group.spawn(waitFor, 5)];
    yield* sleep(1);
    yield* group.killOne(one);
    expect((one.value as unknown) instanceof GreenletExit).toBe(true);
    yield* group.join();
    expect(other.value).toBe(5);
  }),
);

it(
  "start takes in a greenlet that has not started, and starts it",
  inHub(function* () {
    const group = new Group();
    const greenlet = new Greenlet(waitFor, 5);
    group.start(greenlet);
    expect([group.size, greenlet.started]).toEqual([1, true]);
    yield* group.join();
    expect(greenlet.value).toBe(5);
  }),
);

it(
  "several who join are all released, and so is one who joins from the first one's release",
  inHub(function* ({ log }) {
    const group = new Group();
    group.spawn(waitFor, 5);
    const joiners = ["a", "b", "c"].map((name) =>
      spawn(function* () {
        yield* group.join();
        log.push(name);
        yield* group.join();
      }),
    );
    yield* joinAll(joiners);
    expect(log).toEqual(["a", "b", "c"]);
  }),
);

it(
  "join does not return while the group has members again",
  inHub(function* ({ hub }) {
    const pool = new Pool(1);
    yield* pool.spawn(waitFor, 5);
    const next = spawn(() => pool.spawn(waitFor, 5));
    yield* sleep(0);
    yield* pool.join();
    expect([pool.size, hub.now()]).toEqual([0, 10]);
    yield* next;
  }),
);

it(
  "29 an outer Timeout that was armed wins over a longer timeout of join, kill and waitAvailable",
  inHub(function* ({ hub }) {
    const pool = new Pool(1);
    yield* pool.spawn(stubborn, 100, hub);
    yield* sleep(1);
    const calls: Record<string, () => Iterable<unknown>> = {
      join: () => pool.join({ timeout: 50 }),
      "join with raiseError": () => pool.join({ timeout: 50, raiseError: true }),
      kill: () => pool.kill(undefined, { timeout: 50 }),
      waitAvailable: () => pool.waitAvailable(50),
      add: () => pool.add(new Greenlet(), { timeout: 50 }),
      apply: () => pool.apply(waitFor, [1]),
      spawn: () => pool.spawn(waitFor, 1),
      map: () => pool.map(waitFor, [1]),
    };
    for (const [name, call] of Object.entries(calls)) {
      const outer = Timeout.startNew(5);
      expect(yield* thrownIn(call()), name).toBe(outer);
    }
    yield* pool.join();
    expect(pool.freeCount()).toBe(1);
  }),
);

it(
  "await using waits for a group at the end of the scope",
  withHub(async ({ hub }) => {
    const seen = await hub.run(async () => {
      const group = new Group();
      {
        await using scope = group;
        scope.spawn(waitFor, 5);
      }
      return group.size;
    });
    expect(seen).toBe(0);
  }),
);

it(
  "joining a group that never empties is LoopExit in main",
  withHub(async ({ hub }) => {
    const event = new Event();
    const group = new Group();
    const joined = hub.run(function* () {
      group.spawn(() => event.wait());
      yield* group.join();
    });
    expect(await rejectionOf(joined)).toBeInstanceOf(LoopExit);
    event.set();
    await hub.join();
  }),
);
