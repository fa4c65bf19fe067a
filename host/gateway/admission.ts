// Owns how many clients a gateway has, in all and of each address, and how fast they come. It keeps nothing
// of an address that is not connected and has not come for a second.

import { clientKey } from "./addresses.js";
import type { GatewayReason } from "./errors.js";
import { Pace } from "./pace.js";

export interface AdmissionLimits {
  readonly maxConnections: number | null;
  readonly maxPerAddress: number | null;
  /** New connections of one address in a second. */
  readonly connectsPerSecond: number | null;
}

interface Client {
  count: number;
  readonly pace: Pace;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #connected = new Map<string, Client>();
  /** Not connected; the one that came or left last is at the end. */
  readonly #resting = new Map<string, Client>();
  #count = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** How many are in. */
  get count(): number {
    return this.#count;
  }

  /** Addresses of which something is kept. */
  get addressCount(): number {
    return this.#connected.size + this.#resting.size;
  }

  /** Lets one in, who is to leave; or says why not. */
  enter(address: string | null): GatewayReason | null {
    this.#forget();
    const key = clientKey(address);
    const known = this.#connected.get(key) ?? this.#resting.get(key);
    const client = known ?? { count: 0, pace: new Pace(this.#limits.connectsPerSecond) };
    const reason = this.#refuses(client);
    this.#resting.delete(key);
    if (reason === null) {
      client.count++;
      this.#count++;
    }
    (client.count > 0 ? this.#connected : this.#resting).set(key, client);
    return reason;
  }

  #refuses({ count, pace }: Client): GatewayReason | null {
    const { maxConnections, maxPerAddress } = this.#limits;
    // First, so that one who is refused for another reason has come all the same.
    if (!pace.try()) return "rate";
    if (maxConnections !== null && this.#count >= maxConnections) return "connections";
    return maxPerAddress !== null && count >= maxPerAddress ? "connections" : null;
  }

  leave(address: string | null): void {
    const key = clientKey(address);
    const client = this.#connected.get(key)!;
    client.count--;
    this.#count--;
    if (client.count > 0) return;
    this.#connected.delete(key);
    this.#resting.set(key, client);
    this.#forget();
  }

  /** Those who have rested longest stand first. */
  #forget(): void {
    for (const [key, { pace }] of this.#resting) {
      if (!pace.isFull) return;
      this.#resting.delete(key);
    }
  }
}
