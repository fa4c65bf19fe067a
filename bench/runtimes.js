// npm run bench:runtimes: switching, spawning and queues beside native await, in every runtime of
// runtimes.json that is a program and installed (npm ci --prefix tools/runtimes), each case in a process
// of its own. Prints a table.
//
//   node bench/runtimes.js            everything
//   node bench/runtimes.js --quick    one small round of each, to see that they work

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { buildGuest } from "./lib/guest.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const installed = `${here}/../tools/runtimes/node_modules`;
const runtimes = JSON.parse(readFileSync(`${here}/../runtimes.json`, "utf8"));
const CASES = {
  switch2: "switch, 2 tasks",
  switch1000: "switch, 1000 tasks",
  spawn: "spawn + join",
  queue1: "queue(1)",
};
/** So that work that leaves much behind is measured alike; Bun has no such thing. */
const GC = { node: ["--expose-gc"], deno: ["--v8-flags=--expose-gc"], bun: [] };

/** Compiled once, by the Node that runs this: the others find it made. */
buildGuest("bench");

function measure(row, { command: [file, ...args] }, name, scale) {
  const output = execFileSync(
    `${installed}/${file}`,
    [...args, ...GC[row.name], `${here}run.js`, "--one", name, "-", String(scale)],
    { encoding: "utf8", maxBuffer: 1 << 24 },
  );
  return JSON.parse(output.trim().split("\n").at(-1));
}

const cell = (value, control) =>
  value === undefined ? "" : `${value.toFixed(value < 100 ? 1 : 0)} (${(value / control).toFixed(2)} ×)`;

const scale = process.argv.includes("--quick") ? 0.001 : 1;
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}; ns, and the ratio to native await\n`,
);
console.log("| | | TypeScript | guest | await |\n|---|---|---|---|---|");
for (const row of runtimes.filter(({ host }) => host === "process")) {
  for (const place of row.places) {
    const title = place.title.includes(" ") ? place.title : `${place.title} ${place.version}`;
    if (!existsSync(`${installed}/${place.command[0]}`)) {
      console.log(`| ${title} | left out: not installed | | | |`);
      continue;
    }
    for (const [name, what] of Object.entries(CASES)) {
      const { wevent, guest, await: control } = measure(row, place, name, scale);
      console.log(
        `| ${title} | ${what} | ${cell(wevent, control)} | ${cell(guest, control)} | ${control.toFixed(1)} |`,
      );
    }
  }
}
