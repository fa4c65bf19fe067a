// The worker that tests/workerd/run.js asks: one path for each thing that it is to show.

import { type Greenlet, getCurrent, type Hub, joinAll, run, sleep, spawn, wait } from "wevent";
import { loadGuest } from "wevent/guest";
import { fetch, fetchHandler, streamOf, waitUntil } from "wevent/http";
import { local } from "wevent/local";
import { adoptSocket, createConnection, listen, lookup, type Socket } from "wevent/socket";
import clientModule from "../../build/workerd/edge-client.wasm";

interface Env {
  /** Ports of servers in the host. */
  readonly ECHO: string;
  readonly RESET: string;
  readonly TLS: string;
  readonly PAGES: string;
}

const HOST = "127.0.0.1";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const codeOf = (error: unknown) => (error as { code?: string }).code ?? String(error);

function* codeIn(body: () => Iterable<unknown, unknown, unknown>): Generator<unknown, string, unknown> {
  try {
    yield* body();
    return "nothing thrown";
  } catch (error) {
    return codeOf(error);
  }
}

/** A greenlet-local, and so each request's: nobody may see another's. */
const mine = local<{ id: string }>();
/** What cleanups have said, over all requests: plain data may be shared. */
const log: string[] = [];
const hubs = new Set<Hub>();
let going = 0;
let most = 0;

function* isolated(id: string): Generator<unknown, Response, unknown> {
  const { hub } = getCurrent();
  if (hubs.has(hub)) return new Response(`${id} is in another's hub`, { status: 500 });
  hubs.add(hub);
  most = Math.max(most, ++going);
  try {
    mine.id = id;
    let count = 0;
    const children = Array.from({ length: 5 }, (_, i) =>
      spawn(function* () {
        mine.id = `${id}.${i}`;
        for (let round = 0; round < 4; round++) {
          yield* sleep(round * 5);
          if (mine.id !== `${id}.${i}`) throw new Error(`${id}.${i} sees ${mine.id}`);
          count++;
        }
      }),
    );
    yield* joinAll(children, { raiseError: true });
    if (hub.stats().greenlets !== 1)
      throw new Error(`${hub.stats().greenlets} greenlets in the hub of ${id}`);
    return new Response(`${id} ${mine.id} ${count}`);
  } finally {
    going--;
    hubs.delete(hub);
  }
}

/** Connections: echo, half-close, addresses, bytes, failures. */
function* sockets(env: Env): Generator<unknown, unknown, unknown> {
  const echo = { host: HOST, port: Number(env.ECHO) };
  const socket = yield* createConnection(echo);
  yield* socket.sendAll("hello\n");
  const line = yield* socket.readLine();
  const { remoteAddress } = socket;
  const size = 1 << 20;
  const sending = spawn(function* () {
    yield* socket.sendAll(new Uint8Array(size).map((_, i) => i * 7));
    socket.shutdown("write");
  });
  const back = yield* socket.recvExactly(size);
  const isSame = back.every((byte, i) => byte === ((i * 7) & 255));
  const end = (yield* socket.recv()).length;
  yield* sending;
  socket.close();
  const silent = yield* createConnection(echo);
  const late = yield* codeIn(() => silent.recv(16, 20));
  yield* silent.sendAll("still there\n");
  const after = yield* silent.readLine();
  const reader = spawn(() => codeIn(() => silent.recv()));
  yield* sleep(1);
  silent.close();
  const reset = yield* createConnection({ host: HOST, port: Number(env.RESET) });
  yield* reset.sendAll("x");
  return {
    line,
    remoteAddress,
    isSame,
    end,
    late,
    after,
    closed: yield* reader,
    reset: yield* codeIn(() => reset.recv()),
    refused: yield* codeIn(() => createConnection({ host: HOST, port: 1 })),
    listen: yield* codeIn(() => listen()),
    lookup: yield* codeIn(() => lookup("localhost")),
    unix: yield* codeIn(() => createConnection({ path: "/run/x" })),
  };
}

function* tls(env: Env): Generator<unknown, unknown, unknown> {
  const port = Number(env.TLS);
  const talk = function* (options: { host: string; tls: true | { servername: string } }) {
    const socket = yield* createConnection({ port, ...options });
    yield* socket.sendAll("secret\n");
    const line = yield* socket.readLine();
    socket.close();
    return line;
  };
  return {
    byName: yield* talk({ host: "localhost", tls: true }),
    expected: yield* talk({ host: HOST, tls: { servername: "localhost" } }),
    wrong:
      (yield* codeIn(() => talk({ host: HOST, tls: { servername: "example.com" } }))) !== "nothing thrown",
    option: yield* codeIn(() => createConnection({ port, tls: { ca: "x" } })),
  };
}

