// Runs the contract in Node, Deno and Bun. Proves first that it is where it is meant to be.
//
//   node build/contract/tests/contract/runners/server.js RUNTIME VERSION [PART OF A NAME]

import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startJsonServer } from "../../../examples/tutorial/lib/json-server.ts";
import type { World } from "../case.ts";
import { cases } from "../list.ts";
import { runCases } from "../run-cases.ts";
import { rowOf } from "../runtimes.js";

interface Globals {
  readonly Deno?: { readonly version: { readonly deno: string } };
  readonly Bun?: { readonly version: string };
}

/** What each runtime says of itself: Deno and Bun claim to be a Node too. */
function whereAmI(): { runtime: string; version: string } {
  const { Deno, Bun } = globalThis as Globals;
  if (Deno !== undefined) return { runtime: "deno", version: Deno.version.deno };
  if (Bun !== undefined) return { runtime: "bun", version: Bun.version };
  return { runtime: "node", version: process.versions.node };
}

const [runtime, version, filter] = process.argv.slice(2);
const here = whereAmI();
if (here.runtime !== runtime || here.version !== version) {
  console.error(`this is ${here.runtime} ${here.version} and not ${runtime} ${version}`);
  process.exit(2);
}

/** Deno asks before a program may do what Node lets every program do. */
const FLAGS = here.runtime === "deno" ? ["run", "-A"] : [];
const fileUrl = (name: string) => new URL(`../files/${name}`, import.meta.url);

const guests = new URL("../guests/", import.meta.url);
const read = (name: string) => readFile(new URL(`${name}.wasm`, guests)) as Promise<BufferSource>;
const modules = new Map<string, Promise<WebAssembly.Module>>();

const world: World = {
  ...here,
  guestBytes: read,
  guestModule(name) {
    const known = modules.get(name) ?? read(name).then((bytes) => WebAssembly.compile(bytes));
    modules.set(name, known);
    return known;
  },
  startJsonServer,
  capabilities: rowOf(here.runtime).capabilities,
  fileUrl,
  command: (name) => [process.execPath, ...FLAGS, fileURLToPath(fileUrl(name))],
  AsyncLocalStorage,
};

const report = await runCases(cases, world, (line) => console.log(line), filter);
console.log(JSON.stringify(report));
process.exit(report.failed > 0 ? 1 : 0);
