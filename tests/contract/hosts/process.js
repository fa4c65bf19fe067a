// Starts the contract in runtimes that are programs, out of tools/runtimes.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

const installed = "tools/runtimes/node_modules";
const program = "build/contract/tests/contract/runners/server.js";
/** All cases together take well under a minute. */
const LIMIT_MS = 300_000;

/** The Node that runs this stands for one of its own version where that is not installed. */
function commandOf({ version, command: [file, ...args] }) {
  if (existsSync(`${installed}/${file}`)) return [`${installed}/${file}`, ...args];
  return file.startsWith("node") && process.versions.node === version ? [process.execPath, ...args] : null;
}

/** Runs the cases in a place: its report, or why it was left out. */
export async function run(row, place, { filter, isVerbose }) {
  const command = commandOf(place);
  if (command === null) return { leftOut: "not installed; npm ci --prefix tools/runtimes" };
  const [file, ...args] = command;
  const child = spawn(file, [...args, program, row.name, place.version, filter], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
    if (isVerbose) process.stdout.write(text);
  });
  const ended = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  clearTimeout(timer);
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  try {
    return { report: JSON.parse(last) };
  } catch {
    return { failure: `it ended with ${ended} and gave no report; its last line: ${last}` };
  }
}
