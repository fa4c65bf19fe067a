// Bundles a few lines that import wevent, as a bundler for a page does it. Knows rolldown, and that the
// package finds itself by its name; needs build/.

import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type OutputChunk, rolldown } from "rolldown";

const ROOT = join(import.meta.dirname, "../..");
/** Where the lines seem to stand: inside the package, so that its own name leads to its own exports. */
const ENTRY = join(ROOT, "bundled-by-a-test.js");

export interface Bundle {
  readonly code: string;
  /** The files that something was taken from, from the package's root. */
  readonly files: readonly string[];
  readonly gzipBytes: number;
}

/** As an iife, which cannot hold a top-level await, or as a module. */
export async function bundle(lines: string, format: "esm" | "iife" = "esm"): Promise<Bundle> {
  const made = await rolldown({
    input: ENTRY,
    platform: "browser",
    // A script that is no module has none; bundlers put the same in its place.
    ...(format === "iife" ? { transform: { define: { "import.meta": "{}" } } } : {}),
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) => (id === ENTRY ? lines : null),
      },
    ],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
  });
  const { output } = await made.generate({ format, minify: true, name: "bundle", codeSplitting: false });
  await made.close();
  const chunk = output[0] as OutputChunk;
  const files = Object.entries(chunk.modules)
    .filter(([path, module]) => path !== ENTRY && (module.code ?? "") !== "")
    .map(([path]) => path.slice(ROOT.length + 1).replaceAll("\\", "/"));
  return { code: chunk.code, files, gzipBytes: gzipSync(chunk.code, { level: 9 }).length };
}

/** Lines that import names and use each, so that none is dropped. */
export const using = (from: string, names: readonly string[]): string =>
  `import { ${names.join(", ")} } from "${from}";\nconsole.log(${names.join(", ")});\n`;
