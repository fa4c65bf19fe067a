// Programs at either end of a gateway: the command that starts one, and a guest that was compiled ahead.
import WebSocket from "crossws/websocket";
import { expect, it } from "vitest";
import { Hub, wait } from "wevent";
import { Gateway } from "wevent/gateway";
import { loadGuest } from "wevent/guest";
import { StreamServer } from "wevent/server";
import { createConnection, type Socket } from "wevent/socket";
import { RespServer } from "../../examples/resp/server.js";
import { compile } from "../../host/guest/compile.js";
import { startGateway, TOKEN } from "../lib/gateway.ts";
import { inHub, thrownIn } from "../lib/hub.ts";
import { startProgram } from "../lib/program.ts";

const portOf = ({ address }: { readonly address: unknown }) => (address as { readonly port: number }).port;

function* echo(socket: Socket) {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

it("a Redis client that is a guest runs through a gateway as it is", async () => {
  const { binary } = await compile("examples/guest/redis-client.as.ts");
  const gateway = await startGateway({ connectsPerSecond: null });
  const toys = new Hub();
  const toy = await toys.run(function* () {
    const server = new RespServer({});
    yield* server.start();
    return server;
  });
  gateway.server.allow(`127.0.0.1:${portOf(toy)}`);
  const hub = new Hub({ network: gateway.network() });
  const lines: string[] = [];
  const guest = await loadGuest(binary as BufferSource, {
    hub,
    args: [`${portOf(toy)}`],
    imports: {
      env: {
        "console.log"(text: number) {
          const { buffer } = guest.memory;
          const lengthBytes = new Uint32Array(buffer)[(text - 4) >>> 2]!;
          lines.push(new TextDecoder("utf-16le").decode(new Uint8Array(buffer, text, lengthBytes)));
        },
      },
    },
  });
  await guest.call("main");
  expect(lines).toEqual([
    "PONG",
    "100 greenlets have counted to 100",
    "in one go: OK, hello, nil, 3",
    "refused: ERR",
    "waited in vain: no reply in 50 ms",
    "and the next reply is the right one: hello",
  ]);
  hub.destroy();
  await toys.run(() => toy.stop());
  toys.destroy();
  await gateway.stop();
});

/** What `wevent gateway` says, with its URL and the token that it made up. */
function* startCommand(...args: string[]) {
  const command = yield* startProgram("host/cli/main.js", "gateway", "--listen", "0", ...args);
  const url = (yield* command.stdout!.readLine())!.replace("listening at ", "");
  return { command, url };
}

it(
  "wevent gateway connects to what is allowed, logs each line without the token, and ends on SIGTERM",
  inHub(
    function* () {
      const server = new StreamServer({}, echo);
      yield* server.start();
      const port = portOf(server);
      const { command, url } = yield* startCommand("--allow", `127.0.0.1:${port}`, "--token", TOKEN);
      const outcome = (token: string, at: number) => {
        const page = new Hub({ network: new Gateway(url, { token, WebSocket }) });
        const ended = page.run(function* () {
          using socket = yield* createConnection({ port: at });
          yield* socket.sendAll("through a process\n");
          return yield* socket.readLine();
        });
        return wait(ended.finally(() => page.destroy()));
      };
      expect(yield* outcome(TOKEN, port)).toBe("through a process");
      expect(yield* thrownIn(outcome(TOKEN, 22))).toMatchObject({ reason: "target" });
      expect(yield* thrownIn(outcome("a guess at the token", port))).toMatchObject({ reason: "token" });
      const lines: string[] = [];
      while (lines.length < 4) lines.push((yield* command.stderr!.readLine())!);
      const said = lines.map((line) => line.replace(/^\S+Z /, "")).sort();
      expect(said).toEqual([
        `closed 127.0.0.1 to "127.0.0.1:${port}", 18 bytes there, 18 back`,
        `opened 127.0.0.1 to "127.0.0.1:${port}"`,
        'refused 127.0.0.1 to "127.0.0.1:22" because: target',
        `refused 127.0.0.1 to "127.0.0.1:${port}" because: token`,
      ]);
      expect(lines.join()).not.toContain(TOKEN);
      command.kill("SIGTERM");
      expect(yield* command.wait()).toBe(0);
      yield* server.stop();
    },
    { clock: "real" },
  ),
);

it(
  "wevent gateway makes a token up where none is given, takes limits, and refuses a command line that is wrong",
  inHub(
    function* () {
      const { command, url } = yield* startCommand("--allow", "localhost:1", "--max-connections", "none");
      expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/$/);
      expect(yield* command.stdout!.readLine()).toMatch(/^token: [0-9a-f-]{36}$/);
      command.kill("SIGINT");
      expect(yield* command.wait()).toBe(0);
      const allow = ["--allow", "localhost:1"];
      for (const args of [
        [],
        ["--allow", "*:80"],
        ["--allow", "localhost"],
        [...allow, "--no-token"],
        [...allow, "--token", "short"],
        [...allow, "--token", TOKEN, "--no-token"],
        [...allow, "--origin", "example.com"],
        [...allow, "--cert", "a.pem"],
        [...allow, "--max-bytes", "many"],
        [...allow, "--max-bytes", "0"],
        [...allow, "--max-frame-bytes", "none"],
        [...allow, "--listen", "nowhere"],
        [...allow, "--nonsense"],
      ]) {
        const wrong = yield* startProgram("host/cli/main.js", "gateway", ...args);
        expect([args, yield* wrong.wait()]).toEqual([args, 2]);
        expect(yield* wrong.stderr!.readLine()).not.toBe("");
        wrong[Symbol.dispose]();
      }
    },
    { clock: "real" },
  ),
);
