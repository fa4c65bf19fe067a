// HTTP hello world: CPU time of the server for each request. "await" is an async function on the same
// library (srvx), "callback" node:http by itself. Each server is a process of its own; the load comes
// from this one, over 64 connections that ask again as soon as they are answered.

import { fork } from "node:child_process";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";

const CONNECTIONS = 64;
const REQUESTS = 40_000;
const ROUNDS = 9;
const REQUEST = Buffer.from("GET / HTTP/1.1\r\nHost: bench\r\n\r\n");
const program = fileURLToPath(new URL("../lib/http-server.js", import.meta.url));

const answerOf = (child) => new Promise((resolve) => child.once("message", resolve));

async function start(name) {
  const child = fork(program, [name]);
  const port = await answerOf(child);
  const cpuUs = () => {
    const answer = answerOf(child);
    child.send("cpu");
    return answer;
  };
  return { child, port, cpuUs };
}

/** Asks so many times; resolves when all are answered. An answer is small enough to come in one piece. */
function ask(port, count) {
  let asked = 0;
  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      const next = () => {
        if (asked++ < count) socket.write(REQUEST);
        else socket.end(resolve);
      };
      socket.on("connect", next).on("data", next).on("error", reject);
    });
  return Promise.all(Array.from({ length: CONNECTIONS }, one));
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function measure(scale) {
  const count = Math.max(CONNECTIONS, Math.round(REQUESTS * scale));
  const values = { wevent: [], await: [], callback: [] };
  const names = Object.keys(values);
  const servers = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await start(name)])));
  for (const { port } of Object.values(servers)) await ask(port, count);
  for (let round = 0; round < (scale < 1 ? 1 : ROUNDS); round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const { port, cpuUs } = servers[name];
      const before = await cpuUs();
      await ask(port, count);
      values[name].push(((await cpuUs()) - before) / count);
    }
  }
  for (const { child } of Object.values(servers)) child.kill();
  return Object.fromEntries(names.map((name) => [name, median(values[name])]));
}

export const cases = {
  http: { title: "HTTP hello world, CPU of a request", unit: "µs", measure },
};
