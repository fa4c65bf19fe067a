// The same tasks one after another, and all at once.
//
//   npm run build && node build/examples/tutorial/typescript/tasks.js
//
// Promised; the last ten in the order in which their sleeps end:
//   Synchronous:
//   Task 1 done
//   Task 2 done
//   Task 3 done
//   Task 4 done
//   Task 5 done
//   Task 6 done
//   Task 7 done
//   Task 8 done
//   Task 9 done
//   Asynchronous:
//   Task * done ×10

import { joinAll, sleep, spawn } from "wevent";

/** Some non-deterministic task. */
function* task(pid: number) {
  yield* sleep(Math.floor(Math.random() * 3));
  console.log(`Task ${pid} done`);
}

function* synchronous() {
  for (let pid = 1; pid < 10; pid++) yield* task(pid);
}

function* asynchronous() {
  const greenlets = [];
  for (let pid = 0; pid < 10; pid++) greenlets.push(spawn(task, pid));
  yield* joinAll(greenlets);
}

console.log("Synchronous:");
await spawn(synchronous).get();
console.log("Asynchronous:");
await spawn(asynchronous).get();
