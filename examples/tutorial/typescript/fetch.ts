// Nine fetches one after another, and all at once, against a server of our own on this machine.
//
//   npm run build && node build/examples/tutorial/typescript/fetch.js
//
// Promised:
//   Synchronous:
//   Process 1: 1
//   Process 2: 2
//   Process 3: 3
//   Process 4: 4
//   Process 5: 5
//   Process 6: 6
//   Process 7: 7
//   Process 8: 8
//   Process 9: 9
//   Asynchronous:
//   Process *: * ×9
//   At once it took less than one after another: true

import { joinAll, spawn, wait } from "wevent";
import { fetch } from "wevent/http";
import { startJsonServer } from "../lib/json-server.js";

const server = await startJsonServer();

function* fetchOne(pid: number) {
  const response = yield* fetch(`${server.url}?pid=${pid}`);
  const document = (yield* wait(response.json())) as { datetime: string; pid: number };
  console.log(`Process ${pid}: ${document.pid}`);
  return document.datetime;
}

function* synchronous() {
  for (let pid = 1; pid < 10; pid++) yield* fetchOne(pid);
}

function* asynchronous() {
  const greenlets = [];
  for (let pid = 1; pid < 10; pid++) greenlets.push(spawn(fetchOne, pid));
  yield* joinAll(greenlets, { raiseError: true });
}

const start = performance.now();
console.log("Synchronous:");
await spawn(synchronous).get();
const between = performance.now();
console.log("Asynchronous:");
await spawn(asynchronous).get();
const end = performance.now();
console.log(`At once it took less than one after another: ${end - between < between - start}`);
await server.close();
