// A switchboard with two lines, where the third caller waits until one is free.
//
//   npx wevent run examples/tutorial/guest/bounded-pool.as.ts
//
// Promised:
//   Ada is through, 1 free
//   Bea is through, 0 free
//   no line for Zoe just now
//   Cid waited, and is through
//   12 calls more, never more than 2 at once
//   Eva talks for ever
//   the switchboard is closed, 2 free

import { onExit, Pool, sleep } from "wevent/assembly";

/** What a program makes of a pool: a class of its own that guards something scarce. */
class Switchboard {
  private lines: Pool = new Pool(2);
  talking: i32 = 0;
  most: i32 = 0;

  get free(): i32 {
    return this.lines.freeCount();
  }

  /** Waits for a line; the conversation itself goes on without the caller of this method. */
  connect(ms: f64): void {
    this.lines.spawn(talk, new Call(this, ms));
  }

  /** The same, without waiting. */
  tryConnect(ms: f64): bool {
    return this.lines.trySpawn(talk, new Call(this, ms)) != null;
  }

  hangUpAll(): void {
    this.lines.kill();
  }

  untilQuiet(): void {
    this.lines.join();
  }
}

class Call {
  constructor(
    readonly board: Switchboard,
    readonly ms: f64,
  ) {}
}

function talk(call: Call): void {
  const board = call.board;
  board.talking++;
  board.most = max(board.most, board.talking);
  // Called however the conversation ends, also when somebody hangs up on it.
  onExit((board: Switchboard): void => {
    board.talking--;
  }, board);
  sleep(call.ms);
}

export function main(): void {
  const board = new Switchboard();
  const names = ["Ada", "Bea"];
  for (let i = 0; i < names.length; i++) {
    board.connect(1);
    console.log(names[i] + " is through, " + board.free.toString() + " free");
  }
  if (!board.tryConnect(1)) console.log("no line for Zoe just now");
  board.connect(1);
  console.log("Cid waited, and is through");

  for (let call = 0; call < 12; call++) board.connect(0);
  board.untilQuiet();
  console.log("12 calls more, never more than " + board.most.toString() + " at once");

  board.connect(Infinity);
  console.log("Eva talks for ever");
  board.hangUpAll();
  console.log("the switchboard is closed, " + board.free.toString() + " free");
}
