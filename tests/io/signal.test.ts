// Signals as greenlets see them.
import { type ChildProcess, spawn as spawnChild } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { Hub, sleep, spawn, Timeout } from "wevent";
import { onSignal, waitSignal } from "wevent/signal";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn } from "../lib/hub.ts";
import { ManualDriver } from "../lib/manual-driver.ts";

const REAL = { clock: "real" } as const;
const NAME = "SIGUSR2";
const send = (name: NodeJS.Signals = NAME) => process.kill(process.pid, name);
const listeners = () => process.listenerCount(NAME) + process.listenerCount("SIGHUP");

it(
  "onSignal starts a greenlet for each signal until it is cancelled, and leaves no listener",
  inHub(function* ({ log }) {
    const before = listeners();
    const handler = onSignal(
      NAME,
      function* (name, suffix: string) {
        yield* sleep(1);
        log.push(name + suffix);
      },
      "!",
    );
    using keep = onSignal(NAME, () => {});
    void keep;
    for (let i = 0; i < 2; i++) {
      send();
      yield* sleep(50);
    }
    handler.cancel();
    handler.cancel();
    send();
    yield* sleep(50);
    expect(log).toEqual(["SIGUSR2!", "SIGUSR2!"]);
    keep.cancel();
    expect(listeners()).toBe(before);
  }, REAL),
);

it(
  "waitSignal gives the name of the one that comes, and leaves no listener whatever happens",
  inHub(function* () {
    const before = listeners();
    const waiting = [spawn(() => waitSignal(["SIGHUP", NAME])), spawn(() => waitSignal(NAME))];
    const killed = spawn(() => waitSignal(NAME));
    yield* sleep(0);
    yield* killed.kill();
    send();
    for (const each of waiting) expect(yield* each).toBe(NAME);
    expect(yield* thrownIn(waitSignal(NAME, 5))).toBeInstanceOf(Timeout);
    expect(listeners()).toBe(before);
  }, REAL),
);

it(
  "any number may wait for a signal: Node sees one listener",
  inHub(function* () {
    const before = process.listenerCount(NAME);
    const waiting = Array.from({ length: 20 }, () => spawn(() => waitSignal(NAME)));
    yield* sleep(0);
    expect(process.listenerCount(NAME)).toBe(before + 1);
    send();
    for (const each of waiting) expect(yield* each).toBe(NAME);
  }, REAL),
);

it(
  "an error in a handler's greenlet is reported as any",
  inHub(function* (world) {
    using handler = onSignal(NAME, () => {
      throw new Error("in a handler");
    });
    void handler;
    send();
    yield* sleep(50);
    expect(world.takeReports().map(({ error }) => (error as Error).message)).toEqual(["in a handler"]);
  }, REAL),
);

it("a handler of a destroyed hub lets go at the next signal", async () => {
  const before = listeners();
  const hub = new Hub();
  await hub.run(() => void onSignal(NAME, () => {}));
  hub.destroy();
  // Another listener, so that the signal does not end the test.
  const ignore = () => {};
  process.on(NAME, ignore);
  send();
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.removeListener(NAME, ignore);
  expect(listeners()).toBe(before);
});

it(
  "bad names are refused at the call",
  inHub(function* () {
    for (const bad of ["SIGNONE", "", 15, null, "SIGKILL", "SIGSTOP", "toString"]) {
      expect(codeOf(thrownBy(() => onSignal(bad as never, () => {}))), `${bad}`).toBe("WEV_ERR_ARGUMENT");
      expect(codeOf(thrownBy(() => waitSignal(bad as never))), `${bad}`).toBe("WEV_ERR_ARGUMENT");
    }
    expect(codeOf(thrownBy(() => onSignal(NAME, 5 as never)))).toBe("WEV_ERR_BODY");
    yield* sleep(0);
  }),
);

it("a runtime without signals says so at the call", async () => {
  const hub = new Hub({ driver: new ManualDriver() });
  expect(hub.can("signal")).toBe(false);
  const expected = { code: "WEV_ERR_UNSUPPORTED", capability: "signal" };
  expect(await rejectionOf(hub.run(() => waitSignal(NAME)))).toMatchObject(expected);
  expect(await rejectionOf(hub.run(() => onSignal(NAME, () => {})))).toMatchObject(expected);
});

const program = (name: string) => fileURLToPath(new URL(`programs/${name}`, import.meta.url));

/** The first line that the program prints. */
async function firstLine(child: ChildProcess): Promise<string> {
  const [chunk] = await once(child.stdout!, "data");
  return `${chunk}`.split("\n")[0]!;
}

it("376 on SIGTERM a program takes no more work, finishes what runs, and exits with 0", async () => {
  const child = spawnChild(process.execPath, [program("graceful.mjs")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  expect(await firstLine(child)).toBe("working");
  child.stdout!.on("data", (chunk) => {
    output += chunk;
  });
  child.kill("SIGTERM");
  const [code, signal] = await once(child, "close");
  expect([code, signal]).toEqual([0, null]);
  expect(output).toBe("stopping\nfinished 1\nfinished 2\n");
});