/** More connections than a request may have: they wait for one another. */
function* limits(env: Env): Generator<unknown, unknown, unknown> {
  let open = 0;
  let mostOpen = 0;
  const visit = function* () {
    using socket = yield* createConnection({ host: HOST, port: Number(env.ECHO) });
    mostOpen = Math.max(mostOpen, ++open);
    yield* socket.sendAll("x\n");
    yield* socket.readLine();
    yield* sleep(5);
    open--;
  };
  yield* joinAll(
    Array.from({ length: 20 }, () => spawn(visit)),
    { raiseError: true },
  );
  const pages = Array.from({ length: 20 }, (_, i) =>
    spawn(function* () {
      const response = yield* fetch(`${env.PAGES}?pid=${i}`);
      return ((yield* wait(response.json())) as { pid: number }).pid;
    }),
  );
  let sum = 0;
  for (const page of pages) sum += yield* page;
  return { mostOpen, sum };
}

function* guest(env: Env): Generator<unknown, unknown, unknown> {
  const lines: string[] = [];
  const client = yield* wait(
    loadGuest(clientModule, {
      hub: getCurrent().hub,
      args: [env.ECHO],
      imports: {
        env: {
          "console.log": (at: number) => {
            const { buffer } = client.memory;
            const length = new Uint32Array(buffer)[(at - 4) >>> 2]!;
            lines.push(new TextDecoder("utf-16le").decode(new Uint8Array(buffer, at, length).slice()));
          },
        },
      },
    }),
  );
  yield* wait(client.call("main"));
  return lines;
}

/** Busy beside other requests. */
function* busy(): Generator<unknown, unknown, unknown> {
  let steps = 0;
  const startMs = performance.now();
  const all = Array.from({ length: 10 }, () =>
    spawn(function* () {
      while (performance.now() - startMs < 500) {
        steps++;
        yield* sleep(0);
      }
    }),
  );
  yield* joinAll(all);
  return { steps };
}

const handle = fetchHandler(function* answer(request: Request, env: Env, _context: unknown) {
  const { pathname, searchParams } = new URL(request.url);
  const id = searchParams.get("id") ?? "";
  switch (pathname) {
    case "/where":
      return Response.json({ agent: navigator.userAgent, runtime: getCurrent().hub.runtime });
    case "/isolated":
      return yield* isolated(id);
    case "/most":
      return Response.json({ most, going, hubs: hubs.size });
    case "/sockets":
      return Response.json(yield* sockets(env));
    case "/tls":
      return Response.json(yield* tls(env));
    case "/limits":
      return Response.json(yield* limits(env));
    case "/guest":
      return Response.json(yield* guest(env));
    case "/busy":
      return Response.json(yield* busy());
    case "/ping":
      return new Response("pong");
    case "/log":
      return Response.json(log.splice(0));
    case "/later":
      waitUntil(
        spawn(function* () {
          yield* sleep(50);
          log.push(`${id} has ended later`);
        }),
      );
      spawn(function* () {
        try {
          yield* sleep(10_000);
        } finally {
          log.push(`${id} has left a greenlet`);
        }
      });
      yield* sleep(1);
      return new Response("sent");
    case "/stream":
      return new Response(
        streamOf(function* (writer) {
          try {
            for (let i = 0; i < Number(searchParams.get("count")); i++) {
              yield* writer.write(`${i}\n`);
              yield* sleep(10);
            }
          } finally {
            log.push(`${id} has streamed`);
          }
        }),
      );
    case "/hang":
      try {
        yield* sleep(60_000);
        return new Response("late");
      } finally {
        yield* sleep(1);
        log.push(`${id} has cleaned up`);
      }
    case "/fails":
      throw new RangeError("on purpose");
    default:
      return new Response("no such path", { status: 404 });
  }
});

function* echo(socket: Socket): Generator<unknown, void, unknown> {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) break;
    yield* socket.sendAll(text(bytes).toUpperCase());
  }
  yield* socket.sendAll("bye\n");
  socket.shutdown("write");
}

/** A request whose client goes away while it is answered. */
async function aborted({ url }: Request, env: Env, context: unknown): Promise<Response> {
  const client = new AbortController();
  const request = new Request(url.replace("/aborted", "/hang"), { signal: client.signal });
  setTimeout(() => client.abort(), 20);
  const { status } = await handle(request, env, context);
  return Response.json({ status });
}

export default {
  fetch: (request: Request, env: Env, context: unknown) =>
    new URL(request.url).pathname === "/aborted"
      ? aborted(request, env, context)
      : handle(request, env, context),
  connect: (incoming: object) =>
    run(function* () {
      using socket = adoptSocket(incoming);
      const greenlet: Greenlet<void> = spawn(echo, socket);
      yield* greenlet;
    }),
};
