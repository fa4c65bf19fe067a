// behaviours.md, "Waiter, hub, loop", as far as it can apply; the rest is in docs/differences.md.
import { expect, it, vi } from "vitest";
import { Event, getHub, Hub, iwait, sleep, spawn, wait } from "wevent";
import { codeOf, inHub, rejectionOf, runtimeTurn, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

it(
  "320 a second greenlet that waits with an iwait in use is refused",
  inHub(function* () {
    const ready = iwait([new Event()]);
    const first = spawn(() => ready.next());
    yield* sleep(0);
    expect(codeOf(yield* thrownIn(ready.next()))).toBe("WEV_ERR_OPERATION_BUSY");
    ready.close();
    yield* first.kill();
  }),
);

it(
  "332 a handler of errors that itself throws harms nobody: get still throws the error, others are told",
  withHub(async ({ hub, takeReports }) => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    const remove = hub.onError(() => {
      throw new Error("handler");
    });
    const error = new Error("broken");
    const failing = await hub.run(async () =>
      spawn(() => {
        throw error;
      }),
    );
    await hub.join();
    await runtimeTurn();
    expect(takeReports().map((report) => report.error)).toEqual([error]);
    expect(printed).toHaveBeenCalledTimes(1);
    expect(printed.mock.calls[0]?.[0]).toContain("handler");
    expect(printed.mock.calls[0]?.[0]).toContain("broken");
    expect(await rejectionOf(failing.get())).toBe(error);
    printed.mockRestore();
    remove();
  }),
);

it("332 without a handler the report goes to console.error; a handler that was removed is not called", async () => {
  const printed = vi.spyOn(console, "error").mockImplementation(() => {});
  const hub = new Hub({ clock: "virtual" });
  const told: unknown[] = [];
  hub.onError((report) => void told.push(report))();
  await hub.run(() => {
    spawn(() => {
      throw new Error("broken");
    });
  });
  await hub.join();
  hub.destroy();
  expect(told).toEqual([]);
  expect(printed).toHaveBeenCalledTimes(1);
  printed.mockRestore();
});

it("337 destroying the default hub lets the next getHub make another; a second destroy is harmless", async () => {
  const first = getHub();
  expect(getHub()).toBe(first);
  first.destroy();
  first.destroy();
  expect(first.isDestroyed).toBe(true);
  const second = getHub();
  expect(second).not.toBe(first);
  expect(await spawn(() => 5).get()).toBe(5);
  await sleep(0);
});

it("338 hubs that are joined and destroyed leave nothing behind", async () => {
  const listeners = process.listenerCount("beforeExit");
  for (let i = 0; i < 50; i++) {
    const hub = new Hub();
    await hub.run(function* () {
      spawn(() => new Event().wait());
      spawn(() => sleep(1000));
      yield* sleep(0);
    });
    void hub.join().catch(() => {});
    hub.destroy();
  }
  await runtimeTurn();
  expect(process.listenerCount("beforeExit")).toBe(listeners);
});

it(
  "341 an error in one callback is reported and the next callback still runs",
  inHub(function* ({ log, takeReports }) {
    const event = new Event();
    const error = new Error("callback");
    const failing = () => {
      throw error;
    };
    event.set();
    event.rawlink(failing);
    event.rawlink(() => log.push("next"));
    yield* sleep(0);
    expect(log).toEqual(["next"]);
    expect(takeReports().map((report) => [report.error, report.context])).toEqual([[error, failing]]);
  }),
);

it(
  "331 a wake from outside, such as another thread's message, resumes a greenlet of an idle hub",
  withHub(
    async ({ hub }) => {
      const { port1, port2 } = new MessageChannel();
      const message = new Promise((resolve) => {
        port1.onmessage = (received) => resolve(received.data);
      });
      setTimeout(() => port2.postMessage("ping"), 5);
      expect(await hub.run(() => wait(message))).toBe("ping");
      port1.close();
    },
    { clock: "real" },
  ),
);

it(
  "stats counts, and tree shows each greenlet under its spawner with what it waits for",
  inHub(function* ({ hub }) {
    const event = new Event();
    const outer = spawn(function* outer() {
      const inner = spawn(function* inner() {
        yield* event.wait();
      });
      inner.name = "renamed";
      yield* inner.join(100);
    });
    yield* sleep(1);
    const fresh = spawn(function fresh() {});
    expect(hub.stats()).toMatchObject({ greenlets: 4, ready: 1, timers: 1, completions: 0, main: 1 });
    const { children } = hub.tree();
    const [me] = children;
    expect(children.length).toBe(1);
    expect(me).toMatchObject({ kind: "typescript", state: "running", waitsFor: null });
    expect(me!.children).toMatchObject([
      {
        id: outer.id,
        name: "outer",
        state: "parked",
        waitsFor: "Greenlet.join",
        children: [{ name: "renamed", state: "parked", waitsFor: "Event.wait", children: [] }],
      },
      { id: fresh.id, name: "fresh", state: "starting", waitsFor: null },
    ]);
    event.set();
    yield* outer.join();
    yield* fresh.join();
  }),
);

it("can tells the capabilities of the runtime", () => {
  const hub = new Hub();
  expect(hub.can("exhaustion")).toBe(true);
  expect(hub.can("no.such.thing")).toBe(false);
  expect(hub.runtime).toBe("node");
  hub.destroy();
});

it(
  "Hub.kill() ends the greenlet of a number, whose cleanup may block, and waits for nothing",
  inHub(function* ({ hub, log }) {
    const greenlet = spawn(function* () {
      try {
        yield* sleep(60_000);
      } finally {
        yield* sleep(1);
        log.push("cleaned up");
      }
    });
    const unstarted = spawn(() => log.push("never"));
    expect(hub.kill(unstarted.id)).toBe(true);
    expect(unstarted.dead).toBe(true);
    yield* sleep(0);
    expect(hub.kill(greenlet.id)).toBe(true);
    expect(greenlet.dead).toBe(false);
    yield* greenlet.join();
    expect(log).toEqual(["cleaned up"]);
    expect(greenlet.successful()).toBe(true);
  }),
);

it(
  "Hub.kill() answers false for main, for one that has ended and for a number of nobody, and refuses what is none",
  withHub(async ({ hub }) => {
    await hub.run(function* () {
      const ended = spawn(() => 1);
      const { id } = ended;
      yield* ended.join();
      expect(hub.kill(id)).toBe(false);
      expect(hub.kill(0)).toBe(false);
      expect(hub.kill(0x3ffffff)).toBe(false);
      for (const id of [1.5, -1, Number.NaN, "1", null]) {
        expect(codeOf(thrownBy(() => hub.kill(id as number)))).toBe("WEV_ERR_RANGE");
      }
    });
    // An await from outside stands in a row as a greenlet does, and is none.
    const waiting = hub.run(() => sleep(1));
    for (let id = 1; id < 40; id++) if (id !== greenletIn(hub)) expect(hub.kill(id)).toBe(false);
    await waiting;
  }),
);

/** The number of the only greenlet. */
const greenletIn = (hub: Hub): number => hub.tree().children[0]!.id;
