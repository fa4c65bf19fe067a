// The server of bench/cases/http.js, in a process of its own so that its CPU time is its own:
//   node bench/lib/http-server.js wevent | await | callback
// Sends its port, and then, whenever it is asked, the CPU time it has taken so far in µs.

import { createServer } from "node:http";
import { FastResponse, serve as serveSrvx } from "srvx";
import { serve } from "wevent/http";

const hello = () => new FastResponse("hello");

const servers = {
  async wevent() {
    const server = await serve(function* () {
      return hello();
    });
    return server.port;
  },
  async await() {
    const options = { hostname: "127.0.0.1", port: 0, silent: true, gracefulShutdown: false };
    const server = serveSrvx({ ...options, fetch: async () => hello() });
    await server.ready();
    return Number(new URL(server.url).port);
  },
  callback() {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/plain; charset=UTF-8", "content-length": 5 });
      response.end("hello");
    });
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
  },
};

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.send(await servers[process.argv[2]]());
