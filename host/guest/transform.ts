// Owns the seam between asc and the instrumentation: `asc --transform wevent/transform`. asc looks for
// the hooks below by name. It optimises after the last hook, with pass arguments cleared, and then always
// calls module.runPasses for the user's passes, even for none: that call is where Asyncify runs.

import { type Binaryen, type BinaryenModule, instrument, protectSwitch } from "./instrument.js";

interface Source {
  internalPath: string;
  sourceKind: number;
}

interface Program {
  options: { stackSize: number; runtime: number };
  module: { useShadowStack: boolean };
}

/** asc's Runtime.Stub: nothing is ever collected. */
const STUB = 0;
/** asc's SourceKind.UserEntry: a file whose exports are the module's. */
const USER_ENTRY = 1;
const EXPORTS_FILE = "~lib/wevent/assembly/guest/exports";
/** Shadow stack, bytes, where asc would have none: parked greenlets keep their references on it. */
const STACK_BYTES = 32 << 10;

export default class WeventTransform {
  declare binaryen: Binaryen;
  private isGuest = false;

  afterParse(parser: { sources: Source[] }): void {
    const exports = parser.sources.find((source) => source.internalPath === EXPORTS_FILE);
    if (!exports) return;
    this.isGuest = true;
    exports.sourceKind = USER_ENTRY;
  }

  afterInitialize(program: Program): void {
    // asc has read the option already when it made the module, so both places are set.
    if (!this.isGuest || program.options.runtime === STUB || program.options.stackSize > 0) return;
    program.options.stackSize = STACK_BYTES;
    program.module.useShadowStack = true;
  }

  afterCompile(module: BinaryenModule): void {
    if (!this.isGuest) return;
    protectSwitch(this.binaryen, module);
    const runPasses = module.runPasses;
    module.runPasses = (passes) => {
      module.runPasses = runPasses;
      runPasses.call(module, passes);
      instrument(this.binaryen, module);
    };
  }
}
