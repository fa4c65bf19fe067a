// Expected: exit code 1, and LoopExit with its list on stderr.
import { Event, spawn } from "wevent";

const event = new Event();
await spawn(function* forgotten() {
  yield* event.wait();
}).get();
