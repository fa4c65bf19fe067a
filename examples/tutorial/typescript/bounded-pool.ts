// A switchboard with two lines, where the third caller waits until one is free.
//
//   npm run build && node build/examples/tutorial/typescript/bounded-pool.js
//
// Promised:
//   Ada is through, 1 free
//   Bea is through, 0 free
//   no line for Zoe just now
//   Cid waited, and is through
//   12 calls more, never more than 2 at once
//   Eva talks for ever
//   the switchboard is closed, 2 free

import { sleep, spawn } from "wevent";
import { Pool } from "wevent/pool";

/** What a program makes of a pool: a class of its own that guards something scarce. */
class Switchboard {
  readonly #lines = new Pool(2);
  #talking = 0;
  most = 0;

  get free() {
    return this.#lines.freeCount();
  }

  /** Waits for a line; the conversation itself goes on without the caller of this method. */
  *connect(ms: number) {
    yield* this.#lines.spawn(() => this.#talk(ms));
  }

  /** The same, without waiting. */
  tryConnect(ms: number) {
    return this.#lines.trySpawn(() => this.#talk(ms)) !== null;
  }

  hangUpAll() {
    return this.#lines.kill();
  }

  untilQuiet() {
    return this.#lines.join();
  }

  *#talk(ms: number) {
    this.most = Math.max(this.most, ++this.#talking);
    try {
      yield* sleep(ms);
    } finally {
      this.#talking--;
    }
  }
}

function* main() {
  const board = new Switchboard();
  for (const name of ["Ada", "Bea"]) {
    yield* board.connect(1);
    console.log(`${name} is through, ${board.free} free`);
  }
  if (!board.tryConnect(1)) console.log("no line for Zoe just now");
  yield* board.connect(1);
  console.log("Cid waited, and is through");

  for (let call = 0; call < 12; call++) yield* board.connect(0);
  yield* board.untilQuiet();
  console.log(`12 calls more, never more than ${board.most} at once`);

  yield* board.connect(Number.POSITIVE_INFINITY);
  console.log("Eva talks for ever");
  yield* board.hangUpAll();
  console.log(`the switchboard is closed, ${board.free} free`);
}

await spawn(main).get();
