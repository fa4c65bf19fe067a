// Many clients of a gateway at once, most of which attack it, from a process of their own: 500, or as many as
// WEVENT_GATEWAY_CLIENTS says. Each is told what it should be; the honest are served; and of two waves the second
// leaves no more behind than the first.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { settled, startGateway, TOKEN } from "../lib/gateway.ts";
import { openHandles } from "../lib/leak.ts";

const COUNT = Number(process.env["WEVENT_GATEWAY_CLIENTS"] ?? 500);
/** Heap that the second wave may leave beyond the first: a session has many times as much for each client. */
const MOST_GROWTH_BYTES = 1_000_000 + COUNT * 1000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function heapBytes(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

const next = async (child: ChildProcess): Promise<unknown> => (await once(child, "message"))[0];

it(`${COUNT} clients, of which a quarter is honest and the others attack, twice: nothing grows`, async () => {
  const program = fileURLToPath(new URL("programs/gateway-clients.mjs", import.meta.url));
  const child = fork(program, { env: { ...process.env, WEVENT_GATEWAY_TOKEN: TOKEN } });
  const { echo, flood } = (await next(child)) as { echo: number; flood: number };
  const gateway = await startGateway({
    allow: [`127.0.0.1:${echo}`, `127.0.0.1:${flood}`],
    maxConnections: COUNT + 100,
    maxPerAddress: null,
    connectsPerSecond: null,
    // Less than one message of those who send without credit, so that it is always beyond.
    windowBytes: 10_000,
    // Those who say nothing are there until the end.
    openTimeout: 600_000,
    idleTimeout: 600_000,
  });
  const { hub, server, events, url } = gateway;
  const handles = openHandles();
  const left: { heap: number; scheduler: number }[] = [];
  for (let wave = 0; wave < 2; wave++) {
    child.send({ url, count: COUNT });
    const { open, refused } = (await next(child)) as { open: number; refused: number };
    expect(open + refused).toBe(COUNT);
    expect(server.connectionCount).toBe(open);
    const reasons = new Map<string | null, number>();
    for (const { kind, reason } of events) {
      if (kind === "refused") reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect([...reasons.values()].reduce((sum, count) => sum + count, 0)).toBe(refused);
    expect([...reasons.keys()].sort()).toEqual(["protocol", "target", "token"]);
    child.send("again");
    expect(await next(child)).toEqual({ wrong: 0 });
    await settled(hub, server);
    for (let i = 0; i < 1000 && openHandles().length > handles.length; i++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(openHandles()).toEqual(handles);
    expect(JSON.stringify(events)).not.toContain("guess");
    events.length = 0;
    left.push({ heap: await heapBytes(), scheduler: hub.stats().memoryBytes });
  }
  const [first, second] = left as [(typeof left)[0], (typeof left)[0]];
  expect(second.scheduler).toBe(first.scheduler);
  expect(second.heap - first.heap).toBeLessThan(MOST_GROWTH_BYTES);
  child.send("end");
  await once(child, "exit");
  await gateway.stop();
}, 600_000);
