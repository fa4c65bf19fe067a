// Runs in a thread, and only there: imports the module it is told to and calls the export. One call at
// a time; the near end waits for the answer before it sends the next.

import { parentPort } from "node:worker_threads";
import type { ThreadRequest } from "../core/driver.js";
import { toWire, type WireAnswer } from "./wire-error.js";

async function answerTo({ module, name, args }: ThreadRequest): Promise<WireAnswer> {
  try {
    const exports = (await import(module)) as Record<string, unknown>;
    const body = exports[name];
    if (typeof body !== "function") {
      throw new TypeError(
        `could not call ${name} of ${module} because it is not a function that the module exports; export it`,
      );
    }
    return { value: await body(...args) };
  } catch (error) {
    return { error: toWire(error) };
  }
}

parentPort!.on("message", async (request: ThreadRequest) => {
  const answer = await answerTo(request);
  try {
    parentPort!.postMessage(answer);
  } catch (error) {
    // The result, or a field of the error, cannot be copied.
    parentPort!.postMessage({ error: toWire(error) } satisfies WireAnswer);
  }
});
