// npm run demo: the tutorial, program by program, first in TypeScript, then as a WebAssembly guest.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = ["switch", "select", "tasks", "fetch", "pool", "spawn", "subclass"];

/** Runs a Node program to its end, its output on ours. */
function run(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`could not run ${args.join(" ")}: it ended with code ${code}`)),
    );
  });
}

const { startJsonServer } = await import("../../build/examples/tutorial/lib/json-server.js");
const server = await startJsonServer();
try {
  for (const name of programs) {
    const source = readFileSync(`${root}/examples/tutorial/typescript/${name}.ts`, "utf8");
    console.log(`\n━━ ${name}: ${source.split("\n", 1)[0].slice(3)}`);
    console.log("── TypeScript");
    await run(`build/examples/tutorial/typescript/${name}.js`);
    console.log("── AssemblyScript, as a guest");
    await run("build/host/cli/main.js", "run", `examples/tutorial/guest/${name}.as.ts`, server.url);
  }
} finally {
  await server.close();
}
