// Owns the making and starting of a worker in workerd, as tests do it: one file bundled with the package's
// `workerd` condition, its .wasm files as modules beside it, on ports that are free. It must not know what
// the worker does.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const binary = join(here, "node_modules/workerd/bin/workerd");

/** How long it may take to listen. */
const START_MS = 20_000;

/** Whether `npm ci --prefix tools/workerd` has brought one that runs here. */
export function hasWorkerd() {
  return existsSync(binary) && existsSync(join(here, "node_modules/esbuild"));
}

/** What workerd says of its version: "2026-10-23". */
export function workerdVersion() {
  return require("workerd/package.json").version.replace(/^1\.(\d{4})(\d\d)(\d\d)\..*$/, "$1-$2-$3");
}

/** Bundles a worker as wrangler does: the text of its module, and the paths of the .wasm files it imports by name. */
export async function bundleWorker(entry) {
  const { build } = require("esbuild");
  const wasm = new Map();
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker"],
    logLevel: "warning",
    external: ["cloudflare:*", "node:*", "srvx", "crossws/*"],
    plugins: [
      {
        name: "wasm",
        setup(at) {
          at.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
            const file = join(resolveDir, path);
            const name = `${wasm.size}-${basename(path)}`;
            const known = [...wasm].find(([, other]) => other === file)?.[0] ?? name;
            wasm.set(known, file);
            return { path: known, external: true };
          });
        },
      },
    ],
  });
  return { text: outputFiles[0].text, wasm };
}

/**
 * Starts workerd with one worker.
 *
 * @param options - `worker`: what `bundleWorker` gave. `flags`: compatibility flags. `bindings`: texts by name,
 * in the worker's `env`. `takesTcp`: whether connections come in too, for its `connect` handler.
 * `trusted`: certificates in PEM, that its TLS is to trust.
 */
export async function startWorkerd({
  worker,
  compatibilityDate = "2026-04-01",
  flags = [],
  bindings = {},
  takesTcp = false,
  trusted = [],
  onOutput = (text) => process.stderr.write(text),
}) {
  const folder = mkdtempSync(join(tmpdir(), "wevent-workerd-"));
  const quote = JSON.stringify;
  writeFileSync(join(folder, "worker.js"), worker.text);
  const modules = ['(name = "worker.js", esModule = embed "worker.js")'];
  for (const [name, file] of worker.wasm) {
    writeFileSync(join(folder, name), readFileSync(file));
    modules.push(`(name = ${quote(name)}, wasm = embed ${quote(name)})`);
  }
  const texts = Object.entries(bindings).map(
    ([name, text]) => `(name = ${quote(name)}, text = ${quote(text)})`,
  );
  const sockets = ['(name = "http", address = "127.0.0.1:0", http = (), service = "main")'];
  if (takesTcp) sockets.push('(name = "tcp", address = "127.0.0.1:0", tcp = (), service = "main")');
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true, trustedCertificates = [${trusted.map((pem) => quote(pem)).join(", ")}]))),
  ],
  sockets = [${sockets.join(", ")}],
);
const main :Workerd.Worker = (
  modules = [${modules.join(",\n    ")}],
  bindings = [${texts.join(", ")}],
  compatibilityDate = ${quote(compatibilityDate)},
  compatibilityFlags = [${flags.map((flag) => quote(flag)).join(", ")}],
);
`,
  );
  const child = spawn(binary, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", onOutput);
  }
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = await listening(child, sockets.length);
    return { url: `http://127.0.0.1:${ports.get("http")}`, tcpPort: ports.get("tcp"), pid: child.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until every socket listens; the ports by the names of the sockets. */
function listening(child, count) {
  const ports = new Map();
  let text = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`workerd did not listen within ${START_MS} ms`)),
      START_MS,
    );
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`workerd ended with ${code} before it listened`));
    });
    child.stdio[3].on("data", (chunk) => {
      text += chunk;
      const lines = text.split("\n");
      text = lines.pop();
      for (const line of lines) {
        const { event, socket, port } = JSON.parse(line);
        if (event === "listen") ports.set(socket, port);
      }
      if (ports.size < count) return;
      clearTimeout(timer);
      resolve(ports);
    });
  });
}
