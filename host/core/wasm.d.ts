/** The compiled scheduler, handed over by the file that package.json's `#wasm` picks for the runtime. */
export declare const wasm: WebAssembly.Module;
