// Several hubs, destroy and run: api.md, Hub.
import { expect, it } from "vitest";
import { Event, Greenlet, GreenletExit, getCurrent, Hub, run, sleep, spawn, spawnLater, wait } from "wevent";
import { HubDestroyed } from "wevent/hub";
import { Semaphore } from "wevent/lock";
import { Channel, Empty } from "wevent/queue";
import { codeOf, inHub, rejectionOf, runtimeTurn, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

it(
  "destroy throws GreenletExit into every greenlet, which cleans up to its first blocking call",
  withHub(async ({ hub, log }) => {
    const event = new Event();
    const greenlets: Greenlet[] = [];
    await hub.run(function* () {
      greenlets.push(
        spawn(function* () {
          try {
            yield* event.wait();
          } catch (error) {
            log.push(`caught ${(error as Error).name}`);
            throw error;
          }
        }),
        spawn(function* () {
          try {
            yield* sleep(100);
          } finally {
            log.push("before");
            yield* sleep(1);
            log.push("never");
          }
        }),
        spawn(() => wait(new Promise(() => {}))),
      );
      yield* sleep(0);
      greenlets.push(spawnLater(100, () => log.push("never")) as Greenlet);
      greenlets.push(new Greenlet(() => log.push("never")));
    });
    hub.destroy();
    hub.destroy();
    expect(log).toEqual(["caught GreenletExit", "before"]);
    expect(hub.isDestroyed).toBe(true);
    expect(greenlets.slice(0, 4).map((greenlet) => greenlet.dead)).toEqual([true, true, true, true]);
    expect(greenlets.slice(0, 4).every((greenlet) => greenlet.value instanceof GreenletExit)).toBe(true);
    await runtimeTurn();
    expect(log).toEqual(["caught GreenletExit", "before"]);
  }),
);

it(
  "after destroy every use of the hub is a typed error, and what awaited it is rejected",
  withHub(async ({ hub }) => {
    const event = new Event();
    const unstarted = await hub.run(async () => new Greenlet(() => 1));
    const setTimer = setInterval(() => {}, 1000);
    const waiting = rejectionOf(hub.run(() => event.wait()));
    const joining = rejectionOf(hub.run(() => event.wait()));
    hub.destroy();
    expect(await waiting).toBeInstanceOf(HubDestroyed);
    expect(codeOf(await joining)).toBe("WEV_ERR_HUB_DESTROYED");
    expect(codeOf(await rejectionOf(hub.join()))).toBe("WEV_ERR_HUB_DESTROYED");
    expect(codeOf(thrownBy(() => hub.run(() => 1)))).toBe("WEV_ERR_HUB_DESTROYED");
    expect(codeOf(thrownBy(() => unstarted.start()))).toBe("WEV_ERR_HUB_DESTROYED");
    event.set();
    clearInterval(setTimer);
    await runtimeTurn();
  }),
);

it(
  "destroy by one of its own greenlets ends the others once that one blocks",
  withHub(async ({ hub, log }) => {
    const result = hub.run(function* () {
      spawn(function* () {
        try {
          yield* sleep(100);
        } finally {
          log.push("cleaned up");
        }
      });
      spawn(() => log.push("first"));
      yield* sleep(0);
      spawn(() => log.push("never"));
      try {
        hub.destroy();
        log.push("goes on");
        yield* sleep(1);
        log.push("never");
      } finally {
        log.push("destroyer");
      }
    });
    expect(await rejectionOf(result)).toBeInstanceOf(HubDestroyed);
    await runtimeTurn();
    expect(log).toEqual(["first", "goes on", "destroyer", "cleaned up"].sort(byFirst(log)));
  }),
);

/** The greenlets of a hub are dropped in no promised order: only these must come in order. */
function byFirst(log: string[]): (a: string, b: string) => number {
  expect(log.slice(0, 2)).toEqual(["first", "goes on"]);
  return (a, b) => log.indexOf(a) - log.indexOf(b);
}

it("using disposes of a hub by destroying it", () => {
  const hub = new Hub({ clock: "virtual" });
  hub[Symbol.dispose]();
  expect(hub.isDestroyed).toBe(true);
});

it("run gives the body's outcome, and ends the hub after it in either case", async () => {
  const hubs: Hub[] = [];
  const note = () => hubs.push((getCurrent() as Greenlet).hub);
  expect(
    await run(function* (a: number) {
      note();
      yield* sleep(1);
      return a + 1;
    }, 4),
  ).toBe(5);
  const error = new Error("broken");
  const failing = run(() => {
    note();
    throw error;
  });
  expect(await rejectionOf(failing)).toBe(error);
  expect(hubs.map((hub) => hub.isDestroyed)).toEqual([true, true]);
  expect(hubs[0]).not.toBe(hubs[1]);
});

it("two hubs at once share nothing: order, clock, failures", async () => {
  const log: string[] = [];
  const told: string[] = [];
  const make = (name: string) =>
    new Hub({ clock: "virtual", onError: (report) => void told.push(`${name} ${report.name}`) });
  const [a, b] = [make("a"), make("b")];
  const body = function* (name: string, ms: number) {
    for (let i = 0; i < 3; i++) {
      yield* sleep(ms);
      log.push(`${name}${i} ${(getCurrent() as Greenlet).hub.now()}`);
    }
    spawn(function failing() {
      throw new Error(name);
    });
    yield* sleep(1);
    yield* sleep(1);
  };
  await Promise.all([a.run(body, "a", 10), b.run(body, "b", 1000)]);
  expect(log.filter((entry) => entry.startsWith("a"))).toEqual(["a0 10", "a1 20", "a2 30"]);
  expect(log.filter((entry) => entry.startsWith("b"))).toEqual(["b0 1000", "b1 2000", "b2 3000"]);
  expect(told.sort()).toEqual(["a failing", "b failing"]);
  a.destroy();
  expect(await b.run(() => 5)).toBe(5);
  b.destroy();
});

it(
  "an object of one hub that is waited for in another is refused by name",
  withHub(
    async ({ hub }) => {
      const other = new Hub({ clock: "virtual" });
      const event = new Event();
      let greenlet: Greenlet | undefined;
      const waiting = hub.run(function* () {
        greenlet = spawn(() => event.wait());
        yield* greenlet.join();
      });
      await runtimeTurn();
      await other.run(function* () {
        expect(codeOf(yield* thrownIn(event.wait()))).toBe("WEV_ERR_FOREIGN_HUB");
        expect(codeOf(yield* thrownIn(greenlet!.join()))).toBe("WEV_ERR_FOREIGN_HUB");
      });
      other.destroy();
      event.set();
      await waiting;
    },
    { closed: false },
  ),
);

it(
  "a greenlet of one hub waits for another hub's run: nested hubs",
  inHub(function* ({ hub }) {
    const inner = new Hub({ clock: "virtual" });
    const result = yield* wait(
      inner.run(function* () {
        const me = getCurrent() as Greenlet;
        expect(me.hub).toBe(inner);
        expect(spawn(() => 1).hub).toBe(inner);
        yield* sleep(10);
        return `inner ${inner.now()}`;
      }),
    );
    expect(result).toBe("inner 10");
    expect((getCurrent() as Greenlet).hub).toBe(hub);
    expect(hub.now()).toBe(0);
    inner.destroy();
    expect(yield* wait(run(() => (getCurrent() as Greenlet).hub === hub))).toBe(false);
  }),
);

it("an event, a semaphore and a channel whose hub is gone serve the next one", async () => {
  const event = new Event();
  const semaphore = new Semaphore(0);
  const channel = new Channel<number>();
  for (let i = 0; i < 2; i++) {
    expect(await run(() => event.wait(1))).toBe(false);
    expect(await run(() => semaphore.acquire({ timeout: 1 }))).toBe(false);
    expect(await rejectionOf(run(() => channel.get({ timeout: 1 })))).toBeInstanceOf(Empty);
  }
  expect(await event.wait(1)).toBe(false);
  expect(await semaphore.acquire({ timeout: 1 })).toBe(false);
  expect(await rejectionOf(channel.get({ timeout: 1 }))).toBeInstanceOf(Empty);
});
