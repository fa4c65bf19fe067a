// A worker that compiles the guests of examples, one after another, and sends a message after each.
// All in one process: loading the compiler takes longer than compiling one of these.

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { compile, writeCompiled } from "../../build/host/guest/compile.js";

for (const { name, guest, wasm } of workerData) {
  mkdirSync(dirname(wasm), { recursive: true });
  await writeCompiled(wasm, await compile(guest));
  parentPort.postMessage(name);
}
