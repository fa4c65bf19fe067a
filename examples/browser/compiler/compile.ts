// Owns compiling a guest where there are no files: asc, with the transform, given sources and giving bytes.

import { main } from "assemblyscript/asc";
import WeventTransform from "wevent/transform";
import { readLibrary } from "./library.ts";

/** What the text of an error calls the program. */
const FILE = "program.ts";

/** As `wevent build`, but for one level of optimisation, which takes as long as the rest. */
const OPTIONS = ["--runtime", "incremental", "--stackSize", String(256 << 10), "-O2"];

/** The module, or what the compiler says against the program. */
export async function compile(source: string): Promise<Uint8Array | string> {
  const written: Uint8Array[] = [];
  const { error, stderr } = await main([FILE, "--outFile", "out.wasm", ...OPTIONS], {
    transforms: [WeventTransform as never],
    readFile: (name: string) => (name === FILE ? source : readLibrary(name)),
    writeFile: (_name: string, contents: string | Uint8Array) => {
      if (typeof contents !== "string") written.push(contents);
    },
    listFiles: () => [],
  });
  const binary = written[0];
  return error === null && binary !== undefined ? binary : stderr.toString() || String(error);
}
