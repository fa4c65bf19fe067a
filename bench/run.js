// npm run bench [-- case …]: measures every case, each in a process of its own, and prints a table
// of medians with the ratio to native await in the same process. Writes build/bench.json.
//
//   node bench/run.js                 everything
//   node bench/run.js switch2 spawn   some cases
//   node bench/run.js --quick         one small round of each, to see that they work

import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { measureTime } from "./lib/measure.js";

const here = fileURLToPath(new URL(".", import.meta.url));

async function loadCases() {
  const files = readdirSync(`${here}/cases`).filter((file) => file.endsWith(".js"));
  const modules = await Promise.all(files.map((file) => import(`./cases/${file}`)));
  return Object.assign({}, ...modules.map((module) => module.cases));
}

/** In the child: one case, and for memory one subject; prints one line of JSON. */
async function runOne(name, subject, scale) {
  const bench = (await loadCases())[name];
  const result = bench.memory
    ? await bench.memory(bench.subjects[subject], scale)
    : bench.measure
      ? await bench.measure(scale)
      : await measureTime(bench, scale);
  console.log(JSON.stringify(result));
  process.exit(0);
}

function inChild(args) {
  const output = execFileSync(process.execPath, ["--expose-gc", `${here}/run.js`, "--one", ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 24,
  });
  return JSON.parse(output.trim().split("\n").at(-1));
}

async function runAll(names, scale) {
  const all = await loadCases();
  const chosen = names.length > 0 ? names : Object.keys(all);
  const rows = [];
  for (const name of chosen) {
    const bench = all[name];
    if (bench === undefined) {
      throw new Error(
        `could not run ${name} because there is no such case; there are ${Object.keys(all).join(", ")}`,
      );
    }
    const values = bench.memory
      ? Object.fromEntries(
          Object.keys(bench.subjects).map((subject) => [subject, inChild([name, subject, String(scale)])]),
        )
      : inChild([name, "-", String(scale)]);
    rows.push({ name, title: bench.title, unit: bench.unit, values });
    print(bench, values);
  }
  const result = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, rows };
  writeFileSync(`${here}/../build/bench.json`, `${JSON.stringify(result, null, 2)}\n`);
}

function print(bench, values) {
  const control = values.await;
  const cells = Object.entries(values).map(([subject, value]) => {
    const ratio = subject === "await" || control === undefined ? "" : ` (${(value / control).toFixed(2)} ×)`;
    return `${subject} ${value.toFixed(value < 100 ? 1 : 0)}${ratio}`;
  });
  console.log(`${`${bench.title}, ${bench.unit}`.padEnd(36)} ${cells.join("   ")}`);
}

const args = process.argv.slice(2);
if (args[0] === "--one") await runOne(args[1], args[2], Number(args[3]));
else {
  const isQuick = args.includes("--quick");
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores; × is the ratio to native await`,
  );
  await runAll(
    args.filter((arg) => !arg.startsWith("--")),
    isQuick ? 0.001 : 1,
  );
}
