// Runs the contract in a page of a browser, or in a dedicated worker of one. Proves first that it is where
// it is meant to be. tests/contract/hosts/browser.js serves it as one module, with `?` and what is wanted.

import type { JsonServer, World } from "../case.ts";
import { cases } from "../list.ts";
import { type Report, runCases } from "../run-cases.ts";
import { rowOf } from "../runtimes.js";

/** What a worker tells its page. */
type Told = { readonly line: string } | { readonly report: Report } | { readonly failure: string };

interface Page {
  /** Set by the host. */
  readonly writeLine: (line: string) => void;
  /** Read by the host. */
  contract: Promise<Report>;
}

const wanted = new URL(location.href).searchParams;
const isWorker = typeof document === "undefined";

/** "firefox 153" or "chromium 156", by what each alone has. */
function whereAmI(): { browser: string; version: string } {
  const { userAgentData } = navigator as {
    userAgentData?: { brands: readonly { brand: string; version: string }[] };
  };
  const chromium = userAgentData?.brands.find(({ brand }) => brand === "Chromium");
  if (chromium !== undefined) return { browser: "chromium", version: chromium.version };
  const firefox = /Firefox\/(\d+)/.exec(navigator.userAgent);
  // Mozilla's engine alone has this class of errors.
  if (firefox !== null && "InternalError" in globalThis) return { browser: "firefox", version: firefox[1]! };
  return { browser: "unknown", version: navigator.userAgent };
}

function proveWhere(): string {
  const here = whereAmI();
  const isDedicated = (globalThis as { constructor?: { name?: string } }).constructor?.name;
  const context = isWorker ? (isDedicated === "DedicatedWorkerGlobalScope" ? "worker" : isDedicated) : "page";
  const version = wanted.get("version")!;
  const isThere = here.browser === wanted.get("browser") && version.split(".")[0] === here.version;
  if (!isThere || context !== wanted.get("context")) {
    throw new Error(
      `this is a ${context} of ${here.browser} ${here.version} and not what was wanted: ${wanted}`,
    );
  }
  return version;
}

const modules = new Map<string, Promise<WebAssembly.Module>>();
const guest = (name: string) => fetch(new URL(`/guests/${name}.wasm`, location.origin));

function world(version: string): World {
  return {
    runtime: "browser",
    version,
    capabilities: rowOf("browser").capabilities,
    guestBytes: async (name) => (await guest(name)).arrayBuffer(),
    guestModule(name) {
      const known = modules.get(name) ?? WebAssembly.compileStreaming(guest(name));
      modules.set(name, known);
      return known;
    },
    // It stands behind the server that the page came from: another one may not be asked.
    startJsonServer: async (): Promise<JsonServer> => ({
      url: `${location.origin}/json/`,
      close: async () => {},
    }),
  };
}

function runHere(write: (line: string) => void): Promise<Report> {
  return runCases(cases, world(proveWhere()), write, wanted.get("filter") ?? "");
}

function runInWorker(write: (line: string) => void): Promise<Report> {
  const worker = new Worker(new URL(`contract.js${location.search}`, location.origin), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if ("line" in data) write(data.line);
      else if ("report" in data) resolve(data.report);
      else reject(new Error(data.failure));
    };
  });
}

if (isWorker) {
  const tell = (told: Told) => postMessage(told);
  Promise.resolve()
    .then(() => runHere((line) => tell({ line })))
    .then(
      (report) => tell({ report }),
      (error: unknown) => tell({ failure: String(error) }),
    );
} else {
  const page = globalThis as unknown as Page;
  const run = wanted.get("context") === "worker" ? runInWorker : runHere;
  page.contract = Promise.resolve().then(() => run((line) => page.writeLine(line)));
}
