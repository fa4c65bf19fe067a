// Owns whether anybody observes the scheduler. One flag for all, and each place that tells tests it
// itself: unobserved, it costs a branch that is never taken (bench/cases/switch.js).

import { Observed } from "./abi";
import * as host from "./host";
import { Row } from "./row";

let isObserved: bool = false;

export function observe(isOn: bool): void {
  isObserved = isOn;
}

// @ts-ignore: decorator
@inline
export function tell(what: Observed, row: Row, detail: i32): void {
  if (isObserved) host.observed(what, changetype<usize>(row), detail);
}
