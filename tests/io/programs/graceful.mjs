// Exits with 0 on SIGTERM, once the work that runs then is done: two pieces do, and the others are not begun.
import { run, sleep } from "wevent";
import { Pool } from "wevent/pool";
import { Queue } from "wevent/queue";
import { waitSignal } from "wevent/signal";

const work = new Queue(null, Array.from({ length: 100 }, (_, i) => i + 1));

function* handle(item) {
  yield* sleep(200);
  console.log(`finished ${item}`);
}

function* serve(pool) {
  for (;;) yield* pool.spawn(handle, yield* work.get());
}

await run(function* () {
  const workers = new Pool(2);
  const servers = new Pool(1);
  const server = yield* servers.spawn(serve, workers);
  yield* sleep(0);
  console.log("working");
  yield* waitSignal("SIGTERM");
  console.log("stopping");
  yield* server.kill();
  yield* workers.join();
});
