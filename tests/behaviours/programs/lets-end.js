// Expected: exit code 0 soon; neither greenlet goes on.
import { Event, sleep, spawn } from "wevent";

spawn(function* () {
  yield* sleep(60_000, { ref: false });
  console.log("not here");
});
spawn(function* () {
  yield* new Event().wait();
  console.log("not here");
});
await sleep(1);
console.log("main ends");
