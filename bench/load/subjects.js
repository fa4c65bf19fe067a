// The servers that the load generator compares. To add one, add an entry: the protocol it talks, and how
// it is started (answers its port). The first of each protocol is what the others are divided by. Modules
// are loaded by the server's own process only.

const echoServers = () => import("../lib/echo-servers.js");
const httpServers = () => import("../lib/http-servers.js");

export const subjects = {
  "raw callbacks": { protocol: "echo", start: async () => (await echoServers()).startRaw() },
  await: { protocol: "echo", start: async () => (await echoServers()).startAwaiting() },
  wevent: { protocol: "echo", start: async () => (await echoServers()).startWevent() },
  guest: { protocol: "echo", start: async () => (await echoServers()).startGuest() },
  "node:http": { protocol: "http", start: async () => (await httpServers()).startCallback() },
  srvx: { protocol: "http", start: async () => (await httpServers()).startSrvx() },
  "wevent/http": { protocol: "http", start: async () => (await httpServers()).startWevent() },
};
