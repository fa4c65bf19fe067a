// The driver for Node.

import { familyDriver } from "./node-family.js";

export const driver = familyDriver({ runtime: "node" });
