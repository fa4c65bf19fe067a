// call(): the same results, errors, order and kills as yield*, at any depth.
import { expect, it } from "vitest";
import { call, Greenlet, GreenletExit, getCurrent, sleep, spawn, Timeout } from "wevent";
import { codeOf, inHub, thrownIn } from "../lib/hub.ts";

type Body = (level: number) => Generator<unknown, number, unknown>;

/** The two ways to call a child. */
const ways: Record<
  string,
  (
    body: Body,
    level: number,
  ) => Iterable<unknown> & { [Symbol.iterator](): Iterator<unknown, number, unknown> }
> = {
  "yield*": (body, level) => body(level),
  call: (body, level) => call(body, level),
};

it(
  "call gives what the body gives and throws what it throws, for every kind of body",
  inHub(function* () {
    expect(yield* call((a: number, b: number) => a + b, 2, 3)).toBe(5);
    expect(yield* call(async () => "async")).toBe("async");
    expect(
      yield* call(function* () {
        yield* sleep(1);
        return "generator";
      }),
    ).toBe("generator");
    expect(yield* call(() => sleep(1))).toBe(undefined);
    expect(yield* call(() => call(() => 7))).toBe(7);
    const error = new Error("broken");
    const bodies = [
      () => {
        throw error;
      },
      async () => {
        throw error;
      },
      function* () {
        yield* sleep(1);
        throw error;
      },
      () => Promise.reject(error),
    ];
    for (const body of bodies) expect(yield* thrownIn(call(body as () => unknown))).toBe(error);
  }),
);

it(
  "call and yield* run try and finally in the same order, to the end and with an error",
  inHub(function* () {
    for (const fails of [false, true]) {
      const logs: string[][] = [];
      for (const way of Object.values(ways)) {
        const log: string[] = [];
        const nest: Body = function* (level) {
          log.push(`in ${level}`);
          try {
            yield* sleep(0);
            if (level === 0) {
              if (fails) throw new Error("deep");
              return 0;
            }
            return 1 + (yield* way(nest, level - 1));
          } catch (error) {
            log.push(`catch ${level} ${(error as Error).message}`);
            yield* sleep(0);
            throw error;
          } finally {
            yield* sleep(0);
            log.push(`out ${level}`);
          }
        };
        const greenlet = spawn(nest, 5);
        yield* greenlet.join();
        log.push(`value ${greenlet.value} error ${(greenlet.error as Error | undefined)?.message}`);
        logs.push(log);
      }
      expect(logs[1]).toEqual(logs[0]);
      expect(logs[0]!.length).toBeGreaterThan(12);
    }
  }),
);

it(
  "an error caught half way up goes no further, and the call above goes on",
  inHub(function* () {
    for (const way of Object.values(ways)) {
      const nest: Body = function* (level) {
        if (level === 0) throw new Error("deep");
        try {
          return 1 + (yield* way(nest, level - 1));
        } catch (error) {
          if (level !== 3) throw error;
          yield* sleep(1);
          return 100;
        }
      };
      expect(yield* way(nest, 6)).toBe(103);
    }
  }),
);

it(
  "kill inside calls runs every finally, innermost first, also those that block",
  inHub(function* ({ log }) {
    for (const way of Object.values(ways)) {
      log.length = 0;
      const nest: Body = function* (level) {
        try {
          if (level === 0) yield* sleep(1000);
          else yield* way(nest, level - 1);
          return 0;
        } finally {
          yield* sleep(1);
          log.push(String(level));
        }
      };
      const greenlet = spawn(nest, 4);
      yield* sleep(1);
      yield* greenlet.kill();
      expect(greenlet.value).toBeInstanceOf(GreenletExit);
      expect(log).toEqual(["0", "1", "2", "3", "4"]);
    }
  }),
);

it(
  "a Timeout strikes the innermost call and may be caught at any level",
  inHub(function* () {
    const nest: Body = function* (level) {
      if (level === 0) yield* sleep(1000);
      return 1 + (yield* call(nest, level - 1));
    };
    const timeout = Timeout.startNew(10);
    expect(yield* thrownIn(call(nest, 20))).toBe(timeout);
    // Where it struck, not where it passed through.
    expect(timeout.stack).toContain("nest");
    yield* sleep(100);
  }),
);

it(
  "call goes as deep as memory allows where yield* would run out of stack",
  inHub(function* () {
    const nest: Body = function* (level) {
      if (level === 0) {
        yield* sleep(0);
        return 0;
      }
      return 1 + (yield* call(nest, level - 1));
    };
    expect(yield* call(nest, 50_000)).toBe(50_000);
  }),
);

it(
  "an unbounded recursion of calls fails only its greenlet",
  inHub(function* () {
    const recurse = function* (): Generator<unknown, void, unknown> {
      yield* call(recurse);
    };
    const failing = spawn(recurse);
    expect(yield* thrownIn(failing)).toBeInstanceOf(RangeError);
    expect(codeOf(failing.error)).toBe("WEV_ERR_RANGE");
    yield* sleep(0);
  }),
);

it(
  "call runs in the present greenlet",
  inHub(function* () {
    const me = getCurrent();
    expect(me).toBeInstanceOf(Greenlet);
    yield* call(function* () {
      expect(getCurrent()).toBe(me);
      yield* sleep(0);
      expect(getCurrent()).toBe(me);
    });
  }),
);

it(
  "yield without * inside a call throws at that line",
  inHub(function* () {
    const wrong = function* () {
      yield sleep(1);
    };
    expect(codeOf(yield* thrownIn(call(() => call(wrong))))).toBe("WEV_ERR_YIELD");
  }),
);
