// Greenlets are deterministic: the same program, the same order, every time.
//
//   npx wevent run examples/tutorial/guest/pool.as.ts
//
// Promised:
//   0 1 2 3 4 5 6 7 8 9
//   0 1 2 3 4 5 6 7 8 9
//   0 1 2 3 4 5 6 7 8 9
//   0 1 2 3 4 5 6 7 8 9
//   true

import { Pool, sleep } from "wevent/assembly";

function echo(i: i32): i32 {
  sleep(1);
  return i;
}

export function main(): void {
  const items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const pool = new Pool(10);
  const runs: string[] = [];
  for (let run = 0; run < 4; run++) {
    const order: i32[] = [];
    const results = pool.imapUnordered(echo, items);
    while (results.next()) order.push(results.value);
    runs.push(order.join(" "));
    console.log(runs[run]);
  }
  let isSame = true;
  for (let run = 1; run < 4; run++) isSame = isSame && runs[run] == runs[0];
  console.log(isSame.toString());
}
