// The scheduler on a runtime: order, ends, the two clocks, and that a busy hub leaves the runtime its own.

import {
  AsyncResult,
  call,
  Event,
  Greenlet,
  GreenletExit,
  Hub,
  idle,
  iwait,
  joinAll,
  LoopExit,
  sleep,
  spawn,
  Timeout,
  wait,
  withTimeout,
} from "wevent";
import { UsageError } from "wevent/hub";
import { Condition } from "wevent/lock";
import { Pool } from "wevent/pool";
import { orderWith } from "../../lib/seeded-order.ts";
import { codeOfRejection, codeThrownBy, codeThrownIn, equal, ok } from "../assert.ts";
import { type Case, chapter, REAL } from "../case.ts";

const runtimeTurn = (ms = 0) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Holds the thread, as a computation does. */
function spin(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

const greenlets = chapter("greenlets", [
  {
    name: "a value, an error and an exit are outcomes",
    *run({ reports }) {
      const value = spawn(() => 1);
      const error = spawn(() => {
        throw new RangeError("on purpose");
      });
      const killed = spawn(() => sleep(1000));
      yield* sleep(0);
      yield* killed.kill();
      yield* joinAll([value, error]);
      equal([value.value, value.successful()], [1, true]);
      ok(error.error instanceof RangeError && !error.successful(), "the error is the outcome");
      ok((killed.value as unknown) instanceof GreenletExit && killed.successful(), "an exit is a success");
      yield* sleep(1);
      yield* sleep(1);
      reports.length = 0;
    },
  },
  {
    name: "kill runs every finally, innermost first, and waits for those that block",
    *run({ hub, log }) {
      const inner = function* () {
        try {
          yield* sleep(1000);
        } finally {
          yield* sleep(5);
          log.push("inner");
        }
      };
      const killed = spawn(function* () {
        try {
          yield* call(inner);
        } finally {
          yield* sleep(5);
          log.push("outer");
        }
      });
      yield* sleep(1);
      yield* killed.kill();
      equal(log, ["inner", "outer"]);
      equal(hub.now(), 11, "the time");
    },
  },
  {
    name: "deep chains of yield* and of call come back the same way",
    *run() {
      function* plain(depth: number): Generator<unknown, number, unknown> {
        if (depth === 0) {
          yield* sleep(0);
          return 0;
        }
        return 1 + (yield* plain(depth - 1));
      }
      function* called(depth: number): Generator<unknown, number, unknown> {
        if (depth === 0) {
          yield* sleep(0);
          return 0;
        }
        return 1 + ((yield* call(called, depth - 1)) as number);
      }
      equal([yield* plain(100), yield* call(called, 5000)], [100, 5000]);
    },
  },
  {
    name: "an error thrown through many frames is caught by the one that wants it",
    *run() {
      function* fail(depth: number): Generator<unknown, never, unknown> {
        yield* sleep(0);
        if (depth === 0) throw new TypeError("deep");
        try {
          return yield* fail(depth - 1);
        } finally {
          yield* sleep(0);
        }
      }
      equal(yield* codeThrownIn(call(fail, 20)), "TypeError");
      equal(yield* codeThrownIn(fail(20)), "TypeError");
    },
  },
  {
    name: "links are called in order, and one may raise the error elsewhere",
    *run({ log }) {
      const greenlet = spawn(() => sleep(1));
      greenlet.link(() => void log.push("first"));
      greenlet.link(() => void log.push("second"));
      const result = new AsyncResult<number>();
      const failing = spawn(function* () {
        yield* sleep(1);
        throw new EvalError("linked");
      });
      failing.link(result as AsyncResult<never>);
      equal(yield* codeThrownIn(result.get()), "EvalError");
      yield* sleep(1);
      equal(log, ["first", "second"]);
    },
  },
  {
    name: "a subclass has a run of its own",
    *run() {
      class Doubler extends Greenlet<number> {
        readonly n: number;
        constructor(n: number) {
          super();
          this.n = n;
        }
        override *run() {
          yield* sleep(1);
          return this.n * 2;
        }
      }
      const doubler = new Doubler(4);
      doubler.start();
      equal(yield* doubler, 8);
    },
  },
  {
    name: "10 000 greenlets park, wake and end",
    *run() {
      const event = new Event();
      let woken = 0;
      const all = Array.from({ length: 10_000 }, () =>
        spawn(function* () {
          yield* event.wait();
          woken++;
        }),
      );
      yield* sleep(0);
      event.set();
      yield* joinAll(all);
      equal(woken, 10_000);
    },
  },
  {
    name: "async functions and promises are bodies too, and are waited for",
    async run({ hub }) {
      equal(await hub.run(async () => 1), 1);
      equal(await hub.run(() => wait([Promise.resolve(1), Promise.resolve(2)])), [1, 2]);
      equal(await codeOfRejection(hub.run(() => Promise.reject(new TypeError("no")))), "TypeError");
    },
  },
  {
    name: "what is yielded without * is refused, and the greenlet goes on",
    *run() {
      let code = "";
      try {
        yield sleep(1);
      } catch (error) {
        code = (error as { code: string }).code;
      }
      equal(code, "WEV_ERR_YIELD");
      yield* sleep(1);
    },
  },
  {
    name: "iwait gives what is ready, in that order",
    *run() {
      const all = [30, 10, 20].map((ms) =>
        spawn(function* () {
          yield* sleep(ms);
          return ms;
        }),
      );
      const seen: unknown[] = [];
      using ready = iwait(all);
      for (;;) {
        const step = yield* ready.next();
        if (step.done) break;
        seen.push(step.value.value);
      }
      equal(seen, [10, 20, 30]);
    },
  },
  {
    name: "for await iterates outside greenlets",
    async run() {
      // On the default hub, as a program does.
      const pool = new Pool(2);
      const seen: number[] = [];
      const body = function* (n: number) {
        yield* sleep(1);
        return n * n;
      };
      for await (const square of pool.imap(body, [1, 2, 3])) seen.push(square);
      equal(seen, [1, 4, 9]);
    },
  },
  {
    name: "a condition is waited for with its lock",
    *run({ log }) {
      const condition = new Condition();
      let isOpen = false;
      const waiting = spawn(function* () {
        yield* condition.with(function* () {
          yield* condition.waitFor(() => isOpen);
          log.push("through");
        });
      });
      yield* sleep(1);
      yield* condition.with(() => {
        isOpen = true;
        condition.notify();
      });
      yield* waiting;
      equal(log, ["through"]);
    },
  },
] satisfies Case[]);

const clocks = chapter("clocks", [
  {
    name: "virtual time passes when nothing is ready, and takes none",
    async run({ hub }) {
      const startMs = performance.now();
      await hub.run(() => sleep(3_600_000));
      equal(hub.now(), 3_600_000);
      ok(performance.now() - startMs < 60_000, "an hour takes less than a minute");
    },
  },
  {
    name: "a Timeout ends a wait in virtual time, and only its own",
    *run({ hub }) {
      equal(yield* codeThrownIn(withTimeout(10, () => sleep(1000))), "WEV_ERR_TIMEOUT");
      equal(hub.now(), 10);
      const outer = new Timeout(20).start();
      try {
        yield* withTimeout(50, () => sleep(1000));
        ok(false, "the outer one comes first");
      } catch (error) {
        ok(error === outer, "the outer one is thrown");
      } finally {
        outer.close();
      }
      equal(yield* withTimeout(5, () => sleep(1000), { timeoutValue: "late" }), "late");
    },
  },
  {
    name: "an AbortSignal ends a wait",
    *run() {
      const controller = new AbortController();
      const waiting = spawn(() => new Event().wait({ signal: controller.signal }));
      yield* sleep(1);
      controller.abort(new RangeError("enough"));
      equal(yield* codeThrownIn(waiting.get()), "RangeError");
    },
  },
  {
    name: "real sleeps last at least as long as they say, and come in order",
    hub: REAL,
    *run({ hub, log }) {
      const start = hub.now();
      const all = [40, 5, 20].map((ms) =>
        spawn(function* () {
          yield* sleep(ms);
          log.push(`${ms}`);
          ok(hub.now() - start >= ms, `${ms} ms have passed`);
        }),
      );
      for (const greenlet of all) yield* greenlet;
      equal(log, ["5", "20", "40"]);
    },
  },
  {
    name: "a real Timeout ends a real wait, not before its time",
    hub: REAL,
    *run({ hub }) {
      const start = hub.now();
      equal(yield* codeThrownIn(withTimeout(20, () => new Event().wait())), "WEV_ERR_TIMEOUT");
      ok(hub.now() - start >= 20, "20 ms have passed");
    },
  },
  {
    name: "promises, timers of the runtime and greenlets take turns",
    hub: REAL,
    *run({ log }) {
      yield* wait(runtimeTurn(5).then(() => void log.push("timer")));
      yield* wait(Promise.resolve().then(() => void log.push("promise")));
      yield* idle();
      log.push("idle");
      equal(log, ["timer", "promise", "idle"]);
    },
  },
] satisfies Case[]);

const ends = chapter("ends", [
  {
    name: "main that nobody can wake is told, with who waits for what",
    async run() {
      const hub = new Hub({ clock: "virtual" });
      const event = new Event();
      let exit: unknown;
      try {
        await hub.run(function* boss() {
          yield* spawn(function* worker() {
            yield* event.wait();
          }).join();
        });
      } catch (error) {
        exit = error;
      }
      ok(exit instanceof LoopExit, "it is a LoopExit");
      equal(exit.waiting.map(({ name, waitsFor }) => `${name}: ${waitsFor}`).sort(), [
        "boss: Greenlet.join",
        "main: Greenlet.get",
        "worker: Event.wait",
      ]);
      hub.destroy();
    },
  },
  {
    name: "where the runtime can tell that nothing is left, a program that is stuck is told too",
    needs: ["exhaustion", "process"],
    needsOfWorld: ["command"],
    hub: REAL,
    *run({ world }) {
      const { checkOutput } = yield* wait(import("wevent/subprocess"));
      const [command, ...args] = world.command!("stuck.mjs");
      equal(yield* checkOutput(command!, args), "WEV_ERR_LOOP_EXIT\n");
    },
  },
  {
    name: "a program ends when its greenlets do, though one is parked for ever",
    needs: ["process"],
    needsOfWorld: ["command"],
    hub: REAL,
    *run({ world }) {
      const { checkOutput } = yield* wait(import("wevent/subprocess"));
      const [command, ...args] = world.command!("ends.mjs");
      equal(yield* checkOutput(command!, args), "done\n");
    },
  },
  {
    name: "an error that nobody reads is reported once",
    *run({ reports }) {
      spawn(function failing() {
        throw new RangeError("unread");
      });
      for (let i = 0; i < 3; i++) yield* sleep(1);
      equal(reports.length, 1);
      ok(reports[0]!.text.includes("unread"), "the report says what was thrown");
      reports.length = 0;
    },
  },
  {
    name: "a destroyed hub refuses, and its greenlets are gone",
    async run() {
      const hub = new Hub({ clock: "virtual" });
      const waiting = codeOfRejection(hub.run(() => new Event().wait()));
      hub.destroy();
      equal(await waiting, "WEV_ERR_HUB_DESTROYED");
      equal(await codeOfRejection(Promise.resolve().then(() => hub.run(() => 1))), "WEV_ERR_HUB_DESTROYED");
    },
  },
  {
    name: "hubs share nothing",
    async run({ hub }) {
      const other = new Hub({ clock: "virtual" });
      const event = new Event();
      const first = hub.run(() => event.wait(10));
      const code = codeOfRejection(other.run(() => event.wait(10)));
      equal([await first, await code], [false, "WEV_ERR_FOREIGN_HUB"]);
      other.destroy();
    },
  },
  {
    name: "seeds give the same order again, and others another",
    async run() {
      for (const seed of [1, 42, 0xffffffff]) equal(await orderWith(seed), await orderWith(seed));
      equal(await orderWith(42), "d0 d1 c0 a0 c1 b0 a1 b1 e0 e1 d2 c2 a2 b2 e2", "the order of seed 42");
      const orders = new Set<string>();
      for (let seed = 1; seed <= 20; seed++) orders.add(await orderWith(seed));
      ok(orders.size > 10, "most of twenty orders differ");
    },
  },
  {
    name: "bad input gets its error at once",
    async run() {
      equal(
        codeThrownBy(() => sleep("long" as never)),
        "WEV_ERR_ARGUMENT",
      );
      equal(
        codeThrownBy(() => new Hub({ turnMs: 0 })),
        "WEV_ERR_RANGE",
      );
      equal(
        codeThrownBy(() => [...(sleep(1) as unknown as Iterable<unknown>)]),
        "WEV_ERR_NOT_IN_GREENLET",
      );
      ok(new UsageError("WEV_ERR_ARGUMENT", "x") instanceof TypeError, "it is a TypeError as well");
    },
  },
] satisfies Case[]);

/** How long a busy hub is looked at. Who starves gets nothing in it, or once a part of a second. */
const BUSY_MS = 1000;
const OFTEN = 3;

/** Greenlets that never wait, for BUSY_MS; each step holds the thread for `stepMs`. */
function* busy(count: number, stepMs: number): Generator<unknown, number, unknown> {
  const endMs = performance.now() + BUSY_MS;
  let steps = 0;
  const body = function* () {
    while (performance.now() < endMs) {
      spin(stepMs);
      steps++;
      yield* sleep(0);
    }
  };
  yield* joinAll(Array.from({ length: count }, () => spawn(body)));
  return steps;
}

const fairness = chapter("fairness", [
  {
    name: "busy greenlets do not starve the runtime's timers",
    hub: REAL,
    *run() {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 10);
      const steps = yield* busy(10, 0.1);
      clearInterval(timer);
      ok(ticks >= OFTEN, `there were ${OFTEN} ticks and more, and not ${ticks}`);
      ok(steps > 100, `the greenlets went on meanwhile: ${steps} steps`);
    },
  },
  {
    name: "nor promises, nor sleeping greenlets",
    hub: REAL,
    *run() {
      let sleeps = 0;
      let promises = 0;
      let isOver = false;
      const sleeping = spawn(function* () {
        for (; !isOver; sleeps++) yield* sleep(5);
      });
      const awaiting = (async () => {
        for (; !isOver; promises++) await runtimeTurn();
      })();
      yield* busy(10, 0.1);
      isOver = true;
      yield* sleeping;
      yield* wait(awaiting);
      ok(sleeps >= OFTEN, `there were ${OFTEN} sleeps and more, and not ${sleeps}`);
      ok(promises >= OFTEN, `there were ${OFTEN} promises and more, and not ${promises}`);
    },
  },
  {
    name: "nor sockets",
    needs: ["tcp.connect", "tcp.listen"],
    hub: REAL,
    *run() {
      const { createConnection, listen } = yield* wait(import("wevent/socket"));
      const listener = yield* listen();
      const connecting = spawn(() => createConnection(listener.address as { port: number }));
      const server = yield* listener.accept();
      const client = yield* connecting;
      const echoing = spawn(function* () {
        for (;;) {
          const bytes = yield* server.recv();
          if (bytes.length === 0) return;
          yield* server.sendAll(bytes);
        }
      });
      let trips = 0;
      let isOver = false;
      const talking = spawn(function* () {
        for (; !isOver; trips++) {
          yield* client.sendAll("x");
          yield* client.recv();
        }
      });
      yield* busy(10, 0.1);
      isOver = true;
      yield* talking;
      client.close();
      yield* echoing;
      server.close();
      listener.close();
      ok(trips >= 2 * OFTEN, `there were ${2 * OFTEN} round trips and more, and not ${trips}`);
    },
  },
  {
    name: "a turn ends in time, whatever is ready",
    hub: REAL,
    async run({ hub }) {
      let turns = 0;
      let isOver = false;
      const looking = (async () => {
        for (; !isOver; turns++) await runtimeTurn();
      })();
      await hub.run(() => busy(1000, 0));
      isOver = true;
      await looking;
      ok(turns >= OFTEN, `the runtime had ${OFTEN} turns and more, and not ${turns}`);
    },
  },
] satisfies Case[]);

export const loopCases: Case[] = [...greenlets, ...clocks, ...ends, ...fairness];
