// Owns compiling: an AssemblyScript file to a guest module, with the compiler that the user has
// installed. The only file that imports it, and only when asked: the package runs without.

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ErrorCode, WeventError } from "../core/errors.js";
import WeventTransform from "./transform.js";

/** The assemblyscript package is not there. */
export class CompilerMissing extends WeventError {
  static readonly label = "CompilerMissing";
  readonly code = "WEV_ERR_COMPILER_MISSING" satisfies ErrorCode;
  constructor(what: string, cause: unknown) {
    super(
      `could not ${what} because the package assemblyscript is not installed; run "npm install --save-dev assemblyscript@${COMPILER_VERSION}"`,
      { cause },
    );
  }
}

/** The compiler has rejected the program. */
export class CompileError extends WeventError {
  static readonly label = "CompileError";
  readonly code = "WEV_ERR_COMPILE" satisfies ErrorCode;
  /** What the compiler printed. */
  readonly output: string;
  constructor(file: string, output: string) {
    super(`could not compile ${file} because the compiler rejected it; correct what it says:\n${output}`);
    this.output = output;
  }
}

/** What peerDependencies ask for. */
const COMPILER_VERSION = "0.28.20";

export interface CompileOptions {
  /** No optimisation, names and checks kept. Omitted: false. */
  readonly isDebug?: boolean;
  /** asc's runtime. Omitted: "incremental". */
  readonly runtime?: "incremental" | "minimal" | "stub";
  /** Where a source map is to go beside the module; omitted: none is made. */
  readonly sourceMap?: string;
}

export interface Compiled {
  readonly binary: Uint8Array;
  readonly sourceMap: string | null;
}

/** What is used of asc. */
interface Compiler {
  main(
    args: string[],
    options: {
      transforms: unknown[];
      readFile(name: string, base: string): Promise<string | null>;
      writeFile(name: string, contents: Uint8Array | string): void;
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

/** Folder of this package: what "wevent/assembly" is read from. */
const packageRoot = findPackage();

function findPackage(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "assembly/index.ts"))) folder = dirname(folder);
  return folder;
}

async function loadCompiler(what: string): Promise<Compiler> {
  // The user's own copy first: the program may be compiled from another package than this one.
  for (const base of [join(process.cwd(), "package.json"), import.meta.url]) {
    let path: string;
    try {
      path = createRequire(base).resolve("assemblyscript/package.json");
    } catch {
      continue;
    }
    return (await import(pathToFileURL(join(dirname(path), "dist/asc.js")).href)) as Compiler;
  }
  throw new CompilerMissing(what, undefined);
}

/**
 * Compiles an AssemblyScript program to a guest module.
 *
 * @throws {@link CompilerMissing} WEV_ERR_COMPILER_MISSING when assemblyscript is not installed
 * @throws {@link CompileError} WEV_ERR_COMPILE when the program has mistakes
 */
export async function compile(file: string, options: CompileOptions = {}): Promise<Compiled> {
  const compiler = await loadCompiler(`compile ${file}`);
  const base = process.cwd();
  let binary: Uint8Array | null = null;
  let sourceMap: string | null = null;
  const args = [
    file,
    "--outFile",
    options.sourceMap ?? "out.wasm",
    "--runtime",
    options.runtime ?? "incremental",
  ];
  args.push("--stackSize", String(SHADOW_STACK_BYTES));
  args.push(...(options.isDebug === true ? ["--debug"] : ["-O3"]));
  if (options.sourceMap !== undefined) args.push("--sourceMap");
  const { error, stderr } = await compiler.main(args, {
    transforms: [WeventTransform],
    readFile: (name, folder) => readSource(resolve(base, folder, name)),
    writeFile(name, contents) {
      if (typeof contents === "string") sourceMap = name.endsWith(".map") ? contents : sourceMap;
      else binary = contents;
    },
  });
  if (error !== null || binary === null) throw new CompileError(file, stderr.toString() || String(error));
  return { binary, sourceMap };
}

/** Shadow stack, bytes: references that a greenlet's frames may hold, four bytes each. */
const SHADOW_STACK_BYTES = 256 << 10;

/** A source; this package's own library wherever asc looks for it. */
async function readSource(path: string): Promise<string | null> {
  // The configuration of a project in this folder would bring its own entries and transforms.
  if (basename(path) === "asconfig.json") return null;
  const own = /[\\/]node_modules[\\/]wevent[\\/](assembly[\\/].*)$/.exec(path)?.[1];
  try {
    return await readFile(own === undefined ? path : join(packageRoot, own), "utf8");
  } catch {
    return null;
  }
}

/** Writes a module, and its source map beside it. */
export async function writeCompiled(outFile: string, { binary, sourceMap }: Compiled): Promise<void> {
  await writeFile(outFile, binary);
  if (sourceMap !== null) await writeFile(`${outFile}.map`, sourceMap);
}
