// Owns what a hub asks of a network that it is given in place of the runtime's. It must not know which
// networks there are.

import type { Capability } from "./driver.js";
import type { Hub } from "./hub.js";
import { NET_CAPABILITIES, type NetDriver } from "./net.js";

/**
 * A network that the sockets of a hub use in place of the runtime's: `new Hub({ network })`. A MemoryNetwork
 * is one, and so is a Gateway (`wevent/gateway`).
 *
 * @since 0.1
 */
export abstract class Network {
  /** What error texts call it: "a network in memory". */
  abstract readonly label: string;
  /** @internal Its streams and datagrams. */
  abstract readonly _net: NetDriver;
  /** @internal Those of NET_CAPABILITIES that it has. */
  abstract readonly _capabilities: readonly Capability[];

  /** @internal What a runtime can do with this network in place of its own. */
  _capabilitiesWith(runtime: ReadonlySet<Capability>): ReadonlySet<Capability> {
    const others = [...runtime].filter(
      (capability) => !(NET_CAPABILITIES as readonly string[]).includes(capability),
    );
    return new Set([...others, ...this._capabilities]);
  }

  /** @internal A hub is made with it. Throws if it cannot be that hub's. */
  _attach(_hub: Hub, _seed: number): void {}
}
