// A boss hands out tasks, three workers share them.
//
//   npx wevent run examples/tutorial/guest/queue.as.ts
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

import { joinAll, Queue, sleep, spawn } from "wevent/assembly";

const tasks = new Queue<i32>();

function worker(name: string): void {
  // An Answer that is not ok says why: here, that the queue was shut down.
  for (let task = tasks.get(); task.ok; task = tasks.get()) {
    console.log(name + " got task " + task.value.toString());
    sleep(0);
    tasks.taskDone();
  }
  console.log(name + ": quitting time!");
}

function boss(): void {
  for (let task = 1; task <= 9; task++) tasks.put(task);
  // Waits until each task was reported as done, not merely taken.
  tasks.join();
  console.log("All tasks are done");
  tasks.shutdown();
}

export function main(): void {
  joinAll([spawn(boss), spawn(worker, "Steve"), spawn(worker, "John"), spawn(worker, "Nancy")]);
}
