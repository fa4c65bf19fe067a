// Requests: a handler is a greenlet in every runtime; a server where the runtime listens.

import { forEach, sleep, spawn, wait, withTimeout } from "wevent";
import { connectWebSocket, fetch, fetchHandler, readChunks, serve, streamOf } from "wevent/http";
import { codeThrownIn, equal, ok } from "../assert.ts";
import { type Case, chapter, REAL } from "../case.ts";

const path = (request: Request) => new URL(request.url).pathname;

const handlers = chapter("requests", [
  {
    name: "fetchHandler makes a greenlet of each request",
    async run() {
      const handler = fetchHandler(function* (request) {
        yield* sleep(1);
        if (path(request) === "/fail") throw new RangeError("on purpose");
        return new Response(`hello ${path(request)}`);
      });
      const ask = (at: string) => handler(new Request(`http://test${at}`));
      const [one, two] = await Promise.all([ask("/one"), ask("/two")]);
      equal([await one.text(), await two.text()], ["hello /one", "hello /two"]);
    },
  },
  {
    name: "a body is read and written in chunks by greenlets",
    async run() {
      // In Firefox a Request has no stream: what it holds is made one of.
      const handler = fetchHandler(function* (request) {
        const body = new Response(yield* wait(request.arrayBuffer()));
        return new Response(
          streamOf(function* (writer) {
            yield* forEach(readChunks(body), (chunk) => writer.write(chunk.map((byte) => byte + 1)));
          }),
        );
      });
      const response = await handler(
        new Request("http://test/", { method: "POST", body: new Uint8Array([1, 2, 3]) }),
      );
      equal([...new Uint8Array(await response.arrayBuffer())], [2, 3, 4]);
    },
  },
] satisfies Case[]);

const servers = chapter("HTTP", [
  {
    name: "a server and its client, 50 requests at once",
    *run() {
      let going = 0;
      let most = 0;
      const server = yield* serve(function* (request) {
        most = Math.max(most, ++going);
        while (most < 20) yield* sleep(1);
        going--;
        return new Response(`hello ${path(request)}`);
      });
      const all = Array.from({ length: 50 }, (_, id) =>
        spawn(function* () {
          const response = yield* fetch(`${server.url}${id}`);
          return yield* wait(response.text());
        }),
      );
      for (const [id, one] of all.entries()) equal(yield* one, `hello /${id}`);
      ok(most >= 20, "twenty at a time and more");
      yield* server.stop();
    },
  },
  {
    name: "a body comes in chunks, and another goes back in chunks",
    *run() {
      const length = 1 << 20;
      // Not both at once: the fetch of Deno stops sending when an answer comes before it is done.
      const server = yield* serve(function* (request) {
        const chunks: Uint8Array[] = [];
        yield* forEach(readChunks(request), (chunk) => void chunks.push(chunk));
        return new Response(
          streamOf(function* (writer) {
            for (const chunk of chunks) yield* writer.write(chunk);
          }),
        );
      });
      const body = new Uint8Array(length).fill(7);
      const response = yield* fetch(server.url, { method: "POST", body });
      const echoed = new Uint8Array(yield* wait(response.arrayBuffer()));
      equal(echoed.length, length);
      ok(
        echoed.every((byte) => byte === 7),
        "every byte is as it was",
      );
      yield* server.stop();
    },
  },
  {
    name: "an error of a handler is a 500, and is reported",
    *run({ reports }) {
      const server = yield* serve(function* () {
        yield* sleep(0);
        throw new RangeError("on purpose");
      });
      const response = yield* fetch(server.url);
      equal(response.status, 500);
      yield* wait(response.text());
      yield* server.stop();
      for (let i = 0; i < 3; i++) yield* sleep(1);
      equal(reports.length, 1, "the number of reports");
      reports.length = 0;
    },
  },
  {
    name: "a client that goes ends its handler",
    *run({ log }) {
      const server = yield* serve(function* () {
        log.push("begun");
        try {
          yield* sleep(60_000);
        } finally {
          log.push("ended");
        }
        return new Response("late");
      });
      equal(yield* codeThrownIn(withTimeout(300, () => fetch(server.url))), "WEV_ERR_TIMEOUT");
      for (let tries = 0; log.length < 2 && tries < 500; tries++) yield* sleep(10);
      equal(log, ["begun", "ended"]);
      yield* server.stop();
    },
  },
  {
    name: "a body that is too large is refused",
    *run() {
      const server = yield* serve(
        function* (request) {
          return new Response(`${(yield* wait(request.arrayBuffer())).byteLength}`);
        },
        { maxBodyBytes: 1000 },
      );
      const body = new Uint8Array(100_000);
      const response = yield* fetch(server.url, { method: "POST", body });
      equal(response.status, 413);
      yield* wait(response.text());
      yield* server.stop();
    },
  },
  {
    name: "a WebSocket carries texts and bytes in order, both ways",
    *run() {
      const server = yield* serve(() => new Response("no socket"), {
        *websocket(socket) {
          yield* forEach(socket.iterate(), (message) => socket.send(message));
        },
      });
      const socket = yield* connectWebSocket(server.url);
      for (const message of ["text", new Uint8Array([0, 255]), "", "grüße"]) {
        yield* socket.send(message);
        equal(yield* socket.receive(), message);
      }
      socket.close();
      for (let tries = 0; socket.closed === null && tries < 500; tries++) yield* sleep(10);
      ok(socket.closed !== null, "it is closed");
      yield* server.stop();
    },
  },
  {
    name: "stop ends handlers that go on, and WebSockets with 1001",
    *run({ log }) {
      const server = yield* serve(
        function* () {
          try {
            yield* sleep(60_000);
          } finally {
            log.push("cleaned up");
          }
          return new Response("late");
        },
        {
          *websocket(socket) {
            yield* forEach(socket.iterate(), () => {});
          },
        },
      );
      const socket = yield* connectWebSocket(server.url);
      const asking = spawn(() => codeThrownIn(fetch(server.url)));
      yield* sleep(100);
      yield* server.stop(10);
      yield* asking;
      for (let tries = 0; socket.closed === null && tries < 500; tries++) yield* sleep(10);
      equal(log, ["cleaned up"]);
      equal(socket.closed?.code, 1001);
    },
  },
] satisfies Case[]).map((each): Case => ({ ...each, needs: ["tcp.listen", "fetch"], hub: REAL }));

export const httpCases: Case[] = [...handlers, ...servers];
