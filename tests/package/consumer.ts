// A program of a user of the package, compiled against its published declarations alone.

import { type Greenlet, Hub, run, sleep, spawn, Timeout, withTimeout } from "wevent";
import { AsyncResult, Event } from "wevent/event";
import { Gateway, GatewayError } from "wevent/gateway";
import { GatewayServer } from "wevent/gateway-server";
import { type Guest, loadGuest } from "wevent/guest";
import { connectWebSocket, fetch, fetchHandler, readChunks, serve, streamOf } from "wevent/http";
import { getHub, LoopExit } from "wevent/hub";
import { local } from "wevent/local";
import { Barrier, Condition, RLock, Semaphore } from "wevent/lock";
import { Group, Pool } from "wevent/pool";
import { Channel, Queue } from "wevent/queue";
import { select } from "wevent/select";
import { onSignal } from "wevent/signal";
import { type Popen, spawnProcess } from "wevent/subprocess";
import { ThreadPool } from "wevent/threadpool";
import { assertSwitches, formatRunInfo } from "wevent/util";

function* increment(n: number) {
  yield* sleep(1);
  return n + 1;
}

export const greenlet: Greenlet<number> = spawn(increment, 41);
export const child: PromiseLike<Popen> = spawnProcess("true");
export const handler: Disposable = onSignal("SIGTERM", () => {});
export const guest: Promise<Guest> = loadGuest(new Uint8Array());
export const made = [
  new AsyncResult<string>(),
  new Barrier(2),
  new Condition(new RLock()),
  new Event(),
  new Group(),
  new Hub(),
  new Hub({ network: new Gateway("ws://127.0.0.1", { token: null }) }),
  new GatewayServer({ token: null, origins: ["https://example.com"] }),
  GatewayError,
  new Pool(2),
  new ThreadPool(2),
  new Channel<string>(),
  new Queue<number>(1),
  new Semaphore(),
  new Timeout(1),
  local<{ user?: string }>(),
  getHub(),
  LoopExit,
];
export const server = serve(() => new Response(streamOf((writer) => writer.write("hello"))), {
  websocket: (socket) => socket.receive(),
});
export const calls = [
  connectWebSocket,
  fetch,
  fetchHandler,
  readChunks,
  select,
  withTimeout,
  run,
  assertSwitches,
  formatRunInfo,
];
