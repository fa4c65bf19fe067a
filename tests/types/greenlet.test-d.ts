// What the compiler infers of greenlets: results of yield*, arguments of spawn, subclasses.
import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Body,
  call,
  Greenlet,
  type Greenlet as GreenletOf,
  getCurrent,
  Hub,
  type Main,
  type Operation,
  run,
  sleep,
  spawn,
  spawnLater,
} from "wevent";
import { type Equal, proves } from "./equal.ts";

function* add(a: number, b: string) {
  yield* sleep(a);
  return `${a}${b}`;
}

export function* greenlets(hub: Hub) {
  // The result of a body, whatever its kind.
  const generator = spawn(add, 1, "x");
  proves<Equal<typeof generator, GreenletOf<string>>>();
  const plain = spawn((a: number) => a > 1, 2);
  proves<Equal<typeof plain, GreenletOf<boolean>>>();
  const asynchronous = spawn(async () => 5);
  proves<Equal<typeof asynchronous, GreenletOf<number>>>();
  const nothing = spawn(function* () {
    yield* sleep(1);
  });
  proves<Equal<typeof nothing, GreenletOf<void>>>();
  const operation = spawnLater(5, () => sleep(5));
  proves<Equal<typeof operation, GreenletOf<void>>>();

  // yield* of a greenlet, get, call, join, kill.
  const text = yield* generator;
  proves<Equal<typeof text, string>>();
  const got = yield* generator.get({ timeout: 5 });
  proves<Equal<typeof got, string>>();
  const called = yield* call(add, 1, "x");
  proves<Equal<typeof called, string>>();
  const delegated = yield* add(1, "x");
  proves<Equal<typeof delegated, string>>();
  const joined = yield* generator.join(5);
  proves<Equal<typeof joined, void>>();
  const slept = yield* sleep(5);
  proves<Equal<typeof slept, void>>();
  proves<Equal<typeof generator.value, string | undefined>>();
  proves<Equal<typeof generator.error, unknown>>();
  proves<Equal<ReturnType<typeof generator.promise>, Promise<string>>>();
  proves<Equal<ReturnType<typeof generator.kill>, Operation<void>>>();

  // Arguments are checked.
  // @ts-expect-error: a string is no number
  spawn(add, "1", "x");
  // @ts-expect-error: one argument is missing
  spawn(add, 1);
  // @ts-expect-error: one argument too many
  spawn(add, 1, "x", 2);
  // @ts-expect-error: not a function
  spawn(1);
  // @ts-expect-error: the time is missing
  spawnLater(add, 1, "x");
  // @ts-expect-error: one argument is missing
  call(add, 1);
  // @ts-expect-error: a string is no number
  sleep("5");
  // @ts-expect-error: a bare number is not an option
  generator.get(5);
  // @ts-expect-error: not an error
  generator.kill(42);
  // @ts-expect-error: a greenlet is not thenable
  generator.then;

  // Links know the greenlet's type.
  generator.link((ended) => {
    proves<Equal<typeof ended, GreenletOf<string>>>();
  });
  generator.linkError(function* (ended) {
    proves<Equal<typeof ended, GreenletOf<string>>>();
    yield* sleep(1);
  });
  // @ts-expect-error: not a function
  generator.rawlink(5);

  const current = getCurrent();
  proves<Equal<typeof current, GreenletOf<unknown> | Main>>();
  const { signal } = generator;
  proves<Equal<typeof signal, AbortSignal>>();
  const limited = yield* generator.get({ signal });
  proves<Equal<typeof limited, string>>();
  const idle = hub.join({ timeout: 5, signal });
  proves<Equal<typeof idle, Promise<boolean>>>();
  new Hub({ context: true }).followContext();
  // @ts-expect-error: a storage is no option
  new Hub({ context: new AsyncLocalStorage() });
  const ran = hub.run(add, 1, "x");
  proves<Equal<typeof ran, Promise<string>>>();
  const fresh = run(async (a: number) => [a], 5);
  proves<Equal<typeof fresh, Promise<number[]>>>();
  // @ts-expect-error: one argument is missing
  hub.run(add, 1);
}

class Adder extends Greenlet<number> {
  constructor(
    readonly a: number,
    readonly b: number,
  ) {
    super();
  }
  override *run() {
    yield* sleep(1);
    return this.a + this.b;
  }
}

export function* subclasses() {
  const adder = Adder.spawn(1, 2);
  proves<Equal<typeof adder, Adder>>();
  const sum = yield* adder;
  proves<Equal<typeof sum, number>>();
  const later = Adder.spawnLater(5, 1, 2);
  proves<Equal<typeof later, Adder>>();
  const based = Greenlet.spawn(add, 1, "x");
  proves<Equal<typeof based, GreenletOf<string>>>();
  // @ts-expect-error: what the constructor takes
  Adder.spawn("1", 2);
  class Wrong extends Greenlet<number> {
    // @ts-expect-error: a string is no number
    override *run() {
      yield* sleep(1);
      return "text";
    }
  }
  new Wrong();
}

/** A body may be named as a type. */
export const body: Body<[number], string> = (a) => String(a);
proves<Equal<Parameters<typeof body>, [number]>>();

export async function outside() {
  const generator = spawn(add, 1, "x");
  const awaited = await generator.get();
  proves<Equal<typeof awaited, string>>();
  const same = await Promise.resolve(generator);
  proves<Equal<typeof same, GreenletOf<string>>>();
  const called = await call(add, 1, "x");
  proves<Equal<typeof called, string>>();
}
