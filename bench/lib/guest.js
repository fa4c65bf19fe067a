// The guest program of the bench, compiled when it has changed, and loaded into a hub.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Hub } from "wevent";
import { loadGuest } from "wevent/guest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = "bench/guest/bench.as.ts";
const wasm = "build/bench.wasm";

function isCurrent() {
  if (!existsSync(`${root}/${wasm}`)) return false;
  const madeAt = statSync(`${root}/${wasm}`).mtimeMs;
  const library = readdirSync(`${root}/assembly`, { recursive: true }).map((file) => `assembly/${file}`);
  return [source, ...library].every((file) => statSync(`${root}/${file}`).mtimeMs < madeAt);
}

/** Compiles the program if it has changed. */
export function buildGuest() {
  if (isCurrent()) return;
  execFileSync(process.execPath, ["build/host/cli/main.js", "build", source, "-o", wasm], { cwd: root });
}

/** A fresh hub with the program loaded. */
export async function loadBench() {
  buildGuest();
  const hub = new Hub();
  const guest = await loadGuest(readFileSync(`${root}/${wasm}`), { hub });
  return {
    hub,
    guest,
    /** Calls an export in a greenlet of its own. */
    call: (name, ...args) =>
      hub.run(function* () {
        return yield* guest.call(name, ...args);
      }),
  };
}
