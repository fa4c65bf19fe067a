// What the compiler infers of wait, iwait, joinAll, withTimeout and Event.
import {
  collect,
  type Event,
  forEach,
  type Greenlet,
  iwait,
  joinAll,
  killAll,
  type Operation,
  type OperationIterator,
  sleep,
  spawn,
  Timeout,
  wait,
  withTimeout,
} from "wevent";
import { select } from "wevent/select";
import { type Equal, proves } from "./equal.ts";

export function* waits(event: Event, promise: Promise<string>) {
  const numbers = [spawn(() => 1), spawn(() => 2)];
  const mixed = [spawn(() => 1), spawn(() => "x")] as const;

  // wait: a promise, nothing, objects.
  const value = yield* wait(promise);
  proves<Equal<typeof value, string>>();
  const quiet = yield* wait();
  proves<Equal<typeof quiet, boolean>>();
  const limited = yield* wait(null, { timeout: 5 });
  proves<Equal<typeof limited, boolean>>();
  const events = yield* wait([event], { count: 1 });
  proves<Equal<typeof events, Event[]>>();
  const values = yield* wait([promise, promise]);
  proves<Equal<typeof values, string[]>>();
  const greenlets = yield* wait(numbers);
  proves<Equal<typeof greenlets, Greenlet<number>[]>>();
  const several = yield* wait([event, promise, spawn(() => 1)]);
  proves<Equal<typeof several, (string | Event | Greenlet<number>)[]>>();
  const { signal } = new AbortController();
  const promised = yield* wait(promise, { timeout: 5, signal });
  proves<Equal<typeof promised, string>>();
  const quietUnder = yield* wait(null, { timeout: new Timeout(5), signal });
  proves<Equal<typeof quietUnder, boolean>>();
  const eventsUnder = yield* wait([event], { count: 1, signal });
  proves<Equal<typeof eventsUnder, Event[]>>();
  const isSet = yield* event.wait({ signal });
  proves<Equal<typeof isSet, boolean>>();
  const slept = yield* sleep(5, { ref: false, signal });
  proves<Equal<typeof slept, void>>();
  const selected = yield* select([], [], [], { signal });
  proves<Equal<typeof selected, [never[], never[], never[]]>>();
  const joinedUnder = yield* joinAll(numbers, { signal });
  proves<Equal<typeof joinedUnder, Greenlet<number>[]>>();
  // @ts-expect-error: a controller is no signal
  sleep(5, { signal: new AbortController() });
  // @ts-expect-error: a sleep has its time already
  sleep(5, { timeout: 5 });
  // @ts-expect-error: a number cannot be waited for
  wait([5]);
  // @ts-expect-error: nor is it a list
  wait(5);
  const alone = spawn(() => 1);
  // @ts-expect-error: a greenlet alone is not a list, though it can be iterated
  joinAll(alone);
  // @ts-expect-error: as above
  iwait(alone);
  // @ts-expect-error: as above
  killAll(alone);

  // joinAll keeps the type of its greenlets.
  const joined = yield* joinAll(numbers);
  proves<Equal<typeof joined, Greenlet<number>[]>>();
  const both = yield* joinAll(mixed, { raiseError: true, timeout: 5 });
  proves<Equal<typeof both, (Greenlet<number> | Greenlet<string>)[]>>();
  // @ts-expect-error: a promise is no greenlet
  joinAll([promise]);
  const killed = yield* killAll(numbers, undefined, { block: true });
  proves<Equal<typeof killed, void>>();

  // iwait and what walks it.
  const ready = iwait(numbers);
  proves<Equal<typeof ready, OperationIterator<Greenlet<number>>>>();
  const step = yield* ready.next();
  proves<Equal<typeof step, IteratorResult<Greenlet<number>, undefined>>>();
  const all = yield* collect(iwait([promise]));
  proves<Equal<typeof all, string[]>>();
  yield* forEach(iwait([promise]), function* (item) {
    proves<Equal<typeof item, string>>();
    yield* sleep(1);
  });

  // Event.
  const set = yield* event.wait(5);
  proves<Equal<typeof set, boolean>>();
  event.rawlink((source) => {
    proves<Equal<typeof source, Event>>();
  });
}

export function* timeouts() {
  const body = () => 5;
  const bounded = withTimeout(5, body);
  proves<Equal<typeof bounded, Operation<number>>>();
  const valued = yield* withTimeout(5, body, { timeoutValue: "late" });
  proves<Equal<typeof valued, number | string>>();
  const nulled = yield* withTimeout(null, body, { timeoutValue: null });
  proves<Equal<typeof nulled, number | null>>();
  const thrown = yield* withTimeout(5, body, { error: new RangeError("late") });
  proves<Equal<typeof thrown, number>>();
  const generator = yield* withTimeout(5, function* () {
    yield* sleep(1);
    return "x";
  });
  proves<Equal<typeof generator, string>>();
  const { signal } = new AbortController();
  const limited = yield* withTimeout(null, body, { signal, timeoutValue: "late" });
  proves<Equal<typeof limited, number | string>>();
  // @ts-expect-error: the body is missing
  withTimeout(5);
  // @ts-expect-error: not an error
  withTimeout(5, body, { error: 5 });

  const timeout = Timeout.startNew(5, false);
  proves<Equal<typeof timeout, Timeout>>();
  const ran = yield* timeout.run((a: number) => a, 5);
  proves<Equal<typeof ran, number | undefined>>();
  // @ts-expect-error: one argument is missing
  timeout.run((a: number) => a);
  // @ts-expect-error: a string is no number
  new Timeout("5");
}

export async function outside(greenlets: Greenlet<number>[]) {
  for await (const greenlet of iwait(greenlets)) {
    proves<Equal<typeof greenlet, Greenlet<number>>>();
  }
  const joined = await joinAll(greenlets);
  proves<Equal<typeof joined, Greenlet<number>[]>>();
  const bounded = await withTimeout(5, () => "x", { timeoutValue: undefined });
  proves<Equal<typeof bounded, string | undefined>>();
  // @ts-expect-error: biome-ignore: a number is no text
  const wrong: string = await withTimeout(5, () => 5);
  return wrong;
}
