// Owns what public functions demand of their arguments, so that a mistake is an error at the call
// that makes it and not inside the hub later. Numbers of ms: checkMs in errors.ts.

import type { Driver } from "./driver.js";
import { describe, UsageError } from "./errors.js";
import { Operation } from "./operation.js";
import { Task } from "./task.js";

/** Throws unless `body` can run as a greenlet. */
export function requireBody(body: unknown, verb = "spawn"): void {
  if (typeof body === "function") return;
  throw new UsageError(
    "WEV_ERR_BODY",
    `could not ${verb} ${describe(body)} because it is not a function; give a generator function`,
  );
}

export function requireCallback(callback: unknown, verb: string): void {
  if (typeof callback === "function") return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not ${verb} ${describe(callback)} because it is not a function; give a function`,
  );
}

/** Throws unless a hub can run on it. */
export function requireDriver(driver: unknown): void {
  const given = driver as Partial<Driver> | null;
  if (typeof given === "object" && typeof given?.now === "function" && typeof given.soon === "function")
    return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not use ${describe(driver)} as driver because it has no now and soon; give a Driver, or nothing for this runtime's`,
  );
}

/** Throws unless options are an object: a bare number is a timeout only where the signature says so. */
export function requireOptions(options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not take ${describe(options)} as options because it is not an object; give { name: value }`,
  );
}

/**
 * A copy of what is iterated. A greenlet and an operation are iterable too, for yield*: spreading
 * one would begin a blocking call (bad-input.test.ts).
 */
export function listOf<T>(items: Iterable<T>, what: string): T[] {
  const isList =
    items !== null &&
    items !== undefined &&
    typeof items[Symbol.iterator] === "function" &&
    !(items instanceof Operation) &&
    !(items instanceof Task);
  if (isList) return [...items];
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not take ${describe(items)} as ${what} because it is not a list; give an array or a set`,
  );
}
