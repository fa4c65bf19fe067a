// Any number wait, one sets it, all go on.
//
//   npx wevent run examples/tutorial/guest/event.as.ts
//
// Promised:
//   B: I'll wait for you
//   C: I'll wait for you
//   D: I'll wait, but not for long
//   A: hey, wait for me, I have to do something
//   D: that was too long
//   A: ok, I'm done
//   B: it's about time
//   C: it's about time
//   E: oh, it is done already

import { Event, joinAll, sleep, spawn } from "wevent/assembly";

const done = new Event();

function waiter(name: string): void {
  console.log(name + ": I'll wait for you");
  done.wait();
  console.log(name + ": it's about time");
}

function impatient(name: string): void {
  console.log(name + ": I'll wait, but not for long");
  if (!done.wait(1)) console.log(name + ": that was too long");
}

function setter(): void {
  console.log("A: hey, wait for me, I have to do something");
  sleep(3);
  console.log("A: ok, I'm done");
  done.set();
}

export function main(): void {
  joinAll([spawn(waiter, "B"), spawn(waiter, "C"), spawn(impatient, "D"), spawn(setter)]);

  // An event stays set until somebody clears it: who comes later does not wait.
  if (done.wait()) console.log("E: oh, it is done already");
}
