// A server and its greenlets: how many run, what a client's going and a stop do to them, what slow
// and hostile clients may hold.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get as httpsGet } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import {
  collect,
  forEach,
  type Greenlet,
  GreenletExit,
  getCurrent,
  Hub,
  sleep,
  spawn,
  Timeout,
  wait,
} from "wevent";
import { fetch, fetchHandler, readChunks, serve, streamOf } from "wevent/http";
import { Pool } from "wevent/pool";
import { afterMs, RawClient, serving, signalOf, until } from "../lib/http.ts";
import { codeOf, rejectionOf, runtimeTurn, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

const path = (request: Request) => new URL(request.url).pathname;
const DISCONNECTED = "WEV_ERR_HTTP_DISCONNECTED";
const MIB = 1 << 20;

describe("requests at a time", () => {
  it("each is a greenlet of its own", async () => {
    let most = 0;
    let going = 0;
    await serving(
      function* () {
        going++;
        most = Math.max(most, going);
        while (most < 20) yield* sleep(1);
        going--;
        return new Response("done");
      },
      async ({ server, hub }) => {
        const statuses = hub.run(function* () {
          const greenlets = Array.from({ length: 20 }, () => spawn(() => fetch(server.url)));
          const statuses: number[] = [];
          for (const greenlet of greenlets) {
            const response = yield* greenlet;
            yield* wait(response.text());
            statuses.push(response.status);
          }
          return statuses;
        });
        expect(await statuses).toEqual(Array(20).fill(200));
        expect(most).toBe(20);
      },
    )();
  });

  const order: string[] = [];
  it(
    "those without a place wait in the order they came",
    serving(
      function* (request) {
        yield* sleep(2);
        order.push(path(request));
        return new Response(path(request));
      },
      async ({ server }) => {
        await new RawClient(server).get("/1").get("/2").get("/3", "Connection: close").end();
        expect(order).toEqual(["/1", "/2", "/3"]);
      },
      { spawn: 1 },
    ),
  );

  it("the one too many is answered with 503, and the connection goes on", async () => {
    const free = signalOf();
    await serving(
      function* () {
        yield* wait(free.promise);
        return new Response("served");
      },
      async ({ server }) => {
        const first = new RawClient(server).get("/");
        await until(() => server.size === 1);
        const second = new RawClient(server).get("/");
        const refusal = await second.until("Unavailable");
        expect(refusal).toMatch(/^HTTP\/1.1 503 /);
        expect(refusal).toContain("retry-after: 1");
        free.resolve();
        await first.until("served");
        await second.get("/").until("served");
      },
      { spawn: new Pool(1), maxWaiting: 0 },
    )();
  });

  it(
    "a client that goes while it waits for a place leaves the line",
    withHub(
      async ({ hub }) => {
        const free = signalOf();
        const served: string[] = [];
        const respond = await hub.run(() =>
          fetchHandler(
            function* (request) {
              served.push(path(request));
              yield* wait(free.promise);
              return new Response("served");
            },
            { spawn: 1, maxWaiting: 1 },
          ),
        );
        const going = new AbortController();
        const first = respond(new Request("http://a/1"));
        const second = respond(new Request("http://a/2", { signal: going.signal }));
        expect((await respond(new Request("http://a/refused"))).status).toBe(503);
        going.abort();
        await second;
        const third = respond(new Request("http://a/3"));
        free.resolve();
        expect([(await first).status, (await third).status]).toEqual([200, 200]);
        expect(served).toEqual(["/1", "/3"]);
      },
      { clock: "real" },
    ),
  );
});

describe("a client that goes", () => {
  for (const [what, requests] of Object.entries({ "": ["/wait"], "pipelined ": ["/wait", "/queued"] })) {
    it(`ends its ${what}greenlets with ClientDisconnected and aborts request.signal; nothing is reported`, async () => {
      const seen: string[] = [];
      let isAborted = false;
      await serving(
        function* (request) {
          if (path(request) === "/wait") request.signal.addEventListener("abort", () => (isAborted = true));
          const error = yield* thrownIn(sleep(60_000));
          seen.push(`${path(request)} ${codeOf(error)}`);
          throw error;
        },
        async ({ server }) => {
          const client = new RawClient(server);
          for (const request of requests) client.get(request);
          await until(() => server.size === requests.length);
          client.socket.destroy();
          await until(() => server.size === 0);
          expect(seen.sort()).toEqual(requests.map((request) => `${request} ${DISCONNECTED}`).sort());
          expect(isAborted).toBe(true);
        },
      )();
    });
  }

  it("fetch of a killed greenlet ends the handler that it asked", async () => {
    const errors: unknown[] = [];
    await serving(
      function* () {
        errors.push(yield* thrownIn(sleep(60_000)));
        return new Response("late");
      },
      async ({ server, hub }) => {
        await hub.run(function* () {
          const client = spawn(() => fetch(server.url));
          while (server.size === 0) yield* sleep(1);
          yield* client.kill();
          while (server.size > 0) yield* sleep(1);
        });
        expect(errors.map(codeOf)).toEqual([DISCONNECTED]);
      },
    )();
  });
});

describe("a handler", () => {
  it(
    "that is killed is answered with 503",
    withHub(
      async ({ hub }) => {
        const pool = new Pool();
        const respond = await hub.run(() =>
          fetchHandler(
            function* () {
              yield* sleep(60_000);
              return new Response("late");
            },
            { spawn: pool },
          ),
        );
        const response = respond(new Request("http://a/"));
        await hub.run(() => pool.kill());
        expect((await response).status).toBe(503);
      },
      { clock: "real" },
    ),
  );

  it(
    "that fails with a Timeout of its own is answered with 500, and may answer otherwise",
    serving(
      function* (request) {
        try {
          using _timeout = Timeout.startNew(1);
          yield* sleep(60_000);
        } catch (error) {
          if (path(request) === "/caught") return new Response("took too long", { status: 504 });
          throw error;
        }
        return new Response("late");
      },
      async ({ server, takeReports }) => {
        await new RawClient(server).get("/caught").until("504");
        expect(takeReports()).toEqual([]);
        expect(await new RawClient(server).get("/").end()).toMatch(/^HTTP\/1.1 500 /);
        expect(takeReports().map(({ error }) => codeOf(error))).toEqual(["WEV_ERR_TIMEOUT"]);
      },
    ),
  );

  it("may be an async function, and a plain one", async () => {
    const respond = fetchHandler(async (request) => new Response(path(request)));
    expect(await (await respond(new Request("http://a/b"))).text()).toBe("/b");
  });
});

describe("bodies", () => {
  it(
    "of any size go both ways unchanged",
    serving(
      (request) => new Response(request.body),
      async ({ server, hub }) => {
        const sent = new Uint8Array(8 * MIB).map((_, i) => i * 7 + (i >> 8));
        const chunks = await hub.run(function* () {
          const response = yield* fetch(server.url, { method: "POST", body: sent });
          return yield* collect(readChunks(response));
        });
        expect(Buffer.compare(Buffer.concat(chunks), sent)).toBe(0);
      },
    ),
  );

  it(
    "larger than maxBodyBytes are answered with 413, which is not reported",
    serving(
      function* (request) {
        return new Response(yield* wait(request.text()));
      },
      async ({ server }) => {
        const client = new RawClient(server);
        client.write("POST / HTTP/1.1", "Host: a", "Content-Length: 11", "", "hello world");
        expect(await client.end()).toMatch(/^HTTP\/1.1 413 /);
      },
      { maxBodyBytes: 10 },
    ),
  );

  it("are written at the pace of a slow reader", async () => {
    let written = 0;
    await serving(
      () =>
        new Response(
          streamOf(function* (writer) {
            const chunk = new Uint8Array(64 << 10);
            for (;;) {
              yield* writer.write(chunk);
              written += chunk.length;
            }
          }),
        ),
      async ({ server }) => {
        const client = new RawClient(server);
        client.socket.pause();
        client.get("/");
        let before = -1;
        while (written === 0 || written !== before) {
          before = written;
          await afterMs(50);
        }
        // What the systems of both ends hold; an unread body without a pace would be without an end.
        expect(written).toBeLessThan(64 * MIB);
        client.socket.destroy();
      },
    )();
  });

  it("are taken at the pace of a slow handler", async () => {
    const done = signalOf();
    await serving(
      function* (request) {
        const chunks = readChunks(request);
        yield* chunks.next();
        yield* wait(done.promise);
        chunks.close();
        return new Response("enough");
      },
      async ({ server }) => {
        const client = new RawClient(server);
        client.write(
          "POST / HTTP/1.1",
          "Host: a",
          `Content-Length: ${64 * MIB}`,
          "Connection: close",
          "",
          "",
        );
        client.socket.write(new Uint8Array(64 * MIB));
        let before = -1;
        while (client.socket.writableLength === 0 || client.socket.bytesWritten !== before) {
          before = client.socket.bytesWritten;
          await afterMs(50);
        }
        expect(client.socket.writableLength).toBeGreaterThan(0);
        done.resolve();
        await client.until("enough");
      },
      { maxBodyBytes: null },
    )();
  });

  it(
    "whose greenlet is killed are cut, and do not seem whole",
    withHub(
      async ({ hub }) => {
        const error = await hub.run(function* () {
          const stream = streamOf(function* (writer) {
            yield* writer.write("part");
            yield* (getCurrent() as Greenlet).kill();
          });
          return yield* thrownIn(collect(readChunks(stream)));
        });
        expect(error).toBeInstanceOf(GreenletExit);
      },
      { clock: "real" },
    ),
  );

  it(
    "are read on after a timeout with nothing lost",
    withHub(
      async ({ hub }) => {
        const chunks = await hub.run(function* () {
          const stream = streamOf(function* (writer) {
            yield* sleep(10);
            yield* writer.write("late");
          });
          const reader = readChunks(stream);
          const error = yield* thrownIn(new Timeout(1).run(() => reader.next()));
          expect(codeOf(error)).toBe("WEV_ERR_TIMEOUT");
          return yield* collect(reader);
        });
        expect(Buffer.concat(chunks).toString()).toBe("late");
      },
      { clock: "real" },
    ),
  );

  it("readChunks and streamOf refuse what they cannot read or run", () => {
    expect(codeOf(thrownBy(() => readChunks({} as never)))).toBe("WEV_ERR_ARGUMENT");
    expect(codeOf(thrownBy(() => readChunks(undefined as never)))).toBe("WEV_ERR_ARGUMENT");
    expect(codeOf(thrownBy(() => streamOf(7 as never)))).toBe("WEV_ERR_BODY");
  });
});

describe("limits", () => {
  const hello = () => new Response("hello");

  it(
    "headers beyond maxHeaderBytes are answered with 431",
    serving(
      hello,
      async ({ server }) => {
        const client = new RawClient(server).get("/", `X: ${"x".repeat(2000)}`);
        expect(await client.end()).toMatch(/^HTTP\/1.1 431 /);
      },
      { maxHeaderBytes: 1000 },
    ),
  );

  it(
    "connections that never say what they want are ended, and others are served meanwhile",
    serving(
      hello,
      async ({ server }) => {
        const silent = Array.from({ length: 50 }, () => new RawClient(server));
        const slow = Array.from({ length: 50 }, () => new RawClient(server).write("GET / HT"));
        await new RawClient(server).get("/").until("hello");
        for (const client of slow) expect(await client.end()).toMatch(/^HTTP\/1.1 408 /);
        for (const client of silent) await client.end();
      },
      { headerTimeout: 50 },
    ),
  );

  it(
    "a request that never becomes whole is ended, also without a headerTimeout",
    serving(
      function* (request) {
        yield* thrownIn(wait(request.text()));
        return new Response("");
      },
      async ({ server }) => {
        const slow = new RawClient(server).write(
          "POST / HTTP/1.1",
          "Host: a",
          "Content-Length: 9",
          "",
          "slow",
        );
        await slow.end();
        await until(() => server.size === 0);
      },
      { headerTimeout: null, requestTimeout: 50 },
    ),
  );

  it(
    "a connection that is idle is closed after keepAliveTimeout",
    serving(hello, async ({ server }) => void (await new RawClient(server).get("/").end()), {
      keepAliveTimeout: 10,
    }),
  );

  it(
    "connections beyond maxConnections are closed as they come",
    serving(
      hello,
      async ({ server }) => {
        const first = new RawClient(server).get("/");
        await first.until("hello");
        expect(await new RawClient(server).end()).toBe("");
        first.text = "";
        await first.get("/").until("hello");
      },
      { maxConnections: 1 },
    ),
  );

  it("that are none are refused at the call", () => {
    const codeFor = (options: object) => codeOf(thrownBy(() => serve(hello, options)));
    for (const options of [
      { port: -1 },
      { port: 65_536 },
      { port: 1.5 },
      { maxWaiting: -1 },
      { spawn: 0 },
      { maxHeaderBytes: 0 },
      { headerTimeout: 0 },
      { headerTimeout: 20, requestTimeout: 10 },
      { maxConnections: "many" },
    ]) {
      expect(codeFor(options), JSON.stringify(options)).toBe("WEV_ERR_RANGE");
    }
    expect(codeOf(thrownBy(() => serve("no" as never)))).toBe("WEV_ERR_BODY");
    expect(codeFor({ websocket: 7 })).toBe("WEV_ERR_ARGUMENT");
    expect(codeOf(thrownBy(() => serve(hello, 8000 as never)))).toBe("WEV_ERR_ARGUMENT");
  });
});

describe("listening", () => {
  it(
    "at a port that is taken fails with the system's code, and leaves nothing",
    serving(
      () => new Response(""),
      async ({ server, hub }) => {
        const error = await rejectionOf(hub.run(() => serve(() => new Response(""), { port: server.port })));
        expect(codeOf(error)).toBe("EADDRINUSE");
      },
    ),
  );

  it("with TLS serves https", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wevent-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=localhost", "-days", "1"];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...subject],
      {
        stdio: "ignore",
      },
    );
    await serving(
      (request) => new Response(new URL(request.url).protocol),
      async ({ server }) => {
        const text = await new Promise<string>((resolve, reject) => {
          const options = { ca: readFileSync(cert), servername: "localhost", agent: false };
          httpsGet(server.url, { ...options, checkServerIdentity: () => undefined }, (response) => {
            response.setEncoding("utf8").on("data", resolve);
          }).on("error", reject);
        });
        expect(text).toBe("https:");
        // One that never says hello is ended too.
        await new RawClient(server).end();
      },
      { tls: { cert, key }, headerTimeout: 500 },
    )();
    rmSync(folder, { recursive: true });
  });
});

