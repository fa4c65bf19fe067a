#!/usr/bin/env node
// The command `wevent`. Owns the command line and nothing else: each command is a function of the
// package. Exit codes: 0 it went through; 1 the program failed; 2 the command line is wrong.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { WeventError } from "../core/errors.js";
import { Hub } from "../core/hub.js";
import { compile, writeCompiled } from "../guest/compile.js";
import { loadGuest } from "../guest/load.js";
import { traceHub } from "../util/trace.js";
import { CommandLineError } from "./command-line.js";
import { doctor } from "./doctor.js";
import { GATEWAY_USAGE, gateway } from "./gateway.js";

const USAGE = `usage:
  wevent run [--trace OUT.json] FILE.ts|FILE.wasm [ARGUMENT...]
      runs the function main of an AssemblyScript program, or of a module that was built;
      --trace: writes its schedule for https://ui.perfetto.dev or chrome://tracing
  wevent build FILE.ts -o OUT.wasm [--debug] [--runtime incremental|minimal|stub] [--source-map]
      compiles a program to a guest module
${GATEWAY_USAGE}
  wevent doctor [FILE.wasm]
      says what this runtime can do; for a module: which functions can be suspended, and why`;

const RUNTIMES = ["incremental", "minimal", "stub"] as const;

async function build(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      out: { type: "string", short: "o" },
      debug: { type: "boolean", default: false },
      runtime: { type: "string", default: "incremental" },
      "source-map": { type: "boolean", default: false },
    },
  });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new CommandLineError("build takes one file");
  if (values.out === undefined) throw new CommandLineError("build needs -o and where the module goes");
  const runtime = RUNTIMES.find((name) => name === values.runtime);
  if (runtime === undefined) throw new CommandLineError(`there is no runtime ${values.runtime}`);
  const compiled = await compile(file, {
    isDebug: values.debug,
    runtime,
    ...(values["source-map"] ? { sourceMap: values.out } : {}),
  });
  await writeCompiled(values.out, compiled);
}

async function run(args: string[]): Promise<void> {
  const { traceFile, file, programArgs } = parseRun(args);
  const binary = file.endsWith(".wasm") ? await readFile(file) : (await compile(file)).binary;
  const hub = new Hub();
  const trace = traceFile === null ? null : traceHub(hub);
  try {
    const guest = await loadGuest(binary as BufferSource, { hub, args: programArgs });
    if ("main" in guest.exports) await guest.call("main");
    else await hub.join();
  } finally {
    // Also of a program that failed: what it did before is what one wants to see.
    if (trace !== null) await writeFile(traceFile!, JSON.stringify({ traceEvents: trace.stop() }));
    hub.destroy();
  }
}

/** Options stand before the file: what comes after it is the program's. */
function parseRun(args: readonly string[]): {
  traceFile: string | null;
  file: string;
  programArgs: string[];
} {
  const isTraced = args[0] === "--trace";
  const traceFile = isTraced ? (args[1] ?? null) : null;
  if (isTraced && traceFile === null) throw new CommandLineError("--trace needs the name of a file");
  const [file, ...programArgs] = args.slice(isTraced ? 2 : 0);
  if (file === undefined) throw new CommandLineError("run needs a file");
  if (file.startsWith("-")) throw new CommandLineError(`run has no option ${file}`);
  return { traceFile, file, programArgs };
}

async function main(args: string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command === "build") await build(rest);
  else if (command === "run") await run(rest);
  else if (command === "gateway") await gateway(rest);
  else if (command === "doctor") console.log(await doctor(rest[0]));
  else if (command === "--help" || command === "-h") console.log(USAGE);
  else
    throw new CommandLineError(command === undefined ? "no command given" : `there is no command ${command}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isCommandLine =
    error instanceof CommandLineError ||
    (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
  if (isCommandLine) console.error(`${(error as Error).message}\n\n${USAGE}`);
  else console.error(error instanceof WeventError ? `${error.name}: ${error.message}` : error);
  process.exitCode = isCommandLine ? 2 : 1;
}
