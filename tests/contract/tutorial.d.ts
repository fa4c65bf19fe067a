// What tests/contract/build.js makes of examples/tutorial: each program as a function.

import type { JsonServer } from "./case.ts";

export interface TutorialProgram {
  readonly name: string;
  /** Lines of its header, as tests/lib/transcript.ts reads them. */
  readonly promised: readonly string[];
  /** Those of the same program as a guest. */
  readonly guestPromised: readonly string[];
  readonly needsServer: boolean;
  run(
    console: { log(...values: unknown[]): void },
    startJsonServer: () => Promise<JsonServer>,
  ): Promise<void>;
}

export declare const tutorial: readonly TutorialProgram[];
