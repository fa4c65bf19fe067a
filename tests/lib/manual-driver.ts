// A driver whose clock a test moves by hand, as code that keeps the processor busy does. When the
// hub has nothing to do but wait, the clock jumps to the deadline.

import type { Driver } from "wevent/hub";

export class ManualDriver implements Driver {
  readonly runtime = "manual";
  readonly capabilities: Driver["capabilities"] = new Set();
  nowMs = 0;
  /** How often the clock was read. */
  reads = 0;

  now(): number {
    this.reads++;
    return this.nowMs;
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  after(delayMs: number, callback: () => void): () => void {
    let isCancelled = false;
    const deadlineMs = this.nowMs + delayMs;
    setImmediate(() => {
      if (isCancelled) return;
      this.nowMs = Math.max(this.nowMs, deadlineMs);
      callback();
    });
    return () => {
      isCancelled = true;
    };
  }

  whenExhausted(): () => void {
    return () => {};
  }
}
