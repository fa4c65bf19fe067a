// Owns the worker that compiles guests. It is kept, for loading the compiler takes longer than compiling.

import type { FromCompiler, ToCompiler } from "../messages.ts";

const tell = (message: FromCompiler) => self.postMessage(message);

// Imported only here: Binaryen awaits itself at its top level, and a message that comes meanwhile would find
// nobody who listens.
async function answer(source: string): Promise<void> {
  try {
    const { compile } = await import("./compile.ts");
    tell({ type: "compiling" });
    const result = await compile(source);
    tell(
      typeof result === "string" ? { type: "rejected", text: result } : { type: "compiled", binary: result },
    );
  } catch (error) {
    tell({ type: "rejected", text: String(error) });
  }
}

self.addEventListener("message", ({ data }: MessageEvent<ToCompiler>) => void answer(data.source));
