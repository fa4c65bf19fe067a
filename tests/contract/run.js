// npm run contract [-- --in PLACE] [--only PART] [--verbose]: runs the contract wherever runtimes.json says,
// after `npm run build`, and prints what ran where. Exit code 1 when a case fails, or a place gives no report.
//
//   node tests/contract/run.js                            everything that is installed
//   node tests/contract/run.js --in Bun --only TCP        the cases with "TCP" in their names, in Bun

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "./build.js";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

const { values } = parseArgs({
  options: {
    in: { type: "string", default: "" },
    only: { type: "string", default: "" },
    verbose: { type: "boolean", default: false },
  },
});
const options = { filter: values.only, isVerbose: values.verbose };

const runtimes = JSON.parse(readFileSync("runtimes.json", "utf8"));
const rows = [];
let isFailed = false;

/** What starts a runtime's places; one whose packages are not installed leaves them out. */
async function hostOf({ host }) {
  try {
    return await import(`./hosts/${host}.js`);
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return { run: () => ({ leftOut: `${error.message.split("\n")[0]}; see tools/` }) };
  }
}

async function runIn(host, row, place) {
  try {
    return await host.run(row, place, options);
  } catch (error) {
    return { failure: String(error?.stack ?? error) };
  }
}

for (const row of runtimes) {
  if (row.host === null) continue;
  const host = await hostOf(row);
  for (const place of row.places) {
    if (!place.title.includes(values.in)) continue;
    console.log(`── ${place.title}`);
    const startMs = performance.now();
    const { report, leftOut, failure } = await runIn(host, row, place);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    if (leftOut !== undefined) {
      console.log(`left out: ${leftOut}`);
      rows.push([place.title, "", "left out", "", "", ""]);
      continue;
    }
    if (failure !== undefined) {
      isFailed = true;
      console.log(failure);
      rows.push([place.title, "", "no report", "", "", seconds]);
      continue;
    }
    isFailed ||= report.failed > 0 || report.passed === 0;
    for (const { name, outcome, why } of report.results) {
      if (outcome === "failed") console.log(`FAIL ${name}: ${why}`);
    }
    rows.push([place.title, report.version, report.passed, report.unsupported, report.failed, seconds]);
  }
}

const HEAD = ["runtime", "version", "passed", "not supported there", "failed", "seconds"];

function print(table) {
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => String(row[column]).length)));
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => String(cell).padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    );
  }
}

console.log("\nThe contract, runtime by runtime:\n");
print([HEAD, ...rows]);
process.exitCode = isFailed ? 1 : 0;
