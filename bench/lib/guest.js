// The guest programs of the bench, compiled when they have changed, and loaded into a hub.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Hub } from "wevent";
import { loadGuest } from "wevent/guest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A program of bench/guest: its source and what is made of it. */
const filesOf = (program) => ({
  source: `bench/guest/${program}.as.ts`,
  wasm: `build/bench-${program}.wasm`,
});

function isCurrent({ source, wasm }) {
  if (!existsSync(`${root}/${wasm}`)) return false;
  const madeAt = statSync(`${root}/${wasm}`).mtimeMs;
  const library = readdirSync(`${root}/assembly`, { recursive: true }).map((file) => `assembly/${file}`);
  return [source, ...library].every((file) => statSync(`${root}/${file}`).mtimeMs < madeAt);
}

/** Compiles a program if it has changed; answers the path of the module. */
export function buildGuest(program) {
  const files = filesOf(program);
  if (!isCurrent(files)) {
    const args = ["build/host/cli/main.js", "build", files.source, "-o", files.wasm];
    execFileSync(process.execPath, args, { cwd: root });
  }
  return `${root}/${files.wasm}`;
}

/** A fresh hub with the program loaded. */
export async function loadBench(program = "bench") {
  const hub = new Hub();
  const guest = await loadGuest(readFileSync(buildGuest(program)), { hub });
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
