// A server with very many connections, which come from another process (a process seldom has descriptors
// for both ends): node --expose-gc many-connections.mjs COUNT WAVES.
//
// Each wave opens COUNT connections and closes them in any order. Prints a line of JSON: what the hub and
// the process hold before, in each wave while all are open, and after it.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Hub, sleep, wait } from "wevent";
import { StreamServer } from "wevent/server";

const [count, waves] = process.argv.slice(2).map(Number);
const program = fileURLToPath(new URL("many-clients.mjs", import.meta.url));
const hub = new Hub();
let resets = 0;

function* echo(socket) {
  try {
    for (;;) {
      const line = yield* socket.readLine();
      if (line === null || line === "leave") return;
      yield* socket.sendAll(`${line}\n`);
    }
  } catch (error) {
    if (error.code !== "WEV_ERR_SOCKET_RESET") throw error;
    resets++;
  }
}

const message = (child) => new Promise((resolve) => child.once("message", resolve));

function held() {
  const { greenlets, ready, timers, completions } = hub.stats();
  const active = {};
  for (const name of process.getActiveResourcesInfo()) {
    // Pipes and processes are those of the clients.
    if (!/^(Pipe|Process)Wrap$/.test(name)) active[name] = (active[name] ?? 0) + 1;
  }
  return { greenlets, ready, timers, completions, resources: hub.resources.size, active };
}

/** The same, with the bytes that are left after collecting. */
function* settled() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    yield* sleep(20);
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { ...held(), heapUsed, external, arrayBuffers, rss };
}

function* wave(server, seed) {
  const startMs = performance.now();
  const clients = fork(program, [String(server.address.port), String(count), String(seed)]);
  const exited = new Promise((resolve) => clients.once("exit", resolve));
  yield* wait(message(clients));
  const openMs = performance.now() - startMs;
  const open = { ...(yield* settled()), connections: server.connectionCount };
  resets = 0;
  const closingMs = performance.now();
  clients.send("go on");
  const { wrong } = yield* wait(message(clients));
  yield* wait(exited);
  while (server.connectionCount > 0) yield* sleep(1);
  const closeMs = performance.now() - closingMs;
  return { open, wrong, resets, openMs, closeMs, after: yield* settled() };
}

await hub.run(function* () {
  const server = new StreamServer({}, echo);
  yield* server.start();
  const before = yield* settled();
  const rounds = [];
  for (let i = 0; i < waves; i++) rounds.push(yield* wave(server, i + 1));
  yield* server.stop();
  console.log(JSON.stringify({ before, rounds, stopped: yield* settled() }));
});
