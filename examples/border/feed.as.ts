// The workers of feed.ts: each takes boards from the channel, and the saw while it needs it.

import { Channel, Event, Semaphore, sleep } from "wevent/assembly";

/** One worker. Answers how many boards it has sawn. */
export function work(id: i32, boardsHandle: u64, sawHandle: u64, openingHandle: u64): i32 {
  const boards = Channel.fromHandle<string>(boardsHandle);
  const saw = Semaphore.fromHandle(sawHandle);
  const name = "worker " + id.toString();

  console.log(name + " waits for the workshop to open");
  Event.fromHandle(openingHandle).wait();

  let count = 0;
  for (let board = boards.get(); board.or("") != ""; board = boards.get()) {
    saw.acquire();
    console.log(name + " saws " + board.value);
    sleep(0);
    saw.release();
    count++;
  }
  return count;
}
