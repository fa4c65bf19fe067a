// Owns the networks that every test of sockets is run over: the loopback of the system, and the network in
// memory, whose hub stands on a driver that has nothing but timers.

import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { type Hub, spawn } from "wevent";
import { type Driver, MemoryNetwork } from "wevent/hub";
import { listen } from "wevent/socket";
import * as generic from "../../build/host/drivers/generic.js";
import type { WorldOptions } from "./hub.ts";

/** A server that breaks each connection once something has come. */
export interface Breaker {
  readonly port: number;
  close(): void;
}

export interface TestNetwork {
  readonly name: string;
  /** For one hub. On the system's network time is real: order and lower bounds only. */
  options(): WorldOptions;
  /** A path of a Unix socket that nobody uses. */
  readonly path: string;
  breaker(hub: Hub): Generator<unknown, Breaker>;
}

const system: TestNetwork = {
  name: "the system's network",
  options: () => ({ clock: "real" }),
  path: `${tmpdir()}/wevent-${process.pid}-${Date.now()}.sock`,
  *breaker() {
    const raw = createServer((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    });
    yield* spawn(() => new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve)));
    return { port: (raw.address() as { port: number }).port, close: () => raw.close() };
  },
};

function inMemory(name: string, options: () => WorldOptions): TestNetwork {
  return {
    name,
    options: () => ({ driver: generic.driver as Driver, ...options() }),
    path: "/run/wevent.sock",
    *breaker(hub) {
      const listener = yield* listen();
      spawn(function* () {
        using socket = yield* listener.accept();
        yield* socket.recv();
        (hub.network as MemoryNetwork).reset();
      });
      return { port: (listener.address as { port: number }).port, close: () => listener.close() };
    },
  };
}

export const NETWORKS: readonly TestNetwork[] = [
  system,
  inMemory("a network in memory", () => ({ network: "memory" })),
  inMemory("a network in memory, in real time", () => ({ network: "memory", clock: "real" })),
  inMemory("a slow network in memory", () => ({
    network: new MemoryNetwork({ delayMs: [0.1, 1], windowBytes: 20_000 }),
  })),
];
