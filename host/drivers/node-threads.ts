// Owns threads on Node: the near end of node-worker.ts.

import type { ThreadDriver, ThreadEvents, ThreadHandle } from "../core/driver.js";
import { builtin } from "./node-builtin.js";
import { fromWire, type WireAnswer } from "./wire-error.js";

const threads = builtin<typeof import("node:worker_threads")>("node:worker_threads");

export const nodeThreads: ThreadDriver = {
  start(events: ThreadEvents): ThreadHandle {
    const worker = new (threads().Worker)(new URL("./node-worker.js", import.meta.url));
    let lastError: unknown;
    worker.on("message", (answer: WireAnswer) => {
      events.answered("error" in answer ? { error: fromWire(answer.error) } : answer);
    });
    worker.on("messageerror", (error) => events.answered({ error }));
    worker.on("error", (error) => {
      lastError = error;
    });
    worker.on("exit", (code) => events.exited(code, lastError));
    return {
      call: (request, transfer) => worker.postMessage(request, transfer as never),
      end: () => void worker.terminate(),
      hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    };
  },
};
