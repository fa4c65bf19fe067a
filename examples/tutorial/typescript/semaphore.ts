// So many at a time, and no more; one permit makes a lock.
//
//   npm run build && node build/examples/tutorial/typescript/semaphore.js
//
// Promised:
//   1 comes in
//   2 comes in
//   1 goes out
//   2 goes out
//   3 comes in
//   4 comes in
//   3 goes out
//   4 goes out
//   Without a lock, three deposits of 10 make 10
//   With a lock, three deposits of 10 make 30

import { joinAll, sleep, spawn } from "wevent";
import { BoundedSemaphore, Semaphore } from "wevent/lock";

// Two permits. "Bounded": one release too many is an error, and not a third permit.
const door = new BoundedSemaphore(2);

/** Acquire and release by hand: it is on us that each way out releases. */
function* byHand(name: number) {
  yield* door.acquire();
  try {
    console.log(`${name} comes in`);
    yield* sleep(0);
    console.log(`${name} goes out`);
  } finally {
    door.release();
  }
}

/** The same, given to `with`. */
function* asScope(name: number) {
  yield* door.with(function* () {
    console.log(`${name} comes in`);
    yield* sleep(0);
    console.log(`${name} goes out`);
  });
}

await joinAll([spawn(byHand, 1), spawn(byHand, 2), spawn(asScope, 3), spawn(asScope, 4)]);

// Others run only where a greenlet blocks, so a lock is needed only around a wait.
let balance = 0;

function* deposit(amount: number) {
  const before = balance;
  yield* sleep(0);
  balance = before + amount;
}

await joinAll([spawn(deposit, 10), spawn(deposit, 10), spawn(deposit, 10)]);
console.log(`Without a lock, three deposits of 10 make ${balance}`);

balance = 0;
const lock = new Semaphore();
const safeDeposit = (amount: number) => lock.with(deposit, amount);
await joinAll([spawn(safeDeposit, 10), spawn(safeDeposit, 10), spawn(safeDeposit, 10)]);
console.log(`With a lock, three deposits of 10 make ${balance}`);
