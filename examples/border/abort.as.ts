// The guest of abort.ts: a search that takes far too long, in an archive that must be closed.

import { onExit, sleep } from "wevent/assembly";

export function search(): i32 {
  console.log("guest: opens the archive");
  onExit((archive: string): void => console.log("guest: closes " + archive), "the archive");
  sleep(60_000);
  return 42;
}
