// The same tasks one after another, and all at once.
//
//   npx wevent run examples/tutorial/guest/tasks.as.ts
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

import { Greenlet, joinAll, sleep, spawn } from "wevent/assembly";

/** Some non-deterministic task. */
function task(pid: i32): void {
  sleep(Math.floor(Math.random() * 3));
  console.log("Task " + pid.toString() + " done");
}

function synchronous(): void {
  for (let pid = 1; pid < 10; pid++) task(pid);
}

function asynchronous(): void {
  const greenlets: Greenlet<void>[] = [];
  for (let pid = 0; pid < 10; pid++) greenlets.push(spawn(task, pid));
  joinAll(greenlets);
}

export function main(): void {
  console.log("Synchronous:");
  synchronous();
  console.log("Asynchronous:");
  asynchronous();
}
