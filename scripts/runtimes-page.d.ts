/** A row of runtimes.json. */
export interface RuntimeRow {
  readonly name: string;
  readonly condition: string | null;
  readonly driver: string;
  readonly wasm: string;
  readonly turnMs: number;
  readonly capabilities: readonly string[];
  readonly places: readonly {
    readonly title: string;
    readonly version: string | null;
    readonly command: readonly string[];
  }[];
}

export declare const runtimes: readonly RuntimeRow[];

/** The text of docs/runtimes.md. */
export declare function runtimesPage(): string;
