// Two greenlets wait in select while a third works: the waits overlap.
//
//   npm run build && node build/examples/tutorial/typescript/select.js
//
// Promised:
//   Started Polling: at 0.0 seconds
//   Started Polling: at 0.0 seconds
//   Hey lets do some stuff while the greenlets poll, at 0.0 seconds
//   Ended Polling: at 2.0 seconds
//   Ended Polling: at 2.0 seconds

import { joinAll, sleep, spawn } from "wevent";
import { select } from "wevent/select";

const start = performance.now();
const tic = () => `at ${((performance.now() - start) / 1000).toFixed(1)} seconds`;

function* gr1() {
  console.log(`Started Polling: ${tic()}`);
  yield* select([], [], [], 2000);
  console.log(`Ended Polling: ${tic()}`);
}

function* gr2() {
  console.log(`Started Polling: ${tic()}`);
  yield* select([], [], [], 2000);
  console.log(`Ended Polling: ${tic()}`);
}

function* gr3() {
  console.log(`Hey lets do some stuff while the greenlets poll, ${tic()}`);
  yield* sleep(1000);
}

await joinAll([spawn(gr1), spawn(gr2), spawn(gr3)]);
