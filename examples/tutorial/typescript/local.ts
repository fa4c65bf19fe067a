// One variable, and every greenlet sees its own.
//
//   npm run build && node build/examples/tutorial/typescript/local.js
//
// Promised:
//   f1 sees 1
//   f2 sees 2
//   f3 sees undefined
//   ann made 3 visits
//   ben made 1 visits
//   main made 0 visits

import { joinAll, sleep, spawn } from "wevent";
import { local } from "wevent/local";

const stash = local<{ x?: number }>();

function* f1() {
  stash.x = 1;
  yield* sleep(0);
  // f2 has set its own x meanwhile.
  console.log(`f1 sees ${stash.x}`);
}

function* f2() {
  stash.x = 2;
  yield* sleep(0);
  console.log(`f2 sees ${stash.x}`);
}

function* f3() {
  yield* sleep(0);
  console.log(`f3 sees ${stash.x}`);
}

await joinAll([spawn(f1), spawn(f2), spawn(f3)]);

// A function given to `local` makes each greenlet's copy when it is first used.
const session = local(() => ({ visits: 0 }));

function* visitor(name: string, times: number) {
  for (let i = 0; i < times; i++) {
    session.visits++;
    yield* sleep(0);
  }
  return `${name} made ${session.visits} visits`;
}

const visitors = [spawn(visitor, "ann", 3), spawn(visitor, "ben", 1)];
for (const greenlet of visitors) console.log(await greenlet.get());
console.log(`main made ${session.visits} visits`);
