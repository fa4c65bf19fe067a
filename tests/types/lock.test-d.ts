// What the compiler infers of AsyncResult, locks, groups and pools.
import {
  AsyncResult,
  collect,
  type Greenlet,
  type Operation,
  type OperationIterator,
  sleep,
  spawn,
  wait,
} from "wevent";
import { Barrier, BoundedSemaphore, Condition, DummySemaphore, RLock, Semaphore } from "wevent/lock";
import { Group, Pool } from "wevent/pool";
import { type Equal, proves } from "./equal.ts";

function* add(a: number, b: string) {
  yield* sleep(a);
  return `${a}${b}`;
}

export function* results() {
  const result = new AsyncResult<string>();
  const got = yield* result.get({ timeout: 5 });
  proves<Equal<typeof got, string>>();
  const now = result.getNowait();
  proves<Equal<typeof now, string>>();
  const waited = yield* result.wait(5);
  proves<Equal<typeof waited, string | undefined>>();
  proves<Equal<typeof result.value, string | undefined>>();
  proves<Equal<ReturnType<typeof result.promise>, Promise<string>>>();
  result.set("x");
  // @ts-expect-error: the value is missing
  result.set();
  // @ts-expect-error: a number is no string
  result.set(5);
  // @ts-expect-error: a bare number is not an option
  result.get(5);
  // @ts-expect-error: not thenable
  result.then;
  new AsyncResult<void>().set();
  new AsyncResult().set();
  result.rawlink((source) => {
    proves<Equal<typeof source, AsyncResult<string>>>();
  });
  const ready = yield* wait([result]);
  proves<Equal<typeof ready, AsyncResult<string>[]>>();

  // A link takes what the greenlet gives.
  spawn(add, 1, "x").link(result);
  spawn(add, 1, "x").linkError(result);
  // @ts-expect-error: a number is no string
  spawn(() => 5).link(result);
}

export function* locks() {
  const lock = new Semaphore(1);
  const acquired = yield* lock.acquire({ block: false });
  proves<Equal<typeof acquired, boolean>>();
  proves<Equal<ReturnType<typeof lock.release>, number>>();
  const free = yield* lock.wait(5);
  proves<Equal<typeof free, number>>();
  const inside = yield* lock.with(add, 1, "x");
  proves<Equal<typeof inside, string>>();
  // @ts-expect-error: one argument is missing
  lock.with(add, 1);
  using held = yield* lock.hold(5);
  proves<Equal<typeof held, Disposable>>();
  const ready = yield* wait([lock, new BoundedSemaphore(1), new DummySemaphore()]);
  proves<Equal<typeof ready, (Semaphore | DummySemaphore)[]>>();
  const owned = new RLock();
  proves<Equal<ReturnType<typeof owned.isOwned>, boolean>>();
  // @ts-expect-error: an RLock is not waited for
  wait([owned]);
  const condition = new Condition(owned);
  const notified = yield* condition.wait(5);
  proves<Equal<typeof notified, boolean>>();
  // @ts-expect-error: not a lock
  new Condition(new DummySemaphore());
  const place = yield* new Barrier(2).wait({ timeout: 5 });
  proves<Equal<typeof place, number>>();
}

export function* pools() {
  const group = new Group();
  const pool = new Pool(2);

  // A group spawns at once; a pool may have to wait for a place.
  const member = group.spawn(add, 1, "x");
  proves<Equal<typeof member, Greenlet<string>>>();
  const spawning = pool.spawn(add, 1, "x");
  proves<Equal<typeof spawning, Operation<Greenlet<string>>>>();
  const spawned = yield* spawning;
  proves<Equal<typeof spawned, Greenlet<string>>>();
  const tried = pool.trySpawn(add, 1, "x");
  proves<Equal<typeof tried, Greenlet<string> | null>>();
  // @ts-expect-error: one argument is missing
  pool.spawn(add, 1);
  const added = yield* pool.add(spawned, { block: false });
  proves<Equal<typeof added, void>>();

  const applied = yield* pool.apply(add, [1, "x"]);
  proves<Equal<typeof applied, string>>();
  // @ts-expect-error: one argument is missing
  pool.apply(add, [1]);
  const later = group.applyAsync(add, [1, "x"], (value) => {
    proves<Equal<typeof value, string>>();
  });
  proves<Equal<typeof later, Greenlet<string>>>();

  const mapped = yield* pool.map((item) => item > 1, [1, 2]);
  proves<Equal<typeof mapped, boolean[]>>();
  const mappedLater = pool.mapAsync(
    async (item: number) => `${item}`,
    new Set([1]),
    (values) => {
      proves<Equal<typeof values, string[]>>();
    },
  );
  proves<Equal<typeof mappedLater, Greenlet<string[]>>>();
  const items = pool.imap(
    function* (item: number) {
      yield* sleep(item);
      return item;
    },
    [1],
    { maxSize: 1 },
  );
  proves<Equal<typeof items, OperationIterator<number>>>();
  // An iteration whose steps block is mapped too.
  const again = yield* collect(group.imapUnordered((item) => [item], items));
  proves<Equal<typeof again, number[][]>>();
  // @ts-expect-error: a number is no list
  pool.map((item) => item, 5);

  const isEmpty = yield* pool.join({ timeout: 5, raiseError: true });
  proves<Equal<typeof isEmpty, boolean>>();
  const members = [...pool];
  proves<Equal<typeof members, Greenlet[]>>();
}
