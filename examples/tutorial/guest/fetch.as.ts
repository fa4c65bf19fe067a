// Nine fetches one after another, and all at once, against a server of our own on this machine. The
// demo starts the server and gives its address as the argument.
//
//   npm run demo
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

import { arguments, fetch, Greenlet, joinAll, spawn } from "wevent/assembly";

/** The number after `"pid":` in a JSON document. */
function pidOf(document: string): string {
  const start = document.indexOf('"pid":') + 6;
  return document.substring(start, document.indexOf("}", start));
}

function fetchOne(pid: i32): void {
  const response = fetch(arguments()[0] + "?pid=" + pid.toString());
  console.log("Process " + pid.toString() + ": " + pidOf(response.text()));
}

function synchronous(): void {
  for (let pid = 1; pid < 10; pid++) fetchOne(pid);
}

function asynchronous(): void {
  const greenlets: Greenlet<void>[] = [];
  for (let pid = 1; pid < 10; pid++) greenlets.push(spawn(fetchOne, pid));
  joinAll(greenlets);
}

export function main(): void {
  const start = Date.now();
  console.log("Synchronous:");
  synchronous();
  const between = Date.now();
  console.log("Asynchronous:");
  asynchronous();
  const end = Date.now();
  console.log("At once it took less than one after another: " + (end - between < between - start).toString());
}
