// A service that is asked to end: it takes no more work, finishes what runs, and ends.
//
//   npm run build && node build/examples/io/signal.js
//
// Promised:
//   at work
//   SIGTERM: no more work is taken
//   finished 1
//   finished 2
//   bye

import { Event, run, sleep } from "wevent";
import { Pool } from "wevent/pool";
import { onSignal } from "wevent/signal";

function* handle(item: number) {
  yield* sleep(100);
  console.log(`finished ${item}`);
}

function* serve(workers: Pool, stopping: Event) {
  for (let item = 1; !stopping.isSet(); item++) {
    if (yield* workers.waitAvailable(10)) yield* workers.spawn(handle, item);
  }
}

await run(function* () {
  const stopping = new Event();
  using _handler = onSignal("SIGTERM", (name) => {
    console.log(`${name}: no more work is taken`);
    stopping.set();
  });
  const workers = new Pool(2);
  const service = new Pool(1);
  yield* service.spawn(serve, workers, stopping);
  yield* sleep(20);
  console.log("at work");
  // What a supervisor would send.
  process.kill(process.pid, "SIGTERM");
  yield* stopping.wait();
  yield* service.join();
  yield* workers.join();
  console.log("bye");
});
