// Ways to make a greenlet.
//
//   npx wevent run examples/tutorial/guest/spawn.as.ts
//
// Promised:
//   Hello
//   I live!

import { joinAll, sleep, spawn, spawnLater } from "wevent/assembly";

class Message {
  constructor(
    public text: string,
    public ms: f64,
  ) {}
}

/** Each greenlet runs this with its own message and span: a body takes one argument. */
function foo(message: Message): void {
  sleep(message.ms);
  console.log(message.text);
}

function increment(x: i32): void {
  x + 1;
}

export function main(): void {
  // A new greenlet with the function foo, in three ways.
  const thread1 = spawn(foo, new Message("Hello", 1));
  const thread2 = spawnLater(1, foo, new Message("I live!", 1));
  const thread3 = spawn(increment, 2);

  joinAll([thread1, thread2, thread3]);
}
