// Effection's side of the tool cases. It has queues without a bound, and neither semaphores nor pools.

import { createQueue, run, spawn, withResolvers } from "effection";

export const effection = {
  queue: (_maxSize, tokens) => (ops) =>
    run(function* () {
      const there = createQueue();
      const back = createQueue();
      for (let i = 0; i < tokens; i++) back.add(i);
      let messages = 0;
      function* side(from, to) {
        for (let i = 0; i < ops / 2; i++) {
          const { value } = yield* from.next();
          to.add(value);
          messages++;
        }
      }
      const tasks = [yield* spawn(() => side(back, there)), yield* spawn(() => side(there, back))];
      for (const task of tasks) yield* task;
      return messages;
    }),
  broadcast: (ops) =>
    run(function* () {
      const event = withResolvers();
      let woken = 0;
      function* waiter() {
        yield* event.operation;
        woken++;
      }
      const tasks = [];
      for (let i = 0; i < ops; i++) tasks.push(yield* spawn(waiter));
      event.resolve();
      for (const task of tasks) yield* task;
      return woken;
    }),
};
