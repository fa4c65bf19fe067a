// The driver for workerd, Cloudflare's runtime. A message behaves like a microtask there, and starves
// other requests; a timer of 0 is not held back. At Cloudflare the clock stands still while code runs, so
// that a turn cannot be measured: it is counted. Timers and sockets are the request's that began them.

import { immediates, soonBy, timers, webDriver } from "./web.js";
import { workerdNet } from "./workerd-net.js";

/** So many steps take longer than the turn of the runtime between them, and less than others may have to wait. */
const TURN_STEPS = 1000;
/** More are refused, or wait for those that are there to end. */
const MOST_CONNECTIONS = 6;

export const driver = webDriver({
  runtime: "workerd",
  soon: soonBy(() => immediates() ?? timers()),
  capabilities: ["tcp.connect", "tls"],
  more: {
    net: workerdNet,
    turnSteps: TURN_STEPS,
    connectionLimit: MOST_CONNECTIONS,
    isPerRequest: true,
  },
});
