// Owns the Binaryen passes that make a compiled module suspendable. It must not know where the module
// comes from: the transform hands it the one that asc has just compiled.
//
// Order matters. Asyncify leaves alone every function that itself calls asyncify.*, so what does must
// not be copied into its callers before the pass: protectSwitch() first, then the compiler's optimiser,
// then instrument(), whose second optimisation halves what the pass has added.

/** What is used of Binaryen's JavaScript interface. */
export interface Binaryen {
  setPassArgument(name: string, value: string | null): void;
  getOptimizeLevel(): number;
  getShrinkLevel(): number;
}

export interface BinaryenModule {
  runPasses(passes: string[]): void;
  optimize(): void;
  removeExport(name: string): void;
  addCustomSection(name: string, contents: Uint8Array): void;
  getNumFunctions(): number;
  emitBinary(): Uint8Array;
}

/** Internal names of the functions that must stay functions of their own. */
export const switchFunctions = "~lib/wevent/assembly/guest/switch/*";

/** A function that can be suspended, and the one it calls because of which it can. */
export interface InstrumentedFunction {
  readonly name: string;
  readonly because: string;
}

/** What `wevent doctor` says of a module; kept in a custom section of it. */
export interface InstrumentReport {
  readonly functions: readonly InstrumentedFunction[];
  /** Bytes of the module without and with what Asyncify added. */
  readonly sizeBefore: number;
  readonly sizeAfter: number;
}

const SECTION = "wevent.instrumented";

/** Keeps the optimiser from copying the switch into other functions. */
export function protectSwitch(binaryen: Binaryen, module: BinaryenModule): void {
  binaryen.setPassArgument("no-inline", switchFunctions);
  module.runPasses(["no-inline"]);
  binaryen.setPassArgument("no-inline", null);
}

/** Runs Asyncify over a module whose switch is protected, and optimises again if the levels ask for it. */
export function instrument(binaryen: Binaryen, module: BinaryenModule): void {
  const sizeBefore = module.emitBinary().length;
  // No import suspends: a greenlet parks by asyncify.start_unwind alone. A name that matches nothing
  // says so, and only functions that can reach park() are instrumented.
  binaryen.setPassArgument("asyncify-imports", "wevent.none");
  binaryen.setPassArgument("asyncify-verbose", "1");
  const said = outputOf(() => module.runPasses(["asyncify"]));
  binaryen.setPassArgument("asyncify-imports", null);
  binaryen.setPassArgument("asyncify-verbose", null);
  // The control functions are called from inside only.
  for (const name of ["start_unwind", "stop_unwind", "start_rewind", "stop_rewind", "get_state"]) {
    module.removeExport(`asyncify_${name}`);
  }
  if (binaryen.getOptimizeLevel() > 0 || binaryen.getShrinkLevel() > 0) module.optimize();
  const report: InstrumentReport = {
    functions: parseReasons(said),
    sizeBefore,
    sizeAfter: module.emitBinary().length,
  };
  module.addCustomSection(SECTION, new TextEncoder().encode(JSON.stringify(report)));
}

/** The report that a module carries, or null. */
export function readReport(module: WebAssembly.Module): InstrumentReport | null {
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  return section === undefined ? null : (JSON.parse(new TextDecoder().decode(section)) as InstrumentReport);
}

/** What is printed meanwhile. Binaryen has no other way to give its reasons than standard output. */
function outputOf(body: () => void): string {
  const { write } = process.stdout;
  let text = "";
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += chunk.toString();
    return true;
  };
  try {
    body();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

/** The first reason for each function. The switch itself can change the state, but is not instrumented. */
function parseReasons(said: string): InstrumentedFunction[] {
  const reasons = new Map<string, string>();
  for (const [, name, because] of said.matchAll(/^\[asyncify\] (.+) can change the state due to (.+)$/gm)) {
    if (name!.startsWith(switchFunctions.slice(0, -1)) || reasons.has(name!)) continue;
    reasons.set(name!, because === "initial scan" ? "an indirect call" : because!);
  }
  return [...reasons].map(([name, because]) => ({ name, because })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
