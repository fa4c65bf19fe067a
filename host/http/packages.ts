// Owns loading the packages that servers are built on, once they are asked for: wevent itself needs
// none. What is used of each is said here, so that no declaration of ours names an absent package.
// package.json's import map has them, and no-server.ts in their place where nothing can listen.

import { PackageMissing } from "./errors.js";

/** What a server of srvx is asked. */
export interface BaseServer {
  /** Listens. */
  serve(): unknown;
  /** Resolves when it listens; rejects when it cannot. */
  ready(): Promise<unknown>;
  readonly url?: string | undefined;
  /** Stops listening; resolves when no connection is left. With true it cuts those that there are. */
  close(closeAll?: boolean): Promise<void>;
  readonly node?: { readonly server?: NodeServer };
}

/** What is asked of node:http's server beside its options. */
export interface NodeServer {
  maxConnections: number;
  on(event: "upgrade", listener: (request: unknown, socket: NodeSocket) => void): unknown;
}

interface NodeSocket {
  on(event: "error", listener: () => void): unknown;
}

/** Something that is built into a server before it listens. */
export type BasePlugin = (server: never) => void;

interface Srvx {
  serve(options: Record<string, unknown>): BaseServer;
}

/** A connected WebSocket, as crossws has it. */
export interface Peer {
  readonly request: Request;
  readonly remoteAddress?: string | undefined;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): unknown;
  close(code?: number, reason?: string): void;
  terminate(): void;
  /** The runtime's own WebSocket. */
  readonly websocket: {
    pause?(): void;
    resume?(): void;
    addEventListener?(type: "error", listener: (event: { readonly error?: unknown }) => void): void;
  };
}

/** What crossws calls as things happen. */
export interface PeerHooks {
  upgrade(request: Request): Response | undefined;
  open(peer: Peer): void;
  message(peer: Peer, message: { readonly rawData: unknown }): void;
  drain(peer: Peer): void;
  close(peer: Peer, details: { readonly code?: number; readonly reason?: string }): void;
  error(peer: Peer, error: Error): void;
  readonly options: { readonly node: Record<string, unknown> };
}

interface CrosswsServer {
  plugin(hooks: PeerHooks): BasePlugin;
}

/** What peerDependencies ask for. */
const VERSIONS = { srvx: "1", crossws: "0.4" } as const;

export function loadSrvx(): Promise<Srvx> {
  return (import("#srvx") as Promise<unknown> as Promise<Srvx>).catch(missing("serve HTTP", "srvx"));
}

export function loadCrossws(): Promise<CrosswsServer> {
  return (import("#crossws/server") as Promise<unknown> as Promise<CrosswsServer>).catch(
    missing("serve WebSockets", "crossws"),
  );
}

/** The WebSocket of the runtime, or that of crossws where there is none (Node before 22). */
export async function loadWebSocket(): Promise<typeof WebSocket> {
  if (typeof globalThis.WebSocket === "function") return globalThis.WebSocket;
  return (await import("#crossws/websocket").catch(missing("open a WebSocket", "crossws"))).default;
}

// Called in a `catch` of the import itself: by that bundlers know that the package may be missing.
function missing(action: string, name: keyof typeof VERSIONS): (error: unknown) => never {
  return (error) => {
    throw new PackageMissing(action, name, VERSIONS[name], error);
  };
}
