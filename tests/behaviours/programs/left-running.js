// Expected: exit code 0; the greenlet ends after main.
import { sleep, spawn } from "wevent";

spawn(function* () {
  yield* sleep(20);
  console.log("greenlet ends");
});
console.log("main ends");
