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

/** Name of the custom section that says what was instrumented; `wevent doctor` reads it. */
export const sectionName = "wevent.instrumented";

/** Keeps the optimiser from copying the switch into other functions. */
export function protectSwitch(binaryen: Binaryen, module: BinaryenModule): void {
  binaryen.setPassArgument("no-inline", switchFunctions);
  module.runPasses(["no-inline"]);
  binaryen.setPassArgument("no-inline", null);
}

/** Runs Asyncify over a module whose switch is protected, and optimises again if the levels ask for it. */
export function instrument(binaryen: Binaryen, module: BinaryenModule): void {
  // No import suspends: a greenlet parks by asyncify.start_unwind alone. A name that matches nothing
  // says so, and only functions that can reach park() are instrumented.
  binaryen.setPassArgument("asyncify-imports", "wevent.none");
  module.runPasses(["asyncify"]);
  binaryen.setPassArgument("asyncify-imports", null);
  // The control functions are called from inside only.
  for (const name of ["start_unwind", "stop_unwind", "start_rewind", "stop_rewind", "get_state"]) {
    module.removeExport(`asyncify_${name}`);
  }
  if (binaryen.getOptimizeLevel() > 0 || binaryen.getShrinkLevel() > 0) module.optimize();
}
