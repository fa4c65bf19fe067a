// A program of a user of the package, compiled against its published declarations alone.

import { type Greenlet, Hub, run, sleep, spawn, Timeout, withTimeout } from "wevent";
import { Event } from "wevent/event";
import { type Guest, loadGuest } from "wevent/guest";
import { fetch } from "wevent/http";
import { getHub, LoopExit } from "wevent/hub";
import { Semaphore } from "wevent/lock";
import { Pool } from "wevent/pool";
import { select } from "wevent/select";
import { assertSwitches, formatRunInfo } from "wevent/util";

function* increment(n: number) {
  yield* sleep(1);
  return n + 1;
}

export const greenlet: Greenlet<number> = spawn(increment, 41);
export const guest: Promise<Guest> = loadGuest(new Uint8Array());
export const made = [
  new Event(),
  new Hub(),
  new Pool(2),
  new Semaphore(),
  new Timeout(1),
  getHub(),
  LoopExit,
];
export const calls = [fetch, select, withTimeout, run, assertSwitches, formatRunInfo];
