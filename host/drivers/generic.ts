// The driver for a runtime that is not known: other edge workers, and bundles that are made for none.
// A bundle may run in workerd too, where a message would starve other requests.

import { immediates, messages, soonBy, timers, webDriver } from "./web.js";

const isWorkerd = () => globalThis.navigator?.userAgent === "Cloudflare-Workers";

export const driver = webDriver({
  runtime: "generic",
  soon: soonBy(() => immediates() ?? (isWorkerd() ? null : messages()) ?? timers()),
});
