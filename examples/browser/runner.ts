// Owns one run at a time: compiling where the program is a guest, the stage it runs on, and its end.

import { Compiler, Rejected } from "./compiler/compiler.ts";
import type { FromStage, Program } from "./messages.ts";
import { Stage } from "./stage/stage.ts";

/** What the page is told of a run. */
export interface RunListener {
  /** What goes on, for people. */
  status(text: string, state: "busy" | "running" | "ended" | "failed"): void;
  stage(message: FromStage): void;
  /** The compiler has refused the program. */
  refused(text: string): void;
  /** Nothing more comes of this run. */
  over(): void;
}

export type Source =
  | { readonly language: "typescript"; readonly path: string }
  | { readonly language: "guest"; readonly text: string };

export class Runner {
  readonly #listener: RunListener;
  readonly #compiler = new Compiler();
  #stage: Stage | null = null;
  /** The run that goes on; each has a number, so that what comes late of another is not taken for its own. */
  #run = 0;
  #isCompiling = false;

  constructor(listener: RunListener) {
    this.#listener = listener;
  }

  /** Ends what runs, and runs this. */
  async start(source: Source): Promise<void> {
    this.#end();
    const run = this.#run;
    let program: Program;
    if (source.language === "typescript") program = source;
    else {
      const binary = await this.#compile(source.text, run);
      if (binary === null || run !== this.#run) return;
      program = { language: "guest", binary };
    }
    this.#listener.status("Running", "running");
    this.#stage = new Stage(program, (message) => {
      if (run !== this.#run) return;
      this.#listener.stage(message);
      if (message.type !== "ended") return;
      this.#listener.status(message.hasFailed ? "Failed" : "Ended", message.hasFailed ? "failed" : "ended");
      this.#end();
    });
  }

  /** Ends the program, or its compilation, in the middle of whatever it does. */
  stop(): void {
    this.#end();
    this.#listener.status("Stopped", "ended");
  }

  kill(id: number): void {
    this.#stage?.kill(id);
  }

  async #compile(text: string, run: number): Promise<Uint8Array | null> {
    this.#isCompiling = true;
    try {
      return await this.#compiler.compile(text, (step) => {
        if (run === this.#run) this.#listener.status(step, "busy");
      });
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      if (run === this.#run) {
        this.#listener.refused(error.message);
        this.#listener.status("Not compiled", "failed");
        this.#end();
      }
      return null;
    } finally {
      if (run === this.#run) this.#isCompiling = false;
    }
  }

  #end(): void {
    this.#run++;
    if (this.#isCompiling) this.#compiler.stop();
    this.#isCompiling = false;
    this.#stage?.close();
    this.#stage = null;
    this.#listener.over();
  }
}
