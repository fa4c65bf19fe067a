// A kill ends a greenlet where it is blocked: what it holds is given back by its onExit calls.
//
//   npx wevent run examples/tutorial/guest/cleanup.as.ts
//
// Promised:
//   first: has the lock
//   second: waits for the lock
//   main: kills the first
//   first: puts everything back
//   first: done, even though that took a while
//   second: has the lock
//   main: kills the second
//   second: puts everything back
//   second: done, even though that took a while
//   main: the lock is free
//   main: who was killed before it ran has never run

import { onExit, Semaphore, sleep, spawn } from "wevent/assembly";

const lock = new Semaphore();

function worker(name: string): void {
  if (lock.locked()) console.log(name + ": waits for the lock");
  lock.acquire();
  onExit(putBack, name);
  console.log(name + ": has the lock");
  sleep(60_000);
}

/** Cleaning up may block: the greenlet is not dead before it has finished. */
function putBack(name: string): void {
  console.log(name + ": puts everything back");
  sleep(1);
  console.log(name + ": done, even though that took a while");
  lock.release();
}

export function main(): void {
  const first = spawn(worker, "first");
  const second = spawn(worker, "second");
  sleep(1);

  console.log("main: kills the first");
  first.kill();
  console.log("main: kills the second");
  second.kill();
  console.log("main: the lock is " + (lock.locked() ? "held" : "free"));

  const third = spawn(worker, "third");
  third.kill();
  console.log("main: who was killed before it ran has never run");
}
