// A guest in a real hub: its exports as greenlets, TypeScript and guest greenlets that join and kill
// each other, and every way in which a guest fails. Virtual time.
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { Event, Greenlet, GreenletExit, Hub, joinAll, sleep } from "wevent";
import { GuestTrap, loadGuest, NotInstrumented, ReentryError, StackTooDeep } from "wevent/guest";
import type { ErrorReport } from "wevent/hub";
import { type Build, compile, name } from "./lib/compile.js";

const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
];

interface WorldOptions {
  readonly stackBytes?: number;
  readonly callBack?: () => void;
  /** Whether the hub follows AsyncLocalStorage. */
  readonly context?: boolean;
  /** Told of every line that the guest logs, while it does. */
  readonly onLog?: (line: string) => void;
}

async function world(build: Build, options: WorldOptions = {}) {
  const reports: ErrorReport[] = [];
  const { context = false } = options;
  const hub = new Hub({ clock: "virtual", context, onError: (report) => reports.push(report) });
  const log: string[] = [];
  const guest = await loadGuest((await compile("behaviours", build)) as BufferSource, {
    hub,
    imports: {
      env: {
        "console.log"(text: number) {
          const { buffer } = guest.memory;
          const lengthBytes = new Uint32Array(buffer)[(text - 4) >>> 2]!;
          const line = new TextDecoder("utf-16le").decode(new Uint8Array(buffer, text, lengthBytes));
          log.push(line);
          options.onLog?.(line);
        },
        callBack: () => options.callBack?.(),
      },
    },
    ...(options.stackBytes === undefined ? {} : { stackBytes: options.stackBytes }),
  });
  return { hub, guest, log, reports };
}

