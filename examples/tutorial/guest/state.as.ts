// What can be asked of a greenlet: has it started, has it ended, and how.
//
//   npx wevent run examples/tutorial/guest/state.as.ts
//
// Promised:
//   winner: started, not ended
//   winner: succeeded with "You win!"
//   loser: failed
//   sleeper: was killed, which is a success

import { Greenlet, joinAll, sleep, spawn } from "wevent/assembly";

function win(): string {
  return "You win!";
}

function fail(): string {
  throw new Error("You fail at failing");
}

function rest(): string {
  sleep(60_000);
  return "Good morning";
}

function state(greenlet: Greenlet<string>): string {
  if (!greenlet.ready) return greenlet.started ? "started, not ended" : "not started";
  if (greenlet.killed) return "was killed, which is a success";
  return greenlet.successful ? 'succeeded with "' + greenlet.value + '"' : "failed";
}

export function main(): void {
  const winner = spawn(win);
  const loser = spawn(fail);
  const sleeper = spawn(rest);
  console.log("winner: " + state(winner));

  // A trap ends its greenlet, and nothing else. What it said is reported by the hub.
  joinAll([winner, loser]);
  console.log("winner: " + state(winner));
  console.log("loser: " + state(loser));

  sleeper.kill();
  console.log("sleeper: " + state(sleeper));
}
