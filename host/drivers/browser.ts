// The driver for browsers: pages and workers. A message is fair there to timers, input and sockets;
// scheduler.yield and postTask, which look made for it, starve them.

import { messages, soonBy, timers, webDriver } from "./web.js";

/** A frame at 60 Hz has 16 ms, of which the page itself needs most. */
const PAGE_TURN_MS = 2;

export const driver = webDriver({
  runtime: "browser",
  soon: soonBy(() => messages() ?? timers()),
  turnMs: PAGE_TURN_MS,
});
