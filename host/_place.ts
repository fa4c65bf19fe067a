// Owns what opening a socket of any kind asks of its place: a host and a port that are ones, a name for
// error texts, and typed errors for what a driver refuses at once.

import { checkInteger, describe, RangeUsageError, UnsupportedError, UsageError } from "./core/errors.js";
import { socketError } from "./core/net-errors.js";

const LAST_PORT = 65_535;

/** Throws unless both can be used; `leastPort` is 0 where one may be chosen. */
export function requireInet(host: unknown, port: unknown, leastPort: 0 | 1): { host: string; port: number } {
  checkInteger(port, leastPort, "use as a port");
  if (port > LAST_PORT) {
    throw new RangeUsageError(
      `could not use ${port} as a port because it is above ${LAST_PORT}; give one from ${leastPort} to ${LAST_PORT}`,
    );
  }
  if (typeof host !== "string" || host === "") {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not use ${describe(host)} as a host because it is not a name; give a name or an IP address`,
    );
  }
  return { host, port };
}

/** A place as error texts show it. */
export function placeName(
  place: { readonly path: string } | { readonly host: string; readonly port: number },
): string {
  return "path" in place ? place.path : `${place.host}:${place.port}`;
}

/** A driver may refuse at once: a key that is none, say. */
export function begin<T>(what: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof UnsupportedError || error instanceof UsageError) throw error;
    throw socketError(what, error);
  }
}
