// Owns what the functions of this folder demand of the hub they are given.

import { describe, UsageError } from "../core/errors.js";
import { Hub } from "../core/hub.js";

/** Throws unless it is a hub. */
export function requireHub(hub: unknown, verb: string): asserts hub is Hub {
  if (hub instanceof Hub) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not ${verb} ${describe(hub)} because it is not a hub; give a Hub, or nothing for the current one`,
  );
}
