// The echo server as a process of its own, with guests of every kind.
import { expect, it } from "vitest";
import { joinAll, sleep, spawn } from "wevent";
import { createConnection } from "wevent/socket";
import { inHub, thrownIn } from "../lib/hub.ts";
import { openHandles, proveClosed } from "../lib/leak.ts";
import { startProgram } from "../lib/program.ts";

const REAL = { clock: "real" } as const;
const PROGRAM = "examples/io/echo-server.js";

function* started() {
  const program = yield* startProgram(PROGRAM, "0");
  const [, port] = /^listening at port (\d+)$/.exec((yield* program.stdout!.readLine())!)!;
  return { program, port: Number(port) };
}

function* echoOf(port: number, text: string) {
  using socket = yield* createConnection({ port });
  yield* socket.sendAll(`${text}\n`);
  return yield* socket.readLine();
}

it(
  "a hundred guests at once hear what they said, beside some that vanish and some that say nothing",
  inHub(function* ({ hub }) {
    const before = openHandles();
    const { program, port } = yield* started();
    const silent = yield* createConnection({ port });
    for (let i = 0; i < 10; i++) {
      const vanishing = yield* createConnection({ port });
      yield* vanishing.sendAll("x".repeat(100_000));
      vanishing.close();
    }
    const guests = Array.from({ length: 100 }, (_, i) => spawn(echoOf, port, `guest ${i}`));
    yield* joinAll(guests, { raiseError: true });
    expect(guests.map((guest) => guest.value)).toEqual(guests.map((_, i) => `guest ${i}`));
    silent.close();
    program.terminate();
    expect(yield* program.wait()).toBe(0);
    expect(yield* program.stdout!.readLine()).toBe("the server has stopped");
    expect((yield* program.stderr!.recv()).length).toBe(0);
    program[Symbol.dispose]();
    yield* proveClosed(hub, before);
  }, REAL),
);

it(
  "it ends on SIGTERM while a guest does not read",
  inHub(function* () {
    const { program, port } = yield* started();
    using greedy = yield* createConnection({ port });
    const sending = spawn(thrownIn, greedy.sendAll(new Uint8Array(32_000_000)));
    yield* sleep(50);
    expect(sending.ready()).toBe(false);
    program.terminate();
    expect(yield* program.wait()).toBe(0);
    expect(yield* sending).toMatchObject({ code: "WEV_ERR_SOCKET_RESET" });
    program[Symbol.dispose]();
  }, REAL),
);
