// Two greenlets wait in select while a third works: the waits overlap.
//
//   npx wevent run examples/tutorial/guest/select.as.ts
//
// Promised:
//   Started Polling: at 0.0 seconds
//   Started Polling: at 0.0 seconds
//   Hey lets do some stuff while the greenlets poll, at 0.0 seconds
//   Ended Polling: at 2.0 seconds
//   Ended Polling: at 2.0 seconds

import { joinAll, select, sleep, spawn } from "wevent/assembly";

const start: i64 = Date.now();

function tic(): string {
  const tenths = (Date.now() - start) / 100;
  return "at " + (tenths / 10).toString() + "." + (tenths % 10).toString() + " seconds";
}

function gr1(): void {
  console.log("Started Polling: " + tic());
  select([], [], [], 2000);
  console.log("Ended Polling: " + tic());
}

function gr2(): void {
  console.log("Started Polling: " + tic());
  select([], [], [], 2000);
  console.log("Ended Polling: " + tic());
}

function gr3(): void {
  console.log("Hey lets do some stuff while the greenlets poll, " + tic());
  sleep(1000);
}

export function main(): void {
  joinAll([spawn(gr1), spawn(gr2), spawn(gr3)]);
}
