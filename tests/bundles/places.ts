// Owns where a built file is run, and how its result is read there. It must not know who has built it.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const LIMIT_MS = 30_000;
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** A place, by name and version, and what runs a module of JavaScript there. */
export interface Place {
  readonly name: string;
  run(file: string): Promise<string>;
  close(): Promise<void>;
}

/** A browser's module, and how it is used here: tools/browsers/launch.js says more. */
interface Browsers {
  findBrowser(name: "chromium"): string | null;
  launchBrowser(name: "chromium"): Promise<{
    version(): Promise<string>;
    newPage(): Promise<{
      goto(url: string): Promise<unknown>;
      waitForFunction(text: string, options: { timeout: number }): Promise<unknown>;
      evaluate(text: string): Promise<unknown>;
      on(event: "pageerror", listener: (error: Error) => void): void;
      close(): Promise<void>;
    }>;
    close(): Promise<void>;
  }>;
}

/** A command that evaluates a text. */
function commandPlace(name: string, command: string, args: (text: string) => string[]): Place {
  return {
    name,
    async run(file) {
      // What is made for a page keeps its message channel open, as pages do.
      const text = `await import("${pathToFileURL(file)}"); console.log(await globalThis.programResult); process.exit();`;
      const { stdout } = await run(command, args(text), {
        timeout: LIMIT_MS,
        env: { ...process.env, NO_COLOR: "1" },
      });
      return stdout.trim();
    },
    close: async () => {},
  };
}

export const node = (): Place =>
  commandPlace(`Node ${process.versions.node}`, process.execPath, (text) => [
    "--input-type=module",
    "-e",
    text,
  ]);

/** @param command - Where Bun is. */
export const bun = (command: string, version: string): Place =>
  commandPlace(`Bun ${version}`, command, (text) => ["-e", text]);

/** @param command - Where Deno is. */
export function deno(command: string): Place {
  const [, version] = /^deno (\S+)/.exec(execFileSync(command, ["--version"], { encoding: "utf8" })) ?? [];
  return commandPlace(`Deno ${version}`, command, (text) => ["eval", "--ext=js", text]);
}

/** Chromium; null: it cannot be had. */
export async function chromium(): Promise<Place | null> {
  const launcher = join(ROOT, "tools/browsers/launch.js");
  if (!existsSync(join(ROOT, "tools/browsers/node_modules"))) return null;
  const { findBrowser, launchBrowser } = (await import(launcher)) as Browsers;
  if (findBrowser("chromium") === null) return null;
  const browser = await launchBrowser("chromium");
  const version = (await browser.version()).replace(/^.*\//, "");
  const server = await serveFiles();
  return {
    name: `Chromium ${version}`,
    async run(file) {
      const page = await browser.newPage();
      const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
      failed.catch(() => {});
      try {
        await page.goto(server.publish(file));
        const result = async (): Promise<string> => {
          await page.waitForFunction("globalThis.programResult !== undefined", { timeout: LIMIT_MS });
          return String(await page.evaluate("globalThis.programResult"));
        };
        return await Promise.race([result(), failed]);
      } finally {
        await page.close();
      }
    },
    async close() {
      server.close();
      await browser.close();
    },
  };
}

/** Serves folders: a page as it is, a script in a page of its own. */
async function serveFiles(): Promise<{ publish(file: string): string; close(): void }> {
  const folders: string[] = [];
  const server: Server = createServer((request, response) => {
    const [, folder, ...path] = new URL(request.url ?? "/", "http://localhost").pathname.split("/");
    const file = join(folders[Number(folder)] ?? "/none", ...path);
    if (file.endsWith(".page")) {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(`<script type="module" src="./${basename(file, ".page")}"></script>`);
    } else if (existsSync(file)) {
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
      response.end(readFileSync(file));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    publish(file) {
      const page = file.endsWith(".html") ? basename(file) : `${basename(file)}.page`;
      return `http://127.0.0.1:${port}/${folders.push(dirname(file)) - 1}/${page}`;
    },
    close: () => void server.close(),
  };
}
