// The driver for Deno, over the modules of Node that it has.

import { soon } from "./deno-soon.js";
import { familyDriver } from "./node-family.js";

export const driver = familyDriver({ runtime: "deno", soon });
