// Owns the Binaryen passes that make a compiled module suspendable. It must not know where the module
// comes from: the transform hands it the one that asc has just compiled.
//
// Order matters. Asyncify leaves alone every function that itself calls asyncify.*, so what does must
// not be copied into its callers before the pass: protectSwitch() first, then the compiler's optimiser,
// then instrument(), whose second optimisation halves what the pass has added.

import { forwardPositions, type TreeAccess, type TreeModule } from "./forward.js";

/** What is used of Binaryen's JavaScript interface. */
export interface Binaryen extends TreeAccess {
  setPassArgument(name: string, value: string | null): void;
  setDebugInfo(isOn: boolean): void;
  getOptimizeLevel(): number;
  getShrinkLevel(): number;
}

export interface BinaryenModule extends TreeModule {
  runPasses(passes: string[]): void;
  optimize(): void;
  removeExport(name: string): void;
  addTableExport(internalName: string, externalName: string): void;
  addCustomSection(name: string, contents: Uint8Array): void;
  emitBinary(): Uint8Array;
  emitText(): string;
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
  const functions = findInstrumented(module.emitText());
  // No import suspends: a greenlet parks by asyncify.start_unwind alone. A name that matches nothing
  // says so, and only functions that can reach park() are instrumented.
  binaryen.setPassArgument("asyncify-imports", "wevent.none");
  module.runPasses(["asyncify"]);
  binaryen.setPassArgument("asyncify-imports", null);
  // The control functions are called from inside only.
  for (const name of ["start_unwind", "stop_unwind", "start_rewind", "stop_rewind", "get_state"]) {
    module.removeExport(`asyncify_${name}`);
  }
  if (binaryen.getOptimizeLevel() > 0 || binaryen.getShrinkLevel() > 0) {
    module.optimize();
    forwardPositions(binaryen, module);
  } else {
    // The switch's scratch is two megabytes of zeros, which asc writes out when it does not optimise.
    module.runPasses(["memory-packing"]);
  }
  const report: InstrumentReport = { functions, sizeBefore, sizeAfter: module.emitBinary().length };
  module.addCustomSection(SECTION, new TextEncoder().encode(JSON.stringify(report)));
  keepNames(binaryen, module);
}

/**
 * Lets the loader, and the engine's stack traces, name functions. After the last optimisation: a table
 * that others may change is one through which no call can be made direct.
 */
function keepNames(binaryen: Binaryen, module: BinaryenModule): void {
  module.addTableExport("0", "__wevent_table");
  binaryen.setDebugInfo(true);
}

/** The report that a module carries, or null. */
export function readReport(module: WebAssembly.Module): InstrumentReport | null {
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  return section === undefined ? null : (JSON.parse(new TextDecoder().decode(section)) as InstrumentReport);
}

/**
 * What Asyncify instruments in a module, by its own rule: every function with an indirect call, and
 * every function that calls one that is instrumented, or park(). It can say so itself (its option
 * asyncify-verbose), but only on standard output.
 */
export function findInstrumented(text: string): InstrumentedFunction[] {
  const callersOf = new Map<string, string[]>();
  const reached: InstrumentedFunction[] = [];
  let name = "";
  let isIndirect = false;
  const endFunction = () => {
    if (isIndirect && !isSwitch(name)) reached.push({ name, because: "an indirect call" });
    isIndirect = false;
  };
  for (const [, quotedFunction, plainFunction, quotedCall, plainCall, indirect] of text.matchAll(MENTIONS)) {
    const callee = quotedCall ?? plainCall;
    if (callee !== undefined) callersOf.set(callee, [...(callersOf.get(callee) ?? []), name]);
    else if (indirect !== undefined) isIndirect = true;
    else {
      endFunction();
      name = quotedFunction ?? plainFunction ?? "";
    }
  }
  endFunction();
  const seen = new Set(reached.map((one) => one.name));
  const pending = [switchFunctions.replace("*", "park"), ...seen];
  for (let because = pending.pop(); because !== undefined; because = pending.pop()) {
    for (const caller of callersOf.get(because) ?? []) {
      if (seen.has(caller) || isSwitch(caller)) continue;
      seen.add(caller);
      reached.push({ name: caller, because });
      pending.push(caller);
    }
  }
  return reached.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Beginnings of functions, calls and indirect calls in WebAssembly text; a name may be quoted. */
const MENTIONS =
  /^ \(func \$(?:"([^"]+)"|([^\s()]+))|\bcall \$(?:"([^"]+)"|([^\s()]+))|\b(call_indirect)\b/gm;

const isSwitch = (name: string) => name.startsWith(switchFunctions.slice(0, -1));
