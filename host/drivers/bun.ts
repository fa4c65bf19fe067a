// The driver for Bun, over the modules of Node that it has.

import { familyDriver } from "./node-family.js";

export const driver = familyDriver({
  runtime: "bun",
  // It never runs out of work while a top-level await is not answered.
  lacks: ["exhaustion"],
});
