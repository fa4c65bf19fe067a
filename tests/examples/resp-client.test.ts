// The RESP client as its users meet it: against the toy of a server, and against a real Redis where there is
// one. What is interrupted must leave neither a wrong reply nor an open connection.
import { describe, expect, it } from "vitest";
import { collect, forEach, joinAll, sleep, spawn, Timeout, withTimeout } from "wevent";
import { StreamServer } from "wevent/server";
import { createConnection, listen, type Socket } from "wevent/socket";
import { PortForwarder } from "../../examples/io/lib/forwarder.js";
import {
  type ClientOptions,
  ConnectionLost,
  ProtocolError,
  type Reply,
  ReplyError,
  RespClient,
} from "../../examples/resp/client.js";
import { RespServer } from "../../examples/resp/server.js";
import { through } from "../lib/gateway.ts";
import { inHub, thrownBy, thrownIn, type World } from "../lib/hub.ts";
import { openHandles, proveClosed } from "../lib/leak.ts";
import { hasRedis, mustHaveRedis, startRedis } from "../lib/redis.ts";

const REAL = { clock: "real" } as const;
type Place = { readonly port: number } | { readonly path: string };
type Blocking = Generator<unknown, unknown, unknown>;

const placeOf = (server: StreamServer) => server.address as { readonly port: number };

/** A test with a client, which is closed after it, and then nothing may be open. */
function* withClient(place: Place, options: ClientOptions, body: (redis: RespClient) => Blocking) {
  using redis = new RespClient({ ...place, ...options });
  yield* body(redis);
}

type With = (
  body: (redis: RespClient, place: Place, world: World) => Blocking,
  options?: ClientOptions,
) => () => Promise<void>;

const withToy: With = (body, options = {}) =>
  inHub(function* (world) {
    const before = openHandles();
    const toy = new RespServer({});
    yield* toy.start();
    yield* withClient(placeOf(toy), options, (redis) => body(redis, placeOf(toy), world));
    yield* toy.stop();
    yield* proveClosed(world.hub, before);
  }, REAL);

const withRedis =
  (...settings: string[]): With =>
  (body, options = {}) =>
    inHub(function* (world) {
      const before = openHandles();
      {
        using server = yield* startRedis(...settings);
        yield* withClient(server, options, (redis) => body(redis, server, world));
        server.process.kill();
        yield* server.process.wait();
      }
      yield* proveClosed(world.hub, before);
    }, REAL);

/** The toy, asked from a hub that reaches it through a gateway. */
const withToyBehindGateway: With = (body, options = {}) =>
  through({ bytesPerSecond: null, connectsPerSecond: 10_000 }, function* (world) {
    const before = openHandles();
    const toy = new RespServer({});
    yield* toy.start();
    yield* withClient(placeOf(toy), options, (redis) => body(redis, placeOf(toy), world));
    yield* toy.stop();
    yield* proveClosed(world.hub, before);
  });

/** The same with a real server, which for once listens at a port. */
const withRedisBehindGateway: With = (body, options = {}) =>
  through({ bytesPerSecond: null, connectsPerSecond: 10_000 }, function* (world) {
    const listener = yield* listen();
    const { port } = listener.address as { readonly port: number };
    listener.close();
    const before = openHandles();
    {
      using server = yield* startRedis("--port", `${port}`, "--bind", "127.0.0.1");
      world.gateway.server.allow(`127.0.0.1:${port}`);
      yield* withClient({ port }, options, (redis) => body(redis, { port }, world));
      server.process.kill();
      yield* server.process.wait();
    }
    yield* proveClosed(world.hub, before);
  });

it.skipIf(!mustHaveRedis)("redis-server is there, where CI can install it", () => {
  expect(hasRedis).toBe(true);
});

const servers: readonly [name: string, isThere: boolean, withServer: With][] = [
  ["the toy", true, withToy],
  ["a real redis-server", hasRedis, withRedis()],
  ["the toy, through a gateway", true, withToyBehindGateway],
  ["a real redis-server, through a gateway", hasRedis, withRedisBehindGateway],
];

