// The server of bench/cases/http.js, in a process of its own so that its CPU time is its own:
//   node bench/lib/http-server.js wevent | await | callback
// Sends its port, and then, whenever it is asked, the CPU time it has taken so far in µs.

import { startCallback, startSrvx, startWevent } from "./http-servers.js";

const servers = { wevent: startWevent, await: startSrvx, callback: startCallback };

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.send(await servers[process.argv[2]]());
