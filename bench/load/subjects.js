// The servers that the load generator compares. To add one, add an entry: the protocol it talks, how it
// is started (answers its port), and the file it cannot do without, if there is one. The first of each
// protocol is what the others are divided by. Modules are loaded by the server's own process only, so
// that nobody's memory holds another's library.

import { fileURLToPath } from "node:url";

const echoServers = () => import("../lib/echo-servers.js");
const httpServers = () => import("../lib/http-servers.js");
const guestFile = fileURLToPath(new URL("../../build/bench-echo.wasm", import.meta.url));

export const subjects = {
  "raw callbacks": { protocol: "echo", start: async () => (await echoServers()).startRaw() },
  await: { protocol: "echo", start: async () => (await echoServers()).startAwaiting() },
  wevent: { protocol: "echo", start: async () => (await echoServers()).startWevent() },
  // A guest: its export `serve` begins to listen at a free port of 127.0.0.1 and answers the port.
  guest: {
    protocol: "echo",
    needs: guestFile,
    async start() {
      const [{ loadGuest }, { readFile }] = await Promise.all([
        import("wevent/guest"),
        import("node:fs/promises"),
      ]);
      return (await loadGuest(await readFile(guestFile))).call("serve");
    },
  },
  "node:http": { protocol: "http", start: async () => (await httpServers()).startCallback() },
  srvx: { protocol: "http", start: async () => (await httpServers()).startSrvx() },
  "wevent/http": { protocol: "http", start: async () => (await httpServers()).startWevent() },
};
