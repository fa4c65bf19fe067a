// One report for each error that nobody read: api.md, Hub.
import { expect, it } from "vitest";
import { call, collect, Event, type Greenlet, iwait, joinAll, sleep, spawn, wait } from "wevent";
import { inHub, withHub } from "../lib/hub.ts";

/** The number of the line of this file that called. */
function lineHere(): number {
  return Number(/reports\.test\.ts:(\d+)/.exec(new Error().stack!.split("\n")[2]!)?.[1]);
}

it(
  "an error that nobody read is reported once, with name, spawn site and park site",
  inHub(function* ({ hub, reports }) {
    const error = new Error("stop");
    let parkedAt = 0;
    const body = function* doomed() {
      parkedAt = lineHere() + 1;
      yield* sleep(100);
    };
    const spawnedAt = lineHere() + 1;
    const greenlet = spawn(body);
    yield* sleep(1);
    greenlet.kill(error);
    const [report, ...more] = yield* reports();
    expect(more).toEqual([]);
    expect(report?.error).toBe(error);
    expect(report?.context).toBe(greenlet);
    expect(report?.name).toBe("doomed");
    expect(report?.spawnedAt).toMatch(new RegExp(`reports\\.test\\.ts:${spawnedAt}:\\d+$`));
    expect(report?.parkedAt).toMatch(new RegExp(`reports\\.test\\.ts:${parkedAt}:\\d+$`));
    for (const part of ["doomed", report!.spawnedAt!, report!.parkedAt!, "stop"]) {
      expect(report!.text).toContain(part);
    }
    expect(hub.stats().greenlets).toBe(1);
    yield* sleep(100);
    expect(yield* reports()).toEqual([]);
  }),
);

it(
  "an error that the greenlet throws itself has no park site, through calls and yield* too",
  inHub(function* ({ reports }) {
    const fail = function* () {
      yield* sleep(1);
      throw new Error("own");
    };
    spawn(fail);
    spawn(function* () {
      yield* call(fail);
    });
    spawn(function* () {
      yield* fail();
    });
    yield* sleep(1);
    const told = yield* reports();
    expect(told.map((report) => report.parkedAt)).toEqual([null, null, null]);
    expect(told.every((report) => report.spawnedAt?.includes("reports.test.ts"))).toBe(true);
  }),
);

it(
  "an error thrown into a deep call names the innermost place",
  inHub(function* ({ reports }) {
    let parkedAt = 0;
    const inner = function* () {
      parkedAt = lineHere() + 1;
      yield* sleep(100);
    };
    const middle = function* () {
      yield* call(inner);
    };
    const greenlet = spawn(() => call(middle));
    yield* sleep(1);
    greenlet.kill(new Error("stop"));
    const [report] = yield* reports();
    expect(report?.parkedAt).toMatch(new RegExp(`reports\\.test\\.ts:${parkedAt}:\\d+$`));
  }),
);

it(
  "an error that somebody reads within one further turn is not reported",
  inHub(function* ({ reports }) {
    const failing = (): Greenlet =>
      spawn(() => {
        throw new Error("read");
      });
    const readers: ((greenlet: Greenlet) => Generator<unknown, unknown, unknown>)[] = [
      function* get(greenlet) {
        yield* greenlet.get();
      },
      function* iterate(greenlet) {
        yield* greenlet;
      },
      function* error(greenlet) {
        yield* greenlet.join();
        return greenlet.error;
      },
      function* raiseError(greenlet) {
        yield* joinAll([greenlet], { raiseError: true });
      },
      function* promise(greenlet) {
        yield* wait(greenlet.promise());
      },
      function* linkError(greenlet) {
        greenlet.linkError(() => {});
        yield* greenlet.join();
      },
    ];
    for (const reader of readers) {
      const greenlet = failing();
      try {
        yield* reader(greenlet);
      } catch {}
      expect(
        (yield* reports()).map((report) => report.name),
        reader.name,
      ).toEqual([]);
    }
  }),
);

it(
  "looking without reading does not count: join, joinAll, wait, iwait, link, successful",
  inHub(function* ({ reports }) {
    const watchers: ((greenlet: Greenlet) => Generator<unknown, unknown, unknown>)[] = [
      function* join(greenlet) {
        yield* greenlet.join();
      },
      function* joinAllOfOne(greenlet) {
        yield* joinAll([greenlet]);
      },
      function* waitOne(greenlet) {
        yield* wait([greenlet]);
      },
      function* iwaitOne(greenlet) {
        yield* collect(iwait([greenlet]));
      },
      function* rawlink(greenlet) {
        greenlet.rawlink(() => {});
        yield* greenlet.join();
      },
      function* link(greenlet) {
        greenlet.link(() => {});
        yield* greenlet.join();
      },
      function* linkValue(greenlet) {
        greenlet.linkValue(() => {});
        yield* greenlet.join();
      },
      function* successful(greenlet) {
        yield* greenlet.join();
        return greenlet.successful();
      },
    ];
    for (const watcher of watchers) {
      const error = new Error("unread");
      const greenlet: Greenlet = spawn(() => {
        throw error;
      });
      yield* watcher(greenlet);
      expect(
        (yield* reports()).map((report) => report.error),
        watcher.name,
      ).toEqual([error]);
    }
  }),
);

it(
  "an error read after it was reported is still the error",
  inHub(function* ({ reports }) {
    const error = new Error("late");
    const greenlet: Greenlet = spawn(() => {
      throw error;
    });
    expect((yield* reports()).length).toBe(1);
    expect(greenlet.error).toBe(error);
    expect(yield* reports()).toEqual([]);
  }),
);

it(
  "many failures in one turn are each reported once, in the order they failed",
  inHub(function* ({ reports }) {
    const errors = Array.from({ length: 500 }, (_, i) => new Error(String(i)));
    for (const error of errors) {
      spawn(() => {
        throw error;
      });
    }
    const told = yield* reports();
    expect(told.map((report) => report.error)).toEqual(errors);
    // Sites are recorded for so many of a flood only.
    expect(told.filter((report) => report.spawnedAt !== null).length).toBeGreaterThan(0);
  }),
);

it(
  "anything thrown is an error, also undefined",
  inHub(function* ({ reports }) {
    const values = [undefined, null, 5, "text", {}];
    for (const value of values) {
      spawn(() => {
        throw value;
      });
    }
    expect((yield* reports()).map((report) => report.error)).toEqual(values);
  }),
);

it(
  "an error left unread when the hub is destroyed is reported then",
  withHub(async ({ hub, takeReports }) => {
    const error = new Error("in cleanup");
    await hub.run(function* () {
      spawn(function* () {
        try {
          yield* new Event().wait();
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: what this test is about.
          throw error;
        }
      });
      yield* sleep(0);
    });
    hub.destroy();
    expect(takeReports().map((report) => report.error)).toEqual([error]);
  }),
);
