// What goes over the wire: gevent's pywsgi behaviours that a server of Requests and Responses has, by
// number; the rest is in docs/differences.md.
import { describe, expect, it } from "vitest";
import { collect, sleep, wait } from "wevent";
import { readChunks, streamOf } from "wevent/http";
import { RawClient, serving } from "../lib/http.ts";
import { codeOf, thrownIn } from "../lib/hub.ts";

const path = (request: Request) => new URL(request.url).pathname;
const echoPath = (request: Request) => new Response(path(request));

describe("a connection", () => {
  it(
    "397 HTTP/1.1 keeps the connection",
    serving(echoPath, async ({ server }) => {
      const client = new RawClient(server).get("/1");
      await client.until("/1");
      expect(await client.get("/2", "Connection: close").end()).toContain("/2");
    }),
  );

  it(
    "397 HTTP/1.0 closes",
    serving(echoPath, async ({ server }) => {
      const text = await new RawClient(server).write("GET /1 HTTP/1.0", "", "").end();
      expect(text).toContain("Connection: close");
    }),
  );

  it(
    "397 HTTP/1.0 with keep-alive keeps it, and the reply says so, if it says its length",
    serving(
      () => new Response("1234", { headers: { "content-length": "4" } }),
      async ({ server }) => {
        const keep = ["Connection: keep-alive", "", ""];
        const client = new RawClient(server).write("GET /1 HTTP/1.0", ...keep);
        expect(await client.until("1234")).toContain("Connection: keep-alive");
        client.text = "";
        await client.write("GET /2 HTTP/1.0", ...keep).until("1234");
      },
    ),
  );

  it(
    "398 pipelined requests are answered in order, and after Connection: close the server closes",
    serving(
      function* (request) {
        if (path(request) === "/slow") yield* sleep(20);
        return echoPath(request);
      },
      async ({ server }) => {
        const text = await new RawClient(server).get("/slow").get("/quick", "Connection: close").end();
        expect(text.indexOf("/slow")).toBeGreaterThan(0);
        expect(text.indexOf("/quick")).toBeGreaterThan(text.indexOf("/slow"));
      },
    ),
  );
});

