// Owns the face of a network in memory: its hosts, and what befalls them. It must not know how bytes go from
// one to another: memory-net.ts does.

import { requireOptions } from "./check.js";
import { current } from "./current.js";
import { Dice } from "./dice.js";
import type { Capability } from "./driver.js";
import { checkInteger, checkMs, describe, RangeUsageError, UsageError } from "./errors.js";
import type { Greenlet } from "./greenlet.js";
import type { Hub } from "./hub.js";
import { setMemoryNetwork } from "./hub-options.js";
import { Flights } from "./memory-datagrams.js";
import { MemoryHost } from "./memory-host.js";
import { MemoryLink, type MemoryLinkOptions } from "./memory-link.js";
import { MemoryNet } from "./memory-net.js";
import { isAddress, isAny, isBroadcast, isLoopback } from "./memory-ports.js";
import { Network } from "./network.js";
import type { Task } from "./task.js";

/** What a network in memory is like. The ways of each pair of hosts, and of a host to itself, begin like this. */
export interface MemoryNetworkOptions extends MemoryLinkOptions {
  /**
   * Most bytes that each end of a connection has sent and the other has not taken, from 1; a sender
   * then waits. Omitted: 65536.
   */
  readonly windowBytes?: number;
  /**
   * How long one waits for an answer who connects, and one whose bytes do not get through a partition;
   * then it fails with ETIMEDOUT. In ms, more than 0; Infinity: for ever. Omitted: 120000.
   */
  readonly giveUpMs?: number;
}

const CAPABILITIES: readonly Capability[] = ["tcp.connect", "tcp.listen", "unix", "udp"];

/** A connection, as whoever breaks it knows it. */
interface Breakable {
  readonly from: MemoryHost;
  readonly to: MemoryHost;
  readonly break: () => void;
}

/**
 * A network inside the process, for tests: `new Hub({ network: "memory" })`, or `network: new MemoryNetwork(…)`
 * to say what it is like. Sockets, datagrams, servers and `lookup` of that hub then use it and no other, on every
 * runtime. It stands beside Hub, and not among the sockets, because a program under test never sees it.
 *
 * Under the virtual clock delays take no time, and the hub's seed decides all that is left to chance: the
 * same seed gives the same run. Greenlets run on the host "main", but for those of `host(name).spawn`.
 *
 * Limits first: TLS is not there, nor does what goes by the runtime's own network (`fetch`, `serve`) come
 * here. A socket is told of the other end's close when that arrives, also for sending.
 *
 * @example Two hosts, a delay and a partition
 * ```ts
 * const network = new MemoryNetwork({ delayMs: [1, 20] });
 * const hub = new Hub({ network, clock: "virtual", seed: 7 });
 * const db = network.host("db");
 * await hub.run(function* () {
 *   db.spawn(() => server.serveForever());
 *   network.partition("main", "db");
 * });
 * ```
 * @source gevent has none
 * @since 0.1
 */
export class MemoryNetwork extends Network {
  readonly label = "a network in memory";
  /** @internal */
  readonly _capabilities = CAPABILITIES;
  /** @internal The driver's part. */
  readonly _net = new MemoryNet(this);
  /** @internal */
  readonly _flights = new Flights(this);
  /** @internal Not over, in the order in which they were begun. */
  readonly _connections = new Set<Breakable>();
  /** @internal */
  readonly _windowBytes: number;
  /** @internal */
  readonly _giveUpMs: number;
  /** @internal */
  _dice = new Dice(0);
  readonly #options: MemoryLinkOptions;
  readonly #hosts = new Map<string, MemoryHost>();
  readonly #addresses = new Map<string, MemoryHost>();
  readonly #main: MemoryHost;
  /** Who runs elsewhere than on main. */
  readonly #placed = new WeakMap<Task, MemoryHost>();
  #hub: Hub | null = null;
  #isPlacing = false;

