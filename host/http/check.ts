// Owns what the options of servers and WebSockets demand.

import { describe, RangeUsageError } from "../core/errors.js";

/** A whole number from `least`. */
export function requireCount(value: number, name: string, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new RangeUsageError(
    `could not use ${describe(value)} as ${name} because it is not an integer from ${least}`,
  );
}

/** The same, or null for no limit. */
export function requireLimit(value: number | null, name: string): number | null {
  return value === null ? null : requireCount(value, name, 1);
}
