// Compiles the programs of tests/guest with asc and the transform, as a user's build would, and keeps
// the results in build/guest-tests under a hash of everything they are made from.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import WeventTransform from "../../../host/guest/transform.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const programs = join(root, "tests/guest/programs");
const cache = join(root, "build/guest-tests");

export interface Build {
  level: "debug" | "release";
  runtime: "incremental" | "minimal" | "stub";
  /** What to break, to see that a test notices: a rewrite of a library file, or no protection from eager inlining. */
  broken?: "parked roots are not visited" | "the switch may be inlined";
  /** Inline far more than asc does. */
  isEager?: boolean;
  args?: string[];
}

export const builds: Build[] = [
  { level: "debug", runtime: "incremental" },
  { level: "release", runtime: "incremental" },
  { level: "debug", runtime: "minimal" },
  { level: "release", runtime: "minimal" },
];
export const eager: Build = { level: "release", runtime: "incremental", isEager: true };

export const name = (build: Build) => `${build.level}, ${build.runtime}${build.isEager ? ", eager" : ""}`;

type Module = Parameters<WeventTransform["afterCompile"]>[0];

/** As if asc's optimiser copied whatever it can into its callers. */
class Eager extends WeventTransform {
  override afterCompile(module: Module): void {
    const runPasses = module.runPasses;
    super.afterCompile(module);
    (
      this.binaryen as typeof this.binaryen & { setAlwaysInlineMaxSize(size: number): void }
    ).setAlwaysInlineMaxSize(500);
    runPasses.call(module, ["inlining"]);
  }
}

/** The same without the transform's protection. */
class Unprotected extends Eager {
  override afterCompile(module: Module): void {
    const runPasses = module.runPasses;
    module.runPasses = (passes) => {
      if (passes[0] !== "no-inline") runPasses.call(module, passes);
    };
    super.afterCompile(module);
  }
}

function readLibrary(path: string, broken: Build["broken"]): string {
  const text = readFileSync(path, "utf8");
  if (broken !== "parked roots are not visited" || !path.endsWith("guest/task.ts")) return text;
  const changed = text.replace("__visit(load<usize>(root), cookie)", "{}");
  if (changed === text) throw new Error("the visiting of parked roots is not where this test looks for it");
  return changed;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => join(folder, file));
}

let sources: string | undefined;
function sourcesHash(): string {
  if (!sources) {
    const hash = createHash("sha256");
    for (const folder of ["assembly", "host/guest", "tests/guest/lib"]) {
      for (const file of filesUnder(join(root, folder))) hash.update(file).update(readFileSync(file));
    }
    sources = hash.digest("hex");
  }
  return sources;
}

/** The files that a program is made of beside its own: those in the folder of its name. */
function chaptersOf(program: string): string {
  const folder = join(programs, program);
  return existsSync(folder)
    ? filesUnder(folder)
        .map((file) => readFileSync(file, "utf8"))
        .join()
    : "";
}

/** The bytes of a program of tests/guest/programs. */
export async function compile(program: string, build: Build): Promise<Uint8Array> {
  return readFileSync(await compileFile(program, build));
}

/** The same as a file. */
export async function compileFile(program: string, build: Build): Promise<string> {
  const source = join(programs, `${program}.as.ts`);
  const key = createHash("sha256")
    .update(sourcesHash())
    .update(readFileSync(source))
    .update(chaptersOf(program))
    .update(JSON.stringify(build))
    .digest("hex");
  const cached = join(cache, `${program}-${key.slice(0, 16)}.wasm`);
  if (existsSync(cached)) return cached;

  const asc = await import("assemblyscript/asc");
  let binary: Uint8Array | undefined;
  // A crash of asc ends the process, which vitest turns into a hang.
  const { exit } = process;
  process.exit = (code) => {
    throw new Error(`asc crashed (${code}) compiling ${program}`);
  };
  const options = build.level === "debug" ? ["--debug"] : ["-O3"];
  const { error, stderr } = await asc
    .main(
      [`${program}.as.ts`, "-o", "out.wasm", "--runtime", build.runtime, ...options, ...(build.args ?? [])],
      {
        transforms: [
          build.broken === "the switch may be inlined"
            ? Unprotected
            : build.isEager
              ? Eager
              : WeventTransform,
        ] as never,
        readFile(file: string, base: string) {
          const inPackage = /node_modules\/wevent\/(assembly\/.*)$/.exec(file)?.[1];
          const path = inPackage ? join(root, inPackage) : resolve(programs, base, file);
          return existsSync(path) ? readLibrary(path, build.broken) : null;
        },
        writeFile(_name: string, contents: Uint8Array | string) {
          if (typeof contents !== "string") binary = contents;
        },
        listFiles: () => [],
      },
    )
    .finally(() => {
      process.exit = exit;
    });
  if (error || !binary) throw new Error(`${program} does not compile: ${stderr}`, { cause: error });
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${cached}.${process.pid}`, binary);
  renameSync(`${cached}.${process.pid}`, cached);
  return cached;
}
