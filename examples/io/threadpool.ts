// Computing in threads, while greenlets go on; and ending a computation that takes too long.
//
//   npm run build && node build/examples/io/threadpool.js
//
// Promised:
//   others ran meanwhile
//   25, 168, 1229 primes
//   ended after WEV_ERR_TIMEOUT; calls left: 0

import { run, sleep, spawn, Timeout } from "wevent";
import { ThreadPool } from "wevent/threadpool";

const PRIMES = new URL("./lib/primes.js", import.meta.url);

await run(function* () {
  const pool = new ThreadPool(2);
  spawn(function* () {
    yield* sleep(0);
    console.log("others ran meanwhile");
  });
  const counts = yield* pool.map<number>(PRIMES, "countPrimes", [100, 1000, 10_000]);
  console.log(`${counts.join(", ")} primes`);
  try {
    // Days of work: the thread is ended in the middle of it.
    yield* pool.apply(PRIMES, "countPrimes", [1e12], { timeout: 100 });
  } catch (error) {
    if (!(error instanceof Timeout)) throw error;
    console.log(`ended after ${error.code}; calls left: ${pool.taskCount}`);
  }
  yield* pool.kill();
});
