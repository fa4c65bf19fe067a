// Owns what a hub is made with: the options, their defaults and their limits.

import { driver as runtimeDriver } from "#driver";
import { requireCallback, requireDriver, requireOptions } from "./check.js";
import type { Driver } from "./driver.js";
import { checkMs, describe, RangeUsageError, UsageError } from "./errors.js";
import type { MemoryNetwork } from "./memory-network.js";
import type { Network } from "./network.js";
import type { ErrorReport } from "./report.js";

export interface HubOptions {
  /** The runtime; omitted: the one this program runs in. */
  readonly driver?: Driver;
  /**
   * "virtual": time stands still while anything is ready and jumps to the next deadline when
   * nothing is; the hub is then closed. Omitted: "real".
   */
  readonly clock?: "real" | "virtual";
  /**
   * Nothing outside this hub will wake its greenlets but the completions they wait for, so main is
   * told at once when it waits forever. Omitted: as the clock says.
   */
  readonly closed?: boolean;
  /** Shuffles what is ready, reproducibly. 1 to 2^32 - 1; omitted or 0: strict order. */
  readonly seed?: number;
  /** Longest turn in ms before the runtime gets its own; more than 0. Omitted: 5, and in browsers 2. */
  readonly turnMs?: number;
  /** Most memory of the scheduler, in bytes: 64 and up to 12 more for each greenlet. Omitted: 4 GiB. */
  readonly memoryLimitBytes?: number;
  /** Told of every error that nobody read, instead of console.error. */
  readonly onError?: (report: ErrorReport) => void;
  /**
   * true: greenlets and callbacks run in the asynchronous context (AsyncLocalStorage) they were started
   * or registered in, as `followContext` says. Omitted: as the hub in which this one is made.
   */
  readonly context?: boolean;
  /**
   * "memory": sockets, listeners and `lookup` use a network inside the process, on any runtime. Or a network
   * of one's own: a MemoryNetwork, which no other hub has; a Gateway. Omitted: the runtime's.
   */
  readonly network?: "memory" | Network;
}

/** Whether this runtime lets no request use what another one has begun. */
export function isPerRequest(): boolean {
  return runtimeDriver.isPerRequest ?? false;
}

/** Long enough that what the runtime does between turns is little beside it. */
const DEFAULT_TURN_MS = 5;

/** The options with their defaults. */
type CheckedOptions = Omit<HubOptions, "network"> &
  Required<Pick<HubOptions, "driver" | "clock" | "seed" | "turnMs">> & { readonly network?: Network };

/** Throws unless each option is within its limits. */
export function checkedOptions(options: HubOptions): CheckedOptions {
  requireOptions(options);
  const { seed = 0, clock = "real", driver = runtimeDriver, onError, memoryLimitBytes } = options;
  requireDriver(driver);
  const { turnMs = driver.turnMs ?? DEFAULT_TURN_MS } = options;
  checkMs(turnMs, "turnMs");
  if (turnMs <= 0) throw new RangeUsageError(`could not use ${turnMs} as turnMs because it is not above 0`);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeUsageError(
      `could not use ${describe(seed)} as seed because it is not an integer from 0 to 2^32 - 1`,
    );
  }
  if (clock !== "real" && clock !== "virtual") {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not use ${describe(clock)} as clock because there is no such clock; give "real" or "virtual"`,
    );
  }
  if (memoryLimitBytes !== undefined && !(typeof memoryLimitBytes === "number" && memoryLimitBytes > 0)) {
    throw new RangeUsageError(
      `could not use ${describe(memoryLimitBytes)} as memoryLimitBytes because it is not a number above 0`,
    );
  }
  if (onError !== undefined) requireCallback(onError, "report errors to");
  const { network, ...others } = options;
  const checked = { ...others, driver, clock, seed, turnMs };
  return network === undefined ? checked : { ...checked, network: networkOf(network) };
}

/** Makes what "memory" stands for. Null: a bundler has left it out, for nothing names it. */
let makeMemoryNetwork: (() => MemoryNetwork) | null = null;

/** memory-network.ts says how, so that a program that never names it need not carry it. */
export function setMemoryNetwork(make: () => MemoryNetwork): void {
  makeMemoryNetwork = make;
}

function networkOf(network: unknown): Network {
  if (network === "memory" && makeMemoryNetwork !== null) return makeMemoryNetwork();
  if (typeof network === "object" && network !== null && "_attach" in network) return network as Network;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    network === "memory"
      ? 'could not use "memory" as network because this program was bundled without it; give new MemoryNetwork()'
      : `could not use ${describe(network)} as network because there is no such network; give "memory", a MemoryNetwork or a Gateway`,
  );
}
