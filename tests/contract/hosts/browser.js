// Starts the contract in a browser that is installed: in a page, or in a dedicated worker. Needs
// build/contract, and `npm ci --prefix tools/browsers`.
//
//   node tests/contract/hosts/browser.js chromium|firefox page|worker [PART OF A NAME]

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleForPage } from "../../../tools/browsers/bundle.js";
import { findBrowser, launchBrowser } from "../../../tools/browsers/launch.js";
import { pageOf, scriptOf, serveFiles } from "../../../tools/browsers/serve.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const suite = join(root, "build/contract/tests/contract");

/** @param {(line: string) => void} write @returns {Promise<import("../run-cases.ts").Report>} */
export async function runInBrowser(name, context, filter, write) {
  const { startJsonServer } = await import(join(root, "build/contract/examples/tutorial/lib/json-server.js"));
  const json = await startJsonServer();
  const server = await serveFiles({
    "/": pageOf("/contract.js"),
    "/contract.js": scriptOf(await bundleForPage(join(suite, "runners/browser.js"))),
    "/guests/": (request, response) => {
      const file = join(suite, new URL(request.url, "http://localhost").pathname);
      response.writeHead(200, { "content-type": "application/wasm" }).end(readFileSync(file));
    },
    "/json/": async (request, response) => {
      const answer = await fetch(new URL(new URL(request.url, "http://localhost").search, json.url));
      response.writeHead(200, { "content-type": "application/json" }).end(await answer.text());
    },
  });
  const browser = await launchBrowser(name, { protocolTimeout: 600_000 });
  try {
    const page = await browser.newPage();
    await page.exposeFunction("writeLine", write);
    page.on("pageerror", (error) => write(`an error in the page: ${error}`));
    const [version] = /\d[\d.]*/.exec(await browser.version());
    const wanted = new URLSearchParams({ browser: name, version, context, filter });
    await page.goto(`${server.origin}/?${wanted}`);
    return await page.evaluate(() => globalThis.contract);
  } finally {
    await browser.close();
    await server.close();
    await json.close();
  }
}

/** For tests/contract/run.js. */
export async function run(_row, { command: [name, context] }, { filter, isVerbose }) {
  if (findBrowser(name) === null) return { leftOut: `${name} is not installed` };
  return { report: await runInBrowser(name, context, filter, isVerbose ? console.log : () => {}) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, context, filter = ""] = process.argv.slice(2);
  if (findBrowser(name) === null) {
    console.log(`Left out: the contract in ${name}, which is not installed`);
    process.exit(0);
  }
  const report = await runInBrowser(name, context, filter, (line) => {
    if (!line.startsWith("ok ")) console.log(line);
  });
  const { version, passed, unsupported, failed } = report;
  console.log(
    `${name} ${version}, ${context}: ${passed} passed, ${unsupported} not supported, ${failed} failed`,
  );
  process.exit(report.failed > 0 ? 1 : 0);
}
