// LoopExit: api.md, Hub. What it lists, and when it comes in a closed and in an open hub.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Event, Hub, LoopExit, sleep, spawn, wait } from "wevent";
import { rejectionOf, runtimeTurn, withHub } from "../lib/hub.ts";

it(
  "LoopExit.waiting lists every parked greenlet, what it waits for and who holds that",
  withHub(async ({ hub }) => {
    const event = new Event();
    const exit = await rejectionOf(
      hub.run(function* boss() {
        const worker = spawn(function* worker() {
          yield* event.wait();
        });
        yield* worker.join();
      }),
    );
    expect(exit).toBeInstanceOf(LoopExit);
    const { waiting, code, message } = exit as LoopExit;
    expect(code).toBe("WEV_ERR_LOOP_EXIT");
    expect(message).toContain("This operation would block forever");
    const byName = new Map(waiting.map((entry) => [entry.name, entry]));
    expect([...byName.keys()].sort()).toEqual(["boss", "main", "worker"]);
    expect(byName.get("worker")).toMatchObject({
      kind: "typescript",
      waitsFor: "Event.wait",
      heldBy: null,
    });
    expect(byName.get("boss")).toMatchObject({
      kind: "typescript",
      waitsFor: "Greenlet.join",
      heldBy: "worker",
    });
    expect(byName.get("main")).toMatchObject({ kind: "main", waitsFor: "Greenlet.get", heldBy: "boss" });
    event.set();
    expect(await hub.join()).toBe(true);
  }),
);

it(
  "after LoopExit the hub is usable, and main may be told again",
  withHub(async ({ hub }) => {
    const event = new Event();
    for (let i = 0; i < 3; i++) {
      expect(await rejectionOf(hub.run(() => event.wait()))).toBeInstanceOf(LoopExit);
      expect(await hub.run(() => sleep(5))).toBe(undefined);
    }
    expect(hub.stats().greenlets).toBe(3);
    event.set();
    await hub.join();
  }),
);

it(
  "main that waits twice is told twice",
  withHub(async ({ hub }) => {
    const event = new Event();
    const both = [hub.run(() => event.wait()), hub.run(() => event.wait())];
    for (const waiting of both) expect(await rejectionOf(waiting)).toBeInstanceOf(LoopExit);
    event.set();
    await hub.join();
  }),
);

it(
  "no false alarm in a closed hub: a promise that greenlets wait for may still wake them",
  withHub(async ({ hub }) => {
    const late = new Promise<string>((resolve) => setTimeout(resolve, 10, "late"));
    expect(await hub.run(() => wait(late))).toBe("late");
    expect(await hub.run(() => wait([late]))).toEqual(["late"]);
  }),
);

it(
  "no false alarm in a closed hub: microtasks that are under way may still wake main",
  withHub(async ({ hub }) => {
    const event = new Event();
    const result = hub.run(() => event.wait());
    void (async () => {
      for (let i = 0; i < 100; i++) await null;
      event.set();
    })();
    expect(await result).toBe(true);
  }),
);

it("no false alarm in an open hub: a foreign timer may still wake main", async () => {
  const hub = new Hub();
  const event = new Event();
  const result = hub.run(() => event.wait());
  await runtimeTurn();
  setTimeout(() => event.set(), 10);
  expect(await result).toBe(true);
  hub.destroy();
});

it("closed: true tells main at once in a hub of real time", async () => {
  const hub = new Hub({ closed: true });
  expect(await rejectionOf(hub.run(() => new Event().wait()))).toBeInstanceOf(LoopExit);
  hub.destroy();
});

/** Runs a program of programs/ in a process of its own. */
function runProgram(name: string) {
  const path = fileURLToPath(new URL(`programs/${name}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], {
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, stdout: stdout.trim().split("\n"), stderr };
}

it("an open hub's main that waits forever ends the process with LoopExit", () => {
  const { status, stderr } = runProgram("loop-exit.js");
  expect(stderr).toContain("LoopExit");
  expect(stderr).toContain("forgotten waits for Event.wait");
  expect(status).toBe(1);
});

it("an open hub's main that catches LoopExit goes on, and is told again", () => {
  const { status, stdout, stderr } = runProgram("loop-exit-caught.js");
  expect(stderr).toBe("");
  expect(stdout).toEqual(["LoopExit", "slept", "LoopExit", "end"]);
  expect(status).toBe(0);
});

it("a hub that is destroyed by the handler of a report keeps no deadline, and the process ends", () => {
  const { status, stdout } = runProgram("destroyed-by-report.js");
  expect(stdout).toEqual(["HubDestroyed"]);
  expect(status).toBe(0);
});

it("twenty open hubs are told that the runtime has run out of work, and nothing is left of that", () => {
  const { status, stdout, stderr } = runProgram("many-hubs.js");
  expect(stderr).toBe("");
  expect(stdout).toEqual(["1 kind of error", "LoopExit", "0 listeners"]);
  expect(status).toBe(0);
});

it("wait with a timeout ends by it although only a promise that nothing will settle is left", () => {
  const { status, stdout, stderr } = runProgram("wait-timeout.js");
  expect(stderr).toBe("");
  expect(stdout).toEqual(["false"]);
  expect(status).toBe(0);
});

it("greenlets left when main ends keep the process alive until they have ended, as timers do", () => {
  const { status, stdout } = runProgram("left-running.js");
  expect(stdout).toEqual(["main ends", "greenlet ends"]);
  expect(status).toBe(0);
});

it("a sleep that does not count, and what is parked forever, let the process end", () => {
  const { status, stdout } = runProgram("lets-end.js");
  expect(stdout).toEqual(["main ends"]);
  expect(status).toBe(0);
});
