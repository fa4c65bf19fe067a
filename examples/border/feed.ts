// A boss in TypeScript feeds workers in WebAssembly.
//
// They share a channel, a semaphore and an event, each handed over as a number: its handle.
//
//   npm run build && npx wevent build examples/border/feed.as.ts -o build/examples/border/feed.wasm
//   node build/examples/border/feed.js
//
// Promised:
//   worker 1 waits for the workshop to open
//   worker 2 waits for the workshop to open
//   boss opens the workshop
//   worker 1 saws oak
//   worker 2 saws elm
//   boss wants the saw too
//   boss cuts a wedge
//   worker 1 saws ash
//   worker 2 saws fir
//   boss counts 4 boards

import { Event, spawn } from "wevent";
import { loadGuest } from "wevent/guest";
import { Semaphore } from "wevent/lock";
import { Channel } from "wevent/queue";

const guest = await loadGuest(new URL("./feed.wasm", import.meta.url));
const boards = new Channel<string>();
const saw = new Semaphore();
const opening = new Event();

function* boss() {
  const shared = [boards.handle, saw.handle, opening.handle];
  const workers = [1, 2].map((id) => guest.spawn("work", id, ...shared));
  spawn(function* () {
    console.log("boss opens the workshop");
    opening.set();
  });

  // Each put waits until a worker takes the board.
  for (const board of ["oak", "elm"]) yield* boards.put(board);
  console.log("boss wants the saw too");
  yield* saw.with(() => console.log("boss cuts a wedge"));
  for (const board of ["ash", "fir"]) yield* boards.put(board);

  // An empty board: time to go home.
  for (const _ of workers) yield* boards.put("");
  let count = 0;
  for (const worker of workers) count += Number(yield* worker);
  console.log(`boss counts ${count} boards`);
}

await spawn(boss).get();
