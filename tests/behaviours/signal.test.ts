// AbortSignal: in, as a limit of every blocking call; out, as greenlet.signal.
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  collect,
  Event,
  type Greenlet,
  Hub,
  idle,
  iwait,
  joinAll,
  killAll,
  type Operation,
  sleep,
  spawn,
  Timeout,
  wait,
  withTimeout,
} from "wevent";
import { fetch } from "wevent/http";
import { Semaphore } from "wevent/lock";
import { select } from "wevent/select";
import { codeOf, inHub, leftIn, NOTHING_LEFT, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

const FOREVER = Number.POSITIVE_INFINITY;
const never = new Promise<never>(() => {});

/** A signal that counts who listens to it. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  const count = { added: 0, listening: 0 };
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    count.added++;
    count.listening++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    count.listening--;
    Reflect.apply(removeEventListener, signal, args);
  };
  return { controller, signal, count };
}

/** Every blocking call, made so that nothing but the signal ends it. */
const CALLS: Record<string, (signal: AbortSignal) => Operation<unknown>> = {
  sleep: (signal) => sleep(FOREVER, { signal }),
  "sleep without ref": (signal) => sleep(1e6, { ref: false, signal }),
  select: (signal) => select([], [], [], { signal }),
  "select with a timeout": (signal) => select([], [], [], { timeout: 1e6, signal }),
  "wait(promise)": (signal) => wait(never, { signal }),
  "wait(promise) with a timeout": (signal) => wait(never, { timeout: 1e6, signal }),
  "wait(objects)": (signal) => wait([new Event(), never], { signal }),
  "wait(objects) with a Timeout": (signal) => wait([new Event()], { timeout: new Timeout(1e6), signal }),
  iwait: (signal) => collect(iwait([never], { signal })),
  withTimeout: (signal) => withTimeout(null, () => sleep(FOREVER), { signal }),
  "withTimeout with a value": (signal) =>
    withTimeout(1e6, () => new Event().wait(), { signal, timeoutValue: 0 }),
  "Event.wait": (signal) => new Event().wait({ signal }),
  "Semaphore.acquire": (signal) => new Semaphore(0).acquire({ signal }),
};

/** The same for what waits for a greenlet. */
const JOINS: Record<string, (greenlet: Greenlet, signal: AbortSignal) => Operation<unknown>> = {
  get: (greenlet, signal) => greenlet.get({ signal }),
  join: (greenlet, signal) => greenlet.join({ signal }),
  joinAll: (greenlet, signal) => joinAll([greenlet], { signal }),
  "joinAll of one": (greenlet, signal) => joinAll([greenlet], { signal, count: 1 }),
  "joinAll that raises": (greenlet, signal) => joinAll([greenlet], { signal, raiseError: true }),
};

describe("every blocking call", () => {
  for (const [name, make] of Object.entries(CALLS)) {
    it(
      `${name} throws the reason when the signal is aborted, and lets go of the signal`,
      inHub(function* ({ hub }) {
        const { controller, signal, count } = counted();
        const reason = new RangeError("enough");
        const waiter = spawn(() => thrownIn(make(signal)));
        yield* sleep(10);
        expect(count.listening).toBe(1);
        controller.abort(reason);
        expect(yield* waiter).toBe(reason);
        expect(count.listening).toBe(0);
        expect(hub.now()).toBe(10);
        // Aborted before the call.
        expect(yield* thrownIn(make(signal))).toBe(reason);
        expect(count.added).toBe(1);
      }),
    );
  }

  for (const [name, make] of Object.entries(JOINS)) {
    it(
      `${name} throws the reason when the signal is aborted, and the greenlet lives`,
      inHub(function* () {
        const { controller, signal, count } = counted();
        const greenlet = spawn(() => sleep(100));
        const waiter = spawn(() => thrownIn(make(greenlet, signal)));
        yield* sleep(10);
        controller.abort("enough");
        expect(yield* waiter).toBe("enough");
        expect(count.listening).toBe(0);
        expect(greenlet.dead).toBe(false);
        expect(yield* thrownIn(make(greenlet, signal))).toBe("enough");
        yield* greenlet;
      }),
    );
  }

  it(
    "kill and killAll kill at once, and throw the reason when the deaths take longer than the signal",
    inHub(function* () {
      function* stubborn() {
        try {
          yield* sleep(FOREVER);
        } finally {
          yield* sleep(100);
        }
      }
      for (const make of [
        (greenlet: Greenlet, signal: AbortSignal) => greenlet.kill(undefined, { signal }),
        (greenlet: Greenlet, signal: AbortSignal) => killAll([greenlet], undefined, { signal }),
      ]) {
        const { controller, signal, count } = counted();
        const greenlet = spawn(stubborn);
        yield* sleep(0);
        const waiter = spawn(() => thrownIn(make(greenlet, signal)));
        yield* sleep(10);
        controller.abort("enough");
        expect(yield* waiter).toBe("enough");
        expect(count.listening).toBe(0);
        yield* greenlet.join();
        expect(greenlet.successful()).toBe(true);
      }
    }),
  );

  it("hub.join and wait() throw the reason in main", async () => {
    const hub = new Hub();
    for (const make of [
      (signal: AbortSignal) => hub.join({ signal }),
      (signal: AbortSignal) => hub.run(() => wait(null, { signal })),
    ]) {
      const { controller, signal, count } = counted();
      // Something that keeps the hub from being idle, and the process from ending.
      const busy = hub.run(() => sleep(60_000)).catch(() => {});
      const rejection = rejectionOf(make(signal));
      await nextTurn();
      controller.abort("enough");
      expect(await rejection).toBe("enough");
      expect(count.listening).toBe(0);
      expect(await rejectionOf(make(signal))).toBe("enough");
      void busy;
    }
    hub.destroy();
  });

  it(
    "with a result in time gives it, and lets go of the signal",
    inHub(function* () {
      const { signal, count } = counted();
      const event = new Event();
      spawn(function* () {
        yield* sleep(5);
        event.set();
      });
      expect(yield* event.wait({ signal })).toBe(true);
      expect(yield* wait(Promise.resolve(5), { signal })).toBe(5);
      expect(yield* wait([event], { signal })).toEqual([event]);
      expect(yield* withTimeout(5, () => sleep(FOREVER), { signal, timeoutValue: "late" })).toBe("late");
      expect(yield* select([], [], [], { timeout: 5, signal })).toEqual([[], [], []]);
      expect(yield* sleep(0, { signal })).toBe(undefined);
      expect(count.listening).toBe(0);
    }),
  );

  it(
    "refuses what is not a signal, at the call",
    inHub(function* () {
      const greenlet = spawn(() => sleep(0));
      for (const bad of [null, 5, "x", {}, new AbortController()] as never[]) {
        for (const make of Object.values(CALLS)) {
          expect(codeOf(thrownBy(() => make(bad)))).toBe("WEV_ERR_ARGUMENT");
        }
        for (const make of Object.values(JOINS)) {
          expect(codeOf(thrownBy(() => make(greenlet, bad)))).toBe("WEV_ERR_ARGUMENT");
        }
        expect(codeOf(thrownBy(() => killAll([greenlet], undefined, { signal: bad })))).toBe(
          "WEV_ERR_ARGUMENT",
        );
      }
      expect(greenlet.dead).toBe(false);
      yield* greenlet;
    }),
  );
});

it(
  "wait for a promise throws Timeout when its timeout passes",
  inHub(function* ({ hub }) {
    const timeout = new Timeout(5);
    expect(codeOf(yield* thrownIn(wait(never, { timeout: 5 })))).toBe("WEV_ERR_TIMEOUT");
    expect(hub.now()).toBe(5);
    expect(yield* thrownIn(wait(never, { timeout }))).toBe(timeout);
  }),
);

describe("an abort", () => {
  it(
    "by the greenlet itself strikes at its next blocking call under the signal, and not after it",
    inHub(function* ({ log }) {
      const controller = new AbortController();
      const { signal } = controller;
      const error = yield* thrownIn(
        withTimeout(
          null,
          function* () {
            controller.abort("self");
            log.push("goes on");
            yield* sleep(10);
            log.push("never");
          },
          { signal },
        ),
      );
      expect(error).toBe("self");
      const other = new AbortController();
      const value = yield* withTimeout(
        null,
        () => {
          other.abort("self");
          return "ended first";
        },
        { signal: other.signal },
      );
      expect(value).toBe("ended first");
      yield* sleep(10);
      expect(log).toEqual(["goes on"]);
    }),
  );

  it(
    "while the wake-up is on its way is nothing: the result is given and no later call is struck",
    inHub(function* () {
      const controller = new AbortController();
      const { signal } = controller;
      const event = new Event();
      const semaphore = new Semaphore(0);
      const waiters = [
        spawn(function* () {
          const value = yield* event.wait({ signal });
          yield* sleep(5);
          return value;
        }),
        spawn(function* () {
          const value = yield* semaphore.acquire({ signal });
          yield* sleep(5);
          return value;
        }),
        spawn(function* () {
          const value = yield* spawn(() => sleep(1)).join({ signal });
          yield* sleep(5);
          return value === undefined;
        }),
      ];
      yield* sleep(1);
      event.set();
      semaphore.release();
      controller.abort("late");
      yield* joinAll(waiters);
      expect(waiters.map((waiter) => waiter.value)).toEqual([true, true, true]);
      expect(semaphore.counter).toBe(0);
    }),
  );

  it(
    "leaves a waiter's permit and place to the others",
    inHub(function* () {
      const controller = new AbortController();
      const semaphore = new Semaphore(1);
      yield* semaphore.acquire();
      const aborted = spawn(() => thrownIn(semaphore.acquire({ signal: controller.signal })));
      const next = spawn(() => semaphore.acquire());
      yield* sleep(1);
      controller.abort("enough");
      yield* sleep(0);
      yield* aborted;
      semaphore.release();
      yield* next;
      expect(semaphore.counter).toBe(0);
      expect(next.value).toBe(true);
      expect(aborted.value).toBe("enough");
    }),
  );

  it("from a foreign callback wakes an idle hub", async () => {
    const hub = new Hub();
    const controller = new AbortController();
    const waiter = hub.run(() => thrownIn(sleep(60_000, { signal: controller.signal })));
    setTimeout(() => controller.abort("foreign"), 2);
    expect(await waiter).toBe("foreign");
    await nextTurn();
    expect(leftIn(hub)).toEqual(NOTHING_LEFT);
    hub.destroy();
  });

  it(
    "rejects main's await with the reason",
    withHub(async ({ hub }) => {
      const { controller, signal, count } = counted();
      const greenlet = await hub.run(() => spawn(() => sleep(10)));
      const awaited = rejectionOf(greenlet.get({ signal }).then());
      controller.abort("enough");
      expect(await awaited).toBe("enough");
      expect(await rejectionOf(greenlet.get({ signal }))).toBe("enough");
      expect(count).toEqual({ added: 1, listening: 0 });
      await greenlet.get();
    }),
  );

  it(
    "of the outer of two signals ends the inner call too; of the inner, only that",
    inHub(function* ({ log }) {
      const outer = counted();
      const inner = counted();
      function* body() {
        try {
          yield* sleep(FOREVER, { signal: inner.signal });
        } catch (error) {
          log.push(`inner call: ${error}`);
        }
        yield* sleep(FOREVER);
      }
      const waiter = spawn(() => thrownIn(withTimeout(null, body, { signal: outer.signal })));
      yield* sleep(1);
      inner.controller.abort("in");
      yield* sleep(1);
      expect(inner.count.listening).toBe(0);
      outer.controller.abort("out");
      expect(yield* waiter).toBe("out");
      expect(outer.count.listening).toBe(0);
      expect(log).toEqual(["inner call: in"]);
    }),
  );

  it(
    "of two nested signals at once strikes once for each, the first aborted first",
    inHub(function* ({ log }) {
      const outer = new AbortController();
      const inner = new AbortController();
      function* body() {
        yield* sleep(FOREVER, { signal: inner.signal });
      }
      const waiter = spawn(function* () {
        log.push(`${yield* thrownIn(withTimeout(null, body, { signal: outer.signal }))}`);
        yield* sleep(5);
        log.push("undisturbed");
      });
      yield* sleep(1);
      outer.abort("out");
      inner.abort("in");
      yield* waiter;
      expect(log).toEqual(["out", "undisturbed"]);
    }),
  );

  it(
    "of one signal that guards two nested calls of a greenlet strikes it once",
    inHub(function* ({ log }) {
      const { controller, signal, count } = counted();
      function* body() {
        log.push(`inner: ${yield* thrownIn(sleep(FOREVER, { signal }))}`);
        yield* sleep(5);
        log.push("on");
        return "done";
      }
      const waiter = spawn(() => withTimeout(null, body, { signal }));
      yield* sleep(1);
      expect(count.added).toBe(1);
      controller.abort("enough");
      expect(yield* waiter).toBe("done");
      expect(log).toEqual(["inner: enough", "on"]);
      expect(count.listening).toBe(0);
    }),
  );

  it(
    "may have any reason: an error, none, null, a string",
    inHub(function* () {
      for (const reason of [new RangeError("x"), undefined, null, "text", 0]) {
        const controller = new AbortController();
        const { signal } = controller;
        const waiter = spawn(() => thrownIn(sleep(FOREVER, { signal })));
        yield* sleep(1);
        controller.abort(reason);
        expect(yield* waiter).toBe(signal.reason);
        expect(yield* thrownIn(sleep(1, { signal }))).toBe(signal.reason);
      }
    }),
  );

  it("of AbortSignal.timeout throws its TimeoutError", async () => {
    const hub = new Hub();
    const error = await hub.run(() => thrownIn(sleep(60_000, { signal: AbortSignal.timeout(2) })));
    expect((error as Error).name).toBe("TimeoutError");
    hub.destroy();
  });

  it("after the hub was destroyed does nothing; the waits let go of the signal when it is", async () => {
    const { controller, signal, count } = counted();
    const hub = new Hub({ clock: "virtual" });
    const greenlet = await hub.run(function* () {
      const waiting = spawn(() => sleep(FOREVER, { signal }));
      yield* sleep(0);
      return waiting;
    });
    const awaited = rejectionOf(greenlet.get({ signal }).then());
    expect(count).toEqual({ added: 1, listening: 1 });
    hub.destroy();
    expect(count.listening).toBe(0);
    controller.abort("late");
    expect(codeOf(await awaited)).toBe("WEV_ERR_HUB_DESTROYED");
    expect(greenlet.successful()).toBe(true);
  });

  it(
    "that finds the memory limit reached strikes all the same, as soon as there is room",
    inHub(
      function* () {
        const { controller, signal, count } = counted();
        const waiters = Array.from({ length: 50 }, () => spawn(() => thrownIn(sleep(FOREVER, { signal }))));
        yield* sleep(0);
        const timeouts: Timeout[] = [];
        const filled = thrownBy(() => {
          for (;;) timeouts.push(Timeout.startNew(60_000));
        });
        expect(codeOf(filled)).toBe("WEV_ERR_EXHAUSTED");
        controller.abort("enough");
        yield* sleep(0);
        expect(waiters.some((waiter) => waiter.dead)).toBe(false);
        // Room for two at a time.
        while (timeouts.length > 0 && waiters.some((waiter) => !waiter.dead)) {
          timeouts.pop()!.cancel();
          timeouts.pop()?.cancel();
          yield* wait(nextTurn());
        }
        for (const timeout of timeouts) timeout.cancel();
        yield* joinAll(waiters);
        expect(new Set(waiters.map((waiter) => waiter.value))).toEqual(new Set(["enough"]));
        expect(count.listening).toBe(0);
      },
      // Real time, which does not jump to the deadlines that fill the memory.
      { memoryLimitBytes: 6 * 65536, clock: "real" },
    ),
  );

  it(
    "that finds the memory limit reached is forgotten when the call ends first",
    inHub(
      function* () {
        const { controller, signal } = counted();
        const event = new Event();
        const waiter = spawn(function* () {
          const value = yield* event.wait({ signal });
          yield* sleep(5);
          return value;
        });
        yield* sleep(0);
        const timeouts: Timeout[] = [];
        thrownBy(() => {
          for (;;) timeouts.push(Timeout.startNew(60_000));
        });
        controller.abort("enough");
        event.set();
        yield* sleep(0);
        for (const timeout of timeouts) timeout.cancel();
        expect(yield* waiter).toBe(true);
      },
      { memoryLimitBytes: 6 * 65536 },
    ),
  );
});

describe("listeners", () => {
  it(
    "none is left after 100 000 waits on one signal",
    inHub(function* () {
      const { signal, count } = counted();
      const event = new Event();
      event.set();
      for (let i = 0; i < 100_000; i++) yield* event.wait({ signal });
      expect(count).toEqual({ added: 100_000, listening: 0 });
    }),
  );

  it(
    "10 000 who wait under one signal have one between them, and all are struck in order",
    inHub(function* () {
      const { controller, signal, count } = counted();
      const order: number[] = [];
      const waiters = Array.from({ length: 10_000 }, (_, i) =>
        spawn(function* () {
          yield* thrownIn(sleep(FOREVER, { signal }));
          order.push(i);
        }),
      );
      yield* sleep(1);
      expect(count).toEqual({ added: 1, listening: 1 });
      for (const waiter of waiters.slice(0, 5_000)) waiter.kill();
      yield* sleep(1);
      expect(count).toEqual({ added: 1, listening: 1 });
      controller.abort();
      yield* joinAll(waiters);
      expect(count).toEqual({ added: 1, listening: 0 });
      expect(order.slice(-5_000)).toEqual(Array.from({ length: 5_000 }, (_, i) => i + 5_000));
    }),
  );
});

describe("greenlet.signal", () => {
  it(
    "is aborted when the greenlet ends, however it does; once it has ended, at once",
    inHub(function* ({ log }) {
      const returns = spawn(() => sleep(1));
      const fails = spawn(function* () {
        yield* sleep(1);
        throw new RangeError("x");
      });
      const killed = spawn(() => sleep(FOREVER));
      for (const greenlet of [returns, fails, killed]) {
        expect(greenlet.signal).toBe(greenlet.signal);
        expect(greenlet.signal.aborted).toBe(false);
        greenlet.signal.addEventListener("abort", () => log.push(greenlet.dead ? "dead" : "alive"));
      }
      yield* sleep(2);
      killed.kill();
      yield* killed.join();
      expect(log).toEqual(["dead", "dead", "dead"]);
      expect(fails.signal.reason).toBe(fails.error);
      expect(killed.signal.reason).toBe(killed.value);
      const late = spawn(() => 1);
      yield* late;
      expect(late.signal.aborted).toBe(true);
    }),
  );

  it(
    "makes no controller unless it is asked for",
    inHub(function* () {
      const Real = globalThis.AbortController;
      let made = 0;
      globalThis.AbortController = class extends Real {
        constructor() {
          super();
          made++;
        }
      };
      try {
        const greenlets = Array.from({ length: 100 }, () => spawn(() => sleep(1)));
        yield* joinAll(greenlets);
        expect(made).toBe(0);
        const asked = spawn(() => 1);
        void asked.signal;
        void asked.signal;
        yield* asked;
        expect(made).toBe(1);
      } finally {
        globalThis.AbortController = Real;
      }
    }),
  );

  it(
    "of one greenlet is a limit for another's calls, alone and in AbortSignal.any",
    inHub(function* () {
      const owner = spawn(() => sleep(5));
      const { controller } = counted();
      const waiters = [owner.signal, AbortSignal.any([owner.signal, controller.signal])].map((signal) =>
        spawn(() => thrownIn(sleep(FOREVER, { signal }))),
      );
      yield* joinAll([owner, ...waiters]);
      expect(waiters.map((waiter) => waiter.value)).toEqual([owner.signal.reason, owner.signal.reason]);
    }),
  );
});

describe("fetch", () => {
  /** The runtime's fetch replaced by one that only an abort ends. */
  function* withFetch(body: (seen: AbortSignal[]) => Generator<unknown, void>): Generator<unknown, void> {
    const real = globalThis.fetch;
    const seen: AbortSignal[] = [];
    globalThis.fetch = (_url, init) => {
      const signal = init!.signal!;
      seen.push(signal);
      return new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    };
    try {
      yield* body(seen);
    } finally {
      globalThis.fetch = real;
    }
  }

  it(
    "throws the reason when the signal of init, of the Request, or of a greenlet is aborted",
    inHub(() =>
      withFetch(function* (seen) {
        const url = "http://127.0.0.1/";
        for (const make of [
          (signal: AbortSignal) => fetch(url, { signal }),
          (signal: AbortSignal) => fetch(new Request(url, { signal })),
          (signal: AbortSignal) => fetch(new Request(url), { signal }),
        ]) {
          const controller = new AbortController();
          const waiter = spawn(() => thrownIn(make(controller.signal)));
          yield* sleep(0);
          controller.abort("enough");
          expect(yield* waiter).toBe("enough");
          expect(yield* thrownIn(make(controller.signal))).toBe("enough");
        }
        const owner = spawn(() => sleep(5));
        expect(yield* thrownIn(fetch(url, { signal: owner.signal }))).toBe(owner.signal.reason);
        expect(seen.every((signal) => signal.aborted)).toBe(true);
      }),
    ),
  );

  it(
    "aborts the request when its greenlet is killed, whatever signal it was given",
    inHub(() =>
      withFetch(function* (seen) {
        const greenlet = spawn(() => fetch("http://127.0.0.1/", { signal: new AbortController().signal }));
        yield* sleep(0);
        yield* greenlet.kill();
        expect(seen.map((signal) => signal.aborted)).toEqual([true]);
      }),
    ),
  );
});

it(
  "calls without a signal of their own get one from withTimeout",
  inHub(function* () {
    const controller = new AbortController();
    const { signal } = controller;
    const busy = spawn(function* () {
      for (let i = 0; i < 10; i++) yield* sleep(1);
      controller.abort("enough");
    });
    const waiter = spawn(() =>
      thrownIn(
        withTimeout(
          null,
          function* () {
            for (;;) {
              yield* idle();
              yield* sleep(1);
            }
          },
          { signal },
        ),
      ),
    );
    expect(yield* waiter).toBe("enough");
    yield* busy;
  }),
);
