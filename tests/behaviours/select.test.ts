// behaviours.md, "select and poll", as far as select goes.
import { expect, it } from "vitest";
import { select } from "wevent/select";
import { inHub } from "../lib/hub.ts";

it(
  "392 select with empty lists sleeps for the timeout, and refuses what is no socket",
  inHub(function* ({ hub }) {
    expect(yield* select([], [], [], 20)).toEqual([[], [], []]);
    expect(hub.now()).toBe(20);
    expect(() => select(["a" as never], [], [], 1)).toThrow(TypeError);
  }),
);
