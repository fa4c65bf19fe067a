// Owns a gateway for tests, in a hub of its own as its clients have theirs, and the network that sockets are
// tested over it with.

import WebSocket from "crossws/websocket";
import { expect } from "vitest";
import { Hub } from "wevent";
import { Gateway, type GatewayOptions } from "wevent/gateway";
import { type GatewayEvent, GatewayServer, type GatewayServerOptions } from "wevent/gateway-server";
import { type ErrorReport, Network } from "wevent/hub";
import { nodeNet } from "../../build/host/drivers/node-net.js";
import { bodyMessage, type Kind, receivedMessage } from "../../build/host/gateway/protocol.js";
import { inHub, type World } from "./hub.ts";

export const TOKEN = "the token of a test";

export interface TestGateway {
  readonly hub: Hub;
  readonly server: GatewayServer;
  readonly events: GatewayEvent[];
  readonly reports: ErrorReport[];
  readonly url: string;
  /** A client's network; Node 20 has no WebSocket of its own. */
  network(options?: Partial<GatewayOptions>): Gateway;
  /** Also proves that nothing is left of its clients, and that nothing failed that is not told of. */
  stop(): Promise<void>;
}

/** @param network - What the gateway itself connects and looks names up with. Omitted: the runtime's. */
export async function startGateway(
  options: Partial<GatewayServerOptions> = {},
  network?: Network,
): Promise<TestGateway> {
  const reports: ErrorReport[] = [];
  const events: GatewayEvent[] = [];
  const hub = new Hub({ onError: (report) => reports.push(report), ...(network && { network }) });
  const server = new GatewayServer({ token: TOKEN, onEvent: (event) => events.push(event), ...options });
  await hub.run(() => server.start());
  const url = server.url!;
  return {
    hub,
    server,
    events,
    reports,
    url,
    network: (given) => new Gateway(url, { token: TOKEN, WebSocket, ...given }),
    async stop() {
      await settled(hub, server);
      await hub.run(() => server.stop(0));
      expect(hub.stats(), "what is left in the gateway").toMatchObject({
        completions: 0,
        timers: 0,
        lines: 0,
      });
      hub.destroy();
      expect(reports.map(({ text }) => text)).toEqual([]);
      expect(JSON.stringify(events)).not.toContain(TOKEN);
    },
  };
}

/** Looks at a gateway whose clients have gone: as many, 2 ms apart. */
const MOST_LOOKS = 2000;

/** Waits until it has no client any more, and proves that it keeps nothing of one. */
export async function settled(hub: Hub, server: GatewayServer): Promise<void> {
  const { _sessionCount: sessions } = server as unknown as { readonly _sessionCount: number };
  const isIdle = () => (server as unknown as { readonly _sessionCount: number })._sessionCount === 0;
  for (let i = 0; i < MOST_LOOKS && !isIdle(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect([isIdle(), server.connectionCount], `clients of a gateway that had ${sessions}`).toEqual([true, 0]);
  // Its own: that of its server, unless it was stopped, and none for a client.
  expect(hub.stats().greenlets, "greenlets of the gateway").toBeLessThanOrEqual(1);
}

/**
 * A network whose connections go through the gateway, and all else by the system: a gateway's clients cannot
 * listen, and what they connect to has to be somewhere. What listens is allowed.
 */
export class ThroughGateway extends Network {
  readonly label = "a gateway, and the system's listeners";
  readonly _capabilities = ["tcp.connect", "tcp.listen", "unix", "tls", "udp"];
  readonly _net: typeof nodeNet;

  constructor(gateway: TestGateway, options: Partial<GatewayOptions> = {}) {
    super();
    const { _net: client } = gateway.network(options) as unknown as { readonly _net: typeof nodeNet };
    this._net = {
      ...nodeNet,
      connect: (target, events) => ("path" in target ? nodeNet : client).connect(target, events),
      lookup: (host) => client.lookup(host),
      listen: (place, tls, events) =>
        nodeNet.listen(place, tls, {
          listening(address) {
            if ("port" in address) gateway.server.allow(`${address.host}:${address.port}`);
            events.listening(address);
          },
          accepted: (stream) => events.accepted(stream),
          failed: (error) => events.failed(error),
          closed: () => events.closed(),
        }),
    };
  }
}

/** The system's network, in which names lead where they are said to; how often they were looked up is counted. */
export class Names extends Network {
  readonly label = "a network of names";
  readonly _capabilities = ["tcp.connect", "tcp.listen", "tls"];
  readonly _net: typeof nodeNet;
  readonly asked: string[] = [];
  readonly connected: unknown[] = [];

  constructor(readonly names: Record<string, readonly string[]>) {
    super();
    this._net = {
      ...nodeNet,
      connect: (target, events) => {
        this.connected.push("host" in target ? target.host : target.path);
        return nodeNet.connect(target, events);
      },
      lookup: async (host) => {
        this.asked.push(host);
        const found = this.names[host] ?? [];
        return found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }) as const);
      },
    };
  }
}

