// The guest of shutdown.ts: it serves until it is killed.

import { onExit, sleep } from "wevent/assembly";

function close(): void {
  console.log("guest: has closed");
}

export function serve(): void {
  onExit(close);
  console.log("guest: serves");
  sleep(Infinity);
}
