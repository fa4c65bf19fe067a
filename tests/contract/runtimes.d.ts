// What tests/contract/build.js makes of runtimes.json.

/** Somewhere to run: a version of a runtime, or one of a browser's kinds of script. */
export interface Place {
  readonly title: string;
  /** The version that is installed; null: whatever the system has. */
  readonly version: string | null;
  /** What starts it, as its host takes it. */
  readonly command: readonly string[];
}

export interface RuntimeRow {
  /** What `hub.runtime` says. */
  readonly name: string;
  readonly title: string;
  /** Of package.json's `imports`; null: none, it is what is left. */
  readonly condition: string | null;
  /** File in host/drivers. */
  readonly driver: string;
  /** File in host/wasm. */
  readonly wasm: string;
  readonly turn: string;
  readonly turnMs: number;
  readonly capabilities: readonly string[];
  /** File in tests/contract/hosts that starts its places; null: nothing runs there in the tests. */
  readonly host: string | null;
  readonly places: readonly Place[];
}

export declare const runtimes: readonly RuntimeRow[];
export declare function rowOf(name: string): RuntimeRow;
