// What users do with the package: it is packed, installed into an empty project, built by every bundler with
// the bundler's own defaults, and what comes out is run where it belongs. `npm run test:package`.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as Builders from "../../tools/bundlers/builders.js";
import * as places from "./places.js";
import { makeProject, type Project } from "./project.js";

const ROOT = join(import.meta.dirname, "../..");
const TOOLS = join(ROOT, "tools/bundlers");
if (!existsSync(join(TOOLS, "node_modules"))) {
  throw new Error(`the bundlers are not installed; run "npm ci --prefix tools/bundlers"`);
}
const builders = (await import(join(TOOLS, "builders.js"))) as typeof Builders;

/** What the program gives: items in their order, and the guest's sum. */
const RESULT = "1 2 3 42";
const DENO = join(ROOT, "tools/runtimes/node_modules/.bin/deno");
const WORKER_DATES = ["2024-09-23", "2026-04-01"];
const isChromiumThere = (await places.chromium().then((place) => place?.close().then(() => true))) ?? false;

let project: Project;
let node: places.Place;
let bun: places.Place;
/** Chromium, or Node in its place. */
let page: places.Place;

const rows: (readonly string[])[] = [["built by", "for", "gzip", "ran in", "result"]];
const note = (...row: string[]): void => void rows.push(row);

beforeAll(async () => {
  project = makeProject();
  node = places.node();
  bun = places.bun(join(TOOLS, "node_modules/.bin/bun"), builders.versionOf("bun"));
  page = (await places.chromium()) ?? node;
});

afterAll(async () => {
  await page?.close();
  project?.remove();
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  console.log(
    rows
      .map((row) =>
        row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd(),
      )
      .join("\n"),
  );
  if (!existsSync(DENO)) console.log("Left out: Deno is not here; tools/runtimes installs it");
  if (!isChromiumThere) console.log("Left out: Chromium is not here; what is built for pages ran in Node");
});

const gzipSize = (file: string): string =>
  String(
    gzipSync(
      readFileSync(file)
        .toString()
        .replace(/^\/\/# sourceMappingURL.*$/m, ""),
    ).length,
  );

type Builder = (job: Builders.Job) => Promise<string | undefined>;

/** Builds into a folder of its own; gives the file that begins. */
async function built(build: Builder, name: string, entry: string): Promise<string> {
  const outFile = join(project.root, "out", name, "index.mjs");
  return (await build({ root: project.root, entry, outFile })) ?? outFile;
}

const {
  vite,
  esbuild,
  esbuildForNode,
  rollup,
  rolldown,
  webpack,
  webpackForNode,
  bun: bunBuild,
  bunForBun,
} = builders;

const forPages: readonly [string, Builder][] = [
  ["vite", vite],
  ["esbuild", esbuild],
  ["rollup", rollup],
  ["rolldown", rolldown],
  ["webpack", webpack],
  ["bun", bunBuild],
];

describe("for a page", () => {
  it.each(forPages)("%s builds the program, and it runs", async (name, build) => {
    const outFile = await built(build, name, "page.js");
    const result = await page.run(outFile);
    note(`${name} ${builders.versionOf(name)}`, "pages", gzipSize(outFile), page.name, result);
    expect(result).toBe(RESULT);
  });

  it.each(forPages)("%s builds wevent/http without the packages of its servers", async (name, build) => {
    expect(await page.run(await built(build, `${name}-http`, "http.js"))).toBe("hello WEV_ERR_UNSUPPORTED");
  });

  it.runIf(isChromiumThere)("standalone.js runs as it is", async () => {
    const result = await page.run(join(project.root, "standalone.html"));
    const file = join(project.root, "node_modules/wevent/build/standalone.js");
    note("nobody: standalone.js", "pages", gzipSize(file), page.name, result);
    expect(result).toBe("3 8 10 42");
  });
});

describe("for Node and Bun", () => {
  it.each([
    ["esbuild", esbuildForNode],
    ["webpack", webpackForNode],
  ] as const)("%s builds the program, and it runs in Node", async (name, build) => {
    const outFile = await built(build, `${name}-node`, "page.js");
    const result = await node.run(outFile);
    note(`${name} ${builders.versionOf(name)}`, "Node", gzipSize(outFile), node.name, result);
    expect(result).toBe(RESULT);
  });

  it("bun builds the program, and it runs in Bun", async () => {
    const outFile = await built(bunForBun, "bun-bun", "page.js");
    const result = await bun.run(outFile);
    note(`bun ${builders.versionOf("bun")}`, "Bun", gzipSize(outFile), bun.name, result);
    expect(result).toBe(RESULT);
  });

  it("the program runs as it is", async () => {
    for (const place of existsSync(DENO) ? [node, bun, places.deno(DENO)] : [node, bun]) {
      const result = await place.run(join(project.root, "page.js"));
      note("nobody", place.name.split(" ")[0]!, "", place.name, result);
      expect(result).toBe(RESULT);
    }
  });

  it("Node can require it, for nothing in it awaits at the top", () => {
    // Node asks for the flag before 22.12 and 20.19.
    const text = `require("wevent").spawn(function* () { return 7; }).get().then(console.log)`;
    const options = { cwd: project.root, encoding: "utf8" } as const;
    const flags = ["--experimental-require-module", "--no-warnings"];
    expect(execFileSync(process.execPath, [...flags, "--input-type=commonjs", "-e", text], options)).toBe(
      "7\n",
    );
  });
});

describe("for workerd", () => {
  it.each(WORKER_DATES)("wrangler builds the program for the date %s, and it runs", async (date) => {
    const outFile = join(project.root, `out/worker-${date}/worker.js`);
    await builders.wrangler({ root: project.root, entry: "worker.js", outFile }, date);
    const worker = await builders.startWorker(outFile, date);
    try {
      const result = await (await worker.dispatchFetch("http://localhost/")).text();
      note(
        `wrangler ${builders.versionOf("wrangler")}`,
        `workerd ${date}`,
        gzipSize(outFile),
        `miniflare ${builders.versionOf("miniflare")}`,
        result,
      );
      expect(result).toBe(RESULT);
    } finally {
      await worker.dispose();
    }
  });
});

describe("checkers", () => {
  it("publint finds nothing", () => {
    const said = builders.tool("publint", [project.tarball, "--strict"], project.root);
    note(`publint ${builders.versionOf("publint")}`, "", "", "", said.trim().split("\n").at(-1)!);
    expect(said).toContain("All good!");
  });

  it("are-the-types-wrong finds nothing", () => {
    // core.wasm is no module. The command fails when it finds anything.
    const options = ["--profile", "esm-only", "--exclude-entrypoints", "core.wasm", "--format", "ascii"];
    const said = builders.tool("attw", [project.tarball, ...options], project.root);
    const count = said.match(/^"wevent/gm)?.length ?? 0;
    note(`attw ${builders.versionOf("@arethetypeswrong/cli")}`, "", "", "", `${count} subpaths`);
    expect(count).toBeGreaterThan(20);
  });

  it.runIf(existsSync(DENO))("deno publish takes jsr.json, and its declarations", () => {
    const options = ["publish", "--dry-run", "--allow-dirty", "--allow-slow-types"];
    const cache = join(project.root, "deno");
    const env = { ...process.env, DENO_DIR: cache, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
    execFileSync(DENO, options, { cwd: ROOT, env, stdio: "pipe" });
    note("deno publish", "JSR", "", "", "dry run complete");
    rmSync(cache, { recursive: true, force: true });
  });
});