for (const [name, isThere, withServer] of servers) {
  describe.skipIf(!isThere)(`RespClient with ${name}`, () => {
    it(
      "command() gives strings, numbers, null and arrays, and throws what the server refuses",
      withServer(function* (redis) {
        expect(yield* redis.command("PING")).toBe("PONG");
        expect(yield* redis.command("SET", "key", "naïf\r\n\0")).toBe("OK");
        expect(yield* redis.command<string>("GET", "key")).toBe("naïf\r\n\0");
        expect(yield* redis.command("GET", "none")).toBeNull();
        expect(yield* redis.command("INCR", "count")).toBe(1);
        expect(yield* redis.command("RPUSH", "list", "a", 2, new Uint8Array([99]))).toBe(3);
        expect(yield* redis.command("BLPOP", "list", 0)).toEqual(["list", "a"]);
        expect(yield* thrownIn(redis.command("INCR", "key"))).toMatchObject({ code: "ERR" });
        expect(yield* thrownIn(redis.command("GET", "list"))).toMatchObject({ code: "WRONGTYPE" });
        expect(yield* thrownIn(redis.command("NONSENSE"))).toBeInstanceOf(ReplyError);
        expect(redis.connectionCount).toBe(1);
      }),
    );

    it(
      "pipeline() gives a reply to each command, an error at its place",
      withServer(function* (redis) {
        const commands = Array.from({ length: 5000 }, (_, i) => ["SET", `key-${i}`, `value ${i}`]);
        yield* redis.pipeline(commands);
        const replies = yield* redis.pipeline([
          ...commands.map(([, key]) => ["GET", key!]),
          ["INCR", "key-0"],
          ["PING"],
        ]);
        expect(replies.slice(0, 5000)).toEqual(commands.map(([, , value]) => value));
        expect(replies[5000]).toBeInstanceOf(ReplyError);
        expect(replies[5001]).toBe("PONG");
        expect(yield* redis.pipeline([])).toEqual([]);
      }),
    );

    it(
      "pipeline() takes answers while it asks: neither side waits for the other for ever",
      withServer(function* (redis) {
        const value = "x".repeat(500_000);
        const replies = yield* redis.pipeline(Array.from({ length: 60 }, () => ["ECHO", value]));
        expect(replies.every((reply) => reply === value)).toBe(true);
      }),
    );

    it(
      "a hundred greenlets share five connections, and each gets its own reply",
      withServer(
        function* (redis) {
          let most = 0;
          const asking = Array.from({ length: 100 }, (_, i) =>
            spawn(function* () {
              for (let round = 0; round < 10; round++) {
                expect(yield* redis.command("ECHO", `${i} ${round}`)).toBe(`${i} ${round}`);
                most = Math.max(most, redis.connectionCount);
              }
            }),
          );
          yield* joinAll(asking, { raiseError: true });
          expect(most).toBe(5);
        },
        { poolSize: 5 },
      ),
    );

    it(
      "a command that is killed, timed out or overdue closes its connection: the next reply is the next command's",
      withServer(
        function* (redis) {
          const waiting = spawn(() => redis.command("BLPOP", "nothing", 0));
          while (redis.connectionCount === 0) yield* sleep(1);
          yield* waiting.kill();
          expect(redis.connectionCount).toBe(0);
          expect(yield* redis.command("ECHO", "after a kill")).toBe("after a kill");

          const blocked = () => redis.command("BLPOP", "nothing", 0);
          expect(yield* thrownIn(withTimeout(20, blocked))).toBeInstanceOf(Timeout);
          expect(redis.connectionCount).toBe(0);
          expect(yield* redis.command("ECHO", "after a timeout")).toBe("after a timeout");

          // Its own limit.
          expect(yield* thrownIn(redis.command("BLPOP", "nothing", 0))).toBeInstanceOf(Timeout);
          expect(redis.connectionCount).toBe(0);
          expect(yield* redis.command("ECHO", "at last")).toBe("at last");
        },
        { poolSize: 1, timeout: 100 },
      ),
    );

    it(
      "greenlets that are killed anywhere leave a pool that works, with every place of it",
      withServer(
        function* (redis) {
          for (let round = 0; round < 20; round++) {
            const asking = Array.from({ length: 10 }, (_, i) =>
              spawn(() => redis.pipeline([["ECHO", `${round} ${i}`], ["PING"]])),
            );
            // Each round a step further: some wait for a place, some connect, some wait for the reply.
            for (let step = 0; step < round; step++) yield* sleep(0);
            for (const greenlet of asking) if (!greenlet.ready()) yield* greenlet.kill();
            expect(redis.connectionCount).toBeLessThanOrEqual(3);
          }
          const replies = Array.from({ length: 3 }, (_, i) => spawn(() => redis.command("ECHO", i)));
          yield* joinAll(replies, { raiseError: true });
          expect(replies.map(({ value }) => value)).toEqual(["0", "1", "2"]);
        },
        { poolSize: 3 },
      ),
    );

    it(
      "who waits for a place of a full pool may be killed, or run out of time, and takes none",
      withServer(
        function* (redis) {
          const holding = spawn(() => redis.withConnection(() => sleeping(50)));
          while (redis.connectionCount === 0) yield* sleep(1);
          const waiting = spawn(() => redis.command("PING"));
          yield* sleep(0);
          yield* waiting.kill();
          expect(yield* thrownIn(redis.command("PING"))).toBeInstanceOf(Timeout);
          yield* holding;
          expect(yield* redis.command("PING")).toBe("PONG");
        },
        { poolSize: 1, timeout: 10 },
      ),
    );

    it(
      "close() wakes those who wait with ConnectionLost, and refuses whoever comes",
      withServer(function* (redis) {
        const waiting = spawn(thrownIn, redis.command("BLPOP", "nothing", 0));
        while (redis.connectionCount === 0) yield* sleep(1);
        yield* sleep(5);
        redis.close();
        expect(yield* waiting).toBeInstanceOf(ConnectionLost);
        expect(yield* thrownIn(redis.command("PING"))).toBeInstanceOf(ConnectionLost);
      }),
    );

    it(
      "a subscription is gone through until it is closed; a receiver that times out has lost nothing",
      withServer(function* (redis) {
        using news = yield* redis.subscribe("news", "sport");
        expect(yield* thrownIn(withTimeout(10, () => news.receive()))).toBeInstanceOf(Timeout);
        expect(yield* redis.command("PUBLISH", "elsewhere", "x")).toBe(0);
        expect(yield* redis.command("PUBLISH", "news", "one")).toBe(1);
        expect(yield* redis.command("PUBLISH", "sport", "two")).toBe(1);
        expect(yield* news.receive()).toEqual({ channel: "news", payload: "one", pattern: null });
        for (let i = 0; i < 100; i++) yield* redis.command("PUBLISH", "sport", i);
        const heard: Reply[] = [];
        yield* forEach(news, ({ payload }) => {
          heard.push(payload);
          if (heard.length === 101) news.close();
        });
        expect(heard).toEqual(["two", ...Array.from({ length: 100 }, (_, i) => `${i}`)]);
        expect(yield* collect(news)).toEqual([]);
        expect(yield* thrownIn(news.receive())).toBeInstanceOf(ConnectionLost);
        expect(redis.connectionCount).toBe(1);
      }),
    );

    it(
      "a thousand messages at once are heard in order by each of five subscribers",
      withServer(function* (redis) {
        const subscribers = [];
        for (let i = 0; i < 5; i++) {
          const news = yield* redis.subscribe("news");
          subscribers.push(
            spawn(function* () {
              const heard: Reply[] = [];
              while (heard.length < 1000) heard.push((yield* news.receive()).payload);
              news.close();
              return heard;
            }),
          );
        }
        const messages = Array.from({ length: 1000 }, (_, i) => `message ${i}`);
        for (const message of messages) yield* redis.command("PUBLISH", "news", message);
        for (const subscriber of subscribers) expect(yield* subscriber).toEqual(messages);
      }),
    );

    it(
      "a connection that broke fails its command with ConnectionLost, and the next command makes another",
      withServer(function* (_redis, place) {
        const forwarder = new PortForwarder({}, place);
        yield* forwarder.start();
        const again = placeOf(forwarder);
        using redis = new RespClient(again);
        const waiting = spawn(thrownIn, redis.command("BLPOP", "nothing", 0));
        using news = yield* redis.subscribe("news");
        const hearing = spawn(thrownIn, news.receive());
        while (forwarder.connectionCount < 2) yield* sleep(1);
        yield* forwarder.stop();
        expect(yield* waiting).toBeInstanceOf(ConnectionLost);
        expect(yield* hearing).toBeInstanceOf(ConnectionLost);
        expect(yield* thrownIn(redis.command("PING"))).toMatchObject({ code: "WEV_ERR_SOCKET_REFUSED" });
        expect(redis.connectionCount).toBe(0);
        const second = new PortForwarder(again, place);
        yield* second.start();
        expect(yield* redis.command("PING")).toBe("PONG");
        // Idle, and broken by the other side: it is not used again.
        yield* second.stop();
        const third = new PortForwarder(again, place);
        yield* third.start();
        // In two timers' time the runtime has looked at its sockets.
        for (let i = 0; i < 2; i++) yield* sleep(5);
        expect(yield* redis.command("PING")).toBe("PONG");
        redis.close();
        yield* third.stop();
      }),
    );
  });
}

