// Two greenlets that give way to each other.
//
//   npx wevent run examples/tutorial/guest/switch.as.ts
//
// Promised:
//   Running in foo
//   Explicit context to bar
//   Explicit context switch to foo again
//   Implicit context switch back to bar

import { joinAll, sleep, spawn } from "wevent/assembly";

function foo(): void {
  console.log("Running in foo");
  sleep(0);
  console.log("Explicit context switch to foo again");
}

function bar(): void {
  console.log("Explicit context to bar");
  sleep(0);
  console.log("Implicit context switch back to bar");
}

export function main(): void {
  joinAll([spawn(foo), spawn(bar)]);
}
