// Effect's side of the tool cases.

import { Effect, Fiber, Latch, Queue, Semaphore } from "effect";

const both = (first, second) =>
  Effect.gen(function* () {
    const fibers = [yield* Effect.forkChild(first), yield* Effect.forkChild(second)];
    for (const fiber of fibers) yield* Fiber.join(fiber);
  });

export const effect = {
  queue: (maxSize, tokens) => (ops) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const there = yield* Queue.bounded(maxSize);
        const back = yield* Queue.bounded(maxSize);
        for (let i = 0; i < tokens; i++) yield* Queue.offer(back, i);
        let messages = 0;
        const side = (from, to) =>
          Effect.gen(function* () {
            for (let i = 0; i < ops / 2; i++) {
              yield* Queue.offer(to, yield* Queue.take(from));
              messages++;
            }
          });
        yield* both(side(back, there), side(there, back));
        return messages;
      }),
    ),
  semaphore: (tasks) => (ops) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const semaphore = Semaphore.makeUnsafe(1);
        let turns = 0;
        const turn = Effect.gen(function* () {
          yield* Effect.yieldNow;
          turns++;
        });
        const body = Effect.gen(function* () {
          for (let i = 0; i < ops / tasks; i++) yield* semaphore.withPermits(1)(turn);
        });
        const fibers = [];
        for (let i = 0; i < tasks; i++) fibers.push(yield* Effect.forkChild(body));
        for (const fiber of fibers) yield* Fiber.join(fiber);
        return turns;
      }),
    ),
  broadcast: async (ops) => {
    const latch = Latch.makeUnsafe(false);
    let woken = 0;
    const waiter = Effect.gen(function* () {
      yield* latch.await;
      woken++;
    });
    await Effect.runPromise(
      Effect.gen(function* () {
        const fibers = [];
        for (let i = 0; i < ops; i++) fibers.push(yield* Effect.forkChild(waiter));
        yield* Effect.yieldNow;
        latch.openUnsafe();
        for (const fiber of fibers) yield* Fiber.join(fiber);
      }),
    );
    return woken;
  },
  map: (limit) => async (ops) => {
    const items = Array.from({ length: ops }, (_, i) => i);
    const square = (i) =>
      Effect.gen(function* () {
        yield* Effect.yieldNow;
        return i * i;
      });
    return (await Effect.runPromise(Effect.forEach(items, square, { concurrency: limit }))).length;
  },
};
