// Greenlets are deterministic: the same program, the same order, every time.
//
//   npm run build && node build/examples/tutorial/typescript/pool.js
//
// Promised:
//   0 1 2 3 4 5 6 7 8 9
//   0 1 2 3 4 5 6 7 8 9
//   0 1 2 3 4 5 6 7 8 9
//   0 1 2 3 4 5 6 7 8 9
//   true

import { collect, sleep } from "wevent";
import { Pool } from "wevent/pool";

function* echo(i: number) {
  yield* sleep(1);
  return i;
}

const items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const pool = new Pool(10);
const runs: string[] = [];
for (let run = 0; run < 4; run++) {
  const results = await collect(pool.imapUnordered(echo, items));
  runs.push(results.join(" "));
  console.log(runs[run]);
}
console.log(runs.every((run) => run === runs[0]));