describe.each(builds.map((build) => [name(build), build] as const))("guest in a hub, %s", (_, build) => {
  test("Guest.call() gives the result of an export that blocks, any number at once", async () => {
    const { hub, guest } = await world(build);
    expect(await guest.call("double", 21)).toBe(42);
    const results = await hub.run(function* () {
      const start = hub.now();
      const greenlets = [];
      for (let i = 0; i < 100; i++) greenlets.push(guest.spawn("double", i));
      yield* joinAll(greenlets);
      expect(hub.now() - start).toBeLessThan(20);
      return greenlets.map((greenlet) => greenlet.value);
    });
    expect(results).toEqual(Array.from({ length: 100 }, (_, i) => i * 2));
    hub.destroy();
  });

  test("Guest.spawn() starts an export in the caller's AsyncLocalStorage, which follows it", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const { hub, guest } = await world(build, {
      context: true,
      onLog: (line) => line.startsWith("m") && seen.push(`${line} in ${storage.getStore()}`),
    });
    await hub.run(function* () {
      const one = storage.run("one", () => guest.spawn("rotates"));
      const two = storage.run("two", () => guest.spawn("rotates"));
      yield* joinAll([one, two]);
    });
    expect(seen).toEqual(["m0", "m1", "m2"].flatMap((line) => [`${line} in one`, `${line} in two`]));
    hub.destroy();
  });

  test("Guest.call() runs guest greenlets in the hub's order", async () => {
    const { hub, guest, log } = await world(build);
    await guest.call("rotates");
    expect(log).toEqual(["m0", "a0", "b0", "m1", "a1", "b1", "m2", "a2", "b2"]);
    hub.destroy();
  });

  test("Guest.call() of an unknown export throws WEV_ERR_GUEST_MISSING_EXPORT", async () => {
    const { hub, guest } = await world(build);
    expect(() => guest.call("nope")).toThrow(
      expect.objectContaining({ code: "WEV_ERR_GUEST_MISSING_EXPORT" }),
    );
    hub.destroy();
  });

  test("Guest.call() takes its greenlet along when the caller is killed", async () => {
    const { hub, guest } = await world(build);
    const endless = (await guest.call("spawnEndless")) as bigint;
    await hub.run(function* () {
      const caller = Greenlet.spawn(function* () {
        yield* guest.call("joinRemote", endless);
      });
      yield* sleep(1);
      const before = hub.stats().greenlets;
      yield* caller.kill();
      yield* sleep(0);
      expect(hub.stats().greenlets).toBeLessThan(before);
    });
    hub.destroy();
  });

  test("kill of an export's greenlet runs nothing more of it and counts as success", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const greenlet = guest.spawn("double", 1);
      const unstarted = guest.spawn("double", 1);
      yield* unstarted.kill();
      yield* sleep(1);
      yield* greenlet.kill();
      for (const killed of [greenlet, unstarted]) {
        expect(killed.dead).toBe(true);
        expect(killed.successful()).toBe(true);
        expect(killed.value).toBeInstanceOf(GreenletExit);
      }
    });
    hub.destroy();
  });

  test("kill with another error makes an export's greenlet fail with it", async () => {
    const { hub, guest } = await world(build);
    const error = new Error("stop");
    await hub.run(function* () {
      const greenlet = guest.spawn("double", 1);
      yield* sleep(1);
      yield* greenlet.kill(error);
      expect(greenlet.error).toBe(error);
    });
    hub.destroy();
  });

  test("a guest joins a TypeScript greenlet", async () => {
    const { hub, guest, log } = await world(build);
    await hub.run(function* () {
      const target = Greenlet.spawn(function* () {
        yield* sleep(20);
      });
      yield* guest.call("joinRemote", target.handle);
    });
    expect(log).toEqual(["false", "true", "true true"]);
    hub.destroy();
  });

  test("a guest kills a TypeScript greenlet, which cleans up", async () => {
    const { hub, guest, log } = await world(build);
    await hub.run(function* () {
      const never = new Event();
      const target = Greenlet.spawn(function* () {
        try {
          yield* never.wait();
        } finally {
          log.push("cleaned up");
        }
      });
      yield* sleep(0);
      yield* guest.call("killRemote", target.handle);
      expect(target.value).toBeInstanceOf(GreenletExit);
      const unstarted = new Greenlet(() => log.push("ran"));
      void unstarted.id;
      yield* guest.call("killRemote", unstarted.handle);
      expect(unstarted.dead).toBe(true);
    });
    expect(log).toEqual(["cleaned up", "true", "true"]);
    hub.destroy();
  });

  test("GuestTrap fails the export's greenlet, and the guest goes on", async () => {
    const { hub, guest } = await world(build);
    const trap = await guest.call("traps").then(
      () => null,
      (error: unknown) => error,
    );
    expect(trap).toBeInstanceOf(GuestTrap);
    expect((trap as GuestTrap).cause).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(await guest.call("double", 4)).toBe(8);
    hub.destroy();
  });

  test("GuestTrap of a greenlet that the guest spawned is reported, once", async () => {
    const { hub, guest, reports } = await world(build);
    await guest.call("spawnsTrapping");
    expect(reports).toHaveLength(1);
    expect(reports[0]!.error).toBeInstanceOf(GuestTrap);
    hub.destroy();
  });

  test("StackTooDeep fails the greenlet that parks above stackBytes, and no other", async () => {
    const { hub, guest } = await world(build, { stackBytes: 4096 });
    expect(await guest.call("digs", 10)).toBe(10);
    const error = await guest.call("digs", 1000).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(StackTooDeep);
    expect((error as StackTooDeep).limitBytes).toBe(4096);
    expect((error as StackTooDeep).sizeBytes).toBeGreaterThan(4096);
    expect(await guest.call("digs", 10)).toBe(10);
    hub.destroy();
  });

  test("an export called as plain code may spawn, and throws WEV_ERR_NOT_IN_GREENLET when it blocks", async () => {
    const { hub, guest, log } = await world(build);
    const exports = guest.exports as unknown as { blocks(): void; spawnsOnly(): void };
    expect(() => exports.blocks()).toThrow(expect.objectContaining({ code: "WEV_ERR_NOT_IN_GREENLET" }));
    exports.spawnsOnly();
    await hub.join();
    expect(log).toEqual(["1X", "2X"]);
    hub.destroy();
  });

  test("ReentryError names the JavaScript function between two frames of the guest", async () => {
    let inner: unknown;
    const { hub, guest } = await world(build, {
      callBack() {
        try {
          (guest.exports as unknown as { blocks(): void }).blocks();
        } catch (error) {
          inner = error;
        }
      },
    });
    await guest.call("reenters");
    expect(inner).toBeInstanceOf(ReentryError);
    expect((inner as ReentryError).functionName).toBe("env.callBack");
    expect(await guest.call("double", 4)).toBe(8);
    hub.destroy();
  });

  test("what an import spawns belongs to the guest's hub", async () => {
    const made: Greenlet[] = [];
    const { hub, guest } = await world(build, {
      callBack() {
        made.push(Greenlet.spawn(() => 7));
      },
    });
    await guest.call("reenters");
    await hub.join();
    expect(made[0]!.hub).toBe(hub);
    expect(made[0]!.value).toBe(7);
    hub.destroy();
  });

  test("Guest.dispose() kills what is left, and nothing can be spawned afterwards", async () => {
    const { hub, guest, log } = await world(build);
    await guest.call("spawnEndless");
    await hub.run(function* () {
      yield* sleep(1);
      guest.dispose();
      yield* sleep(1);
    });
    expect(log).toEqual(["exit endless"]);
    expect(hub.stats().greenlets).toBe(0);
    expect(() => guest.spawn("double", 1)).toThrow(expect.objectContaining({ code: "WEV_ERR_ARGUMENT" }));
    hub.destroy();
  });

  test("loadGuest() of a module without the transform throws WEV_ERR_GUEST_NOT_INSTRUMENTED", async () => {
    const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    await expect(loadGuest(empty)).rejects.toBeInstanceOf(NotInstrumented);
    await expect(loadGuest(empty)).rejects.toMatchObject({ code: "WEV_ERR_GUEST_NOT_INSTRUMENTED" });
  });
});
