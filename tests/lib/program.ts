// Owns starting a program of build/ as a child process of a test.

import { fileURLToPath } from "node:url";
import type { Operation } from "wevent";
import { type Popen, spawnProcess } from "wevent/subprocess";

/** @param path - From build/: "examples/io/echo-server.js". */
export function startProgram(path: string, ...args: readonly string[]): Operation<Popen> {
  const program = fileURLToPath(new URL(`../../build/${path}`, import.meta.url));
  return spawnProcess(process.execPath, [program, ...args], { stdout: "pipe", stderr: "pipe" });
}
