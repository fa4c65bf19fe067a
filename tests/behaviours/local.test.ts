// behaviours.md, "local, contextvars, util": the part on local.
import { expect, it } from "vitest";
import { call, getCurrent, run, sleep, spawn } from "wevent";
import { local } from "wevent/local";
import { isCollected } from "../lib/garbage.ts";
import { codeOf, inHub, thrownBy, withHub } from "../lib/hub.ts";

it(
  "each greenlet sees what it set itself, and main has a copy too",
  inHub(function* ({ log }) {
    const values = local<{ name?: string }>();
    const show = function* (name: string) {
      log.push(`${name} begins with ${values.name}`);
      values.name = name;
      yield* sleep(1);
      log.push(`${name} has ${values.name}`);
    };
    values.name = "root";
    const greenlets = ["a", "b"].map((name) => spawn(show, name));
    for (const greenlet of greenlets) yield* greenlet;
    expect(log).toEqual(["a begins with undefined", "b begins with undefined", "a has a", "b has b"]);
    expect(values.name).toBe("root");
  }),
);

it(
  "main's copy is one for each hub, and the same in whatever main awaits",
  withHub(async ({ hub }) => {
    const values = local<{ at?: string }>();
    values.at = "default hub";
    expect(await call(() => values.at)).toBe("default hub");
    expect(
      await call(function* () {
        yield* sleep(1);
        return values.at;
      }),
    ).toBe("default hub");
    expect(await hub.run(() => values.at)).toBe(undefined);
    expect(await run(() => values.at)).toBe(undefined);
  }),
);

it("343 init that is not a function is refused: a local has no initial values", () => {
  for (const bad of ["x", { a: 1 }, null, 5]) {
    const error = thrownBy(() => local(bad as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(codeOf(error)).toBe("WEV_ERR_ARGUMENT");
  }
});

it(
  "347 init runs once in each greenlet, on first use",
  inHub(function* ({ log }) {
    const values = local(() => {
      const { name } = getCurrent();
      log.push(`init in ${name}`);
      return { items: [name] };
    });
    const body = function* (isUser: boolean) {
      yield* sleep(0);
      if (!isUser) return undefined;
      values.items.push("x");
      return values.items.join();
    };
    const greenlets = ["a", "b", "unused"].map((name) => {
      const greenlet = spawn(body, name !== "unused");
      greenlet.name = name;
      return greenlet;
    });
    for (const greenlet of greenlets) yield* greenlet;
    expect(log).toEqual(["init in a", "init in b"]);
    expect(greenlets.map((greenlet) => greenlet.value)).toEqual(["a,x", "b,x", undefined]);
  }),
);

it(
  "347 init that throws, or gives no object, fails the use; the next use tries again",
  inHub(function* () {
    let made: unknown = 5;
    const values = local(() => made as { a: number });
    for (const bad of [5, undefined, null, "x", () => 1]) {
      made = bad;
      expect(codeOf(thrownBy(() => values.a))).toBe("WEV_ERR_ARGUMENT");
    }
    made = { a: 1 };
    expect(values.a).toBe(1);
    yield* sleep(0);
  }),
);

it("349 a greenlet's copy is dropped when it has ended, though the greenlet object is kept", async () => {
  const values = local<{ big?: object }>();
  let ref: WeakRef<object> | undefined;
  const greenlet = spawn(function* () {
    yield* sleep(0);
    values.big = {};
    ref = new WeakRef(values.big);
    yield* sleep(0);
  });
  await greenlet.get();
  expect(await isCollected(ref!)).toBe(true);
  expect(greenlet.dead).toBe(true);
  expect(values.big).toBe(undefined);
});

it("349 a copy is dropped with its local, in a greenlet that goes on", async () => {
  let ref: WeakRef<object> | undefined;
  const greenlet = spawn(function* () {
    (() => {
      const values = local<{ big: object; self: object }>();
      values.big = {};
      // Also if the copy leads back to the local.
      values.self = values;
      ref = new WeakRef(values.big);
    })();
    yield* sleep(60_000);
  });
  await sleep(0);
  expect(await isCollected(ref!)).toBe(true);
  expect(greenlet.dead).toBe(false);
  await greenlet.kill();
});

it(
  "a local stands for the copy in all that is done to an object",
  inHub(function* () {
    class Account {
      readonly #id = 7;
      balance = 0;
      get id() {
        return this.#id;
      }
      deposit(sum: number) {
        this.balance += sum;
        return this.#id;
      }
    }
    const account = local(() => new Account());
    expect(account.deposit(5)).toBe(7);
    expect([account.id, account.balance]).toEqual([7, 5]);
    expect(account).toBeInstanceOf(Account);
    expect(account.constructor).toBe(Account);
    expect("balance" in account).toBe(true);
    expect(Object.keys(account)).toEqual(["balance"]);
    expect({ ...account }).toEqual({ balance: 5 });
    expect(delete (account as Partial<Account>).balance).toBe(true);
    expect(Object.keys(account)).toEqual([]);
    Object.defineProperty(account, "fixed", { value: 1, configurable: true });
    expect(Object.getOwnPropertyDescriptor(account, "fixed")?.value).toBe(1);
    expect(yield* spawn(() => "fixed" in account)).toBe(false);

    const counts = local(() => new Map<string, number>());
    counts.set("a", 1);
    expect([counts.size, [...counts.keys()]]).toEqual([1, ["a"]]);
    const list = local(() => [1, 2]);
    list.push(3);
    expect([...list, list.length]).toEqual([1, 2, 3, 3]);
    expect(Object.getOwnPropertyDescriptor(list, "length")?.value).toBe(3);

    const callbacks = local<{ done?: () => void }>();
    const done = () => {};
    callbacks.done = done;
    expect(callbacks.done).toBe(done);
  }),
);

it("what would fix a local is refused, and changes nothing", () => {
  const values = local(() => ({ a: 1 }) as { a: number; b?: number });
  for (const fix of [
    () => Object.freeze(values),
    () => Object.preventExtensions(values),
    () => Object.defineProperty(values, "b", { value: 1, configurable: false }),
  ]) {
    expect(thrownBy(fix)).toBeInstanceOf(TypeError);
  }
  values.a = 2;
  expect({ ...values }).toEqual({ a: 2 });
});
