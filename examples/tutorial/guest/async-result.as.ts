// An event with something to say, be it good or bad.
//
//   npx wevent run examples/tutorial/guest/async-result.as.ts
//
// Promised:
//   B waits for a word
//   C waits for a word
//   A speaks
//   B heard: Hello!
//   C heard: Hello!
//   D asks for the root of 16 and gets 4
//   D asks for the root of -1 and gets an error: no idea

import { AsyncResult, joinAll, sleep, spawn } from "wevent/assembly";

const word = new AsyncResult<string>();

function setter(): void {
  sleep(3);
  console.log("A speaks");
  word.set("Hello!");
}

function waiter(name: string): void {
  console.log(name + " waits for a word");
  console.log(name + " heard: " + word.get().value);
}

/** A body takes one argument: the question, and where the answer is to go. */
class Question {
  readonly root: AsyncResult<f64> = new AsyncResult<f64>();

  constructor(readonly x: f64) {}
}

function answer(question: Question): void {
  if (question.x < 0) question.root.setError("no idea");
  else question.root.set(Math.sqrt(question.x));
}

function ask(x: i32): void {
  const question = new Question(x);
  spawn(answer, question);
  // What get gives is an Answer: a value, or why there is none.
  const root = question.root.get();
  const text = root.ok ? (<i32>root.value).toString() : "an error: " + question.root.error!;
  console.log("D asks for the root of " + x.toString() + " and gets " + text);
}

export function main(): void {
  joinAll([spawn(setter), spawn(waiter, "B"), spawn(waiter, "C")]);
  ask(16);
  ask(-1);
}
