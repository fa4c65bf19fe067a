// 353, 355, 421: assertSwitches, the tree of greenlets, onBlocked.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { Event, type Greenlet, Hub, joinAll, sleep, spawn } from "wevent";
import {
  assertSwitches,
  type BlockedReport,
  type FailedToSwitch,
  formatRunInfo,
  GreenletTree,
  onBlocked,
  printRunInfo,
  type TreeNode,
  traceHub,
  trackGreenlets,
} from "wevent/util";
import { codeOf, inHub, rejectionOf, runtimeTurn, thrownBy, thrownIn, withHub } from "../lib/hub.js";
import { ManualDriver } from "../lib/manual-driver.js";

/** Node's collector, which only a flag makes a function. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

const UNSWITCHED = "WEV_ERR_FAILED_TO_SWITCH";

/** A hub whose clock moves when a greenlet says so: as if it computed. */
function busyWorld() {
  const driver = new ManualDriver();
  const compute = (ms: number) => {
    driver.nowMs += ms;
  };
  return { hub: new Hub({ driver, closed: true }), compute };
}

describe("assertSwitches()", () => {
  it(
    "353 assertSwitches() throws when nothing switched, and gives the body's result when something did",
    inHub(function* () {
      expect(yield* assertSwitches(() => sleepAndGive(1, 42))).toBe(42);
      const error = yield* thrownIn(assertSwitches(() => 1));
      expect(codeOf(error)).toBe(UNSWITCHED);
      expect((error as Error).message).toMatch(/^To any greenlet in 0\.0 ms: /);
    }),
  );

  it("353 assertSwitches() throws when something ran longer than maxBlockingMs, also if it switched then", async () => {
    const { hub, compute } = busyWorld();
    await hub.run(function* () {
      const error = yield* thrownIn(
        assertSwitches(
          function* () {
            compute(5);
            yield* sleep(0);
            compute(1);
          },
          { maxBlockingMs: 2 },
        ),
      );
      expect((error as FailedToSwitch).blockedMs).toBe(5);
      expect((error as Error).message).toMatch(/^To any greenlet in 5\.0 ms \(max allowed 2 ms\)/);
    });
  });

  it("353 assertSwitches() passes without a switch when it is fast enough", async () => {
    const { hub, compute } = busyWorld();
    expect(await hub.run(() => assertSwitches(() => compute(1), { maxBlockingMs: 2 }))).toBe(undefined);
  });

  it("353 assertSwitches() counts no time in which nothing runs", async () => {
    const { hub } = busyWorld();
    await hub.run(() => assertSwitches(() => sleep(1000), { maxBlockingMs: 1 }));
    expect(hub.now()).toBe(1000);
  });

  it("353 assertSwitches() with hubOnly takes a switch to another greenlet for none", async () => {
    const { hub, compute } = busyWorld();
    await hub.run(function* () {
      const rotate = function* () {
        for (let i = 0; i < 4; i++) {
          compute(1);
          yield* sleep(0);
        }
      };
      const other = spawn(rotate);
      yield* assertSwitches(rotate, { maxBlockingMs: 2 });
      yield* other.join();
      const error = yield* thrownIn(assertSwitches(rotate, { maxBlockingMs: 2, hubOnly: true }));
      expect((error as Error).message).toMatch(/^To the hub in 4\.0 ms \(max allowed 2 ms\)/);
      yield* assertSwitches(() => sleep(1), { hubOnly: true });
    });
  });

  it(
    "353 assertSwitches() lets the body's own error come first",
    inHub(function* () {
      const error = new Error("mine");
      expect(
        yield* thrownIn(
          assertSwitches(() => {
            throw error;
          }),
        ),
      ).toBe(error);
    }),
  );

  it(
    "353 assertSwitches() nests: the inner fails by itself, and a switch in it counts for the outer",
    inHub(function* () {
      yield* assertSwitches(function* () {
        expect(codeOf(yield* thrownIn(assertSwitches(() => 1)))).toBe(UNSWITCHED);
        yield* assertSwitches(() => sleep(0));
      });
    }),
  );

  it("assertSwitches() awaited outside greenlets counts the park of main", async () => {
    expect(await assertSwitches(() => sleepAndGive(1, 42))).toBe(42);
    expect(codeOf(await rejectionOf(assertSwitches(() => 1)))).toBe(UNSWITCHED);
  });

  it(
    "assertSwitches() observes no longer than the body runs, however that ends",
    inHub(function* ({ hub }) {
      expect(observersOf(hub)).toBe(0);
      yield* thrownIn(assertSwitches(() => 1));
      const waiting = spawn(() => assertSwitches(() => sleep(1000)));
      yield* sleep(1);
      expect(observersOf(hub)).toBe(1);
      yield* waiting.kill();
      expect(observersOf(hub)).toBe(0);
    }),
  );
});

