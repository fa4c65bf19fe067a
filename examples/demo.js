// Shows the examples: each in TypeScript, and then, where there is one, as a WebAssembly guest. What is
// named on the command line, or else all.
//
//   npm run demo
//   npm run demo -- queue actor

import { spawn } from "node:child_process";
import { on } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { startJsonServer } from "../build/examples/tutorial/lib/json-server.js";
import { examples } from "./lib/list.js";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

function choose(names) {
  const unknown = names.find((name) => !examples.some((example) => example.name === name));
  if (unknown === undefined) return examples.filter(({ name }) => names.length === 0 || names.includes(name));
  console.error(`there is no example ${unknown}; there are ${examples.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

/** Runs a Node program to its end. Gives what it wrote, after passing it on if it is to be shown. */
function run(isShown, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["inherit", "pipe", "pipe"] });
    let output = "";
    const note = (text) => {
      output += text;
      if (isShown) process.stdout.write(text);
    };
    child.stdout.setEncoding("utf8").on("data", note);
    child.stderr.setEncoding("utf8").on("data", note);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`could not run ${args.join(" ")}: it ended with code ${code}\n${output}`));
    });
  });
}

async function showPair({ program, wasm }, guestCompiled, ...guestArgs) {
  console.log("── TypeScript");
  const output = await run(true, program);
  await guestCompiled();
  const guestOutput = await run(false, "build/host/cli/main.js", "run", wasm, ...guestArgs);
  const isSame = guestOutput === output;
  console.log(`── AssemblyScript, as a guest${isSame ? ": the same" : ""}`);
  if (!isSame) process.stdout.write(guestOutput);
}

async function showAcrossBorder({ program }, guestCompiled) {
  await guestCompiled();
  await run(true, program);
}

const showAlone = ({ program }) => run(true, program);

const shows = {
  pair: showPair,
  "pair of io": (example, guestCompiled) => showPair(example, guestCompiled),
  "across the border": showAcrossBorder,
  alone: showAlone,
};

const chosen = choose(process.argv.slice(2));
// The guests are compiled meanwhile, in the order in which they are shown.
const compiler = new Worker(new URL("lib/compile-guests.js", import.meta.url), {
  workerData: chosen.filter(({ guest }) => guest !== null),
});
const compiled = on(compiler, "message");
const server = await startJsonServer();
let chapter = "";
try {
  for (const example of chosen) {
    if (example.chapter !== chapter) console.log(`\n━━━━ ${example.chapter}`);
    chapter = example.chapter;
    const [title] = readFileSync(example.typescript, "utf8").split("\n", 1);
    console.log(`\n━━ ${example.name}: ${title.slice("// ".length)}`);
    await shows[example.kind](example, () => compiled.next(), server.url);
  }
} finally {
  await server.close();
}
