// Handles of shared objects, seen from TypeScript alone: what they keep when a hub ends, and their bounds.
import { expect, it } from "vitest";
import { Event, Hub, sleep, spawn, wait } from "wevent";
import { Semaphore } from "wevent/lock";
import { Channel } from "wevent/queue";
import { codeOf, inHub, thrownBy, withHub } from "../lib/hub.ts";

it(
  "a semaphore of more permits than the core can count is not shared, and stays what it is",
  inHub(function* () {
    const large = new Semaphore(2 ** 31);
    expect(codeOf(thrownBy(() => large.handle))).toBe("WEV_ERR_RANGE");
    expect(large.counter).toBe(2 ** 31);
    const full = new Semaphore(2 ** 31 - 1);
    expect(full.handle).not.toBe(0n);
    expect(codeOf(thrownBy(() => full.release()))).toBe("WEV_ERR_RANGE");
    expect(full.counter).toBe(2 ** 31 - 1);
    expect(yield* full.acquire()).toBe(true);
    expect(full.release()).toBe(2 ** 31 - 1);
    full.unshare();
    expect(full.release()).toBe(2 ** 31);
  }),
);

it(
  "what was shared in a hub that is destroyed is used and shared anew in another, with its level",
  withHub(async ({ hub }) => {
    const event = new Event();
    const semaphore = new Semaphore(3);
    const channel = new Channel<unknown>();
    const first = new Hub({ clock: "virtual" });
    const old = await first.run(function* () {
      const handles = [event.handle, semaphore.handle, channel.handle];
      yield* semaphore.acquire();
      spawn(() => channel.put("lost with its hub"));
      yield* sleep(0);
      return handles;
    });
    first.destroy();
    expect([semaphore.counter, event.isSet(), channel.balance]).toEqual([2, false, 0]);
    await hub.run(function* () {
      expect(codeOf(thrownBy(() => Event.fromHandle(old[0]!)))).toBe("WEV_ERR_HANDLE");
      const waiter = spawn(() => event.wait());
      const taker = spawn(() => channel.get());
      yield* sleep(0);
      event.set();
      // It is shared no more: any object will do.
      yield* channel.put({ any: 1 });
      expect([yield* waiter, yield* taker, yield* semaphore.acquire()]).toEqual([true, { any: 1 }, true]);
      expect(Event.fromHandle(event.handle).isSet()).toBe(true);
      expect(Semaphore.fromHandle(semaphore.handle).counter).toBe(1);
      expect(Channel.fromHandle(channel.handle).balance).toBe(0);
      for (const shared of [event, semaphore, channel]) shared.unshare();
      for (const shared of [event, semaphore, channel]) shared.unshare();
    });
  }),
);

it(
  "fromHandle refuses what is no hub, and a hub that was destroyed",
  inHub(function* () {
    const gone = new Hub({ clock: "virtual" });
    const handles = yield* wait(
      gone.run(() => [new Event(), new Semaphore(), new Channel()].map((it) => it.handle)),
    );
    const attach = [Event.fromHandle, Semaphore.fromHandle, Channel.fromHandle].map(
      (from, i) => (hub: unknown) => from(handles[i]!, hub as Hub),
    );
    for (const from of attach) {
      for (const bad of [null, 5, "x", {}, Symbol("s")]) {
        expect(codeOf(thrownBy(() => from(bad)))).toBe("WEV_ERR_ARGUMENT");
      }
      expect(from(gone)).toBeInstanceOf(Object);
    }
    gone.destroy();
    for (const from of attach) expect(codeOf(thrownBy(() => from(gone)))).toBe("WEV_ERR_HUB_DESTROYED");
  }),
);