function* sleepAndGive<T>(ms: number, value: T) {
  yield* sleep(ms);
  return value;
}

const observersOf = (hub: Hub): number => hub.stats().observers;

function find(node: TreeNode, name: string): TreeNode | undefined {
  if (node.name === name) return node;
  for (const child of node.children) {
    const found = find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe("GreenletTree", () => {
  it(
    "355 each greenlet stands under its spawner, siblings by id, with how it finished",
    inHub(
      function* ({ hub }) {
        const stop = trackGreenlets();
        const kept: Greenlet[] = [];
        const keep = (greenlet: Greenlet) => kept.push(greenlet);
        function* leaf() {
          yield* sleep(10);
        }
        function* boss() {
          keep(
            spawn(function* gives() {
              return 42;
            }),
          );
          keep(spawn(leaf));
          keep(
            spawn(function* fails() {
              throw new TypeError("no");
            }),
          );
          yield* sleep(10);
        }
        const owner = spawn(boss);
        yield* sleep(1);
        const text = GreenletTree.currentTree().format({ details: false });
        const [main, self, spawned, ...rest] = text.split("\n");
        const ids = kept.map((greenlet) => greenlet.id);
        expect([main, self]).toEqual([
          "main",
          expect.stringMatching(/^ \+--- \w+ #\d+, typescript; running$/),
        ]);
        expect(spawned).toBe(` :    +--- boss #${owner.id}, typescript; parked for 1 ms in sleep(10)`);
        expect(rest).toEqual([
          ` :    :    +--- gives #${ids[0]}, typescript; finished with value 42`,
          ` :    :    +--- leaf #${ids[1]}, typescript; parked for 1 ms in sleep(10)`,
          ` :    :    +--- fails #${ids[2]}, typescript; finished with exception TypeError: no`,
        ]);
        // Being listed is not being read: the error is reported all the same.
        yield* joinAll([owner, ...kept]);
        stop();
        expect(GreenletTree.currentTree(hub).format()).not.toContain("gives");
      },
      { onError: () => {} },
    ),
  );

  it(
    "355 a greenlet whose spawner has ended is one of the forest",
    inHub(function* () {
      let orphan: Greenlet | undefined;
      yield* spawn(function* parent() {
        orphan = spawn(function* orphan() {
          yield* sleep(5);
        });
      }).join();
      yield* sleep(1);
      const names = GreenletTree.forest().map((tree) => tree.greenlet.name);
      expect(names).toContain("orphan");
      yield* orphan!.join();
    }),
  );

  it(
    "hub.tree() says since when and where a greenlet is parked, once it is tracked",
    inHub(function* ({ hub }) {
      const event = new Event();
      function* innermost() {
        yield* event.wait();
      }
      function* waiter() {
        yield* innermost();
      }
      const stop = trackGreenlets(hub);
      const waiting = spawn(waiter);
      yield* sleep(7);
      const node = find(hub.tree(), "waiter")!;
      expect(node).toMatchObject({ state: "parked", waitsFor: "Event.wait", parkedMs: 7, ended: null });
      expect(node.frames.map((frame) => frame.split(" ")[0])).toEqual(["innermost", "waiter"]);
      expect(node.frames[0]).toMatch(/util\.test\.ts:\d+:\d+\)$/);
      expect(node.spawnedAt).toMatch(/util\.test\.ts:\d+:\d+$/);
      stop();
      expect(find(hub.tree(), "waiter")).toMatchObject({
        parkedMs: null,
        frames: [],
        waitsFor: "Event.wait",
      });
      event.set();
      yield* waiting.join();
    }),
  );

  it(
    "trackGreenlets() records where every greenlet was spawned, and not who woke it",
    inHub(function* ({ hub }) {
      const event = new Event();
      function* untracked() {
        yield* event.wait();
        yield* sleep(5);
      }
      // More than the sites that a turn records by itself.
      const before = Array.from({ length: 100 }, () => spawn(untracked));
      yield* sleep(0);
      const stop = trackGreenlets(hub);
      const after = Array.from({ length: 100 }, () => spawn(() => sleep(5)));
      event.set();
      yield* sleep(1);
      const { children } = hub.tree();
      const nodes = new Map(children.flatMap((top) => top.children).map((node) => [node.id, node]));
      expect(after.every((greenlet) => nodes.get(greenlet.id)?.spawnedAt !== null)).toBe(true);
      expect(nodes.get(before.at(-1)!.id)?.spawnedAt).toBe(null);
      stop();
      yield* joinAll([...before, ...after]);
    }),
  );

  it(
    "trackGreenlets() keeps no greenlet alive that has ended and that nobody holds",
    withHub(async ({ hub }) => {
      const stop = trackGreenlets(hub);
      await hub.run(function* () {
        for (let i = 0; i < 2000; i++) spawn(() => i);
        yield* sleep(1);
      });
      // What a WeakRef was made of lives at least until the runtime's next turn.
      await runtimeTurn();
      collectGarbage();
      expect(hub.tree().children.length).toBeLessThan(10);
      stop();
    }),
  );

  it(
    "trackGreenlets() asked for twice ends with the second that is taken back, and observes nothing then",
    inHub(function* ({ hub }) {
      const [first, second] = [trackGreenlets(hub), trackGreenlets(hub)];
      first();
      first();
      expect(observersOf(hub)).toBe(1);
      second();
      expect(observersOf(hub)).toBe(0);
      yield* sleep(0);
    }),
  );
});

describe("Hub.stats()", () => {
  it(
    "hub.stats() counts greenlets, lines, links, timers and observers, and none once they are gone",
    inHub(function* ({ hub }) {
      const event = new Event();
      const idle = hub.stats();
      const waiting = spawn(() => event.wait(50));
      event.rawlink(() => {});
      const stop = trackGreenlets(hub);
      yield* sleep(0);
      const busy = hub.stats();
      const more = { greenlets: 1, lines: 1, links: 1, timers: 1, observers: 1 };
      for (const [what, count] of Object.entries(more)) {
        expect([what, busy[what as keyof typeof more] - idle[what as keyof typeof more]]).toEqual([
          what,
          count,
        ]);
      }
      stop();
      event.set();
      yield* waiting.join();
      const { memoryBytes, switches, ...after } = hub.stats();
      expect(idle).toMatchObject(after);
    }),
  );
});

describe("formatRunInfo()", () => {
  it(
    "formatRunInfo() gives the hub's counts and the tree; printRunInfo() prints that",
    inHub(function* ({ hub }) {
      const waiting = spawn(function* worker() {
        yield* sleep(5);
      });
      yield* sleep(1);
      const text = formatRunInfo();
      expect(text).toMatch(
        /^hub on \S+: 2 greenlets, 0 ready, 1 timers, 0 completions, 1 awaits of main, \d+ /,
      );
      expect(text).toMatch(/\+--- worker #\d+, typescript; parked in sleep\(5\)/);
      const print = vi.spyOn(console, "error").mockImplementation(() => {});
      try {
        printRunInfo(hub);
        expect(print.mock.calls).toEqual([[text]]);
      } finally {
        print.mockRestore();
      }
      yield* waiting.join();
    }),
  );
});

describe("onBlocked()", () => {
  it("421 a greenlet that held the thread too long is reported, with its name, the time and where it parked", async () => {
    const { hub, compute } = busyWorld();
    const reports: BlockedReport[] = [];
    const remove = onBlocked((report) => reports.push(report), { thresholdMs: 50, hub });
    await hub.run(function* () {
      const hog = spawn(function* hog() {
        compute(80);
        yield* sleep(1);
        compute(50);
      });
      yield* hog.join();
      yield* sleep(1);
      expect(reports.map((report) => [report.name, report.blockedMs, report.kind])).toEqual([
        ["hog", 80, "typescript"],
      ]);
      const [report] = reports;
      expect(report!.greenlet).toBe(hog);
      expect(report!.text).toMatch(/^hog appears to be blocked: it held the thread for 80 ms\n/);
      expect(report!.spawnedAt).toMatch(/util\.test\.ts/);
      expect(report!.frames[0]).toMatch(/^hog \(.*util\.test\.ts/);
    });
    remove();
    expect(observersOf(hub)).toBe(0);
  });

  it("421 one that ends, or only gives way, is reported without a place", async () => {
    const { hub, compute } = busyWorld();
    const reports: BlockedReport[] = [];
    onBlocked((report) => reports.push(report), { thresholdMs: 0, hub });
    await hub.run(() => spawn(() => compute(1)).join());
    await hub.join();
    expect(reports.map((report) => [report.blockedMs, report.frames])).toEqual([[1, []]]);
  });

  it("421 its callback may spawn, and an error in it is reported and stops nothing", async () => {
    const { hub, compute } = busyWorld();
    const seen: unknown[] = [];
    hub.onError((report) => seen.push(report.error));
    const error = new Error("mine");
    onBlocked(
      (report) => {
        if (report.name === "hog") spawn(() => seen.push("spawned"));
        throw error;
      },
      { thresholdMs: 10, hub },
    );
    await hub.run(function* () {
      yield* spawn(function* hog() {
        compute(20);
      }).join();
      yield* sleep(5);
    });
    expect(seen).toEqual([error, "spawned"]);
  });

  it("421 once removed it tells nothing, and nothing is observed", async () => {
    const { hub, compute } = busyWorld();
    const reports: BlockedReport[] = [];
    const remove = onBlocked((report) => reports.push(report), { thresholdMs: 10, hub });
    remove();
    await hub.run(() => compute(100));
    expect(reports).toEqual([]);
  });
});

describe("bad input", () => {
  it(
    "wevent/util refuses at the call what it cannot use, and observes nothing then",
    withHub(async ({ hub }) => {
      const notAHub = {} as Hub;
      const calls: [() => unknown, string][] = [
        [() => formatRunInfo(notAHub), "WEV_ERR_ARGUMENT"],
        [() => printRunInfo(notAHub), "WEV_ERR_ARGUMENT"],
        [() => GreenletTree.forest(notAHub), "WEV_ERR_ARGUMENT"],
        [() => trackGreenlets(notAHub), "WEV_ERR_ARGUMENT"],
        [() => traceHub(notAHub), "WEV_ERR_ARGUMENT"],
        [() => onBlocked(1 as never), "WEV_ERR_ARGUMENT"],
        [() => onBlocked(() => {}, 100 as never), "WEV_ERR_ARGUMENT"],
        [() => onBlocked(() => {}, { hub: notAHub }), "WEV_ERR_ARGUMENT"],
        [() => onBlocked(() => {}, { hub, thresholdMs: -1 }), "WEV_ERR_RANGE"],
        [() => onBlocked(() => {}, { hub, thresholdMs: Number.NaN }), "WEV_ERR_RANGE"],
        [() => assertSwitches(1 as never), "WEV_ERR_BODY"],
        [() => assertSwitches(() => {}, 1 as never), "WEV_ERR_ARGUMENT"],
        [() => assertSwitches(() => {}, { maxBlockingMs: 0 }), "WEV_ERR_RANGE"],
      ];
      for (const [call, code] of calls) expect(codeOf(thrownBy(call))).toBe(code);
      expect(observersOf(hub)).toBe(0);
      expect(codeOf(await rejectionOf(hub.run(() => assertSwitches(() => 1))))).toBe(UNSWITCHED);
    }),
  );
});