function* sleeping(ms: number) {
  yield* sleep(ms);
}

describe.skipIf(!hasRedis)("RespClient with Redis alone", () => {
  it(
    "a transaction is a pipeline, and an error inside it is a reply in its reply",
    withRedis()(function* (redis) {
      const replies = yield* redis.pipeline([
        ["MULTI"],
        ["SET", "key", "text"],
        ["INCR", "key"],
        ["INCR", "count"],
        ["EXEC"],
      ]);
      expect(replies.slice(0, 4)).toEqual(["OK", "QUEUED", "QUEUED", "QUEUED"]);
      const [set, failed, count] = replies[4] as Reply[];
      expect([set, count]).toEqual(["OK", 1]);
      expect(failed).toBeInstanceOf(ReplyError);
    }),
  );

  it(
    "withConnection() keeps commands together; one that fails between them leaves no state behind",
    withRedis()(
      function* (redis) {
        const [watched] = yield* redis.withConnection(function* (connection) {
          yield* connection.exchange([["WATCH", "balance"]]);
          // Another connection changes it meanwhile.
          return yield* connection.exchange([["GET", "balance"], ["MULTI"], ["SET", "balance", 1], ["EXEC"]]);
        });
        expect(watched).toBeNull();
        const leaving = redis.withConnection(function* (connection) {
          yield* connection.exchange([["MULTI"]]);
          throw new Error("in the middle of it");
        });
        expect(yield* thrownIn(leaving)).toMatchObject({ message: "in the middle of it" });
        expect(yield* redis.command("GET", "balance")).toBe("1");
      },
      { poolSize: 1 },
    ),
  );

  it(
    "large numbers and bytes arrive as they are",
    withRedis()(
      function* (redis) {
        yield* redis.command("SET", "count", 2n ** 62n);
        expect(yield* redis.command("INCR", "count")).toBe(2n ** 62n + 1n);
        const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256);
        yield* redis.command("SET", "bytes", bytes);
        expect(yield* redis.command("GET", "bytes")).toEqual(bytes);
      },
      { bytes: true },
    ),
  );

  it(
    "a password and a database are given on every connection; a wrong one is a ReplyError, and opens none",
    withRedis("--requirepass", "secret")(
      function* (redis, place) {
        yield* redis.command("SET", "key", "in database 3");
        using other = new RespClient({ ...place, password: "secret" });
        expect(yield* other.command("GET", "key")).toBeNull();
        using stranger = new RespClient(place);
        expect(yield* thrownIn(stranger.command("GET", "key"))).toMatchObject({ code: "NOAUTH" });
        using wrong = new RespClient({ ...place, password: "guess" });
        expect(yield* thrownIn(wrong.command("GET", "key"))).toMatchObject({ code: "WRONGPASS" });
        expect(yield* thrownIn(wrong.subscribe("news"))).toMatchObject({ code: "WRONGPASS" });
        expect(wrong.connectionCount).toBe(0);
      },
      { password: "secret", database: 3 },
    ),
  );

  it(
    "psubscribe() tells which pattern matched",
    withRedis()(function* (redis) {
      using news = yield* redis.psubscribe("news.*");
      yield* redis.command("PUBLISH", "news.local", "hello");
      expect(yield* news.receive()).toEqual({ channel: "news.local", payload: "hello", pattern: "news.*" });
    }),
  );

  it(
    "a server that is killed in the middle of a command is ConnectionLost",
    inHub(function* () {
      using server = yield* startRedis();
      using redis = new RespClient(server);
      const waiting = spawn(thrownIn, redis.command("BLPOP", "nothing", 0));
      while (redis.connectionCount === 0) yield* sleep(1);
      server.process.kill();
      expect(yield* waiting).toBeInstanceOf(ConnectionLost);
    }, REAL),
  );
});

