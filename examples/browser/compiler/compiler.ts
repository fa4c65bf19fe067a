// Owns the compiler as the page sees it: one program at a time, each text compiled once.

import type { FromCompiler, ToCompiler } from "../messages.ts";

/** The compiler has refused the program. */
export class Rejected extends Error {}

export class Compiler {
  #worker: Worker | null = null;
  #isLoaded = false;
  readonly #compiled = new Map<string, Uint8Array>();

  /** @param onStep - Told what it does, for people. */
  compile(source: string, onStep: (step: string) => void): Promise<Uint8Array> {
    const known = this.#compiled.get(source);
    if (known !== undefined) return Promise.resolve(known);
    onStep(this.#isLoaded ? "Compiling…" : "Loading the compiler…");
    this.#worker ??= new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromCompiler>) => {
        this.#isLoaded = true;
        if (data.type === "compiling") onStep("Compiling…");
        else if (data.type === "rejected") reject(new Rejected(data.text));
        else {
          this.#compiled.set(source, data.binary);
          resolve(data.binary);
        }
      };
      worker.onerror = (event) => {
        this.stop();
        reject(new Rejected(`could not load the compiler: ${event.message ?? "its worker failed"}`));
      };
      worker.postMessage({ source } satisfies ToCompiler);
    });
  }

  /** Ends what it does, which then never comes; the next call begins anew. */
  stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#isLoaded = false;
  }
}
