// The driver for Deno, over the modules of Node that it has.

import { soon } from "./deno-soon.js";
import { familyDriver } from "./node-family.js";

export const driver = familyDriver({
  runtime: "deno",
  soon,
  lacks: [
    // It ends a program whose top-level await is never answered without asking anybody.
    "exhaustion",
    // A stream of its node:tls that ends while it is paused never says so: who reads slowly hangs.
    "tls",
  ],
});