describe("RespClient with a server that lies", () => {
  /** A test with a server that does `handle` to each connection. */
  const withLiar = (handle: (socket: Socket) => Blocking, body: (redis: RespClient) => Blocking) =>
    inHub(function* ({ hub }) {
      const before = openHandles();
      const server = new StreamServer({}, handle);
      yield* server.start();
      yield* withClient(placeOf(server), { timeout: 200 }, body);
      yield* server.stop();
      yield* proveClosed(hub, before);
    }, REAL);

  function* answer(socket: Socket, text: string) {
    yield* socket.recv();
    yield* socket.sendAll(text);
    // Until the client has closed it.
    while ((yield* socket.recv()).length > 0);
  }

  it(
    "garbage is a ProtocolError, which closes the connection",
    withLiar(
      (socket) => answer(socket, "hello\r\n"),
      function* (redis) {
        expect(yield* thrownIn(redis.command("PING"))).toBeInstanceOf(ProtocolError);
        expect(redis.connectionCount).toBe(0);
      },
    ),
  );

  it(
    "a reply that nobody has asked for is given to nobody: the connection is not used again",
    withLiar(
      (socket) => answer(socket, "+mine\r\n+yours\r\n"),
      function* (redis) {
        for (let i = 0; i < 3; i++) {
          expect(yield* redis.command("PING")).toBe("mine");
          yield* sleep(5);
        }
      },
    ),
  );

  it(
    "half a reply and then silence is a Timeout, half a reply and then the end is ConnectionLost",
    withLiar(
      function* (socket) {
        const bytes = yield* socket.recv();
        yield* socket.sendAll("$5\r\nhe");
        if (new TextDecoder().decode(bytes).includes("PING")) yield* socket.recv();
      },
      function* (redis) {
        expect(yield* thrownIn(redis.command("PING"))).toBeInstanceOf(Timeout);
        expect(yield* thrownIn(redis.command("QUIT-NOW"))).toBeInstanceOf(ConnectionLost);
        expect(redis.connectionCount).toBe(0);
      },
    ),
  );
});

