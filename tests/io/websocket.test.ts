// WebSockets, both ends of them: messages, closing, and the pace of either direction.
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { call, collect, forEach, sleep, spawn, Timeout, wait } from "wevent";
import { connectWebSocket, type Message, type WebSocketConnection, type WebSocketHandler } from "wevent/http";
import { afterMs, RawClient, type Serving, serving, signalOf, until } from "../lib/http.ts";
import { codeOf, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

const CLOSED = "WEV_ERR_WEBSOCKET_CLOSED";
const hello = () => new Response("hello");

/** A test whose client is a greenlet, with one WebSocket that is open. */
function connected(
  websocket: WebSocketHandler,
  body: (socket: WebSocketConnection, world: Serving) => Generator<unknown, unknown, unknown>,
): () => Promise<void> {
  return serving(
    hello,
    (world) =>
      world.hub.run(function* () {
        const socket = yield* connectWebSocket(world.server.url);
        try {
          yield* body(socket, world);
        } finally {
          socket.close();
          while (socket.closed === null) yield* sleep(1);
        }
      }),
    { websocket },
  );
}

function* echo(socket: WebSocketConnection) {
  yield* forEach(socket.iterate(), (message) => socket.send(message));
}

describe("a message", () => {
  it(
    "is text or bytes, and arrives as what it was, in order",
    connected(echo, function* (socket) {
      const messages: Message[] = ["text", new Uint8Array([0, 255]), "", "grüße"];
      for (const message of messages) yield* socket.send(message);
      for (const message of messages) expect(yield* socket.receive()).toEqual(message);
    }),
  );

  it(
    "is not lost on a receive whose time passes, or whose greenlet is killed",
    connected(echo, function* (socket) {
      expect(codeOf(yield* thrownIn(socket.receive(1)))).toBe("WEV_ERR_TIMEOUT");
      const killed = spawn(() => socket.receive());
      yield* sleep(1);
      yield* killed.kill();
      yield* socket.send("one");
      expect(yield* socket.receive()).toBe("one");
    }),
  );

  it(
    "of any kind but text and bytes is refused",
    connected(echo, function* (socket) {
      expect(codeOf(thrownBy(() => socket.send(7 as never)))).toBe("WEV_ERR_ARGUMENT");
    }),
  );

  it("goes to those who receive in the order they came", async () => {
    await connected(echo, function* (socket) {
      const log: string[] = [];
      const receivers = ["a", "b"].map((name) =>
        spawn(function* () {
          log.push(`${name} ${yield* socket.receive()}`);
        }),
      );
      yield* sleep(0);
      yield* socket.send("1");
      yield* socket.send("2");
      for (const receiver of receivers) yield* receiver;
      expect(log).toEqual(["a 1", "b 2"]);
    })();
  });

  it("larger than maxMessageBytes closes the WebSocket with 1009", async () => {
    await serving(
      hello,
      ({ server, hub }) =>
        hub.run(function* () {
          const socket = yield* connectWebSocket(server.url);
          yield* socket.send("x".repeat(101));
          const error = yield* thrownIn(socket.receive());
          expect(error).toMatchObject({ code: CLOSED, closeCode: 1009 });
        }),
      { websocket: echo, maxMessageBytes: 100 },
    )();
  });
});

describe("closing", () => {
  it("tells the other side code and reason, after what was sent before", async () => {
    const seen: unknown[] = [];
    await connected(
      function* (socket) {
        seen.push(...(yield* collect(socket.iterate())), socket.closed);
        seen.push(codeOf(yield* thrownIn(socket.send("late"))));
      },
      function* (socket, { server }) {
        yield* socket.send("last");
        socket.close(4001, "enough");
        socket.close(4002, "again");
        while (server.size > 0) yield* sleep(1);
        expect(seen).toEqual(["last", { code: 4001, reason: "enough" }, CLOSED]);
      },
    )();
  });

  it(
    "with a code or a reason that cannot be is refused, and nothing is closed",
    connected(echo, function* (socket) {
      for (const code of [999, 1001, 1006, 2000, 5000, 3000.5, "1000"]) {
        expect(codeOf(thrownBy(() => socket.close(code as number)))).toBe("WEV_ERR_RANGE");
      }
      expect(codeOf(thrownBy(() => socket.close(4000, "é".repeat(62))))).toBe("WEV_ERR_RANGE");
      yield* socket.send("open");
      expect(yield* socket.receive()).toBe("open");
    }),
  );

  it(
    "wakes all who receive and send, each with WebSocketClosed",
    connected(echo, function* (socket) {
      const waiting = [1, 2, 3].map(() => spawn(() => thrownIn(socket.receive())));
      yield* sleep(0);
      socket.close();
      for (const greenlet of waiting)
        expect(yield* greenlet).toMatchObject({ code: CLOSED, closeCode: 1000 });
      expect(codeOf(yield* thrownIn(socket.send("late")))).toBe(CLOSED);
    }),
  );

  it(
    "comes with 1000 when the handler ends",
    connected(
      () => {},
      function* (socket) {
        expect(yield* thrownIn(socket.receive())).toMatchObject({ code: CLOSED, closeCode: 1000 });
      },
    ),
  );

  it(
    "comes with 1011 when the handler fails, which is reported once",
    connected(
      () => {
        throw new Error("no");
      },
      function* (socket, world) {
        expect(yield* thrownIn(socket.receive())).toMatchObject({ code: CLOSED, closeCode: 1011 });
        expect((yield* world.reports()).map(({ error }) => (error as Error).message)).toEqual(["no"]);
      },
    ),
  );

  it(
    "a handler that lets WebSocketClosed pass has not failed",
    connected(
      function* (socket) {
        for (;;) yield* socket.receive();
      },
      function* (socket, world) {
        socket.close();
        while (world.server.size > 0) yield* sleep(1);
        expect(yield* world.reports()).toEqual([]);
      },
    ),
  );

  it("a connection that breaks is closed with 1006", async () => {
    const seen = signalOf<unknown>();
    await serving(
      hello,
      async ({ server }) => {
        const client = new RawClient(server).get("/", ...HANDSHAKE);
        await client.until("101 ");
        client.socket.destroy();
        expect(await seen.promise).toEqual({ code: 1006, reason: "" });
      },
      {
        websocket: function* (socket) {
          yield* collect(socket.iterate());
          seen.resolve(socket.closed);
        },
      },
    )();
  });

  it("bytes that are no frame end the connection, and the handler is told", async () => {
    const seen = signalOf<unknown>();
    await serving(
      hello,
      async ({ server }) => {
        const client = new RawClient(server).get("/", ...HANDSHAKE);
        await client.until("101 ");
        client.write("this is no frame");
        await client.end();
        expect(await seen.promise).toMatchObject({ code: CLOSED });
        await new RawClient(server).get("/").until("hello");
      },
      {
        websocket: function* (socket) {
          seen.resolve(yield* thrownIn(socket.receive()));
        },
      },
    )();
  });

  it("the server's stop closes with 1001, and lets the handler end", async () => {
    let isEnded = false;
    await serving(
      hello,
      ({ server, hub }) =>
        hub.run(function* () {
          const socket = yield* connectWebSocket(server.url);
          const stopping = spawn(() => server.stop(null));
          expect(yield* thrownIn(socket.receive())).toMatchObject({ code: CLOSED, closeCode: 1001 });
          yield* stopping;
          expect(isEnded).toBe(true);
        }),
      {
        websocket: function* (socket) {
          yield* collect(socket.iterate());
          isEnded = true;
        },
      },
    )();
  });

  it("the server's stop cuts one that does not answer, and ends its handler", async () => {
    await serving(
      hello,
      async ({ server }) => {
        const client = new RawClient(server).get("/", ...HANDSHAKE);
        await client.until("101 ");
        client.socket.pause();
        await server.stop(10);
        client.socket.destroy();
      },
      { websocket: () => sleep(60_000) },
    )();
  });
});

const HANDSHAKE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

function* errorOf(blocking: Iterable<unknown>): Generator<unknown, unknown> {
  try {
    yield* blocking;
    return null;
  } catch (error) {
    return error;
  }
}

const isTimeout = (error: unknown) => error instanceof Timeout;

/** crossws's WebSocket can be paused, and is what is used where the runtime has none: Node before 22. */
const canPause = typeof globalThis.WebSocket !== "function";

describe("the pace", () => {
  const big = "x".repeat(64 << 10);
  const MOST_IN_BUFFERS = 1000;

  it("send waits while the other side does not read", async () => {
    let sent = 0;
    await serving(
      hello,
      async ({ server }) => {
        const client = new RawClient(server).get("/", ...HANDSHAKE);
        await client.until("101 ");
        client.socket.pause();
        let before = -1;
        while (sent === 0 || sent !== before) {
          before = sent;
          await afterMs(50);
        }
        expect(sent).toBeLessThan(MOST_IN_BUFFERS);
        client.socket.destroy();
        await until(() => server.size === 0);
      },
      {
        websocket: function* (socket) {
          for (;;) {
            yield* socket.send(big);
            sent++;
          }
        },
      },
    )();
  });

  it("one who does not receive holds the sender up, and then gets all", async () => {
    const start = signalOf();
    let received = 0;
    await connected(
      function* (socket) {
        yield* wait(start.promise);
        yield* forEach(socket.iterate(), () => void received++);
      },
      function* (socket, { server }) {
        let sent = 0;
        const sender = spawn(function* () {
          for (; sent < MOST_IN_BUFFERS; sent++) yield* socket.send(big);
        });
        let before = -1;
        while (sent === 0 || sent !== before) {
          before = sent;
          yield* sleep(50);
        }
        expect(sent).toBeLessThan(MOST_IN_BUFFERS);
        start.resolve();
        yield* sender;
        socket.close();
        while (server.size > 0) yield* sleep(1);
        expect(received).toBe(MOST_IN_BUFFERS);
      },
    )();
  });

  it("all who wait to send go on when there is room, and all are told when it is closed", async () => {
    const start = signalOf();
    await connected(
      function* (socket) {
        yield* wait(start.promise);
        yield* collect(socket.iterate());
      },
      function* (socket) {
        while (!isTimeout(yield* errorOf(socket.send(big, 20))));
        const senders = [1, 2, 3].map((i) => spawn(() => socket.send(`${i}`)));
        yield* sleep(0);
        start.resolve();
        for (const sender of senders) yield* sender;
        socket.close();
      },
    )();
    await connected(
      () => sleep(60_000),
      function* (socket, { server }) {
        while (!isTimeout(yield* errorOf(socket.send(big, 20))));
        const senders = [1, 2, 3].map((i) => spawn(() => errorOf(socket.send(`${i}`))));
        yield* sleep(0);
        socket.close();
        for (const sender of senders) expect(codeOf(yield* sender)).toBe(CLOSED);
        yield* server.stop(0);
      },
    )();
  });

  it.skipIf(canPause)("where nothing can hold a sender up, 16 MiB unread close with 4008", async () => {
    await connected(
      function* (socket) {
        while (socket.closed === null) yield* errorOf(socket.send(big, 20));
      },
      function* (socket) {
        while (socket.closed === null) yield* sleep(1);
        expect(socket.closed.code).toBe(4008);
      },
    )();
  });

  it.runIf(canPause)("one who does not receive can close, and is answered", async () => {
    await connected(
      function* (socket) {
        while (socket.closed === null) yield* errorOf(socket.send(big, 20));
      },
      function* (socket) {
        yield* sleep(100);
        socket.close();
        while (socket.closed === null) yield* sleep(1);
        expect(socket.closed.code).toBe(1000);
      },
    )();
  });

  it("a flood of empty messages is held up too", async () => {
    const start = signalOf();
    let received = 0;
    await serving(
      hello,
      async ({ server }) => {
        const client = new RawClient(server).get("/", ...HANDSHAKE);
        await client.until("101 ");
        // A text of nothing, masked.
        const frame = Buffer.from([0x81, 0x80, 0, 0, 0, 0]);
        const flood = Buffer.alloc(frame.length * 2_000_000, frame);
        client.socket.write(flood);
        let before = -1;
        while (client.socket.bytesWritten !== before) {
          before = client.socket.bytesWritten;
          await afterMs(50);
        }
        expect(client.socket.writableLength).toBeGreaterThan(0);
        start.resolve();
        await until(() => received > 10_000);
        client.socket.destroy();
      },
      {
        websocket: function* (socket) {
          yield* wait(start.promise);
          yield* forEach(socket.iterate(), () => void received++);
        },
      },
    )();
  });

  it("a send whose time passes is not sent", async () => {
    const start = signalOf();
    const received = signalOf<string[]>();
    const numberOf = (message: Message) => String(message).trim();
    await connected(
      function* (socket) {
        yield* wait(start.promise);
        received.resolve((yield* collect(socket.iterate())).map(numberOf));
      },
      function* (socket) {
        const sent: string[] = [];
        const error = yield* thrownIn(
          call(function* () {
            for (let i = 0; ; i++) {
              yield* socket.send(`${i}`.padEnd(64 << 10), 50);
              sent.push(`${i}`);
            }
          }),
        );
        expect(codeOf(error)).toBe("WEV_ERR_TIMEOUT");
        start.resolve();
        yield* socket.send("last");
        socket.close();
        expect(yield* wait(received.promise)).toEqual([...sent, "last"]);
      },
    )();
  });
});

describe("opening", () => {
  const statusFor = async (world: Serving, ...headers: string[]) => {
    const client = new RawClient(world.server).get("/", ...HANDSHAKE, ...headers);
    const text = await client.until("\r\n\r\n");
    client.socket.destroy();
    return text.slice("HTTP/1.1 ".length).slice(0, 3);
  };

  it(
    "from a page of another site is refused with 403",
    serving(
      hello,
      async (world) => {
        expect(await statusFor(world, "Origin: http://evil.example")).toBe("403");
        expect(await statusFor(world, "Origin: null")).toBe("403");
        expect(await statusFor(world, "Origin: http://test")).toBe("101");
        expect(await statusFor(world)).toBe("101");
      },
      { websocket: echo },
    ),
  );

  it(
    "that is refused and reset by the client disturbs nobody",
    serving(
      hello,
      async ({ server }) => {
        for (let i = 0; i < 20; i++) {
          const { socket } = new RawClient(server).get("/", ...HANDSHAKE, "Origin: http://evil.example");
          await new Promise((resolve) => socket.once("connect", resolve));
          await new Promise((resolve) => socket.write("", resolve));
          socket.resetAndDestroy();
        }
        await new RawClient(server).get("/").until("hello");
      },
      { websocket: echo },
    ),
  );

  it(
    "is as allowUpgrade says; one that throws refuses, and is reported",
    serving(
      hello,
      async (world) => {
        expect(await statusFor(world, "Origin: http://evil.example")).toBe("101");
        expect(await statusFor(world, "Origin: http://no.example")).toBe("403");
        expect(await statusFor(world, "Origin: http://fail.example")).toBe("403");
        expect(world.takeReports().map(({ error }) => (error as Error).message)).toEqual(["failed"]);
      },
      {
        websocket: echo,
        allowUpgrade: ({ headers }) => {
          if (headers.get("origin")?.includes("fail")) throw new Error("failed");
          return headers.get("origin")?.includes("evil") === true;
        },
      },
    ),
  );

  it(
    "without a place for the handler is refused with 503",
    serving(
      hello,
      async (world) => {
        const first = new RawClient(world.server).get("/", ...HANDSHAKE);
        await first.until("101 ");
        expect(await statusFor(world)).toBe("503");
        first.socket.destroy();
      },
      { websocket: echo, spawn: 1 },
    ),
  );

  it(
    "where nobody listens, or no WebSocket is to be had, is WebSocketFailed",
    serving(hello, async ({ server, hub }) => {
      const error = await rejectionOf(hub.run(() => connectWebSocket(server.url)));
      expect(error).toMatchObject({ code: "WEV_ERR_WEBSOCKET_FAILED" });
      await server.stop();
      const refused = await rejectionOf(hub.run(() => connectWebSocket(server.url)));
      expect(refused).toMatchObject({ code: "WEV_ERR_WEBSOCKET_FAILED" });
    }),
  );

  it(
    "that takes too long is given up",
    withHub(
      async ({ hub }) => {
        let isClosed = false;
        const silent = createServer((socket) => {
          socket.resume().on("error", () => {});
          socket.on("close", () => (isClosed = true));
        });
        await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
        const { port } = silent.address() as { port: number };
        const url = `ws://127.0.0.1:${port}`;
        const error = await rejectionOf(hub.run(() => connectWebSocket(url, { timeout: 20 })));
        expect(codeOf(error)).toBe("WEV_ERR_TIMEOUT");
        await until(() => isClosed);
        silent.close();
      },
      { clock: "real" },
    ),
  );

  it("at what is no WebSocket's URL is refused at the call", () => {
    for (const url of ["", "/path", "ftp://a/", 7]) {
      expect(codeOf(thrownBy(() => connectWebSocket(url as string)))).toBe("WEV_ERR_ARGUMENT");
    }
  });
});
