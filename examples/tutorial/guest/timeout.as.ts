// Three ways to wait, but not for ever.
//
//   npx wevent run examples/tutorial/guest/timeout.as.ts
//
// Promised:
//   A Timeout that was started: gave up after 5 ms
//   A function under a limit: not today
//   A limit of one call: gave up after 5 ms
//   It still sleeps: true

import { Greenlet, sleep, spawn, Status, Timeout, withTimeout } from "wevent/assembly";

const A_MINUTE: f64 = 60_000;

function nap(ms: f64): void {
  sleep(ms);
}

/** One: start a Timeout, and the call its greenlet is blocked in then comes to `Expired`. */
function started(): void {
  const timeout = Timeout.startNew(5);
  const status = sleep(A_MINUTE);
  timeout.cancel();
  if (status == Status.Expired && timeout.fired) {
    console.log("A Timeout that was started: gave up after " + (<i32>timeout.ms).toString() + " ms");
  }
}

/** Two: run a function under a limit. */
function underLimit(): void {
  const isDone = withTimeout(5, nap, A_MINUTE);
  console.log("A function under a limit: " + (isDone ? "a good rest" : "not today"));
}

/** Three: the limit of a single call. The greenlet that was waited for goes on. */
function ofOneCall(): void {
  const sleeper = spawn(nap, A_MINUTE);
  if (sleeper.join(5) == Status.TimedOut) console.log("A limit of one call: gave up after 5 ms");
  console.log("It still sleeps: " + (!sleeper.dead).toString());
  sleeper.kill();
}

export function main(): void {
  started();
  underLimit();
  ofOneCall();
}
