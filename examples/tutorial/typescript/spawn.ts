// Ways to make a greenlet.
//
//   npm run build && node build/examples/tutorial/typescript/spawn.js
//
// Promised:
//   Hello
//   I live!

import { Greenlet, joinAll, sleep, spawn } from "wevent";

/** Each greenlet runs this with its own message and span. */
function* foo(message: string, ms: number) {
  yield* sleep(ms);
  console.log(message);
}

// A new greenlet with the function foo, in three ways.
const thread1 = Greenlet.spawn(foo, "Hello", 1);
const thread2 = spawn(foo, "I live!", 2);
const thread3 = spawn((x: number) => x + 1, 2);

await joinAll([thread1, thread2, thread3]);
