// The notifier: everybody hears everything in order, however he asks, and waits for nobody.
import { expect, it } from "vitest";
import { joinAll, sleep, spawn, wait } from "wevent";
import { connectWebSocket, fetch, type HttpServer } from "wevent/http";
import { type Notice, Notices } from "../../examples/io/lib/notices.js";
import { type NotifierOptions, serveNotices } from "../../examples/io/lib/notifier.js";
import { RawClient } from "../lib/http.ts";
import { codeOf, inHub, thrownIn } from "../lib/hub.ts";
import { startProgram } from "../lib/program.ts";

const REAL = { clock: "real" } as const;
type Blocking = Generator<unknown, unknown, unknown>;

function notifying(body: (server: HttpServer) => Blocking, options: NotifierOptions = {}) {
  return inHub(function* () {
    const server = yield* serveNotices({ pollTimeout: 10_000, ...options });
    yield* body(server);
    yield* server.stop(0);
    expect(server.size).toBe(0);
  }, REAL);
}

function* poll(server: HttpServer, after: number | string) {
  const response = yield* fetch(new URL(`?after=${after}`, server.url));
  if (response.status === 200) return (yield* wait(response.json())) as Notice[];
  yield* wait(response.text());
  return response.status;
}

function* give(server: HttpServer, text: string) {
  const response = yield* fetch(server.url, { method: "POST", body: text });
  yield* wait(response.text());
  return response.status;
}

it(
  "Notices.after() gives those after a number, waits for the next, and gives none when the time passes",
  inHub(function* ({ hub }) {
    const notices = new Notices(3);
    const waiting = [spawn(() => notices.after(0)), spawn(() => notices.after(0, 100))];
    yield* sleep(50);
    notices.add("one");
    for (const each of waiting) expect(yield* each).toEqual([{ number: 1, text: "one" }]);
    expect(yield* notices.after(1, 100)).toEqual([]);
    expect(hub.now()).toBe(150);
    for (const text of ["two", "three", "four"]) notices.add(text);
    expect((yield* notices.after(0)).map(({ text }) => text)).toEqual(["two", "three", "four"]);
    expect((yield* notices.after(3)).map(({ text }) => text)).toEqual(["four"]);
  }),
);

it(
  "a hundred who poll are all told at once",
  notifying(function* (server) {
    const polling = Array.from({ length: 100 }, () => spawn(poll, server, 0));
    while (server.size < 100) yield* sleep(2);
    expect(yield* give(server, "news")).toBe(201);
    yield* joinAll(polling, { raiseError: true });
    for (const { value } of polling) expect(value).toEqual([{ number: 1, text: "news" }]);
  }),
);

it(
  "one who polls again and again misses nothing that is given between two polls",
  notifying(function* (server) {
    const giving = spawn(function* () {
      for (let i = 1; i <= 60; i++) yield* give(server, `notice ${i}`);
    });
    const heard: string[] = [];
    for (let after = 0; after < 60; ) {
      for (const { number, text } of (yield* poll(server, after)) as Notice[]) {
        expect(number).toBe(++after);
        heard.push(text);
      }
    }
    expect(heard).toEqual(Array.from({ length: 60 }, (_, i) => `notice ${i + 1}`));
    yield* giving;
  }),
);

it(
  "a poll without news is 204, one who asks for nonsense gets 400, and too long a notice 413",
  notifying(
    function* (server) {
      expect(yield* poll(server, 0)).toBe(204);
      for (const bad of ["-1", "x", "1e3", ""]) expect(yield* poll(server, bad)).toBe(400);
      expect(yield* give(server, "x".repeat(20_000))).toBe(413);
      const refused = yield* connectWebSocket(new URL("?after=x", server.url));
      expect(codeOf(yield* thrownIn(refused.receive()))).toBe("WEV_ERR_WEBSOCKET_CLOSED");
      expect(refused.closed?.code).toBe(4000);
    },
    { pollTimeout: 10 },
  ),
);

it(
  "who follows over a WebSocket is told of what comes, and of what was before if he asks",
  notifying(function* (server) {
    yield* give(server, "before");
    const ann = yield* connectWebSocket(server.url);
    const bob = yield* connectWebSocket(new URL("?after=0", server.url));
    expect(JSON.parse(String(yield* bob.receive()))).toEqual({ number: 1, text: "before" });
    yield* bob.send("from bob");
    for (const socket of [ann, bob]) {
      expect(JSON.parse(String(yield* socket.receive()))).toEqual({ number: 2, text: "from bob" });
    }
    ann.close();
    bob.close();
    while (server.size > 0) yield* sleep(2);
  }),
);

it(
  "one who does not read holds up nobody, and misses the oldest",
  notifying(
    function* (server) {
      // By hand, for a client of the library would read ahead.
      const slow = new RawClient(server);
      slow.write("GET /?after=0 HTTP/1.1", "Host: test", "Upgrade: websocket", "Connection: Upgrade");
      slow.write("", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "");
      yield* wait(slow.until("101 Switching Protocols"));
      slow.socket.pause();
      const fast = yield* connectWebSocket(server.url);
      const text = "x".repeat(9000);
      let number = 0;
      // More than the system holds for one who does not read.
      while (number < 2000) {
        yield* fast.send(text);
        expect(JSON.parse(String(yield* fast.receive())).number).toBe(++number);
      }
      fast.close();
      slow.socket.resume();
      yield* wait(slow.until(`"number":2000`));
      const numbers = [...slow.text.matchAll(/"number":(\d+)/g)].map(([, each]) => Number(each));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(numbers.length).toBeLessThan(2000);
      expect(numbers.slice(-10)).toEqual(Array.from({ length: 10 }, (_, i) => 1991 + i));
      slow.socket.destroy();
    },
    { mostKept: 10 },
  ),
);

it(
  "those who vanish while they wait are let go",
  notifying(function* (server) {
    const polling = Array.from({ length: 20 }, () => spawn(poll, server, 0));
    const following = [];
    for (let i = 0; i < 5; i++) following.push(new RawClient(server).get("/?after=0"));
    while (server.size < 25) yield* sleep(2);
    for (const greenlet of polling) yield* greenlet.kill();
    for (const client of following) client.socket.destroy();
    while (server.size > 0) yield* sleep(2);
    expect(yield* give(server, "nobody is here")).toBe(201);
  }),
);

it(
  "the program serves until SIGTERM, and ends then though some still wait",
  inHub(function* () {
    const program = yield* startProgram("examples/io/notifier.js", "0");
    const [, url] = /^listening at (.*)$/.exec((yield* program.stdout!.readLine())!)!;
    const socket = yield* connectWebSocket(url!);
    program.terminate();
    expect(codeOf(yield* thrownIn(socket.receive()))).toBe("WEV_ERR_WEBSOCKET_CLOSED");
    expect(yield* program.wait()).toBe(0);
    expect((yield* program.stderr!.recv()).length).toBe(0);
    program[Symbol.dispose]();
  }, REAL),
);
