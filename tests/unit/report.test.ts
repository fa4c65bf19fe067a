// What a stack says of a guest that is parked.
import { expect, it } from "vitest";
import { blockingCallOf } from "../../host/core/report.ts";

/** A stack as V8 writes it, innermost first. */
const site = (...names: string[]) => ({
  stack: ["Error", ...names.map((name) => `    at ${name} (wasm://wasm/1f2e:wasm-function[7]:0x1a2b)`)].join(
    "\n",
  ),
});
const LIBRARY = "~lib/wevent/assembly/guest/";

it("blockingCallOf() names the library's function that the guest has called", () => {
  const stack = site(
    `${LIBRARY}switch/park`,
    `${LIBRARY}event/Event#wait`,
    "cook",
    `${LIBRARY}switch/resume`,
  );
  expect(blockingCallOf(stack)).toBe("Event.wait");
});

it("blockingCallOf() leaves out what the compiler adds to a name", () => {
  expect(blockingCallOf(site(`${LIBRARY}queue/Queue<i32>#get@varargs`, "cook"))).toBe("Queue.get");
});

it("blockingCallOf() names nothing where the call was copied into the guest's own function", () => {
  expect(blockingCallOf(site("cook", `${LIBRARY}switch/resume`))).toBe(null);
});
