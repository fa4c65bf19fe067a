// Owns how each bundler is asked to build: an entry of a project into one file, with the bundler's own
// defaults as far as they go. It must not know what is built, nor where that is run.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const here = import.meta.dirname;

/** @param {string} name - One of package.json's devDependencies. */
export const versionOf = (name) =>
  JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8")).version;

/** Runs a command of an installed package, and gives what it prints. */
export function tool(command, args, cwd) {
  return execFileSync(join(here, "node_modules/.bin", command), args, {
    cwd,
    encoding: "utf8",
    stdio: "pipe",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1", NO_COLOR: "1" },
  });
}

/**
 * Paths: the project's folder, the entry from there, and where the result goes, in a folder of its own. A
 * builder that names its results itself gives the path.
 *
 * @typedef {{ root: string; entry: string; outFile: string }} Job
 */

/** A warning of a bundler is a failure: users would see it too. */
const refuse = (warning) => {
  throw new Error(typeof warning === "string" ? warning : (warning.message ?? String(warning)));
};

export async function vite({ root, entry, outFile }) {
  const { build } = await import("vite");
  writeFileSync(join(root, "index.html"), `<script type="module" src="./${entry}"></script>\n`);
  const outDir = dirname(outFile);
  const { output } = await build({ root, configFile: false, logLevel: "warn", build: { outDir } });
  return join(outDir, output.find((file) => file.type === "chunk" && file.isEntry).fileName);
}

async function esbuildFor(platform, { root, entry, outFile }) {
  const { build } = await import("esbuild");
  const { warnings } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: outFile,
    bundle: true,
    minify: true,
    format: "esm",
    platform,
    logLevel: "silent",
  });
  if (warnings.length > 0) refuse(warnings[0].text);
}

export const esbuild = (job) => esbuildFor("browser", job);
export const esbuildForNode = (job) => esbuildFor("node", job);

export async function rollup({ root, entry, outFile }) {
  const { rollup } = await import("rollup");
  const { nodeResolve } = await import("@rollup/plugin-node-resolve");
  const bundle = await rollup({
    input: join(root, entry),
    plugins: [nodeResolve({ browser: true })],
    // The package's own, and known: ARCHITECTURE.md says which files refer to one another.
    onwarn: (warning) => void (warning.code === "CIRCULAR_DEPENDENCY" || refuse(warning)),
  });
  await bundle.write({ file: outFile, format: "esm", inlineDynamicImports: true });
  await bundle.close();
}

export async function rolldown({ root, entry, outFile }) {
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({ input: join(root, entry), platform: "browser", onwarn: refuse });
  await bundle.write({ file: outFile, format: "esm", minify: true, codeSplitting: false });
  await bundle.close();
}

async function webpackFor(target, { root, entry, outFile }) {
  const { default: webpack } = await import("webpack");
  const stats = await new Promise((resolve, reject) => {
    webpack(
      {
        context: root,
        entry: `./${entry}`,
        mode: "production",
        target,
        experiments: { outputModule: true },
        output: {
          path: dirname(outFile),
          filename: outFile.slice(dirname(outFile).length + 1),
          module: true,
        },
        performance: false,
      },
      (error, result) => (error === null ? resolve(result) : reject(error)),
    );
  });
  if (stats.hasErrors() || stats.hasWarnings())
    refuse(stats.toString({ all: false, errors: true, warnings: true }));
}

export const webpack = (job) => webpackFor(["web", "es2022"], job);
export const webpackForNode = (job) => webpackFor("node20", job);

export const bun = async ({ root, entry, outFile }) =>
  void tool("bun", ["build", entry, "--target", "browser", "--minify", "--outfile", outFile], root);
export const bunForBun = async ({ root, entry, outFile }) =>
  void tool("bun", ["build", entry, "--target", "bun", "--outfile", outFile], root);

/** `wrangler deploy --dry-run`. The file goes with the modules of wasm that it names, in its folder. */
export async function wrangler({ root, entry, outFile }, compatibilityDate) {
  tool(
    "wrangler",
    [
      "deploy",
      entry,
      "--dry-run",
      ...["--name", "wevent"],
      ...["--compatibility-date", compatibilityDate],
      ...["--outdir", dirname(outFile)],
    ],
    root,
  );
}

/** Starts a worker that wrangler has built. */
export async function startWorker(outFile, compatibilityDate) {
  const { Miniflare } = await import("miniflare");
  return new Miniflare({
    modules: true,
    modulesRoot: dirname(outFile),
    scriptPath: outFile,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
    ],
    compatibilityDate,
  });
}
