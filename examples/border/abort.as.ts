// The guest of abort.ts: a search that takes far too long, in an archive that must be closed.

import { onExit, sleep } from "wevent/assembly";

function closeArchive(): void {
  console.log("guest: closes the archive");
}

export function search(): i32 {
  console.log("guest: opens the archive");
  onExit(closeArchive);
  sleep(60_000);
  return 42;
}
