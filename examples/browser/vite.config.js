// How the page is served and built: `npm run demo:browser`, or `npx vite build examples/browser`.

import { fileURLToPath } from "node:url";
import { startJsonServer } from "../../build/examples/tutorial/lib/json-server.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The server that the program "fetch" asks: a page cannot start one, so this one stands behind /json. */
async function jsonServer() {
  const json = await startJsonServer();
  const proxy = { "/json": { target: json.url, changeOrigin: true } };
  const closeWith = (server) => void server.httpServer?.once("close", () => json.close());
  return {
    name: "json-server",
    config: () => ({ server: { proxy }, preview: { proxy } }),
    configureServer: closeWith,
    configurePreviewServer: closeWith,
  };
}

/**
 * package.json says of the library that its modules do nothing but export. The programs, which lie in the same
 * package, run when they are imported, and a bundler must not leave them out.
 */
const keepPrograms = () => ({
  name: "keep-programs",
  transform: (code, id) => (id.startsWith(here("..")) ? { code, map: null, moduleSideEffects: true } : null),
});

export default async ({ command, isPreview }) => ({
  root: here("."),
  // Relative, so that the built page works in any folder of any server.
  base: "./",
  clearScreen: false,
  build: {
    outDir: here("../../build/browser"),
    emptyOutDir: true,
    target: "es2022",
    // The timeline shows the names of functions.
    minify: false,
    // The compiler and Binaryen are that large.
    chunkSizeWarningLimit: 20_000,
  },
  oxc: { target: "es2022" },
  // Workers import programs when they are asked to, and programs await at their top level.
  worker: { format: "es", plugins: () => [keepPrograms()] },
  // Already modules; Binaryen is too large to be bundled anew at each start, and of servers a page has none.
  optimizeDeps: { exclude: ["assemblyscript", "binaryen", "long", "crossws", "srvx"] },
  server: { fs: { allow: [here("../..")] } },
  resolve: {
    alias: [
      { find: "../lib/json-server.js", replacement: here("stage/json-server.ts") },
      // asc and Binaryen name them, and use them on Node only.
      { find: /^(fs|module|path|url|node:module)$/, replacement: here("compiler/no-node.ts") },
    ],
  },
  plugins: [keepPrograms(), ...(command === "serve" || isPreview ? [await jsonServer()] : [])],
});
