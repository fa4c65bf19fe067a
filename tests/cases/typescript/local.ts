import { joinAll, sleep, spawn } from "wevent";
import { local } from "wevent/local";
import type { Log } from "../words.ts";

function* counts(log: Log, count: { number: number }, name: string) {
  for (let i = 0; i < 2; i++) {
    count.number++;
    log(`${name}${count.number}`);
    yield* sleep(0);
  }
}

export function* localIsOfEachGreenlet(log: Log) {
  const count = local(() => {
    log("init");
    return { number: 0 };
  });
  yield* joinAll([spawn(counts, log, count, "a"), spawn(counts, log, count, "b")]);
  log(`${count.number}`);
}