describe("stop", () => {
  it("lets requests end and responses be sent, and refuses newcomers", async () => {
    const free = signalOf();
    await serving(
      function* (request) {
        if (path(request) === "/stream") {
          const body = streamOf(function* (writer) {
            yield* writer.write("begun ");
            yield* wait(free.promise);
            yield* writer.write("ended");
          });
          return new Response(body);
        }
        yield* wait(free.promise);
        return new Response("ended");
      },
      async ({ server }) => {
        const streaming = new RawClient(server).get("/stream");
        await streaming.until("begun");
        const waiting = new RawClient(server).get("/wait");
        await until(() => server.size === 1);
        const silent = new RawClient(server);
        await new Promise((resolve) => silent.socket.once("connect", resolve));
        const stopped = server.stop(null).then(() => "stopped");
        expect(server.closed).toBe(true);
        await new RawClient(server).end();
        free.resolve();
        expect(await waiting.end()).toContain("ended");
        expect(await streaming.end()).toContain("ended");
        await silent.end();
        expect(await stopped).toBe("stopped");
      },
    )();
  });

  it("kills what is left when its time is up, and waits for its cleanup", async () => {
    const log: string[] = [];
    await serving(
      function* () {
        try {
          yield* sleep(60_000);
        } catch (error) {
          log.push(error instanceof GreenletExit ? "killed" : "failed");
          yield* sleep(5);
          log.push("cleaned up");
        }
        return new Response("late");
      },
      async ({ server }) => {
        const client = new RawClient(server).get("/");
        await until(() => server.size === 1);
        await server.stop(10);
        log.push("stopped");
        await client.end();
        expect(log).toEqual(["killed", "cleaned up", "stopped"]);
      },
    )();
  });

  it("cuts a client that does not read", async () => {
    await serving(
      () =>
        new Response(
          streamOf(function* (writer) {
            for (;;) yield* writer.write(new Uint8Array(MIB));
          }),
        ),
      async ({ server }) => {
        const client = new RawClient(server);
        client.socket.pause();
        client.get("/");
        await afterMs(50);
        await server.stop(20);
        client.socket.destroy();
      },
    )();
  });

  it(
    "happens once, however often it is asked for, and when who asked is killed",
    serving(
      () => new Response(""),
      async ({ server, hub }) => {
        await hub.run(function* () {
          const first = spawn(() => server.stop());
          yield* sleep(0);
          yield* first.kill();
          yield* server.stop();
          yield* server.serveForever();
        });
      },
    ),
  );

  it(
    "follows when who serves forever is killed",
    serving(
      () => new Response(""),
      async ({ server, hub }) => {
        await hub.run(function* () {
          const forever = spawn(() => server.serveForever());
          yield* sleep(0);
          yield* forever.kill();
        });
        expect(server.closed).toBe(true);
      },
    ),
  );
});

