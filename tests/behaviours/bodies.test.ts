// The three kinds of body, subclasses, locals: api.md, sections 1 and 2.
import { expect, it } from "vitest";
import { Greenlet, GreenletExit, getCurrent, sleep, spawn, spawnLater, wait } from "wevent";
import { codeOf, inHub, thrownIn, withHub } from "../lib/hub.ts";

it(
  "an async body: the greenlet waits for its promise, and has its outcome",
  inHub(function* () {
    const ended = spawn(async (a: number) => {
      await null;
      return a + 1;
    }, 4);
    expect(yield* ended).toBe(5);
    const error = new Error("rejected");
    const failing = spawn(async () => {
      await null;
      throw error;
    });
    expect(yield* thrownIn(failing)).toBe(error);
  }),
);

it(
  "kill ends a greenlet with an async body at once, and aborts its signal; the late outcome is ignored",
  inHub(function* ({ log, reports }) {
    let late: () => void = () => {};
    const greenlet = spawn(async () => {
      const { signal } = getCurrent() as Greenlet;
      signal.addEventListener("abort", () => log.push("aborted"));
      await new Promise<void>((resolve) => {
        late = resolve;
      });
      log.push("went on");
      throw new Error("late");
    });
    yield* sleep(0);
    yield* greenlet.kill();
    expect(log).toEqual(["aborted"]);
    expect(greenlet.value).toBeInstanceOf(GreenletExit);
    late();
    yield* wait(new Promise((resolve) => setTimeout(resolve, 1)));
    expect(log).toEqual(["aborted", "went on"]);
    expect(greenlet.successful()).toBe(true);
    expect(yield* reports()).toEqual([]);
  }),
);

it(
  "a plain body runs to its end in one turn; one that gives an operation waits for that",
  inHub(function* ({ hub, log }) {
    const plain = spawn((a: number, b: number) => a + b, 2, 3);
    spawn(() => log.push("next"));
    yield* sleep(0);
    expect(plain.value).toBe(5);
    yield* spawn(() => sleep(10));
    expect(hub.now()).toBe(10);
  }),
);

it(
  "an async generator function is refused, with an error that says what to use",
  inHub(function* () {
    const greenlet = spawn(async function* () {
      yield 1;
    });
    expect(codeOf(yield* thrownIn(greenlet))).toBe("WEV_ERR_BODY");
  }),
);

it(
  "a body that refuses its arguments fails its greenlet",
  inHub(function* () {
    const error = new RangeError("no");
    const body = (a: { readonly ms: number }) => sleep(a.ms);
    const greenlet = spawn(function* (a?: { readonly ms: number }) {
      yield* body(a ?? fail());
    });
    function fail(): never {
      throw error;
    }
    expect(yield* thrownIn(greenlet)).toBe(error);
  }),
);

class MyGreenlet extends Greenlet<string> {
  readonly message: string;
  readonly ms: number;
  constructor(message: string, ms: number) {
    super();
    this.message = message;
    this.ms = ms;
  }
  override *run() {
    yield* sleep(this.ms);
    return this.message;
  }
}

it(
  "a subclass with its own run: start, join, value; kill and links work",
  inHub(function* ({ hub }) {
    const greenlet = new MyGreenlet("Hi there!", 3);
    greenlet.start();
    yield* greenlet.join();
    expect(greenlet.value).toBe("Hi there!");
    expect(greenlet.name).toBe("MyGreenlet");
    const killed = new MyGreenlet("never", 1000);
    killed.start();
    yield* sleep(1);
    yield* killed.kill();
    expect(killed.value).toBeInstanceOf(GreenletExit);
    expect(hub.now()).toBe(4);
  }),
);

it(
  "spawn and spawnLater of a subclass make one of it, with what its constructor takes",
  inHub(function* ({ hub }) {
    const greenlet = MyGreenlet.spawn("Hi", 3);
    expect(greenlet).toBeInstanceOf(MyGreenlet);
    expect(yield* greenlet).toBe("Hi");
    const later = MyGreenlet.spawnLater(10, "later", 2);
    expect(later).toBeInstanceOf(MyGreenlet);
    expect(yield* later).toBe("later");
    expect(hub.now()).toBe(15);
    class Plain extends Greenlet<number> {}
    const plain = Plain.spawn((a: number) => a, 5);
    expect(plain).toBeInstanceOf(Plain);
    expect(yield* plain).toBe(5);
  }),
);

it(
  "a subclass's run may be an async or a plain function; a body given to the constructor goes before it",
  inHub(function* () {
    class Async extends Greenlet<number> {
      override async run() {
        return 1;
      }
    }
    class Plain extends Greenlet<number> {
      override run() {
        return 2;
      }
    }
    const greenlets = [new Async(), new Plain(), new Plain((a: number) => a + 1, 2)];
    const values: number[] = [];
    for (const greenlet of greenlets) {
      greenlet.start();
      values.push(yield* greenlet);
    }
    expect(values).toEqual([1, 2, 3]);
  }),
);

it(
  "name is the function's, or the one given",
  inHub(function* () {
    function* worker() {
      yield* sleep(0);
    }
    const greenlet = spawn(worker);
    expect(greenlet.name).toBe("worker");
    greenlet.name = "worker 1";
    expect(greenlet.name).toBe("worker 1");
    expect(spawnLater(0, () => 1).name).toBe("anonymous");
    yield* sleep(1);
  }),
);

it(
  "locals are main's down the tree, unless one above was given others before it spawned",
  withHub(async ({ hub }) => {
    await hub.run(function* () {
      const me = getCurrent() as Greenlet;
      expect(me.locals).toBe(hub.main.locals);
      Object.assign(me.locals, { shared: 1 });
      expect(hub.main.locals).toEqual({ shared: 1 });
      const own = spawn(function* () {
        const mine = getCurrent() as Greenlet;
        mine.locals = { user: "ada" };
        const child = spawn(function* () {
          yield* sleep(0);
          const grandchild = spawn(() => (getCurrent() as Greenlet).locals);
          return yield* grandchild;
        });
        expect(yield* child).toBe(mine.locals);
      });
      yield* own;
      expect("user" in me.locals).toBe(false);
    });
  }),
);