describe("a body that is sent", () => {
  it(
    "400 each piece written is one chunk, and empty pieces are skipped",
    serving(
      () =>
        new Response(
          streamOf(function* (writer) {
            for (const piece of ["one", "", "two"]) yield* writer.write(piece);
          }),
        ),
      async ({ server }) => {
        const text = await new RawClient(server).get("/", "Connection: close").end();
        expect(text.split("\r\n\r\n").slice(1).join("\r\n\r\n")).toBe("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
      },
    ),
  );

  it(
    "400 a body of nothing but empty pieces is the headers and the terminator",
    serving(
      () => new Response(streamOf((writer) => writer.write(""))),
      async ({ server }) => {
        const text = await new RawClient(server).get("/", "Connection: close").end();
        expect(text.split("\r\n\r\n").slice(1).join("\r\n\r\n")).toBe("0\r\n\r\n");
      },
    ),
  );

  const cleanups: string[] = [];
  it(
    "401 what makes the body cleans up once, when it is sent and when its reader goes away",
    serving(
      (request) =>
        new Response(
          streamOf(function* (writer) {
            try {
              yield* writer.write("begun");
              if (path(request) === "/endless") for (;;) yield* writer.write("more");
            } finally {
              cleanups.push(path(request));
            }
          }),
        ),
      async ({ server }) => {
        await new RawClient(server).get("/whole", "Connection: close").end();
        expect(cleanups).toEqual(["/whole"]);
        const client = new RawClient(server).get("/endless");
        await client.until("more");
        client.socket.destroy();
        while (cleanups.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
        expect(cleanups).toEqual(["/whole", "/endless"]);
      },
    ),
  );

  it(
    "a HEAD request runs no greenlet for the body",
    serving(
      () =>
        new Response(
          streamOf(() => {
            throw new Error("not to be run");
          }),
        ),
      async ({ server }) => {
        const head = new RawClient(server).write("HEAD / HTTP/1.1", "Host: a", "Connection: close", "", "");
        expect(await head.end()).toMatch(/^HTTP\/1.1 200 /);
      },
    ),
  );
});

describe("a body that is read", () => {
  const readBoth = function* (request: Request) {
    if (path(request) === "/unread") return new Response("did not read");
    if (path(request) === "/text") return new Response(`text: ${yield* wait(request.text())}`);
    const chunks = yield* collect(readChunks(request));
    return new Response(`chunks: ${Buffer.concat(chunks)}`);
  };
  const sized = ["Content-Length: 5", "", "hello"];
  const chunked = ["Transfer-Encoding: chunked", "", "2", "he", "3", "llo", "0", "", ""];

  for (const [name, body] of Object.entries({ sized, chunked })) {
    it(
      `403 ${name}: all of it comes, and reading stops at its end`,
      serving(readBoth, async ({ server }) => {
        const client = new RawClient(server);
        await client.write("POST /text HTTP/1.1", "Host: a", ...body).until("text: hello");
        await client.write("POST /chunks HTTP/1.1", "Host: a", ...body).until("chunks: hello");
      }),
    );

    it(
      `403 ${name}: what is not read is discarded before the next request`,
      serving(readBoth, async ({ server }) => {
        const client = new RawClient(server);
        await client.write("POST /unread HTTP/1.1", "Host: a", ...body).until("did not read");
        await client.write("POST /text HTTP/1.1", "Host: a", ...body).until("text: hello");
      }),
    );
  }

  const errors: unknown[] = [];
  it(
    "403 a body that is cut short is an error for who reads it",
    serving(
      function* (request) {
        errors.push(yield* thrownIn(wait(request.text())));
        return new Response("nobody is there");
      },
      async ({ server }) => {
        const client = new RawClient(server);
        client.write("POST / HTTP/1.1", "Host: a", "Content-Length: 50", "", "short");
        while (server.size === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        client.socket.end();
        await client.end();
        while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        expect(errors).toEqual([expect.any(Error)]);
      },
    ),
  );

  it(
    "404 a request with a length and chunks is refused, for it may hide another",
    serving(readBoth, async ({ server }) => {
      const client = new RawClient(server);
      client.write("POST /text HTTP/1.1", "Host: a", "Content-Length: 3", ...chunked);
      expect(await client.end()).toMatch(/^HTTP\/1.1 400 /);
    }),
  );

  it(
    "406 trailers are read and ignored",
    serving(readBoth, async ({ server }) => {
      const client = new RawClient(server);
      client.write("POST /text HTTP/1.1", "Host: a", ...chunked.slice(0, -2), "Cookie: evil", "", "");
      await client.until("text: hello");
      await client.write("POST /text HTTP/1.1", "Host: a", ...sized).until("text: hello");
    }),
  );

  it(
    "406 after an invalid trailer no second request is served",
    serving(readBoth, async ({ server }) => {
      const client = new RawClient(server);
      client.write("POST /text HTTP/1.1", "Host: a", ...chunked.slice(0, -2), "no colon", "", "");
      client.write("POST /unread HTTP/1.1", "Host: a", ...sized);
      expect(await client.end()).not.toContain("did not read");
    }),
  );

  it(
    "407 Expect: 100-continue is answered once",
    serving(readBoth, async ({ server }) => {
      const client = new RawClient(server);
      client.write("POST /text HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5", "", "");
      await client.until("100 Continue");
      const text = await client.write("hello").until("text: hello");
      expect(text.match(/100 Continue/g)).toHaveLength(1);
    }),
  );
});

describe("headers and errors", () => {
  it(
    '409 repeated Cookie headers are joined with "; "',
    serving(
      (request) => new Response(`cookies: ${request.headers.get("cookie")}`),
      async ({ server }) => {
        await new RawClient(server).get("/", "Cookie: a=1", "Cookie: b=2").until("cookies: a=1; b=2");
      },
    ),
  );

  for (const [what, makeResponse] of Object.entries({
    status: () => new Response("", { statusText: "OK\r\nX: 1" }),
    "header name": () => new Response("", { headers: { "x\r\ny": "1" } }),
    "header value": () => new Response("", { headers: { x: "1\r\ny: 2" } }),
  })) {
    it(
      `410 a newline in a ${what} is an error where it is set`,
      serving(makeResponse, async ({ server, takeReports }) => {
        expect(await new RawClient(server).get("/").end()).toMatch(/^HTTP\/1.1 500 /);
        expect(takeReports().map(({ error }) => error)).toEqual([expect.any(TypeError)]);
      }),
    );
  }

  it(
    "412 an error before the headers gives 500 with Connection: close, and is reported once",
    serving(
      function* () {
        yield* sleep(1);
        throw new Error("no");
      },
      async ({ server, takeReports }) => {
        const text = await new RawClient(server).get("/").end();
        expect(text).toMatch(/^HTTP\/1.1 500 /);
        expect(text.toLowerCase()).toContain("connection: close");
        expect(takeReports().map(({ error }) => (error as Error).message)).toEqual(["no"]);
      },
    ),
  );

  it(
    "412 an error after the first chunk cuts the stream, and is reported once",
    serving(
      () =>
        new Response(
          streamOf(function* (writer) {
            yield* writer.write("first");
            yield* sleep(5);
            throw new Error("no");
          }),
        ),
      async ({ server, takeReports }) => {
        const text = await new RawClient(server).get("/").end();
        expect(text).toMatch(/first\r\n$/);
        expect(takeReports().map(({ error }) => (error as Error).message)).toEqual(["no"]);
      },
    ),
  );

  it(
    "413 an upgrade nobody handles is a request as any other",
    serving(echoPath, async ({ server }) => {
      const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
      expect(await new RawClient(server).get("/up", ...upgrade).until("/up")).toMatch(/^HTTP\/1.1 200 /);
    }),
  );

  it(
    "what is not a Response is answered with 500, and reported by name",
    serving((() => "text") as never, async ({ server, takeReports }) => {
      expect(await new RawClient(server).get("/").end()).toMatch(/^HTTP\/1.1 500 /);
      expect(takeReports().map(({ error }) => codeOf(error))).toEqual(["WEV_ERR_HTTP_RESPONSE"]);
    }),
  );
});
