// The driver for workerd, Cloudflare's runtime. A message behaves like a microtask there, and starves
// other requests; a timer of 0 is not held back.

import { immediates, soonBy, timers, webDriver } from "./web.js";

export const driver = webDriver({ runtime: "workerd", soon: soonBy(() => immediates() ?? timers()) });
