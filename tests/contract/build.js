// Makes build/contract from the contract suite, after `npm run build`: its JavaScript, the guests (built
// ahead, as most runtimes have no compiler) and the tutorial's programs as functions.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../../build/host/guest/compile.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
process.chdir(root);

const output = "build/contract";
const suite = `${output}/tests/contract`;

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[jt]s$/.test(file))
    .sort()
    .map((file) => join(folder, file));
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest("hex");
}

/** Name of a guest → the program it is compiled from. */
const guests = {
  border: "tests/guest/programs/border.as.ts",
  cases: "tests/guest/programs/cases.as.ts",
  sockets: "tests/guest/programs/sockets.as.ts",
  stress: "tests/guest/programs/stress.as.ts",
  bench: "bench/guest/bench.as.ts",
};
for (const file of readdirSync("examples/tutorial/guest")) {
  guests[`tutorial/${file.replace(/\.as\.ts$/, "")}`] = `examples/tutorial/guest/${file}`;
}

/** Compiles what has changed; the compiler takes its time. */
async function buildGuests() {
  const common = hashOf([...filesUnder("assembly"), ...filesUnder("host/guest")]);
  for (const [name, source] of Object.entries(guests)) {
    const parts = source.replace(/\.as\.ts$/, "");
    const key = common + hashOf([source, ...(existsSync(parts) ? filesUnder(parts) : [])]);
    const file = `${suite}/guests/${name}.wasm`;
    if (existsSync(file) && readFileSync(`${file}.key`, "utf8") === key) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, (await compile(source)).binary);
    writeFileSync(`${file}.key`, key);
  }
}

/** What a program promises in its header: tests/lib/transcript.ts, as it was compiled here. */
async function buildTutorial() {
  const { promisedLines } = await import(`../../${output}/tests/lib/transcript.js`);
  const names = readdirSync("examples/tutorial/typescript").map((file) => file.replace(/\.ts$/, ""));
  mkdirSync(`${suite}/tutorial`, { recursive: true });
  const promisesOf = (file) =>
    JSON.stringify(promisedLines(readFileSync(`examples/tutorial/${file}`, "utf8")));
  const entries = names.map((name) => {
    const promised = promisesOf(`typescript/${name}.ts`);
    const guestPromised = promisesOf(`guest/${name}.as.ts`);
    const { text, needsServer } = asFunction(
      readFileSync(`build/examples/tutorial/typescript/${name}.js`, "utf8"),
    );
    writeFileSync(`${suite}/tutorial/${name}.js`, text);
    const identifier = `run_${name.replaceAll("-", "_")}`;
    return {
      line: `import { run as ${identifier} } from "./tutorial/${name}.js";`,
      entry: `  { name: "${name}", promised: ${promised}, guestPromised: ${guestPromised}, needsServer: ${needsServer}, run: ${identifier} },`,
    };
  });
  writeFileSync(
    `${suite}/tutorial.js`,
    `${entries.map(({ line }) => line).join("\n")}\n\nexport const tutorial = [\n${entries.map(({ entry }) => entry).join("\n")}\n];\n`,
  );
}

/**
 * A module that runs as it is imported, as a function: not every runtime takes an await outside of one.
 * What it prints, and the server it asks, become arguments.
 */
function asFunction(program) {
  const lines = program.split("\n").filter((line) => !line.startsWith("//# sourceMappingURL"));
  const isImport = (line) => /^import .* from ".*";$/.test(line);
  const isServer = (line) => line.includes("lib/json-server.js");
  const imports = lines.filter((line) => isImport(line) && !isServer(line));
  const body = lines.filter((line) => !isImport(line));
  return {
    needsServer: lines.some(isServer),
    text: `${imports.join("\n")}\n\nexport async function run(console, startJsonServer) {\n${body.join("\n")}\n}\n`,
  };
}

/** runtimes.json as a module: not every runtime imports JSON. */
function buildRuntimes() {
  writeFileSync(
    `${suite}/runtimes.js`,
    `export const runtimes = ${readFileSync("runtimes.json", "utf8")};
export const rowOf = (name) => runtimes.find((row) => row.name === name);
`,
  );
}

execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tests/contract"], {
  stdio: "inherit",
});
buildRuntimes();
await buildTutorial();
await buildGuests();
if (existsSync("tests/contract/files")) cpSync("tests/contract/files", `${suite}/files`, { recursive: true });
