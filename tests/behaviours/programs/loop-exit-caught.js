// Expected: exit code 0; LoopExit is caught twice, with a sleep between.
import { Event, LoopExit, sleep } from "wevent";

const event = new Event();
for (let i = 0; i < 2; i++) {
  try {
    await event.wait();
  } catch (error) {
    if (!(error instanceof LoopExit)) throw error;
    console.log("LoopExit");
  }
  if (i === 0) {
    await sleep(5);
    console.log("slept");
  }
}
console.log("end");
