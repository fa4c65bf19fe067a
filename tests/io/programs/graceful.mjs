// Exits with 0 on SIGTERM, once the work that runs then is done: two pieces do, and the others are not begun.
import { Event, run, sleep } from "wevent";
import { Pool } from "wevent/pool";
import { Queue } from "wevent/queue";
import { onSignal } from "wevent/signal";

const work = new Queue(
  null,
  Array.from({ length: 100 }, (_, i) => i + 1),
);

function* handle(item) {
  yield* sleep(200);
  console.log(`finished ${item}`);
}

function* serve(pool) {
  for (;;) yield* pool.spawn(handle, yield* work.get());
}

await run(function* () {
  const stopping = new Event();
  const handler = onSignal("SIGTERM", () => stopping.set());
  const workers = new Pool(2);
  const server = yield* new Pool(1).spawn(serve, workers);
  yield* sleep(0);
  console.log("working");
  yield* stopping.wait();
  handler.cancel();
  console.log("stopping");
  yield* server.kill();
  yield* workers.join();
});
