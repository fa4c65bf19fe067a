// assertSwitches gives what its body gives; observers' options and results are typed.

import type { Operation } from "wevent";
import { sleep } from "wevent";
import { assertSwitches, type Ended, GreenletTree, onBlocked, type TraceEvent, traceHub } from "wevent/util";
import { type Equal, proves } from "./equal.ts";

proves<Equal<ReturnType<typeof generated>, Operation<number>>>();
function generated() {
  return assertSwitches(function* () {
    yield* sleep(1);
    return 1;
  });
}

proves<Equal<ReturnType<typeof plain>, Operation<string>>>();
function plain() {
  return assertSwitches(() => "text", { maxBlockingMs: 5, hubOnly: true });
}

const remove: () => void = onBlocked((report) => report.blockedMs.toFixed(), { thresholdMs: 5 });
const events: readonly TraceEvent[] = traceHub().stop();
const ended: Ended | null = GreenletTree.currentTree().greenlet.ended;

// @ts-expect-error: a threshold is a number of ms
onBlocked(() => {}, { thresholdMs: "5" });
// @ts-expect-error: the body takes no arguments
assertSwitches((x: number) => x);

export { ended, events, remove };
