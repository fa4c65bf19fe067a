// Owns a small site with everything that makes crawling hard: cycles, a dead link, a page that takes for
// ever, one that has no end, one that moved, and links to what is not a page or not of this site.

import { sleep } from "wevent";
import { serve, streamOf } from "wevent/http";

const PAGES: Readonly<Record<string, string>> = {
  "/": `<a href="/a">a</a> <a href="b">b</a> <a href="/dead">dead</a> <a href="/slow">slow</a>`,
  "/a": `<a href="/">home</a> <a href="/b#part">b</a> <a href="/moved">moved</a> <a href="/endless">endless</a>`,
  "/b": `<a href="/a">a</a> <a href="/c">c</a> <a href="mailto:me@here">write</a>`,
  "/c": `<a href="/c">this</a> <a href="/picture">picture</a> <a href="http://elsewhere.invalid/">elsewhere</a>`,
};

function* endless(writer: { write(text: string): Iterable<unknown> }) {
  for (;;) {
    yield* writer.write("<p>and so on</p>");
    yield* sleep(1);
  }
}

const html = (body: string | ReadableStream<Uint8Array>) =>
  new Response(body, { headers: { "content-type": "text/html" } });

/** Serves it until the server is stopped; `asked` is told each path that is asked for. */
export function serveSite(asked: (path: string) => void = () => {}) {
  return serve(function* (request) {
    const { pathname } = new URL(request.url);
    asked(pathname);
    // As the net has it: every page takes some time.
    yield* sleep(5);
    if (pathname === "/slow") yield* sleep(60_000);
    if (pathname === "/endless") return html(streamOf(endless));
    if (pathname === "/moved") return new Response(null, { status: 301, headers: { location: "/c" } });
    if (pathname === "/picture") return new Response("GIF89a", { headers: { "content-type": "image/gif" } });
    const page = PAGES[pathname];
    return page === undefined ? new Response("not here", { status: 404 }) : html(page);
  });
}