it("commands that are none, and those that change a connection, are refused at the call", () => {
  using redis = new RespClient();
  expect(thrownBy(() => redis.command())).toBeInstanceOf(TypeError);
  expect(thrownBy(() => redis.command("GET", undefined as never))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => redis.pipeline([["GET", "a"], []]))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => redis.subscribe())).toBeInstanceOf(TypeError);
  for (const name of ["SUBSCRIBE", "multi", "HELLO", "Monitor", "SELECT"]) {
    expect(thrownBy(() => redis.command(name, 3))).toBeInstanceOf(TypeError);
  }
});

it(
  "the toy answers what is no command with an error, closes that connection, and goes on",
  inHub(function* () {
    const toy = new RespServer({});
    yield* toy.start();
    for (const garbage of [
      "GET / HTTP/1.1\r\n\r\n",
      "*1\r\n:1\r\n",
      "*1\r\n*1\r\n$4\r\nPING\r\n",
      "$99999999\r\n",
    ]) {
      using redis = new RespClient(placeOf(toy));
      expect(yield* redis.command("PING")).toBe("PONG");
      using socket = yield* createConnection(placeOf(toy));
      yield* socket.sendAll(garbage);
      expect(yield* socket.readLine()).toMatch(/^-ERR Protocol error/);
      expect((yield* socket.recv()).length).toBe(0);
    }
    yield* toy.stop();
  }, REAL),
);
