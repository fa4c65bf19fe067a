// The RESP client of examples/resp in a page, as it is, and the Redis client of examples/guest: through
// `wevent gateway`, which is a process of its own, to a server that the page could not reach.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Hub } from "wevent";
import { compile } from "../../build/host/guest/compile.js";
import type { RespClient } from "../../examples/resp/client.ts";
import { RespServer } from "../../examples/resp/server.ts";
import { bundle } from "../lib/bundle.ts";
import { inBrowsers, type Wevent } from "../lib/pages.ts";
import { firstBreach, promisedLines } from "../lib/transcript.ts";

const ROOT = join(import.meta.dirname, "../..");
const TOKEN = "the token of a test";

const hub = new Hub();
const server = new RespServer({});
/** What the pages are told: where the gateway is, and where that leads. */
const given = { url: "", port: 0, token: TOKEN };
let stopGateway: () => Promise<unknown>;

const guestSource = readFileSync(join(ROOT, "examples/guest/redis-client.as.ts"), "utf8");
let guestBinary: Uint8Array;

beforeAll(async () => {
  ({ binary: guestBinary } = await compile(join(ROOT, "examples/guest/redis-client.as.ts")));
  await hub.run(() => server.start());
  given.port = (server.address as { port: number }).port;
  const cli = join(ROOT, "build/host/cli/main.js");
  const place = ["--allow", `127.0.0.1:${given.port}`, "--listen", "0", "--token", TOKEN];
  const gateway = spawn(process.execPath, [cli, "gateway", ...place], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(createInterface(gateway.stdout), "line");
  given.url = String(line).replace("listening at ", "");
  stopGateway = () => {
    gateway.kill("SIGTERM");
    return once(gateway, "exit");
  };
});

afterAll(async () => {
  await stopGateway?.();
  await hub.run(() => server.stop());
  hub.destroy();
});

type Given = typeof given;
type Client = Wevent & { RespClient: typeof RespClient };

/** All of wevent, and the client as it is in the examples. */
const client = async () => {
  const { code } = await bundle(
    `export * from "./build/host/standalone.js";\nexport { RespClient } from "./build/examples/resp/client.js";\n`,
  );
  return code;
};

inBrowsers((browser) => {
  it("the RESP client counts, pipelines, subscribes and gives up, all through the gateway", async () => {
    const lines = await browser.run(
      async (
        { forEach, Gateway, Hub, joinAll, RespClient, spawn, Timeout, withTimeout }: Client,
        { url, port, token }: Given,
      ) => {
        const hub = new Hub({ network: new Gateway(url, { token }) });
        const seen: unknown[] = [
          [hub.can("tcp.connect"), hub.can("tcp.listen"), new Hub().can("tcp.connect")],
        ];
        await hub.run(function* () {
          const redis = new RespClient({ host: "127.0.0.1", port, poolSize: 5 });
          yield* redis.command("DEL", "visits", "greeting", "list");
          const visits = Array.from({ length: 100 }, () => spawn(() => redis.command("INCR", "visits")));
          yield* joinAll(visits, { raiseError: true });
          seen.push([Math.max(...visits.map(({ value }) => Number(value))), redis.connectionCount]);
          seen.push(
            yield* redis.pipeline([
              ["SET", "greeting", "hello"],
              ["GET", "greeting"],
              ["GET", "nothing"],
            ]),
          );
          try {
            yield* withTimeout(50, () => redis.command("BLPOP", "nothing", 0));
          } catch (error) {
            seen.push(error instanceof Timeout);
          }
          seen.push(yield* redis.command("GET", "greeting"));
          const heard: unknown[] = [];
          const news = yield* redis.subscribe("news");
          for (const text of ["first", "second"]) yield* redis.command("PUBLISH", "news", text);
          yield* forEach(news, ({ payload }) => {
            heard.push(payload);
            if (heard.length === 2) news.close();
          });
          seen.push(heard);
          redis[Symbol.dispose]();
        });
        const isOver = await hub.join({ timeout: 5000 });
        hub.destroy();
        return [...seen, isOver];
      },
      { given, module: await client() },
    );
    expect(lines).toEqual([
      [true, false, false],
      [100, 5],
      ["OK", "hello", null],
      true,
      "hello",
      ["first", "second"],
      true,
    ]);
  });

  it("the Redis client that is a guest prints what its header promises", async () => {
    const output = await browser.run(
      async ({ Gateway, Hub, loadGuest, RespClient }: Client, { url, port, token }: Given) => {
        const hub = new Hub({ network: new Gateway(url, { token }) });
        await hub.run(function* () {
          const redis = new RespClient({ host: "127.0.0.1", port });
          yield* redis.command("DEL", "wevent:visits", "wevent:greeting", "wevent:list");
          redis[Symbol.dispose]();
        });
        const lines: string[] = [];
        const guest = await loadGuest(await fetch("/guest.wasm"), {
          hub,
          args: [String(port)],
          imports: {
            env: {
              "console.log": (text: number) => {
                const { buffer } = guest.memory;
                const bytes = new Uint8Array(buffer, text, new Uint32Array(buffer)[(text - 4) >>> 2]);
                lines.push(new TextDecoder("utf-16le").decode(bytes.slice()));
              },
            },
          },
        });
        await guest.call("main");
        hub.destroy();
        return lines.join("\n");
      },
      {
        given,
        module: await client(),
        files: { "/guest.wasm": { type: "application/wasm", body: guestBinary } },
      },
    );
    expect(firstBreach(promisedLines(guestSource), output)).toBeNull();
  });

  it("what the gateway does not allow, or without its token, is refused with a reason", async () => {
    const reasons = await browser.run(
      async ({ createConnection, Gateway, Hub }: Client, { url, port, token }: Given) => {
        const outcome = async (given: string, to: number) => {
          const hub = new Hub({ network: new Gateway(url, { token: given }) });
          try {
            return await hub.run(function* () {
              try {
                (yield* createConnection({ host: "127.0.0.1", port: to })).close();
                return "connected";
              } catch (error) {
                const { name, code, reason } = error as { name: string; code?: string; reason?: string };
                return `${name} ${code} ${reason}`;
              }
            });
          } finally {
            hub.destroy();
          }
        };
        return [
          await outcome(token, port),
          await outcome(token, 1),
          await outcome("another token, wrong", port),
        ];
      },
      { given, module: await client() },
    );
    expect(reasons).toEqual([
      "connected",
      "GatewayError WEV_ERR_GATEWAY_DENIED target",
      "GatewayError WEV_ERR_GATEWAY_DENIED token",
    ]);
  });
});
