// Owns a stage as the page sees it: the worker in which one program runs.

import type { FromStage, Program, ToStage } from "../messages.ts";

export class Stage {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

  constructor(program: Program, onMessage: (message: FromStage) => void) {
    this.#worker.onmessage = ({ data }: MessageEvent<FromStage>) => {
      onMessage(data);
      // Once the page has been drawn: a schedule that is faster than the page is told in parts.
      if (data.type === "schedule") requestAnimationFrame(() => this.#say({ type: "seen" }));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      onMessage({ type: "printed", level: "error", text: event.message ?? "the worker failed" });
      onMessage({ type: "ended", hasFailed: true });
    };
    this.#say({ type: "run", program });
  }

  kill(id: number): void {
    this.#say({ type: "kill", id });
  }

  /** Ends it in the middle of whatever it does. */
  close(): void {
    this.#worker.terminate();
  }

  #say(message: ToStage): void {
    this.#worker.postMessage(message);
  }
}
