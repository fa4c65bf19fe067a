// Owns which names of signals are taken: those that the system has.

import { describe, UsageError } from "./errors.js";
import type { Hub } from "./hub.js";

/** Throws unless the system has such a signal. */
export function requireSignalName(hub: Hub, name: unknown): asserts name is string {
  const { numbers } = hub.part("signal");
  if (typeof name === "string" && Object.hasOwn(numbers, name)) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not use ${describe(name)} as a signal because the system has none of that name; give one such as "SIGTERM"`,
  );
}
