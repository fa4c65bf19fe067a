// Two greenlets that give way to each other.
//
//   npm run build && node build/examples/tutorial/typescript/switch.js
//
// Promised:
//   Running in foo
//   Explicit context to bar
//   Explicit context switch to foo again
//   Implicit context switch back to bar

import { joinAll, sleep, spawn } from "wevent";

function* foo() {
  console.log("Running in foo");
  yield* sleep(0);
  console.log("Explicit context switch to foo again");
}

function* bar() {
  console.log("Explicit context to bar");
  yield* sleep(0);
  console.log("Implicit context switch back to bar");
}

await joinAll([spawn(foo), spawn(bar)]);
