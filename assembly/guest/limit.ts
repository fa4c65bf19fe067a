// Owns the arithmetic of a time limit over a call that waits more than once. It must not wait itself.

import * as core from "./imports";

/** When a limit of `timeoutMs` from now is over, on the hub's clock. Less than 0: never. */
export function deadlineAfter(timeoutMs: f64): f64 {
  return timeoutMs < 0 ? Infinity : core.now() + timeoutMs;
}

/** What is left of a time limit, as a time limit: less than 0 if there is none. */
export function leftUntil(deadline: f64): f64 {
  return deadline == Infinity ? -1 : max<f64>(deadline - core.now(), 0);
}