export interface Through extends World {
  readonly gateway: TestGateway;
}

/** A test in a hub whose connections go through a gateway with these options, of which nothing may be left. */
export function through(
  options: Partial<GatewayServerOptions>,
  body: (world: Through) => Generator<unknown, unknown, unknown>,
  client: Partial<GatewayOptions> = {},
): () => Promise<void> {
  return async () => {
    const gateway = await startGateway(options);
    const network = new ThroughGateway(gateway, client);
    await inHub((world) => body({ ...world, gateway }), { clock: "real", network })();
    await gateway.stop();
  };
}

/** What came from a gateway: its kind, and its JSON or how many bytes. */
export type Heard = readonly [kind: Kind, content: unknown];

const JSON_KINDS: ReadonlySet<number> = new Set([2, 6]);

/** A client that says just what it is told to. */
export class RawPeer {
  readonly socket: WebSocket;
  readonly heard: Heard[] = [];
  readonly opened: Promise<unknown>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #changed: () => void = () => {};
  #isClosed = false;

  constructor(url: string, ...options: unknown[]) {
    this.socket = new (WebSocket as unknown as new (...all: unknown[]) => WebSocket)(url, ...options);
    this.socket.binaryType = "arraybuffer";
    this.opened = new Promise((resolve) => this.socket.addEventListener("open", resolve));
    this.socket.addEventListener("error", () => {});
    this.socket.addEventListener("message", ({ data }) => {
      const { kind, payload } = receivedMessage(new Uint8Array(data as ArrayBuffer))!;
      const text = () => JSON.parse(new TextDecoder().decode(payload)) as unknown;
      this.heard.push([kind, JSON_KINDS.has(kind) ? text() : payload.length]);
      this.#changed();
    });
    this.closed = new Promise((resolve) => {
      this.socket.addEventListener("close", ({ code, reason }) => {
        this.#isClosed = true;
        this.#changed();
        resolve({ code, reason });
      });
    });
  }

  /** One that has asked for that place, and has the answer. */
  static async to(gateway: TestGateway, port: number, more: object = {}): Promise<RawPeer> {
    const peer = new RawPeer(gateway.url);
    await peer.opened;
    peer.ask({ host: "127.0.0.1", port, windowBytes: 1000, ...more });
    await peer.until(({ length }) => length > 0);
    return peer;
  }

  ask(body: object): void {
    this.send(bodyMessage(1, { version: 1, token: TOKEN, ...body }));
  }

  send(message: string | Uint8Array): void {
    this.socket.send(message as Uint8Array<ArrayBuffer>);
  }

  sendAll(...messages: readonly Uint8Array[]): void {
    for (const message of messages) this.send(message);
  }

  /** Resolves once what was heard is so, or the connection is closed. */
  async until(isSo: (heard: readonly Heard[]) => boolean): Promise<void> {
    while (!isSo(this.heard) && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}
