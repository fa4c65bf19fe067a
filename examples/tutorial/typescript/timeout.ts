// Three ways to wait, but not for ever.
//
//   npm run build && node build/examples/tutorial/typescript/timeout.js
//
// Promised:
//   A Timeout that was started: gave up after 5 ms
//   The same, for a block: enough of this
//   A function under a limit: not today
//   A limit of one call: gave up after 5 ms
//   It still sleeps: true

import { sleep, spawn, Timeout, withTimeout } from "wevent";

const A_MINUTE = 60_000;

/** One: start a Timeout, and it throws itself at whatever call its greenlet is blocked in then. */
function* started() {
  const timeout = new Timeout(5).start();
  try {
    yield* sleep(A_MINUTE);
  } catch (error) {
    // Somebody else's timeout is not ours to handle.
    if (error !== timeout) throw error;
    console.log(`A Timeout that was started: gave up after ${timeout.ms} ms`);
  } finally {
    timeout.close();
  }
}

/** The same with less to forget: the end of the block closes it. */
function* scoped() {
  try {
    using _timeout = Timeout.startNew(5, new Error("enough of this"));
    yield* sleep(A_MINUTE);
  } catch (error) {
    console.log(`The same, for a block: ${(error as Error).message}`);
  }
}

/** Two: run a function under a limit, with a value for when it takes too long. */
function* underLimit() {
  const answer = yield* withTimeout(5, () => sleep(A_MINUTE), { timeoutValue: "not today" });
  console.log(`A function under a limit: ${answer}`);
}

/** Three: the limit of a single call. The greenlet that was waited for goes on. */
function* ofOneCall() {
  const sleeper = spawn(() => sleep(A_MINUTE));
  try {
    yield* sleeper.get({ timeout: 5 });
  } catch (error) {
    if (!(error instanceof Timeout)) throw error;
    console.log(`A limit of one call: gave up after ${error.ms} ms`);
  }
  console.log(`It still sleeps: ${!sleeper.dead}`);
  yield* sleeper.kill();
}

for (const form of [started, scoped, underLimit, ofOneCall]) await spawn(form).get();
