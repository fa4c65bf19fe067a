// behaviours.md, "Channel".
import { expect, it } from "vitest";
import { joinAll, LoopExit, sleep, spawn, Timeout } from "wevent";
import { Channel, Empty, Full } from "wevent/queue";
import { inHub, rejectionOf, withHub } from "../lib/hub.ts";

it(
  "241 a channel is always both empty and full, also with a blocked putter",
  inHub(function* () {
    const channel = new Channel<string>();
    const states = () => [channel.empty(), channel.full(), channel.qsize()];
    expect(states()).toEqual([true, true, 0]);
    const putter = spawn(() => channel.put("item"));
    yield* sleep(0);
    expect(states()).toEqual([true, true, 0]);
    putter.kill();
  }),
);

it(
  "242 getNowait takes the item of a blocked putter, which then finishes",
  inHub(function* () {
    const channel = new Channel<string>();
    const putter = spawn(() => channel.put("item"));
    yield* sleep(0);
    expect(channel.getNowait()).toBe("item");
    yield* sleep(0);
    expect(putter.successful()).toBe(true);
    expect(() => channel.getNowait()).toThrow(Empty);
  }),
);

it(
  "putNowait hands its item to a blocked getter, and refuses when there is none",
  inHub(function* () {
    const channel = new Channel<string>();
    expect(() => channel.putNowait("early")).toThrow(Full);
    const getter = spawn(() => channel.get());
    yield* sleep(0);
    channel.putNowait("item");
    expect(() => channel.putNowait("one too many")).toThrow(Full);
    expect(yield* getter).toBe("item");
  }),
);

it(
  "244 receiver first: the receiver goes on before the sender each time",
  withHub(async ({ hub, log }) => {
    const channel = new Channel<string>();
    await hub.run(function* () {
      const receiver = spawn(function* () {
        for (let i = 0; i < 2; i++) log.push(yield* channel.get());
      });
      yield* sleep(0);
      log.push("sending");
      yield* channel.put("hello");
      log.push("sent hello");
      yield* channel.put("world");
      log.push("sent world");
      yield* receiver;
    });
    expect(log).toEqual(["sending", "hello", "sent hello", "world", "sent world"]);
  }),
);

it(
  "245 sender first: the sender goes on once the receiver gives way",
  inHub(function* ({ log }) {
    const channel = new Channel<string>();
    const sender = spawn(function* () {
      for (const item of ["hello", "world"]) {
        log.push(`sending ${item}`);
        yield* channel.put(item);
        log.push(`sent ${item}`);
      }
    });
    log.push("waiting");
    log.push(yield* channel.get());
    log.push(yield* channel.get());
    expect(log).toEqual(["waiting", "sending hello", "hello", "sent hello", "sending world", "world"]);
    yield* sender;
    expect(log.at(-1)).toBe("sent world");
  }),
);

it(
  "247 three senders and three receivers pair in arrival order",
  inHub(function* ({ log }) {
    const channel = new Channel<number>();
    const getters = [0, 1, 2].map((id) =>
      spawn(function* () {
        expect(yield* channel.get()).toBe(id);
        log.push(`g${id}`);
      }),
    );
    const putters = [0, 1, 2].map((id) =>
      spawn(function* () {
        yield* channel.put(id);
        log.push(`p${id}`);
      }),
    );
    yield* joinAll([...getters, ...putters]);
    expect(log).toEqual(["g0", "p0", "g1", "p1", "g2", "p2"]);
  }),
);

it(
  "248 balance is blocked putters less blocked getters",
  inHub(function* () {
    const channel = new Channel<number>();
    expect(channel.balance).toBe(0);
    const putters = [1, 2].map((item) => spawn(() => channel.put(item)));
    yield* sleep(0);
    expect(channel.balance).toBe(2);
    for (const putter of putters) putter.kill();
    yield* joinAll(putters);
    expect(channel.balance).toBe(0);
    const getter = spawn(() => channel.get());
    yield* sleep(0);
    expect(channel.balance).toBe(-1);
    getter.kill();
    yield* getter.join();
  }),
);

