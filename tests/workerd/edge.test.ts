// What a worker has to show in workerd itself: sockets, a hub for each request, and what happens at a
// request's end. tests/workerd/worker.ts is the other half.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../build/host/guest/compile.js";
import { startJsonServer } from "../../examples/tutorial/lib/json-server.ts";
import { bundleWorker, hasWorkerd, startWorkerd } from "../../tools/workerd/launch.js";
import { CERT, KEY } from "../lib/certificate.ts";

const ROOT = join(import.meta.dirname, "../..");
if (!hasWorkerd()) console.warn("Left out: tests in workerd (npm ci --prefix tools/workerd)");

const servers: Server[] = [];
async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return String((server.address() as AddressInfo).port);
}

const echoServer = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {});
  socket.pipe(socket);
});
const resettingServer = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => socket.resetAndDestroy());
});
const tlsServer = createTlsServer({ cert: CERT, key: KEY }, (socket) => {
  socket.on("error", () => {});
  socket.pipe(socket);
});
tlsServer.on("tlsClientError", () => {});

let workerd: Awaited<ReturnType<typeof startWorkerd>>;
let json: Awaited<ReturnType<typeof startJsonServer>>;
let output = "";

const ask = (path: string, init: RequestInit = {}) => fetch(`${workerd.url}${path}`, init);
const answer = async (path: string) => (await ask(path)).json() as Promise<unknown>;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Resident memory of workerd, in MiB. */
function memoryMib(): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${workerd.pid}/status`, "utf8"))![1];
  return Number(kib) / 1024;
}

const lines: string[] = [];
/** Waits until a worker's cleanup has said so. */
const logged = (line: string) =>
  until(async () => {
    lines.push(...((await answer("/log")) as string[]));
    return lines.includes(line);
  });

describe.skipIf(!hasWorkerd())("in workerd", () => {
  beforeAll(async () => {
    mkdirSync(join(ROOT, "build/workerd"), { recursive: true });
    const { binary } = await compile(join(ROOT, "tests/guest/programs/edge-client.as.ts"));
    writeFileSync(join(ROOT, "build/workerd/edge-client.wasm"), binary);
    json = await startJsonServer();
    workerd = await startWorkerd({
      worker: await bundleWorker(join(import.meta.dirname, "worker.ts")),
      takesTcp: true,
      trusted: [CERT],
      bindings: {
        ECHO: await listening(echoServer),
        RESET: await listening(resettingServer),
        TLS: await listening(tlsServer),
        PAGES: json.url,
      },
      onOutput: (text: string) => {
        output += text;
      },
    });
  }, 120_000);

  afterAll(async () => {
    await workerd?.stop();
    await json?.close();
    for (const server of servers) server.close();
  });

  it("it is workerd, and the driver for it", async () => {
    expect(await answer("/where")).toEqual({ agent: "Cloudflare-Workers", runtime: "workerd" });
  });

  it("sockets connect, read, write and end by halves, and fail with typed errors", async () => {
    expect(await answer("/sockets")).toEqual({
      line: "hello",
      remoteAddress: { host: "127.0.0.1", port: (echoServer.address() as AddressInfo).port, family: 4 },
      isSame: true,
      end: 0,
      late: "WEV_ERR_TIMEOUT",
      after: "still there",
      closed: "WEV_ERR_SOCKET_CLOSED",
      reset: "WEV_ERR_SOCKET_RESET",
      // The runtime does not say why.
      refused: "WEV_ERR_SOCKET_FAILED",
      listen: "WEV_ERR_UNSUPPORTED",
      lookup: "WEV_ERR_UNSUPPORTED",
      unix: "WEV_ERR_UNSUPPORTED",
    });
  });

  it("sockets talk TLS, to the name that they expect", async () => {
    expect(await answer("/tls")).toEqual({
      byName: "secret",
      expected: "secret",
      wrong: true,
      option: "WEV_ERR_UNSUPPORTED",
    });
  });

  it("connections beyond six wait for a place, and so do fetches", async () => {
    expect(await answer("/limits")).toEqual({ mostOpen: 6, sum: 190 });
  });

  it("a guest talks over sockets", async () => {
    const heard = Array.from({ length: 10 }, (_, i) => `client ${i + 1} was heard`);
    expect(((await answer("/guest")) as string[]).sort()).toEqual(heard.sort());
  });

  it("connections that come in are adopted", async () => {
    const socket = connect({ port: workerd.tcpPort!, host: "127.0.0.1", allowHalfOpen: true });
    let heard = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      heard += text;
    });
    socket.write("hello\n");
    await until(async () => heard === "HELLO\n");
    socket.end("again\n");
    await new Promise<void>((resolve) => socket.once("end", resolve));
    expect(heard).toBe("HELLO\nAGAIN\nbye\n");
  });

  it("a busy request holds up no other one", async () => {
    let isOver = false;
    const busy = answer("/busy").finally(() => {
      isOver = true;
    });
    let pings = 0;
    for (; !isOver; pings++) expect(await (await ask("/ping")).text()).toBe("pong");
    expect(((await busy) as { steps: number }).steps).toBeGreaterThan(100);
    expect(pings).toBeGreaterThan(5);
  });

  it("1000 requests at a time have hubs of their own, see nothing of each other, and leave nothing", async () => {
    const round = async () => {
      const ids = Array.from({ length: 1000 }, (_, i) => `r${i}`);
      const answers = await Promise.all(ids.map(async (id) => (await ask(`/isolated?id=${id}`)).text()));
      expect(answers).toEqual(ids.map((id) => `${id} ${id} 20`));
    };
    const memory: number[] = [];
    for (let i = 0; i < 6; i++) {
      await round();
      memory.push(Math.round(memoryMib()));
    }
    // A request that left its hub would leave at least the 128 KiB of its core's memory: 750 MiB by now.
    expect(Math.max(...memory.slice(3))).toBeLessThan(Math.max(...memory.slice(0, 3)) + 150);
    const { most, going, hubs } = (await answer("/most")) as { most: number; going: number; hubs: number };
    console.log(`workerd: ${most} requests at a time; MiB after each round of 1000: ${memory.join(", ")}`);
    expect({ going, hubs }).toEqual({ going: 0, hubs: 0 });
    expect(most).toBeGreaterThan(100);
  }, 120_000);

  it("work ends with its request, but for what was handed to waitUntil", async () => {
    expect(await (await ask("/later?id=a")).text()).toBe("sent");
    await logged("a has ended later");
    expect(lines.filter((line) => line.startsWith("a "))).toEqual([
      "a has ended later",
      "a has left a greenlet",
    ]);
  });

  it("a body of a greenlet is sent to its end, and its request is over then", async () => {
    expect(await (await ask("/stream?id=b&count=5")).text()).toBe("0\n1\n2\n3\n4\n");
    await logged("b has streamed");
  });

  // workerd by itself tells nobody that a client has gone who waits for an answer: so the signal is a test's.
  it("a greenlet whose request is aborted cleans up, also in calls that wait", async () => {
    expect(await answer("/aborted?id=c")).toEqual({ status: 503 });
    await logged("c has cleaned up");
  });

  it("a body whose reader has gone ends its greenlet", async () => {
    const going = new AbortController();
    const response = await ask("/stream?id=d&count=10000", { signal: going.signal });
    await response.body!.getReader().read();
    going.abort();
    await logged("d has streamed");
  });

  it("a handler that fails is answered with 500 and reported", async () => {
    expect((await ask("/fails")).status).toBe(500);
    await until(async () => output.includes("on purpose"));
  });
});
