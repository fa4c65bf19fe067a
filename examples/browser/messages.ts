// What the page and its two kinds of worker say to each other: a stage runs one program, the compiler
// compiles guests.

import type { TraceEvent, TreeNode } from "wevent/util";

/** A program that a stage is to run. */
export type Program =
  | { readonly language: "typescript"; readonly path: string }
  | { readonly language: "guest"; readonly binary: Uint8Array };

export type ToStage =
  | { readonly type: "run"; readonly program: Program }
  /** The page has taken the last of what the hub has done, and there may be more. */
  | { readonly type: "seen" }
  /** To kill the greenlet of a lane. */
  | { readonly type: "kill"; readonly id: number };

/** How serious a line of the console is. */
export type Level = "log" | "warn" | "error";

export type FromStage =
  /** The trace begins: its time 0, in ms of the clock that `clockMs` reads. */
  | { readonly type: "began"; readonly atMs: number }
  /** What the hub has done since the last, but for the oldest where that is too much, and who is there. */
  | {
      readonly type: "schedule";
      readonly events: readonly TraceEvent[];
      readonly missed: number;
      readonly tree: TreeNode;
    }
  | { readonly type: "printed"; readonly level: Level; readonly text: string }
  /** Nothing is left to do; or the program failed, which was printed. */
  | { readonly type: "ended"; readonly hasFailed: boolean };

export interface ToCompiler {
  readonly source: string;
}

export type FromCompiler =
  /** The compiler itself is there, and begins. */
  | { readonly type: "compiling" }
  | { readonly type: "compiled"; readonly binary: Uint8Array }
  /** The program has mistakes, or the compiler has. */
  | { readonly type: "rejected"; readonly text: string };

/** A clock that the page and its workers share. */
export const clockMs = (): number => performance.timeOrigin + performance.now();
