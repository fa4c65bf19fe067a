// An AbortSignal ends what a request waits for, in TypeScript and in WebAssembly.
//
//   npm run build && npx wevent build examples/border/abort.as.ts -o build/examples/border/abort.wasm
//   node build/examples/border/abort.js
//
// Promised:
//   guest: opens the archive
//   main: the user has gone
//   request: no order: the user has gone
//   request: no answer: the user has gone
//   guest: closes the archive

import { joinAll, Queue, sleep, spawn, withTimeout } from "wevent";
import { loadGuest } from "wevent/guest";

const guest = await loadGuest(new URL("./abort.wasm", import.meta.url));
const orders = new Queue<string>();

/** Every call that waits takes a signal. */
function* waitForOrder(signal: AbortSignal) {
  try {
    console.log(yield* orders.get({ signal }));
  } catch (error) {
    console.log(`request: no order: ${(error as Error).message}`);
  }
}

/** For a whole stretch of code, or for a guest, there is withTimeout, here without a time. */
function* search(signal: AbortSignal) {
  try {
    console.log(yield* withTimeout(null, () => guest.call("search"), { signal }));
  } catch (error) {
    console.log(`request: no answer: ${(error as Error).message}`);
  }
}

const user = new AbortController();
const requests = [spawn(waitForOrder, user.signal), spawn(search, user.signal)];
await sleep(3);
console.log("main: the user has gone");
user.abort(new Error("the user has gone"));
await joinAll(requests);
