// One subject in a process of its own: node bench/load/server.js NAME. Sends its port; and whenever it is
// asked, its resident bytes after collecting.

import { settledBytes } from "../lib/measure.js";
import { subjects } from "./subjects.js";

process.on("message", async () => process.send(await settledBytes()));
process.on("disconnect", () => process.exit());
process.send(await subjects[process.argv[2]].start());