  constructor(options: MemoryNetworkOptions = {}) {
    super();
    requireOptions(options);
    const { windowBytes = 65_536, giveUpMs = 120_000, ...link } = options;
    checkInteger(windowBytes, 1, "use a window of");
    checkMs(giveUpMs, "giveUpMs");
    if (giveUpMs <= 0) {
      throw new RangeUsageError(`could not use ${giveUpMs} as giveUpMs because it is not above 0; give more`);
    }
    this._windowBytes = windowBytes;
    this._giveUpMs = giveUpMs;
    this.#options = link;
    this.#main = this.host("main");
    // Here, and not when somebody first connects, a bad option is refused.
    this._link(this.#main, this.#main);
  }

  /** All hosts, in the order in which they were made; "main" is the first. */
  get hosts(): readonly MemoryHost[] {
    return [...this.#hosts.values()];
  }

  /**
   * The host of that name or address; makes it if there is none. Its address is its name if that is one, else the
   * next of 10.0.0.1, 10.0.0.2 and so on that is free. @noswitch
   *
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is no name, or one that stands for other hosts
   */
  host(name: string): MemoryHost {
    const known = this.#hosts.get(name) ?? this.#addresses.get(name);
    if (known !== undefined) return known;
    const isName = typeof name === "string" && name !== "" && name !== "localhost";
    if (!isName || isLoopback(name) || isAny(name) || isBroadcast(name)) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not use ${describe(name)} as a host's name because ${isName || name === "localhost" ? "it stands for other hosts" : "it is no name"}; give another one`,
      );
    }
    const host = new MemoryHost(this, name, isAddress(name) ? name : this.#freeAddress());
    this.#hosts.set(name, host);
    this.#addresses.set(host.address, host);
    return host;
  }

  #freeAddress(): string {
    for (let n = 1; ; n++) {
      const address = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
      if (!this.#addresses.has(address)) return address;
    }
  }

  /**
   * Changes what the way from one host to another is like, for all that is sent from here on; what is
   * left out stays. The way back is another one. @noswitch
   *
   * @param from - A host or its name; the same as `to` for a host's way to itself.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is no such host
   * @throws {@link RangeUsageError} WEV_ERR_RANGE when a delay or a chance is none
   */
  link(from: MemoryHost | string, to: MemoryHost | string, options: MemoryLinkOptions): void {
    this._link(this.#known(from), this.#known(to)).set(options);
  }

  /**
   * Cuts two hosts from each other, or one from all that there are. Who connects gets no answer; what is
   * sent is held, until `heal` or until its sender gives up (`giveUpMs`). A connection that only waits
   * for bytes notices nothing, as with TCP. @noswitch
   *
   * @param two - Omitted: all others.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is no such host
   */
  partition(one: MemoryHost | string, two?: MemoryHost | string): void {
    for (const link of this.#between(one, two)) link.cut();
  }

  /**
   * Ends what `partition` did, for two hosts, one and all others, or all. What was held is sent anew. @noswitch
   *
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is no such host
   */
  heal(one?: MemoryHost | string, two?: MemoryHost | string): void {
    for (const link of this.#between(one, two)) link.heal();
  }

  /**
   * Breaks the connections between two hosts, of one, or all, here and now: both ends fail with ECONNRESET
   * once they have read what came before, and what was on its way is lost. Gives their number. @noswitch
   *
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is no such host
   */
  reset(one?: MemoryHost | string, two?: MemoryHost | string): number {
    const first = one === undefined ? null : this.#known(one);
    const second = two === undefined ? null : this.#known(two);
    const isMeant = (a: MemoryHost, b: MemoryHost) =>
      (first === null || a === first) && (second === null || b === second);
    const broken = [...this._connections].filter(({ from, to }) => isMeant(from, to) || isMeant(to, from));
    for (const connection of broken) connection.break();
    return broken.length;
  }

  // ---- the hub and the driver ask

  /** @internal A network is of one hub: its delays are that hub's timers. */
  override _attach(hub: Hub, seed: number): void {
    if (this.#hub !== null) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        "could not make a hub with this MemoryNetwork because it is another hub's; make one for each hub",
      );
    }
    this.#hub = hub;
    this._dice = new Dice(seed);
  }

  /** @internal The host that the running greenlet runs on. */
  _here(): MemoryHost {
    return (current === null ? undefined : this.#placed.get(current)) ?? this.#main;
  }

  /** @internal Puts a greenlet that has not started on a host. */
  _place(greenlet: Greenlet, host: MemoryHost): void {
    this.#placed.set(greenlet, host);
    if (this.#isPlacing) return;
    this.#isPlacing = true;
    const hub = this._hub;
    hub.spawnListeners ??= new Set();
    hub.spawnListeners.add((spawned) => this.#inherit(spawned));
  }

  #inherit(greenlet: Greenlet): void {
    const host = this.#placed.get(greenlet.parent as Task);
    if (host !== undefined && !this.#placed.has(greenlet)) this.#placed.set(greenlet, host);
  }

  /** @internal The address that a name stands for; null: none. */
  _addressOf(name: string): string | null {
    if (name === "localhost") return "127.0.0.1";
    return this.#hosts.get(name)?.address ?? (isAddress(name) ? name : null);
  }

  /** @internal Whom one reaches from a host at an address, and the address that he is reached at; null: nobody. */
  _reach(here: MemoryHost, address: string | null): { host: MemoryHost; address: string } | null {
    if (address === null) return null;
    // As on other systems, who connects to any address connects to himself.
    if (isAny(address)) return { host: here, address: address === "::" ? "::1" : "127.0.0.1" };
    const host = isLoopback(address) ? here : this.#addresses.get(address);
    return host === undefined ? null : { host, address };
  }

  /** @internal The ways between two hosts. */
  _route(from: MemoryHost, to: MemoryHost): { readonly there: MemoryLink; readonly back: MemoryLink } {
    return { there: this._link(from, to), back: this._link(to, from) };
  }

  /** @internal */
  _link(from: MemoryHost, to: MemoryHost): MemoryLink {
    let link = from._links.get(to);
    if (link === undefined) {
      link = new MemoryLink(this, this.#options);
      from._links.set(to, link);
    }
    return link;
  }

  /** The ways both ways between two hosts, one and all others, or all. */
  #between(one?: MemoryHost | string, two?: MemoryHost | string): MemoryLink[] {
    const ones = one === undefined ? this.hosts : [this.#known(one)];
    const twos = two === undefined ? this.hosts : [this.#known(two)];
    return ones.flatMap((a) =>
      twos.filter((b) => a !== b).flatMap((b) => [this._link(a, b), this._link(b, a)]),
    );
  }

  #known(host: MemoryHost | string): MemoryHost {
    const name = host instanceof MemoryHost ? host.name : host;
    const known = this.#hosts.get(name) ?? this.#addresses.get(name);
    if (known !== undefined && (known === host || typeof host === "string")) return known;
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not use ${describe(host)} as a host because the network has no such host; make it with host(name)`,
    );
  }

  /** @internal Whose it is; throws before it is anybody's. */
  get _hub(): Hub {
    if (this.#hub !== null) return this.#hub;
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      "could not use this MemoryNetwork because it has no hub yet; make one with new Hub({ network })",
    );
  }
}

setMemoryNetwork(() => new MemoryNetwork());
