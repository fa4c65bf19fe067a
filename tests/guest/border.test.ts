// What crosses between TypeScript and guests, and between guests: channels by handle.
import { describe, expect, test } from "vitest";
import { Event, Greenlet, Hub, joinAll, type LoopExit, sleep, spawn, wait } from "wevent";
import { GuestTrap, loadGuest } from "wevent/guest";
import { Semaphore } from "wevent/lock";
import { Channel } from "wevent/queue";
import { readText } from "../../host/guest/memory.ts";
import { type Build, compile, name } from "./lib/compile.js";

const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
  { level: "release", runtime: "minimal" },
];

async function world(build: Build) {
  const hub = new Hub({ clock: "virtual" });
  const log: string[] = [];
  const load = async () => {
    const guest = await loadGuest((await compile("border", build)) as BufferSource, {
      hub,
      imports: { env: { "console.log": (text: number) => log.push(readText(guest.memory, text)) } },
    });
    return guest;
  };
  return { hub, log, load, guest: await load() };
}

describe.each(builds.map((build) => [name(build), build] as const))("border, %s", (_, build) => {
  test("Channel carries any object inside one guest, also while the collector runs", async () => {
    const { hub, guest, log } = await world(build);
    await guest.call("objectsInside");
    expect(log).toEqual(["190 50"]);
    hub.destroy();
  });

  test("Channel pairs in arrival order in a guest too", async () => {
    const { hub, guest, log } = await world(build);
    await guest.call("pairsInOrder");
    expect(log).toEqual(["g0", "p0", "g1", "p1", "g2", "p2"]);
    hub.destroy();
  });

  test("Channel.put() and get() keep to their limits, and a killed one leaves the line", async () => {
    const { hub, guest, log } = await world(build);
    await guest.call("limits");
    expect(log).toEqual(["true", "true", "false 0", "1 kept"]);
    hub.destroy();
  });

  test("Channel made in TypeScript carries numbers, texts, bytes and bigints to a guest and back", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const numbers = new Channel<number>();
      const echo = guest.spawn("echoNumbers", numbers.handle, 100);
      let doubled = 0;
      for (let i = 0; i < 100; i++) {
        yield* numbers.put(i + 0.5);
        doubled += yield* numbers.get();
      }
      expect([yield* echo, doubled]).toEqual([5000, 10_000]);

      const texts = new Channel<string>();
      const repeat = guest.spawn("echoTexts", texts.handle);
      for (const text of ["", "a", "grün 🌳", "x".repeat(10_000)]) {
        yield* texts.put(text);
        expect(yield* texts.get()).toBe(text + text);
      }
      yield* texts.put("stop");
      yield* repeat;

      const bytes = new Channel<Uint8Array>();
      const reverse = guest.spawn("reverseBytes", bytes.handle);
      const given = new Uint8Array([1, 2, 255]);
      yield* bytes.put(given);
      expect([...(yield* bytes.get())]).toEqual([255, 2, 1]);
      expect([...given]).toEqual([1, 2, 255]);
      yield* reverse;

      const integers = new Channel<bigint>();
      const negate = guest.spawn("negate", integers.handle);
      yield* integers.put(2n ** 62n);
      expect(yield* integers.get()).toBe(-(2n ** 62n));
      yield* negate;
      for (const channel of [numbers, texts, bytes, integers]) channel.unshare();
    });
    expect(hub.stats()).toMatchObject({ greenlets: 0, ready: 0, timers: 0 });
    hub.destroy();
  });

  test("Channel made in a guest is used from TypeScript and from another guest", async () => {
    const { hub, guest, load } = await world(build);
    const other = await load();
    await hub.run(function* () {
      const handle = (yield* guest.call("make")) as bigint;
      const sum = guest.spawn("sumOfMade", 3);
      const channel = Channel.fromHandle<number>(handle, hub);
      for (const item of [1, 2, 39]) yield* channel.put(item);
      expect(yield* sum).toBe(42);

      const echo = other.spawn("echoNumbers", new Channel<number>().handle, 0);
      expect(yield* echo).toBe(0);
    });
    hub.destroy();
  });

  test("Channel between two guests carries items from one to the other", async () => {
    const { hub, guest, load } = await world(build);
    const other = await load();
    await hub.run(function* () {
      const shared = new Channel<string>();
      const [first, second] = [
        guest.spawn("echoTexts", shared.handle),
        other.spawn("echoTexts", shared.handle),
      ];
      yield* shared.put("ab");
      // The other guest takes what the first gives, and doubles it once more.
      yield* sleep(0);
      yield* sleep(0);
      expect(yield* shared.get()).toMatch(/^(ab){2,}$/);
      first.kill();
      second.kill();
      yield* joinAll([first, second]);
      expect(shared.balance).toBe(0);
    });
    hub.destroy();
  });

  test("Channel.fromHandle() refuses what is no handle, in TypeScript and in the guest", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      for (const bad of [0n, 64n, 2n ** 60n, (1n << 32n) | 64n, 7, undefined]) {
        expect(() => Channel.fromHandle(bad as bigint, hub)).toThrow(
          expect.objectContaining({ code: "WEV_ERR_HANDLE" }),
        );
      }
      const failed = guest.spawn("reverseBytes", 12345n);
      yield* failed.join();
      expect(failed.error).toBeInstanceOf(GuestTrap);
    });
    hub.destroy();
  });

  test("Channel refuses an item of another kind where it is put, and a guest of another type", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const channel = new Channel<unknown>();
      const reverse = guest.spawn("reverseBytes", channel.handle);
      yield* sleep(0);
      for (const bad of ["text", 5, 5n, {}, null]) {
        expect(() => channel.put(bad)).toThrow(expect.objectContaining({ code: "WEV_ERR_ARGUMENT" }));
      }
      const mistyped = guest.spawn("negate", channel.handle);
      yield* mistyped.join();
      expect(mistyped.error).toBeInstanceOf(GuestTrap);
      yield* channel.put(new Uint8Array([1]));
      yield* channel.get();
      yield* reverse;
    });
    hub.destroy();
  });

  test("Channel that its owner takes back ends for those who hold the handle", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const channel = Channel.fromHandle<number>((yield* guest.call("make")) as bigint, hub);
      const waiting = spawn(() => channel.put(1));
      yield* sleep(0);
      yield* guest.call("takeBack");
      expect(() => channel.put(2)).toThrow(expect.objectContaining({ code: "WEV_ERR_HANDLE" }));
      yield* waiting.kill();
    });
    hub.destroy();
  });

  test("Channel: a killed guest gives and takes nothing", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const channel = new Channel<number>();
      const gone = guest.spawn("echoNumbers", channel.handle, 1);
      yield* sleep(0);
      yield* gone.kill();
      const put = spawn(() => channel.put(7));
      yield* sleep(0);
      expect(channel.balance).toBe(1);
      const echo = guest.spawn("echoNumbers", channel.handle, 1);
      yield* put;
      yield* sleep(0);
      yield* echo.kill();
      expect(channel.balance).toBe(0);
    });
    hub.destroy();
  });

  test("Event made in TypeScript is set and waited for in a guest, and the other way round", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const event = new Event();
      const { handle } = event;
      const [first, second] = [
        guest.spawn("waitForEvent", handle, -1),
        guest.spawn("waitForEvent", handle, 5),
      ];
      expect(yield* second).toBe(0);
      event.set();
      expect(yield* first).toBe(1);
      expect(yield* guest.call("waitForEvent", handle, -1)).toBe(1);
      expect(yield* guest.call("clearEvent", handle)).toBe(0);
      expect(event.isSet()).toBe(false);
      let linked = 0;
      event.rawlink(() => linked++);
      const waiter = spawn(() => event.wait());
      yield* sleep(0);
      yield* guest.call("setEvent", handle);
      expect([yield* waiter, event.isSet(), linked]).toEqual([true, true, 1]);
      event.unshare();
      expect(event.isSet()).toBe(true);
      const late = guest.spawn("setEvent", handle);
      yield* late.join();
      expect(late.error).toBeInstanceOf(GuestTrap);
    });
    hub.destroy();
  });

  test("Event made in a guest is used from TypeScript until the guest takes it back", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const handle = (yield* guest.call("makeEvent")) as bigint;
      const event = Event.fromHandle(handle, hub);
      const waiting = guest.spawn("waitForEvent", handle, -1);
      yield* sleep(0);
      event.set();
      expect([event.isSet(), yield* waiting]).toEqual([true, 1]);
      expect(yield* guest.call("takeEventBack")).toBe(1);
      expect(() => event.isSet()).toThrow(expect.objectContaining({ code: "WEV_ERR_HANDLE" }));
      expect(() => Semaphore.fromHandle(handle, hub)).toThrow(
        expect.objectContaining({ code: "WEV_ERR_HANDLE" }),
      );
    });
    hub.destroy();
  });

  test("Semaphore admits greenlets of both kinds in the order they came", async () => {
    const { hub, guest, load } = await world(build);
    const other = await load();
    await hub.run(function* () {
      for (const semaphore of [
        new Semaphore(2),
        Semaphore.fromHandle((yield* guest.call("makeSemaphore", 2)) as bigint, hub),
      ]) {
        const { handle } = semaphore;
        let inside = 0;
        const holders = [guest.spawn("hold", handle, 1, 20), other.spawn("hold", handle, 2, 10)];
        const mine = spawn(function* () {
          for (let i = 0; i < 10; i++) {
            yield* semaphore.acquire();
            inside++;
            expect(semaphore.counter).toBeLessThan(2);
            yield* sleep(1);
            semaphore.release();
          }
        });
        yield* joinAll([...holders, mine]);
        expect([yield* holders[0]!, yield* holders[1]!, inside]).toEqual([20, 10, 10]);
        expect(semaphore.counter).toBe(2);
      }
      expect(yield* guest.call("freePermits")).toBe(2);
    });
    hub.destroy();
  });

  test("LoopExit names who waits across the border, for what, and who holds it; kill releases both", async () => {
    const { hub, guest } = await world(build);
    const event = new Event();
    const semaphore = new Semaphore(1);
    const { waiting } = await hub
      .run(function* () {
        const holder = guest.spawn("holdAndWait", semaphore.handle, event.handle);
        yield* sleep(0);
        const waiter = spawn(function* waiter() {
          yield* semaphore.acquire();
          event.set();
        });
        yield* joinAll([holder, waiter]);
      })
      .then(
        () => ({ waiting: [] }),
        (error: LoopExit) => error,
      );
    expect(waiting).toContainEqual(
      expect.objectContaining({ name: "waiter", waitsFor: "Semaphore.acquire", heldBy: "holdAndWait" }),
    );
    expect(waiting).toContainEqual(
      expect.objectContaining({ name: "holdAndWait", waitsFor: "Event.wait", heldBy: null }),
    );
    // The hub stays usable: with the holder gone, the waiter gets the lock and ends.
    const tree = hub.tree().children.flatMap((node) => [node, ...node.children]);
    expect(tree.map((node) => node.name)).toContain("holdAndWait");
    await hub.run(function* () {
      const left = greenletsOf(hub);
      const holder = left.find((greenlet) => greenlet.name === "holdAndWait")!;
      yield* holder.kill();
      yield* joinAll(left, { timeout: 10 });
      expect(left.every((greenlet) => greenlet.dead)).toBe(true);
    });
    expect(event.isSet()).toBe(true);
    hub.destroy();
  });

  test("Channel of 64-bit integers keeps their sign, and refuses what has more bits", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const unsigned = new Channel<bigint>();
      const giver = guest.spawn("giveUnsigned", unsigned.handle);
      expect(yield* unsigned.get()).toBe(2n ** 64n - 1n);
      yield* giver;
      expect(() => unsigned.put(-1n)).toThrow(expect.objectContaining({ code: "WEV_ERR_ARGUMENT" }));
      const signed = new Channel<bigint>();
      expect(signed.handle).not.toBe(0n);
      for (const bad of [2n ** 64n, -(2n ** 63n) - 1n]) {
        expect(() => signed.put(bad)).toThrow(expect.objectContaining({ code: "WEV_ERR_ARGUMENT" }));
      }
      const negate = guest.spawn("negate", signed.handle);
      yield* signed.put(-(2n ** 63n) + 1n);
      expect(() => signed.put(2n ** 63n)).toThrow(expect.objectContaining({ code: "WEV_ERR_ARGUMENT" }));
      expect(yield* signed.get()).toBe(2n ** 63n - 1n);
      yield* negate;
    });
    hub.destroy();
  });

  test("Channel gives a guest no number but the one that was put", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const channel = new Channel<number>();
      for (const bad of [256, -1, 1.5, Number.NaN, 1e30]) {
        const taker = guest.spawn("takeByte", channel.handle);
        yield* sleep(0);
        yield* channel.put(bad);
        yield* taker.join();
        expect(taker.error, `${bad}`).toBeInstanceOf(GuestTrap);
      }
      const taker = guest.spawn("takeByte", channel.handle);
      yield* channel.put(255);
      expect(yield* taker).toBe(255);
    });
    expect(await guest.call("twoTypes")).toBe(200);
    hub.destroy();
  });

  test("Channel is not shared while an item waits in it that cannot cross, and nothing is lost", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const channel = new Channel<unknown>();
      const givers = [{ x: 1 }, "text"].map((item) => spawn(() => channel.put(item)));
      yield* sleep(0);
      expect(() => channel.handle).toThrow(expect.objectContaining({ code: "WEV_ERR_ARGUMENT" }));
      expect(yield* channel.get()).toEqual({ x: 1 });
      const { handle } = channel;
      const mistyped = guest.spawn("reverseBytes", handle);
      yield* mistyped.join();
      expect(mistyped.error).toBeInstanceOf(GuestTrap);
      // The guest that was refused has not narrowed it.
      expect(() => channel.put(5)).not.toThrow();
      const echo = guest.spawn("echoTexts", handle);
      yield* sleep(0);
      expect(yield* channel.get()).toBe("texttext");
      yield* echo.kill();
      yield* joinAll(givers);
      expect(channel.balance).toBe(0);
    });
    hub.destroy();
  });

  test("a handle that names no greenlet is none to a guest, and what it names is left alone", async () => {
    const { hub, guest } = await world(build);
    await hub.run(function* () {
      const event = new Event();
      const waiter = spawn(() => event.wait());
      yield* sleep(0);
      for (const bad of [event.handle, 0n, 64n, 1n << 32n]) {
        const failed = guest.spawn("killByHandle", bad);
        yield* failed.join();
        expect(failed.error, `${bad}`).toBeInstanceOf(GuestTrap);
      }
      event.set();
      expect(yield* waiter).toBe(true);
      const ended = spawn(() => {});
      const { handle } = ended;
      yield* ended;
      yield* sleep(0);
      yield* guest.call("killByHandle", handle);
    });
    hub.destroy();
  });

  test("a disposed guest's place goes to the next one, once its last greenlet has ended", async () => {
    const { hub, guest, load } = await world(build);
    const places = () => hub.core.table.length;
    await hub.run(function* () {
      const semaphore = new Semaphore(1);
      const gate = new Event();
      guest.spawn("holdForLong", semaphore.handle, gate.handle);
      yield* sleep(0);
      const before = places();
      guest.dispose();
      const second = yield* wait(load());
      expect(places()).toBe(before + 1);
      expect(semaphore.counter).toBe(0);
      gate.set();
      yield* sleep(1);
      expect(semaphore.counter).toBe(1);
      const third = yield* wait(load());
      expect(places()).toBe(before + 1);
      const holders = [
        second.spawn("hold", semaphore.handle, 1, 3),
        third.spawn("hold", semaphore.handle, 1, 3),
      ];
      yield* joinAll(holders);
      expect(holders.map((holder) => holder.value)).toEqual([3, 3]);
      second.dispose();
      for (let i = 0; i < 10; i++) (yield* wait(load())).dispose();
      expect(places()).toBe(before + 1);
    });
    hub.destroy();
  });
});

function greenletsOf(hub: Hub): Greenlet[] {
  const { slots } = hub as unknown as { slots: readonly unknown[] };
  return slots.filter(
    (slot): slot is Greenlet => slot instanceof Greenlet && slot.started && slot.name !== "anonymous",
  );
}
