// Owns what a ThreadPool demands of its arguments.

import { describe, RangeUsageError, UsageError } from "../core/errors.js";

export function requireModule(module: unknown): string {
  if (typeof module === "string" || module instanceof URL) return String(module);
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not import ${describe(module)} in a thread because it is no module's URL; give new URL("./file.js", import.meta.url)`,
  );
}

export function requireName(name: unknown): string {
  if (typeof name === "string") return name;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not call ${describe(name)} in a thread because a function cannot be copied there; give the name of an export`,
  );
}

export function requireCount(value: unknown, least: number, most: number, verb: string): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new RangeUsageError(
    `could not ${verb} ${describe(value)} threads because that is not an integer ${range}`,
  );
}
