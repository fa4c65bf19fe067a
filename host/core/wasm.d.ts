/**
 * The compiled scheduler, handed over by the file that package.json's `#wasm` picks for the runtime. An error:
 * the runtime would not compile it.
 */
export declare const wasm: WebAssembly.Module | Error;
