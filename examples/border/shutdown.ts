// A signal from outside ends the program in good order: both kinds of greenlets clean up first.
//
//   npm run build && npx wevent build examples/border/shutdown.as.ts -o build/examples/border/shutdown.wasm
//   node build/examples/border/shutdown.js
//
// Promised:
//   guest: serves
//   TypeScript: serves
//   main: SIGTERM, we close
//   guest: has closed
//   TypeScript: says goodbye to its clients
//   TypeScript: has closed
//   main: nobody is left

import { sleep, spawn } from "wevent";
import { loadGuest } from "wevent/guest";
import { Group } from "wevent/pool";

const guest = await loadGuest(new URL("./shutdown.wasm", import.meta.url));

function* serve() {
  console.log("TypeScript: serves");
  try {
    yield* sleep(Number.POSITIVE_INFINITY);
  } finally {
    console.log("TypeScript: says goodbye to its clients");
    yield* sleep(1);
    console.log("TypeScript: has closed");
  }
}

const servers = new Group([guest.spawn("serve")]);
servers.spawn(serve);

process.once("SIGTERM", () => {
  console.log("main: SIGTERM, we close");
  servers.kill();
});

// Here the program sends it to itself, once both serve.
spawn(() => process.kill(process.pid, "SIGTERM"));

await servers.join();
console.log("main: nobody is left");
