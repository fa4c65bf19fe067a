// Owns the browsers of tests: which of them are here, and a page with lines of a test in it. A browser that is
// not here leaves its tests out, and says so; where CI can install it, it must be there.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import type { WebSocketConnection } from "wevent/http";
import { pageOf, type Served, scriptOf, serveFiles } from "../../tools/browsers/serve.js";

const ROOT = join(import.meta.dirname, "../..");

export type BrowserName = "chromium" | "firefox";
/** What a page has of wevent: all of `wevent/standalone`. */
export type Wevent = typeof import("wevent/standalone");
export type { WebSocketConnection };

/** What is used of puppeteer, which is installed in a folder of its own. */
export interface Page {
  goto(url: string): Promise<unknown>;
  evaluate<T>(body: string | (() => T)): Promise<T>;
  close(): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void> };
  readonly mouse: { click(x: number, y: number): Promise<void> };
}

interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

interface Launcher {
  findBrowser(name: BrowserName): string | null;
  launchBrowser(name: BrowserName): Promise<Browser>;
}

/** null: what drives browsers is not installed. */
async function loadLauncher(): Promise<Launcher | null> {
  if (!existsSync(join(ROOT, "tools/browsers/node_modules"))) return null;
  return (await import(join(ROOT, "tools/browsers/launch.js"))) as Launcher;
}

const launcher = await loadLauncher();
const mustHaveBrowsers = process.env["CI"] === "true" && existsSync("/usr/bin/apt-get");

function isHere(name: BrowserName): boolean {
  const isInstalled = launcher !== null && launcher.findBrowser(name) !== null;
  if (!isInstalled && !mustHaveBrowsers) {
    const how = launcher === null ? "npm ci --prefix tools/browsers" : "bash scripts/install-browsers.sh";
    console.warn(`Left out: tests in ${name}, which is not here (${how})`);
  }
  return isInstalled || mustHaveBrowsers;
}

/** What a page is given beside the lines that run in it. */
export interface PageOptions {
  /** Headers of the page itself, such as its Content-Security-Policy. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What else its server has, by path. */
  readonly files?: Readonly<Record<string, Served>>;
  /** Handed to the lines: anything that JSON can hold. */
  readonly given?: unknown;
  /** Module that the lines get; omitted: standalone.js as it is published. */
  readonly module?: string;
  /** What happens from outside, again and again while the lines run. */
  readonly meanwhile?: (page: Page) => Promise<void>;
}

export class TestBrowser {
  #browser!: Browser;

  constructor(readonly name: BrowserName) {}

  async start(): Promise<void> {
    this.#browser = await launcher!.launchBrowser(this.name);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /**
   * Runs a function in a page of its own, and gives what it gives, as JSON does. It sees nothing of the test,
   * but the module and `given`.
   */
  async run<T, M = Wevent>(
    body: (wevent: M, given: never) => T | Promise<T>,
    options: PageOptions = {},
  ): Promise<T> {
    const { headers = {}, files = {}, given = null, meanwhile, module } = options;
    const server = await serveFiles({
      "/": pageOf("/test.js", headers),
      "/test.js": scriptOf(
        `globalThis.result = import("/wevent.js").then((wevent) => (${body})(wevent, ${JSON.stringify(given)}));\n`,
      ),
      "/wevent.js": scriptOf(module ?? readFileSync(join(ROOT, "build/standalone.js"), "utf8")),
      ...files,
    });
    const page = await this.#browser.newPage();
    try {
      await page.goto(`${server.origin}/`);
      let isOver = false;
      const result = (page.evaluate("globalThis.result") as Promise<T>).finally(() => {
        isOver = true;
      });
      // Thrown below, when what goes on outside has ended.
      result.catch(() => {});
      while (meanwhile !== undefined && !isOver) await meanwhile(page);
      return await result;
    } finally {
      await page.close();
      await server.close();
    }
  }
}

/** The same tests in each browser that is here. */
export function inBrowsers(define: (browser: TestBrowser) => void): void {
  for (const name of ["chromium", "firefox"] as const) {
    describe.runIf(isHere(name))(name, () => {
      const browser = new TestBrowser(name);
      beforeAll(() => browser.start());
      afterAll(() => browser.close());
      define(browser);
    });
  }
}
