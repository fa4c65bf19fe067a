// Owns the networks that every test of streams is run over: those of networks.ts, and one whose connections
// go through a gateway.

import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { afterAll } from "vitest";
import { spawn } from "wevent";
import { startGateway, ThroughGateway } from "./gateway.ts";
import { NETWORKS, type TestNetwork } from "./networks.ts";

const gateway = await startGateway({
  allow: ["no.such.name.invalid:1", "localhost:1"],
  bytesPerSecond: null,
  connectsPerSecond: null,
  maxPerAddress: null,
});
afterAll(() => gateway.stop());

const throughGateway: TestNetwork = {
  name: "a gateway",
  options: () => ({ clock: "real", network: new ThroughGateway(gateway) }),
  path: `${tmpdir()}/wevent-gateway-${process.pid}-${Date.now()}.sock`,
  *breaker() {
    const raw = createServer((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    });
    yield* spawn(() => new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve)));
    const { port } = raw.address() as { port: number };
    gateway.server.allow(`127.0.0.1:${port}`);
    return { port, close: () => raw.close() };
  },
};

export const STREAM_NETWORKS: readonly TestNetwork[] = [...NETWORKS, throughGateway];
