// A boss hands out tasks, three workers share them.
//
//   npm run build && node build/examples/tutorial/typescript/queue.js
//
// Promised:
//   Steve got task 1
//   John got task 2
//   Nancy got task 3
//   Steve got task 4
//   John got task 5
//   Nancy got task 6
//   Steve got task 7
//   John got task 8
//   Nancy got task 9
//   All tasks are done
//   Steve: quitting time!
//   John: quitting time!
//   Nancy: quitting time!

import { forEach, joinAll, Queue, sleep, spawn } from "wevent";

const tasks = new Queue<number>();

function* worker(name: string) {
  yield* forEach(tasks.iterate(), function* (task) {
    console.log(`${name} got task ${task}`);
    yield* sleep(0);
    tasks.taskDone();
  });
  console.log(`${name}: quitting time!`);
}

function* boss() {
  for (let task = 1; task <= 9; task++) yield* tasks.put(task);
  // Waits until each task was reported as done, not merely taken.
  yield* tasks.join();
  console.log("All tasks are done");
  tasks.shutdown();
}

await joinAll([spawn(boss), spawn(worker, "Steve"), spawn(worker, "John"), spawn(worker, "Nancy")]);
