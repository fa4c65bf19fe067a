// Room for three: a boss who is ahead waits for his workers.
//
//   npm run build && node build/examples/tutorial/typescript/bounded-queue.js
//
// Promised:
//   Boss: the desk is full at task 4
//   Bob got task 1
//   Anna got task 2
//   Boss: the desk is full at task 6
//   Bob got task 3
//   Anna got task 4
//   Boss: everything is handed out
//   Bob got task 5
//   Anna got task 6
//   Bob: nothing to do, quitting
//   Anna: nothing to do, quitting

import { joinAll, Queue, sleep, spawn } from "wevent";
import { Empty } from "wevent/queue";

const desk = new Queue<number>(3);

function* boss() {
  for (let task = 1; task <= 6; task++) {
    if (desk.full()) console.log(`Boss: the desk is full at task ${task}`);
    yield* desk.put(task);
  }
  console.log("Boss: everything is handed out");
}

function* worker(name: string) {
  try {
    for (;;) {
      const task = yield* desk.get({ timeout: 5 });
      console.log(`${name} got task ${task}`);
      yield* sleep(0);
    }
  } catch (error) {
    if (!(error instanceof Empty)) throw error;
    console.log(`${name}: nothing to do, quitting`);
  }
}

await joinAll([spawn(boss), spawn(worker, "Bob"), spawn(worker, "Anna")]);
