// A crawler: goes through a site, several pages at a time, and lets no page take longer than it may.
//
//   npm run build && node build/examples/io/crawler.js               (a site of its own)
//   node build/examples/io/crawler.js http://127.0.0.1:8000/
//
// Promised:
//   /: 200, leads to 4
//   /a: 200, leads to 4
//   /b: 200, leads to 2
//   /c: 200, leads to 2
//   /dead: 404, leads to 0
//   /endless: too slow
//   /moved: 301, leads to 1
//   /picture: 200, leads to 0
//   /slow: too slow
//   9 pages, each asked for once

import { run } from "wevent";
import { Crawler } from "./lib/crawler.js";
import { serveSite } from "./lib/site.js";

await run(function* () {
  const asked: string[] = [];
  const site = yield* serveSite((path) => asked.push(path));
  const [start = site.url] = process.argv.slice(2);
  const pages = yield* new Crawler({ timeout: 1500 }).crawl(start);
  for (const [url, { status, links, failure }] of [...pages].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${new URL(url).pathname}: ${failure ?? `${status}, leads to ${links.length}`}`);
  }
  if (start === site.url && new Set(asked).size === asked.length) {
    console.log(`${pages.size} pages, each asked for once`);
  }
  yield* site.stop(0);
});
