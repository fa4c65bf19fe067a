// The crawler: every page once, no more at a time than it may, and nothing left of those it gave up.
import { expect, it } from "vitest";
import { joinAll, sleep, spawn } from "wevent";
import { type HttpServer, serve, streamOf } from "wevent/http";
import { Crawler, type CrawlOptions } from "../../examples/io/lib/crawler.js";
import { serveSite } from "../../examples/io/lib/site.js";
import { inHub } from "../lib/hub.ts";

const REAL = { clock: "real" } as const;
const html = (body: BodyInit) => new Response(body, { headers: { "content-type": "text/html" } });

/** What is known of each path. */
function* crawled(server: HttpServer, options: CrawlOptions = {}) {
  const pages = yield* new Crawler(options).crawl(server.url);
  return new Map([...pages].map(([url, page]) => [new URL(url).pathname, page]));
}

/** Waits until the server handles nothing: what was given up has been ended there too. */
function* untilIdle(server: HttpServer) {
  while (server.size > 0) yield* sleep(2);
}

it(
  "a site with cycles, dead links and pages without end is gone through, each page once",
  inHub(function* () {
    const asked: string[] = [];
    const site = yield* serveSite((path) => asked.push(path));
    const pages = yield* crawled(site, { timeout: 2000 });
    expect(asked.sort()).toEqual([...pages.keys()].sort());
    expect(pages.size).toBe(9);
    expect(pages.get("/dead")).toMatchObject({ status: 404, failure: null });
    expect(pages.get("/slow")).toMatchObject({ status: null, failure: "too slow" });
    expect(pages.get("/endless")).toMatchObject({ status: null, failure: "too slow" });
    expect(pages.get("/moved")!.links).toEqual([new URL("/c", site.url).href]);
    // Both the handler that slept and the one that writes without end were let go.
    yield* untilIdle(site);
    yield* site.stop(0);
  }, REAL),
);

it(
  "no more pages are fetched at once than it may, and as many",
  inHub(function* () {
    let going = 0;
    let most = 0;
    const server = yield* serve(function* (request) {
      most = Math.max(most, ++going);
      try {
        yield* sleep(10);
        const links = Array.from({ length: 30 }, (_, i) => `<a href="/${i}">`);
        return new URL(request.url).pathname === "/" ? html(links.join("")) : html("");
      } finally {
        going--;
      }
    });
    expect((yield* crawled(server, { concurrency: 5 })).size).toBe(31);
    expect(most).toBe(5);
    yield* server.stop(0);
  }, REAL),
);

it(
  "a page that is too long is not read on, and more pages than wanted are left",
  inHub(function* () {
    const server = yield* serve((request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== "/long") {
        const next = Number(pathname.slice(1)) + 1;
        return html(`<a href="/long"><a href="/${next}">`);
      }
      return html(
        streamOf(function* (writer) {
          for (;;) yield* writer.write("x".repeat(10_000));
        }),
      );
    });
    const pages = yield* crawled(server, { maxBytes: 100_000, maxPages: 20 });
    expect(pages.get("/long")).toMatchObject({ status: null, failure: "too long" });
    expect(pages.size).toBe(20);
    yield* untilIdle(server);
    yield* server.stop(0);
  }, REAL),
);

it(
  "a site that is not there, and a body that breaks off, are failures of their pages",
  inHub(function* (world) {
    const server = yield* serve((request) => {
      if (new URL(request.url).pathname === "/") return html(`<a href="/broken">`);
      return html(
        streamOf(function* (writer) {
          yield* writer.write("half");
          throw new Error("no more");
        }),
      );
    });
    const pages = yield* crawled(server);
    expect(pages.get("/broken")).toMatchObject({ status: null });
    expect(pages.get("/broken")!.failure).not.toBeNull();
    yield* server.stop(0);
    const closed = yield* serve(() => html(""));
    yield* closed.stop(0);
    const gone = yield* crawled(closed);
    expect(gone.get("/")).toMatchObject({ status: null, failure: "ECONNREFUSED" });
    expect((yield* world.reports()).map(({ error }) => (error as Error).message)).toEqual(["no more"]);
  }, REAL),
);

it(
  "crawlers that are killed let go of what they were fetching",
  inHub(function* () {
    const site = yield* serveSite();
    const crawlers = Array.from({ length: 5 }, () =>
      spawn(() => new Crawler({ timeout: 30_000 }).crawl(site.url)),
    );
    // By then each waits for the pages that do not end.
    while (site.size < 10) yield* sleep(2);
    for (const crawler of crawlers) yield* crawler.kill();
    yield* joinAll(crawlers);
    yield* untilIdle(site);
    yield* site.stop(0);
  }, REAL),
);
