// Room for three: a boss who is ahead waits for his workers.
//
//   npx wevent run examples/tutorial/guest/bounded-queue.as.ts
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

import { joinAll, Queue, sleep, spawn } from "wevent/assembly";

const desk = new Queue<i32>(3);

function boss(): void {
  for (let task = 1; task <= 6; task++) {
    if (desk.full()) console.log("Boss: the desk is full at task " + task.toString());
    desk.put(task);
  }
  console.log("Boss: everything is handed out");
}

function worker(name: string): void {
  for (let task = desk.get(5); task.ok; task = desk.get(5)) {
    console.log(name + " got task " + task.value.toString());
    sleep(0);
  }
  console.log(name + ": nothing to do, quitting");
}

export function main(): void {
  joinAll([spawn(boss), spawn(worker, "Bob"), spawn(worker, "Anna")]);
}
