// So many at a time, and no more; one permit makes a lock.
//
//   npx wevent run examples/tutorial/guest/semaphore.as.ts
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

import { BoundedSemaphore, Greenlet, joinAll, Semaphore, sleep, spawn } from "wevent/assembly";

// Two permits. "Bounded": one release too many is an error, and not a third permit.
const door = new BoundedSemaphore(2);

function visitor(name: i32): void {
  door.acquire();
  console.log(name.toString() + " comes in");
  sleep(0);
  console.log(name.toString() + " goes out");
  door.release();
}

// Others run only where a greenlet blocks, so a lock is needed only around a wait.
let balance = 0;
const lock = new Semaphore();

function deposit(amount: i32): void {
  const before = balance;
  sleep(0);
  balance = before + amount;
}

function safeDeposit(amount: i32): void {
  lock.acquire();
  deposit(amount);
  lock.release();
}

export function main(): void {
  const visitors: Greenlet<void>[] = [];
  for (let name = 1; name <= 4; name++) visitors.push(spawn(visitor, name));
  joinAll(visitors);

  joinAll([spawn(deposit, 10), spawn(deposit, 10), spawn(deposit, 10)]);
  console.log("Without a lock, three deposits of 10 make " + balance.toString());

  balance = 0;
  joinAll([spawn(safeDeposit, 10), spawn(safeDeposit, 10), spawn(safeDeposit, 10)]);
  console.log("With a lock, three deposits of 10 make " + balance.toString());
}
