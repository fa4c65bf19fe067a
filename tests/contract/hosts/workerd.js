// Runs the contract in workerd, which `npm ci --prefix tools/workerd` brings; after `node tests/contract/build.js`.
//
//   node tests/contract/hosts/workerd.js [PART OF A NAME]

import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleWorker, hasWorkerd, startWorkerd, workerdVersion } from "../../../tools/workerd/launch.js";

const suite = fileURLToPath(new URL("../../../build/contract/tests/contract", import.meta.url));

/** The guests are imported: no bytes are compiled there. */
function writeGuestModules() {
  const names = readdirSync(`${suite}/guests`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".wasm"))
    .map((file) => file.slice(0, -".wasm".length));
  const imports = names.map((name, i) => `import guest${i} from "./guests/${name}.wasm";`);
  const entries = names.map((name, i) => `  "${name}": guest${i},`);
  writeFileSync(
    `${suite}/guest-modules.js`,
    `${imports.join("\n")}\n\nexport const guestModules = {\n${entries.join("\n")}\n};\n`,
  );
}

/** Hands each line on as it comes; gives the last one, which is the report. */
async function readReport(body, write) {
  let text = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split("\n");
    text = lines.pop();
    for (const line of lines) {
      if (line.startsWith("{")) return JSON.parse(line);
      write(line);
    }
  }
  throw new Error("the worker ended without a report");
}

/** Runs the cases whose names contain `filter`, and gives the report. */
export async function runContract(filter = "", write = console.log) {
  const { startJsonServer } = await import("../../../build/contract/examples/tutorial/lib/json-server.js");
  writeGuestModules();
  const worker = await bundleWorker(`${suite}/runners/workerd.js`);
  const server = await startJsonServer();
  const bindings = { VERSION: workerdVersion(), JSON_SERVER: server.url };
  const workerd = await startWorkerd({ worker, bindings });
  try {
    const response = await fetch(`${workerd.url}/?filter=${encodeURIComponent(filter)}`);
    return await readReport(response.body, write);
  } finally {
    await workerd.stop();
    await server.close();
  }
}

/** For tests/contract/run.js. */
export async function run(_row, _place, { filter, isVerbose }) {
  if (!hasWorkerd()) return { leftOut: "not installed; npm ci --prefix tools/workerd" };
  return { report: await runContract(filter, isVerbose ? console.log : () => {}) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!hasWorkerd()) {
    console.log("Left out: the contract in workerd, which is not here (npm ci --prefix tools/workerd)");
    process.exit(0);
  }
  const report = await runContract(process.argv[2]);
  console.log(JSON.stringify(report));
  process.exitCode = report.failed > 0 ? 1 : 0;
}