describe("what ends otherwise", () => {
  it("the end of its hub ends the server", async () => {
    const hub = new Hub();
    const server = await hub.run(() => serve(() => new Response("hello")));
    const client = new RawClient(server).get("/");
    await client.until("hello");
    hub.destroy();
    await client.end();
    expect(await new RawClient(server).end()).toBe("");
  });

  it(
    "a serve that is killed leaves nothing that listens",
    withHub(
      async ({ hub }) => {
        const listening = () =>
          process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;
        const before = listening();
        for (let turns = 0; turns < 8; turns++) {
          await hub.run(function* () {
            const greenlet = spawn(() => serve(() => new Response(""), { host: "localhost" }));
            for (let i = 0; i < turns; i++) yield* wait(runtimeTurn());
            yield* greenlet.kill();
            // One that was quicker than the kill is the test's to stop.
            const server = greenlet.value;
            if (server !== undefined && "stop" in server) yield* server.stop(0);
          });
        }
        await afterMs(20);
        expect(listening()).toBe(before);
      },
      { clock: "real" },
    ),
  );

  it("requests that are cut anywhere leave nothing", async () => {
    await serving(
      function* (request) {
        const ms = Number(path(request).slice(1)) % 7;
        yield* sleep(ms);
        if (ms === 3) throw new Timeout(ms);
        yield* forEach(readChunks(request), () => sleep(1));
        return new Response(
          streamOf(function* (writer) {
            for (let i = 0; i < ms; i++) {
              yield* writer.write("x".repeat(10_000));
              yield* sleep(1);
            }
          }),
        );
      },
      async ({ server, takeReports }) => {
        const clients: Promise<unknown>[] = [];
        for (let i = 0; i < 300; i++) {
          const client = new RawClient(server);
          const size = i % 5 === 0 ? 100 : 3;
          client.write(
            `POST /${i} HTTP/1.1`,
            "Host: a",
            "Connection: close",
            `Content-Length: ${size}`,
            "",
            "abc",
          );
          if (i % 3 === 0 || size > 3) setTimeout(() => client.socket.destroy(), i % 11);
          clients.push(client.end());
        }
        await Promise.all(clients);
        await until(() => server.size === 0);
        await afterMs(20);
        for (const { error } of takeReports()) expect(error).toBeInstanceOf(Error);
      },
      { spawn: 20 },
    )();
  });
});

describe("a program", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));

  it("that has stopped its server ends by itself", async () => {
    const file = `${root}build/ends-by-itself.mjs`;
    writeFileSync(
      file,
      `import { connectWebSocket, fetch, serve } from "wevent/http";
      const server = await serve(() => new Response("hello"), { websocket: (socket) => socket.receive() });
      const response = await fetch(server.url);
      const socket = await connectWebSocket(server.url);
      console.log(await response.text());
      await server.stop(0);`,
    );
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 20_000 });
    expect({ stdout, stderr }).toEqual({ stdout: "hello\n", stderr: "" });
  });

  it("without srvx is told what to install, at the call", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wevent-"));
    for (const part of ["package.json", "build/host", "build/wasm", "build/assembly"]) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    writeFileSync(
      join(folder, "program.mjs"),
      `import { serve } from "wevent/http";
      const error = await serve(() => new Response("")).then(null, (error) => error);
      console.log(error.code, error.packageName, error.cause.code);`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "program.mjs")]);
    expect(stdout).toBe("WEV_ERR_PACKAGE_MISSING srvx ERR_MODULE_NOT_FOUND\n");
    rmSync(folder, { recursive: true });
  });
});
