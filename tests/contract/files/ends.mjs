// A program that leaves a greenlet parked.
import { Event, run, sleep, spawn } from "wevent";

spawn(() => new Event().wait());
console.log(
  await run(function* () {
    yield* sleep(1);
    return "done";
  }),
);
