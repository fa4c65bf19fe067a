// An event with something to say, be it good or bad.
//
//   npm run build && node build/examples/tutorial/typescript/async-result.js
//
// Promised:
//   B waits for a word
//   C waits for a word
//   A speaks
//   B heard: Hello!
//   C heard: Hello!
//   D asks for a number and gets 42
//   E asks for a number and gets Error: no idea

import { AsyncResult, joinAll, sleep, spawn } from "wevent";

const word = new AsyncResult<string>();

function* setter() {
  yield* sleep(3);
  console.log("A speaks");
  word.set("Hello!");
}

function* waiter(name: string) {
  console.log(`${name} waits for a word`);
  console.log(`${name} heard: ${yield* word.get()}`);
}

await joinAll([spawn(setter), spawn(waiter, "B"), spawn(waiter, "C")]);

// A greenlet hands its outcome over by itself, whichever it is, when the result is linked to it.
function* asker(name: string, think: () => number) {
  const number = new AsyncResult<number>();
  spawn(think).link(number);
  try {
    console.log(`${name} asks for a number and gets ${yield* number.get()}`);
  } catch (error) {
    console.log(`${name} asks for a number and gets ${error}`);
  }
}

await spawn(asker, "D", () => 6 * 7).get();
await spawn(asker, "E", () => {
  throw new Error("no idea");
}).get();
