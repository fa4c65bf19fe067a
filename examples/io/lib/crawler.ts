// Owns going through a site: which pages are known, how many are fetched at once, and for how long.

import { forEach, GreenletExit, Queue, Timeout, withTimeout } from "wevent";
import { fetch, readChunks } from "wevent/http";
import { Pool } from "wevent/pool";

export interface CrawlOptions {
  /** Pages fetched at once. Omitted: 4. */
  readonly concurrency?: number;
  /** Longest time for one page, its body included, in ms. Omitted: 5000. */
  readonly timeout?: number;
  /** Most bytes of one page. Omitted: 1 MiB. */
  readonly maxBytes?: number;
  /** Most pages; the rest is left. Omitted: 1000. */
  readonly maxPages?: number;
}

/** A page's status and the pages it leads to, or why there is none. */
export interface Page {
  readonly url: string;
  readonly status: number | null;
  readonly links: readonly string[];
  readonly failure: string | null;
}

export class Crawler {
  readonly #concurrency: number;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  readonly #maxPages: number;

  constructor({ concurrency = 4, timeout = 5000, maxBytes = 1 << 20, maxPages = 1000 }: CrawlOptions = {}) {
    this.#concurrency = concurrency;
    this.#timeoutMs = timeout;
    this.#maxBytes = maxBytes;
    this.#maxPages = maxPages;
  }

  /** Every page of a site that `start` leads to, each fetched once. Gives them by their address. */
  *crawl(start: string): Generator<unknown, Map<string, Page>, unknown> {
    const pages = new Map<string, Page>();
    const known = new Set([start]);
    const todo = new Queue(null, [start]);
    const workers = new Pool(this.#concurrency);
    const maxPages = this.#maxPages;
    const visit = (url: string) => this.#visit(url);

    function* work(url: string) {
      const page = yield* visit(url);
      pages.set(url, page);
      for (const link of page.links) {
        if (known.size === maxPages || known.has(link)) continue;
        known.add(link);
        todo.putNowait(link);
      }
      todo.taskDone();
    }

    try {
      while (!workers.full()) yield* workers.spawn(() => forEach(todo.iterate(), work));
      yield* todo.join();
      return pages;
    } finally {
      yield* workers.kill();
    }
  }

  /** What goes wrong with a page is the page's, and not the crawler's. */
  *#visit(url: string): Generator<unknown, Page, unknown> {
    try {
      return yield* withTimeout(this.#timeoutMs, () => this.#fetch(url));
    } catch (error) {
      if (error instanceof GreenletExit) throw error;
      return { url, status: null, links: [], failure: reasonOf(error) };
    }
  }

  *#fetch(url: string): Generator<unknown, Page, unknown> {
    const response = yield* fetch(url, { redirect: "manual" });
    const { status, headers } = response;
    const location = headers.get("location");
    const isPage = response.ok && headers.get("content-type")?.startsWith("text/html");
    const text = isPage ? yield* this.#read(response) : "";
    if (!isPage) response.body?.cancel().catch(() => {});
    const targets = [...text.matchAll(/href="([^"]*)"/g)].map(([, target]) => target!);
    if (location !== null) targets.push(location);
    return { url, status, links: linksOf(url, targets), failure: null };
  }

  /** Reads it as it comes, so that one that is interrupted, or is too long, is not read on. */
  *#read(response: Response): Generator<unknown, string, unknown> {
    const decoder = new TextDecoder();
    let text = "";
    yield* forEach(readChunks(response), (chunk) => {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > this.#maxBytes) throw new Error("too long");
    });
    return text;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Timeout) return "too slow";
  const { message, cause } = error as Error;
  // What fetch throws says "fetch failed", and its cause says why.
  return String((cause as { readonly code?: unknown } | undefined)?.code ?? message);
}

/** Addresses of the same site, without what names a part of a page. */
function linksOf(url: string, targets: readonly string[]): string[] {
  const links = new Set<string>();
  for (const target of targets) {
    if (!URL.canParse(target, url)) continue;
    const link = new URL(target, url);
    link.hash = "";
    if (link.origin === new URL(url).origin) links.add(link.href);
  }
  return [...links];
}
