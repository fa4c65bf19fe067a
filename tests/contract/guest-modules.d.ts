// What tests/contract/hosts/workerd.js writes: the guests by their names, as modules that are imported.

export declare const guestModules: Readonly<Record<string, WebAssembly.Module>>;