it(
  "a put that was killed has given nothing, a get that was killed has taken nothing",
  inHub(function* () {
    const channel = new Channel<string>();
    const gone = spawn(() => channel.put("gone"));
    const kept = spawn(() => channel.put("kept"));
    yield* sleep(0);
    yield* gone.kill();
    expect(yield* channel.get()).toBe("kept");
    yield* kept;
    const late = spawn(() => channel.get());
    const next = spawn(() => channel.get());
    yield* sleep(0);
    yield* late.kill();
    yield* channel.put("item");
    expect(yield* next).toBe("item");
  }),
);

it(
  "put and get throw Full and Empty when their own time passes, and leave the line",
  inHub(function* ({ hub }) {
    const channel = new Channel<string>();
    for (const [call, error] of [
      [() => channel.put("item", { timeout: 5 }), Full],
      [() => channel.get({ timeout: 5 }), Empty],
      [() => channel.put("item", { block: false }), Full],
      [() => channel.get({ block: false }), Empty],
    ] as const) {
      const caught = yield* thrown(call as () => ReturnType<typeof channel.get>);
      expect(caught).toBeInstanceOf(error);
    }
    expect(hub.now()).toBe(10);
    expect(channel.balance).toBe(0);
  }),
);

it(
  "29 an armed outer Timeout wins over a longer timeout of put and get",
  inHub(function* () {
    const channel = new Channel<string>();
    for (const call of [() => channel.put("x", { timeout: 50 }), () => channel.get({ timeout: 50 })]) {
      const outer = Timeout.startNew(5);
      expect(yield* thrown(call as () => ReturnType<typeof channel.get>)).toBe(outer);
    }
  }),
);

it(
  "get outside of greenlets is a call of main, and LoopExit names it",
  withHub(async ({ hub }) => {
    const channel = new Channel<string>();
    await hub.run(function* () {
      const getter = spawn(() => channel.get());
      yield* channel.put("here");
      yield* getter;
    });
    const error = await rejectionOf(channel.get());
    expect(error).toBeInstanceOf(LoopExit);
    expect((error as LoopExit).waiting[0]).toMatchObject({ name: "main", waitsFor: "Channel.get" });
    const getter = channel.get().then((item) => item);
    await channel.put("there");
    expect(await getter).toBe("there");
  }),
);

it(
  "for await gives items as they come",
  withHub(async ({ hub }) => {
    const channel = new Channel<number>();
    const seen: number[] = [];
    await hub.run(function* () {
      spawn(function* () {
        for (let i = 0; i < 3; i++) yield* channel.put(i);
      });
      seen.push(yield* channel.get());
    });
    for await (const item of channel) if (seen.push(item) === 3) break;
    expect(seen).toEqual([0, 1, 2]);
  }),
);

function* thrown(call: () => Iterable<unknown, unknown, unknown>): Generator<unknown, unknown, unknown> {
  try {
    yield* call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

it(
  "putNowait and getNowait do not walk along those who wait: 100 000 meet as many",
  inHub(function* () {
    const COUNT = 100_000;
    const channel = new Channel<number>();
    let taken = 0;
    const getters = Array.from({ length: COUNT }, () =>
      spawn(function* () {
        if ((yield* channel.get()) === taken) taken++;
      }),
    );
    yield* sleep(0);
    for (let i = 0; i < COUNT; i++) channel.putNowait(i);
    yield* joinAll(getters);
    expect(taken).toBe(COUNT);
    for (let i = 0; i < COUNT; i++) spawn(() => channel.put(i));
    yield* sleep(0);
    for (let i = 0; i < COUNT; i++) expect(channel.getNowait()).toBe(i);
    expect(channel.balance).toBe(0);
  }),
  // A second or two; to walk would take minutes.
  20_000,
);
