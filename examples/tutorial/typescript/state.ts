// What can be asked of a greenlet: has it started, has it ended, and how.
//
//   npm run build && node build/examples/tutorial/typescript/state.js
//
// Promised:
//   winner: started, not ended
//   winner: succeeded with "You win!"
//   loser: failed with Error: You fail at failing
//   sleeper: succeeded with GreenletExit: the greenlet was killed
//   main caught it: You fail at failing

import { type Greenlet, joinAll, sleep, spawn } from "wevent";

// What never waits may be a plain function.
function win() {
  return "You win!";
}

function fail(): never {
  throw new Error("You fail at failing");
}

function state(greenlet: Greenlet) {
  if (!greenlet.ready()) return greenlet.started ? "started, not ended" : "not started";
  if (greenlet.successful()) {
    const { value } = greenlet;
    return `succeeded with ${typeof value === "string" ? JSON.stringify(value) : value}`;
  }
  return `failed with ${greenlet.error}`;
}

const winner = spawn(win);
const loser = spawn(fail);
const sleeper = spawn(() => sleep(60_000));
console.log(`winner: ${state(winner)}`);

// An error stays inside its greenlet: it does not stop the others, nor the one who waits.
await joinAll([winner, loser]);
console.log(`winner: ${state(winner)}`);
console.log(`loser: ${state(loser)}`);

// A kill counts as success: it is an end that somebody wanted.
await sleeper.kill();
console.log(`sleeper: ${state(sleeper)}`);

// Whoever asks for the result gets the error with it.
try {
  await loser.get();
} catch (error) {
  console.log(`main caught it: ${(error as Error).message}`);
}
