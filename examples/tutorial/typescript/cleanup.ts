// A kill is an error where the greenlet is blocked: what it holds is given back.
//
//   npm run build && node build/examples/tutorial/typescript/cleanup.js
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

import { sleep, spawn } from "wevent";
import { Semaphore } from "wevent/lock";

const lock = new Semaphore();

function* worker(name: string) {
  if (lock.locked()) console.log(`${name}: waits for the lock`);
  yield* lock.with(function* () {
    console.log(`${name}: has the lock`);
    try {
      yield* sleep(60_000);
    } finally {
      console.log(`${name}: puts everything back`);
      // Cleaning up may block: the greenlet is not dead before it has finished.
      yield* sleep(1);
      console.log(`${name}: done, even though that took a while`);
    }
  });
}

const first = spawn(worker, "first");
const second = spawn(worker, "second");
await sleep(1);

console.log("main: kills the first");
await first.kill();
console.log("main: kills the second");
await second.kill();
console.log(`main: the lock is ${lock.locked() ? "held" : "free"}`);

const third = spawn(worker, "third");
await third.kill();
console.log("main: who was killed before it ran has never run");
